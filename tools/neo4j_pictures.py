"""Makes the pictures of docs/neo4j.md: the repository's sample in a real Neo4j Browser.

Run from the checkout, with a JDK, Maven and Chromium at hand: python tools/neo4j_pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import neo4j_browser
import neo4j_server

from lineage.correlate.registry import correlators
from lineage.graphdb import browser_pack, from_run, library, push
from lineage.graphdb.connect import Address, connected
from lineage.pipeline import Request, run

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHECKOUT = Path(__file__).resolve().parents[1]
PICTURES = CHECKOUT / "docs" / "images"
CASE = "sample"
SETTLE_MS = 8000
"""The drawing moves for some seconds before it stands still."""


def main() -> None:
    """Starts a server, pushes the sample, and takes the pictures."""
    found = run(Request([CHECKOUT / "samples" / "remcos-intrusion.zip"], correlators=correlators()))
    with tempfile.TemporaryDirectory() as folder, neo4j_server.serving(Path(folder)) as server:
        address = Address(server.uri, server.username, server.password, None)
        with connected(address) as database:
            push.push(database, CASE, from_run.content(found.analysis.graph, found.report))
        with neo4j_browser.browsing(server) as page:
            picture(page)


def picture(page: Page) -> None:
    """The favourites beside the kill chain, then the drawing in the whole window."""
    neo4j_browser.drop(page, "lineage.zip", browser_pack.pack(library.load(), CASE))
    neo4j_browser.drop(page, "lineage.grass", browser_pack.style().encode())
    page.get_by_text("node.Tagged {").wait_for(state="attached")
    neo4j_browser.open_folder(page, browser_pack.FOLDER)
    neo4j_browser.run_favourite(page, library.load()["kill-chain"].title)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / "neo4j-favorites.png")
    frame = page.get_by_test_id("frame").first
    frame.locator("[title='Fullscreen']").click()
    page.wait_for_timeout(SETTLE_MS)
    frame.locator("[aria-label='zoom-to-fit']").click()
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / "neo4j-kill-chain.png")


if __name__ == "__main__":
    main()
