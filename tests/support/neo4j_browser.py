"""Neo4j Browser in headless Chromium: log in, drop files, run a query, and see what is drawn."""

from __future__ import annotations

import base64
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    import neo4j_server

WIDE = {"width": 1280, "height": 800}

# Browser listens for drops anywhere on its page, and takes a synthetic one
_DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  const page = document.querySelector('#mount > div') ?? document.body;
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    page.dispatchEvent(
      new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried })
    );
  }
}"""


class NoBrowser(Exception):
    """No Chromium on this machine."""


@contextmanager
def browsing(server: neo4j_server.Server) -> Iterator[Page]:
    """Neo4j Browser, logged in. Nothing outside this machine is asked for anything.

    Raises:
        NoBrowser: there is no Chromium.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise NoBrowser("no chromium; install it to test Neo4j Browser")
    own = [urlsplit(each).netloc for each in (server.uri, server.http or "")]
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        try:
            page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
            page.set_default_timeout(60_000)
            page.route(
                lambda url: urlsplit(url).netloc not in own and url.startswith("http"),
                lambda route: route.abort(),
            )
            _log_in(page, server)
            yield page
        finally:
            browser.close()


def _log_in(page: Page, server: neo4j_server.Server) -> None:
    page.goto(f"{server.http}/browser/")
    page.select_option("[data-testid=bolt-scheme-select]", "bolt://")
    page.fill("[data-testid=boltaddress]", urlsplit(server.uri).netloc)
    page.fill("[data-testid=username]", server.username)
    page.fill("[data-testid=password]", server.password)
    page.click("[data-testid=connect]")
    page.get_by_text(":play start").wait_for()  # what it opens with once it is connected


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file on the page."""
    page.evaluate(_DROP, [name, base64.b64encode(content).decode()])


def open_favourites(page: Page) -> None:
    """Opens the drawer of favourites."""
    page.click("[data-testid=navigationFavorites]")


def open_folder(page: Page, folder: str) -> None:
    """Opens a folder of the favourites."""
    page.get_by_test_id(f"expandFolder-{folder}").click()


def wait_for_favourite(page: Page, title: str) -> None:
    """Waits until the opened drawer has it.

    Raises:
        TimeoutError: it never has; Playwright's own.
    """
    page.get_by_test_id(f"scriptTitle-{title}").wait_for(state="attached")


def run_favourite(page: Page, title: str) -> None:
    """Runs a favourite with the arrow beside it, and waits for its drawing."""
    item = page.get_by_test_id("savedScriptListItem")
    item = item.filter(has=page.get_by_test_id(f"scriptTitle-{title}"))
    item.get_by_test_id("savedScriptsButton-Run").click()
    page.wait_for_selector("g.node")


class Circle(NamedTuple):
    """A node as drawn."""

    fill: str
    stroke: str


def captions(page: Page) -> list[str]:
    """What is written on each node, its lines joined by spaces."""
    found: list[list[str]] = page.eval_on_selector_all(
        "g.node",
        "all => all.map(each => "
        "[...each.querySelectorAll('text.caption')].map(line => line.textContent))",
    )
    return [" ".join(" ".join(lines).split()) for lines in found]


def drawn(page: Page) -> list[Circle]:
    """The nodes that are drawn."""
    found = page.eval_on_selector_all(
        "g.node circle.b-outline",
        "all => all.map(each => [each.getAttribute('fill'), each.getAttribute('stroke')])",
    )
    return [Circle(*each) for each in found]
