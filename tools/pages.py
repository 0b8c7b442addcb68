"""The pages and contracts under docs/ that are made from the code.

Usage: python tools/pages.py          rewrites those that differ
       python tools/pages.py --check  names them, and fails where there are any
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import detections_page
import graph_schema_page

from lineage.report.model import Report

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parents[1] / "docs"


def report_schema() -> str:
    """The JSON Schema of the report, as `lineage schema` prints it."""
    return json.dumps(Report.model_json_schema(by_alias=True), indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "detections.md": detections_page.markdown,
    "graph-schema.md": graph_schema_page.markdown,
    "report.schema.json": report_schema,
}
"""File under docs/ -> what makes its text."""


def stale() -> dict[Path, str]:
    """The files that differ from what the code says, with what they should hold."""
    texts = {DOCS / name: make() for name, make in PAGES.items()}
    return {
        path: text
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def main() -> int:
    """Writes or checks; 1 where a check fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    files = stale()
    for path, text in files.items():
        print(f"{path}: {'differs; run python tools/pages.py' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if check and files else 0


if __name__ == "__main__":
    raise SystemExit(main())
