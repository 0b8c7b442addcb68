"""The page in a real headless Chromium, watched: no console error, no request."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sample_report import full_report

from lineage.report.html.page import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

    from lineage.report.model import Report

    OpenPage = Callable[..., AbstractContextManager[Page]]

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; a machine without it skips, CI fails.

    No longer than a module: Playwright runs once at a time, and other tests drive it too.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        reason = "Chromium is not installed; apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> OpenPage:
    """Opens a report's page; what goes wrong while it is open fails the test at its end."""

    @contextmanager
    def opened(
        report: Report, width: int = 1280, height: int = 900, **options: Any
    ) -> Iterator[Page]:
        path = tmp_path / "report.html"
        path.write_text(render(report), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(60_000)
        page = context.new_page()
        trouble: list[str] = []

        def refuse(dialog: Dialog) -> None:
            trouble.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("console", lambda message: trouble.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("dialog", refuse)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        yield page
        context.close()
        assert trouble == []
        elsewhere = [url for url in requests if not url.startswith(("data:", path.as_uri()))]
        assert elsewhere == []

    return opened


@pytest.fixture
def page(open_page: OpenPage) -> Iterator[Page]:
    """The page of the whole sample report."""
    with open_page(full_report()) as opened:
        yield opened
