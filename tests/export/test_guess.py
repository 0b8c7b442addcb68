"""A parent that is only the likely one is called a guess wherever it is shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from attacks import intrusion, report
from file_text import file_text
from hosts import SYSTEM32, Host
from rich.console import Console

from lineage.export import EXPORTERS
from lineage.report import terminal
from lineage.report.html import page
from lineage.report.wording import GUESSED

if TYPE_CHECKING:
    from lineage.report.model import Report

POWERSHELL = SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe"
EXCLUDE = "powershell Add-MpPreference -ExclusionPath C:\\"


def late_child(**fields: str | None) -> Report:
    """An attack whose payload's pid is the parent of something else that fires, hours later."""
    host = Host()
    attack = intrusion(host, "nipe")
    host.wait(7200)
    host.run(POWERSHELL, EXCLUDE, seen_by=["security"], parent=attack.payload, **fields)
    return report(host)


def shown(made: Report) -> dict[str, str]:
    """What each output says, by its name."""
    console = Console(file=io.StringIO(), width=200)
    terminal.render(made, console, details=True)
    texts = {"terminal": console.file.getvalue(), "page": page.render(made)}
    texts["json"] = made.model_dump_json()
    for exporter in EXPORTERS:
        texts[exporter.name] = file_text(exporter.contents(made))
    return texts


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("terminal", GUESSED),
        ("page", GUESSED),
        ("json", '"parent_is_guess":true'),
        ("dot", GUESSED),
        ("mermaid", GUESSED),
        ("graphml", 'attr.name="guess"'),
        ("csv", "parent_is_guess"),
        ("timesketch", GUESSED),
        ("markdown", GUESSED),
        ("docx", GUESSED),
    ],
)
def test_a_guessed_parent_is_marked(output: str, words: str) -> None:
    assert words in shown(late_child(ParentImage=None))[output]


@pytest.mark.parametrize("output", ["terminal", "dot", "mermaid", "timesketch", "markdown", "docx"])
def test_a_parent_that_is_named_is_no_guess(output: str) -> None:
    assert GUESSED not in shown(late_child())[output]


def test_stix_says_nothing_that_is_a_guess() -> None:
    guessed, sure = (shown(late_child(**fields))["stix"] for fields in ({"ParentImage": None}, {}))
    assert guessed.count('"parent_ref"') == sure.count('"parent_ref"') - 1
