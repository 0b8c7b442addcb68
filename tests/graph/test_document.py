from __future__ import annotations

import os
from pathlib import Path

from lineage.graph.document import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "graph-schema.md"


def test_the_page_is_what_the_schema_says() -> None:
    """To regenerate it: LINEAGE_WRITE_DOCS=1 pytest tests/graph/test_document.py."""
    page = markdown()
    if os.environ.get("LINEAGE_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    assert PAGE.read_text(encoding="utf-8") == page
