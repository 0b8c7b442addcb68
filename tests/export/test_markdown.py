"""A case report as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from sample_intrusion import remcos_chain
from sample_report import HOSTILE, full_report, hostile_report, report_of

from lineage.export.markdown import _code, _words, render
from lineage.report.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable("table")


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def read(text: str) -> str:
    """What a reader sees of one line of Markdown."""
    return "".join(token.content for token in tokens(text) if not token.children)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_read_as_it_is(text: str) -> None:
    shown = terminal(text, 1000)
    assert read(f"- {_code(text)}").strip() == shown.strip()
    kinds = {token.type for token in tokens(f"a {_code(text)} b {_words(text)}")}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "code_inline",
                     "text_special"}  # fmt: skip
    words = read(f"a {_words(text)}")
    assert words == f"a {shown}" or "(at)" in words


@pytest.mark.parametrize("make", [full_report, hostile_report])
def test_no_text_becomes_a_link_a_picture_or_html(make: object) -> None:
    assert callable(make)
    text = render(make())
    kinds = {token.type for token in tokens(text)}
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}
    assert "\x1b" not in text
    assert "\u202e" not in text
    # What GitHub would make a link of, or call somebody by, outside of code.
    source = re.sub(r"^(`{3,})\w+\n.*?^\1$", "", text, flags=re.M | re.S)
    source = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", source)
    assert not re.search(r"(?<!\\)://|(?<![\\\w])@\w", source)


def test_tables_keep_their_columns_whatever_the_text() -> None:
    counts: list[int] = []
    for token in READER.parse(render(hostile_report())):
        if token.type == "tr_open":
            counts.append(0)
        elif token.type in {"th_open", "td_open"}:
            counts[-1] += 1
    assert set(counts) == {3, 8}


def test_a_case_has_its_parts() -> None:
    text = render(report_of([remcos_chain()]))
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    assert headings[:2] == ["Case report", "1. Confirmed: Remcos on WS-FIN-07.corp.example"]
    for part in ("Process tree", "Graph", "What happened", "Timeline", "Evidence", "Indicators"):
        assert part in headings
    assert "```mermaid\nflowchart" in text
    for hit in remcos_chain().evidence:
        assert f"#{hit.record}`" in text
    assert "What was read" in headings
    assert "What is not in this report" in headings


def test_of_several_hosts_each_process_names_its_own() -> None:
    chain = remcos_chain()
    other = chain.processes[-1].model_copy(update={"host": "SRV-02"})
    told = chain.model_copy(
        update={"hosts": [*chain.hosts, "SRV-02"], "processes": [*chain.processes[:-1], other]}
    )
    assert " on SRV-02" in render(report_of([told]))
    assert " on WS-FIN-07.corp.example  2024" not in render(report_of([chain]))
