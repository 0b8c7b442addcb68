"""Makes the README's pictures of the HTML report, from the repository's sample, in Chromium.

Run from the checkout: python tools/report_pictures.py [CHROMIUM]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run
from lineage.report.html.page import render

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "samples" / "remcos-intrusion.zip"
PICTURES = CHECKOUT / "docs" / "images"
HEIGHTS = {1280: 1600, 390: 1560}
"""Height of the picture for each width of the window, in CSS pixels."""


def main() -> None:
    """Writes report-WIDTH.png for each width; the narrow one at twice the pixels, as on phones."""
    report = run(Request([SAMPLE], correlators=correlators())).report
    chromium = sys.argv[1] if len(sys.argv) > 1 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(render(report), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in HEIGHTS.items():
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                device_scale_factor=1 if width > 640 else 2,
            )
            page.goto(page_file.as_uri())
            page.wait_for_selector("html[data-ready=true]")
            page.wait_for_timeout(500)
            page.screenshot(
                path=PICTURES / f"report-{width}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": height},
            )
        browser.close()


if __name__ == "__main__":
    main()
