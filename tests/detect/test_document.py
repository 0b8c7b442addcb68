from __future__ import annotations

import os
from pathlib import Path

from lineage.detect.catalog import load_builtin
from lineage.detect.document import markdown
from lineage.detect.engine import RuleEngine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "detections.md"


def test_the_page_is_what_the_rules_say() -> None:
    """To regenerate it: LINEAGE_WRITE_DOCS=1 pytest tests/detect/test_document.py."""
    page = markdown(RuleEngine(load_builtin()))
    if os.environ.get("LINEAGE_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    assert PAGE.read_text(encoding="utf-8") == page
