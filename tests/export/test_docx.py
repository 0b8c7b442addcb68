"""A case report as a Word document."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from docx import Document
from lxml import etree
from sample_intrusion import remcos_chain
from sample_report import empty_report, full_report, hostile_report, report_of

from lineage.export.docx import WIDTH, render

if TYPE_CHECKING:
    from docx.document import Document as Word


def opened(content: bytes) -> Word:
    return Document(io.BytesIO(content))


def cells(word: Word) -> list[str]:
    return [cell.text for table in word.tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize("make", [full_report, empty_report, hostile_report])
def test_any_report_is_a_document_that_opens(make: object) -> None:
    assert callable(make)
    content = render(make())
    word = opened(content)
    assert word.paragraphs[0].text == "Case report"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def test_nothing_of_the_telemetry_is_a_link_a_field_or_a_control_character() -> None:
    content = render(hostile_report())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = archive.read("word/document.xml").decode()
        rels = archive.read("word/_rels/document.xml.rels").decode()
    assert "w:hyperlink" not in body
    assert "w:instrText" not in body
    assert "External" not in rels
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\u200b]", body)
    assert "&lt;U+001B&gt;" in body


def test_a_case_has_its_parts_and_all_evidence() -> None:
    chain = remcos_chain()
    word = opened(render(report_of([chain])))
    headings = [each.text for each in word.paragraphs if each.style.name.startswith("Heading")]
    for part in ("Chains", "Process tree", "What happened", "Processes", "Timeline", "Evidence",
                 "Indicators", "What was read", "What is not in this report"):  # fmt: skip
        assert part in headings
    texts = cells(word)
    for hit in chain.evidence:
        assert any(hit.detection == text for text in texts)
        assert any(f"#{hit.record}" in text for text in texts)
    assert len(word.inline_shapes) >= 1
    for shape in word.inline_shapes:
        assert "Processes" in shape._inline.docPr.get("descr")


def test_tables_are_as_wide_as_the_page_and_repeat_their_headings() -> None:
    word = opened(render(full_report()))
    for table in word.tables:
        assert sum(column.width.cm for column in table.columns) == pytest.approx(WIDTH, abs=0.1)
        assert "w:tblHeader" in table.rows[0]._tr.xml
