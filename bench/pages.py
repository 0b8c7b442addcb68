"""Tables that a bench keeps up to date in a page of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[1] / "docs"


class Table(NamedTuple):
    """A table between two marks of a page.

    Attributes:
        page: file name in `docs/`.
        begin, end: the marks.
    """

    page: str
    begin: str
    end: str

    def write(self, text: str) -> None:
        """Puts the text in place of what is between the marks."""
        path = DOCS / self.page
        before, _, rest = path.read_text(encoding="utf-8").partition(self.begin)
        after = rest.partition(self.end)[2]
        path.write_text(f"{before}{self.begin}\n\n{text}\n{self.end}{after}", encoding="utf-8")
