from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import empty_report, full_report, hostile_report, large_report, report_of

from lineage.export import mermaid
from lineage.report.escape import terminal
from lineage.report.model import Artifact

if TYPE_CHECKING:
    from lineage.report.model import Chain, Report

LABEL = r'"(?:[^"\x00-\x1f#<>`\[\]{}|;]|#\d+;|<b>|</b>|<br/>)+"'
LINES = (
    r"flowchart LR",
    r"  classDef \w+ [\w:#,-]+",
    rf"  \w+\[{LABEL}\](:::\w+)?",
    rf"  \w+\(\[{LABEL}\]\)(:::\w+)?",
    r"  \w+ -->? ?\w+|  \w+ --> \w+|  \w+ -\.-> \w+",
    rf"  \w+ -\. {LABEL} \.-> \w+",
)
LINE = re.compile("|".join(f"(?:{line})" for line in LINES))
"""The part of Mermaid's flowchart grammar that is used: any line of a diagram is one of these."""


def blocks(report: Report) -> list[str]:
    """The fenced diagrams, as a Markdown reader finds them."""
    return re.findall(r"^```mermaid\n(.*?)^```$", mermaid.render(report), re.DOTALL | re.MULTILINE)


def shown(diagram: str) -> list[str]:
    """The labels of nodes, as Mermaid draws them."""
    found = re.findall(r'^  \w+\(?\["(.*)"\]', diagram, re.MULTILINE)
    return [html.unescape(label.replace("#", "&#")) for label in found]


def remcos() -> Chain:
    return full_report().chains[0]


@pytest.mark.parametrize("report", [full_report(), hostile_report(), large_report(300)])
def test_every_line_is_of_the_grammar_and_names_known_nodes(report: Report) -> None:
    assert len(blocks(report)) == len(report.chains)
    for block in blocks(report):
        lines = block.splitlines()
        assert [line for line in lines if not LINE.fullmatch(line)] == []
        nodes = {found[1] for line in lines if (found := re.match(r"  (\w+)\(?\[", line))}
        for line in lines:
            if found := re.fullmatch(r"  (\w+) -.*> (\w+)", line):
                assert {found[1], found[2]} <= nodes


def test_processes_detections_and_artifacts_are_drawn() -> None:
    labels = "\n".join(shown(mermaid.diagram(remcos())))
    assert "<b>WINWORD.EXE</b> (4312)" in labels
    assert "Office Product Spawning Windows Script Host" in labels
    assert "pastebin.com" in labels


def test_the_tree_has_each_process_under_its_parent() -> None:
    chain = remcos()
    lines = mermaid.diagram(chain).splitlines()
    children = [process for process in chain.processes if process.parent is not None]
    assert sum(" --> " in line for line in lines) == len(children)


@pytest.mark.parametrize("processes", [61, 2000])
def test_a_large_chain_is_bounded_and_says_how_much_more(processes: int) -> None:
    diagram = mermaid.diagram(large_report(processes).chains[0])
    drawn = re.findall(r"^  p\d+\[", diagram, re.MULTILINE)
    more = re.findall(r'^  m\d+\["… (\d+) more"\]', diagram, re.MULTILINE)
    assert len(drawn) <= mermaid.MAX_PROCESSES
    assert len(drawn) + sum(map(int, more)) == processes
    assert len(diagram) < 50_000
    assert len(re.findall(r"-->|-\.->|\.->", diagram)) < 500


def test_tagged_processes_are_drawn_before_others() -> None:
    chain = large_report(500).chains[0]
    late = chain.model_copy(update={"evidence": chain.evidence[-1:]})
    drawn = re.findall(r"^  p\d+\[.*tagged$", mermaid.diagram(late), re.MULTILINE)
    assert len(drawn) == 1


def test_hostile_chain_of_the_largest_size_stays_within_the_limits() -> None:
    chain = large_report(500).chains[0]
    loud = [
        process.model_copy(update={"image": f"C:\\{'|' * 300}{process.pid}"})
        for process in chain.processes
    ]
    hits = [hit.model_copy(update={"detection": "[" * 300}) for hit in chain.evidence]
    diagram = mermaid.diagram(chain.model_copy(update={"processes": loud, "evidence": hits}))
    assert len(diagram) < 50_000


def test_an_empty_report_says_so() -> None:
    assert mermaid.render(empty_report()) == "No attack chain was found.\n"


def test_a_heading_can_hold_no_markup() -> None:
    headings = re.findall(r"^## (.*)$", mermaid.render(hostile_report()), re.MULTILINE)
    assert len(headings) == 1
    assert "<" not in headings[0]
    assert "<img src=x" in html.unescape(headings[0])


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=18))
def test_any_name_is_drawn_as_it_shows(text: str) -> None:
    process = remcos().processes[0].model_copy(update={"image": text, "pid": None, "start": None})
    chain = remcos().model_copy(update={"processes": [process], "edges": [], "evidence": []})
    diagram = mermaid.diagram(chain)
    assert all(LINE.fullmatch(line) for line in diagram.split("\n")[:-1])
    name = terminal(text.replace("/", "\\").rpartition("\\")[2], mermaid.NARROW)
    full = terminal(text.replace("/", "\\").rpartition("\\")[2], mermaid.WIDE)
    assert shown(diagram)[0] in (f"<b>{name}</b>", f"<b>{full}</b>", "<b>(empty)</b>")
    assert len(blocks(report_of([chain]))) == 1


def test_what_persists_hangs_on_the_entry_that_starts_it() -> None:
    chain = remcos()
    extra = [
        Artifact(node=f"registry:ws:hklm\\a{n}", kind="registry", value=f"HKLM\\a{n}")
        for n in range(9)
    ]
    started = next(edge for edge in chain.edges if edge.kind == "started")
    maker = next(edge for edge in chain.edges if edge.to == started.from_).from_
    noise = [
        started.model_copy(update={"from_": maker, "to": one.node, "kind": "set"}) for one in extra
    ]
    crowded = chain.model_copy(
        update={"artifacts": [*extra, *chain.artifacts], "edges": [*noise, *chain.edges]}
    )
    assert "had Windows start" in terminal_words(mermaid.diagram(crowded))


def test_a_process_says_when_it_started() -> None:
    first = remcos().processes[0]
    assert first.start
    assert first.start[:10] in terminal_words(mermaid.diagram(remcos()))


def terminal_words(diagram: str) -> str:
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), diagram)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("FIN-4UE042.corp.example", "FIN-4UE042.corp.example"),
        ("2026-02-02 11:07:48", "2026-02-02 11:07:48"),
        (r"C:\new", "C#58;#92;new"),  # Mermaid breaks a line at \n
        ("1. item", "1#46; item"),  # a list, to Mermaid's Markdown
        ("- item", "#45; item"),
        ("www.evil.example", "www#46;evil.example"),
        ("http://evil.example", "http#58;#47;#47;evil.example"),
        ("a--b ::: c -->", "a#45;#45;b #58;#58;#58; c #45;#45;#62;"),
        ('"`#quot;_x_', "#34;#96;#35;quot#59;#95;x#95;"),
    ],
)
def test_a_text_reads_as_it_is_where_it_may(text: str, written: str) -> None:
    assert mermaid._text(text) == written
