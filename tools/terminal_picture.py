"""Draws docs/images/terminal.svg: what `lineage correlate` prints for the sample, down to the tree.

Usage, in the checkout's folder: python tools/terminal_picture.py
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run
from lineage.report.terminal import render

SAMPLE = Path("samples") / "remcos-intrusion.zip"
COLUMNS = 118
LAST = "artifacts"
"""What begins with this heading is left out, for the picture's height."""


def main() -> None:
    """Runs the command's own functions on the sample, and records what they print."""
    report = run(Request([SAMPLE], correlators=correlators())).report
    report = report.model_copy(update={"chains": report.chains[:1]})
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=True, color_system="truecolor", width=COLUMNS)
    render(report, console)
    upper = re.split(rf"\n[^\n]*\d+ {LAST}", printed.getvalue())[0]
    picture = Console(record=True, width=COLUMNS, file=io.StringIO())
    picture.print(Text.from_ansi(upper))
    svg = picture.export_svg(title=f"lineage correlate {SAMPLE.as_posix()}", theme=MONOKAI)
    own_fonts = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    target = Path("docs") / "images" / "terminal.svg"
    target.write_text(own_fonts, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
