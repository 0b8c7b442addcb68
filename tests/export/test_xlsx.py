"""The report's tables as an Excel workbook."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from sample_intrusion import remcos_chain
from sample_report import HOSTILE, empty_report, full_report, hostile_report, report_of

from lineage.export.csv import EVIDENCE_COLUMNS
from lineage.export.xlsx import LONG_TEXTS, render
from lineage.report.model import LoggedRecord

if TYPE_CHECKING:
    from lineage.report.model import Report

SHEETS = (
    "summary", "chains", "score", "indicators", "nodes", "edges", "timeline", "evidence", "records",
    "inputs", "coverage",
)  # fmt: skip


def opened(report: Report) -> Any:
    return load_workbook(io.BytesIO(render(report)))


def rows(sheet: Any) -> list[dict[str, Any]]:
    heading, *others = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in others]


@pytest.mark.parametrize("make", [full_report, empty_report, hostile_report])
def test_any_report_is_a_workbook_that_opens(make: object) -> None:
    assert callable(make)
    content = render(make())
    book = load_workbook(io.BytesIO(content))
    assert tuple(book.sheetnames)[: len(SHEETS)] == SHEETS
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


def test_no_text_is_a_formula_and_none_is_too_long() -> None:
    book = opened(hostile_report())
    formulas = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
                    if cell.value.startswith("="):
                        formulas += 1
                        assert cell.quotePrefix
    assert formulas


def test_a_text_that_no_cell_can_hold_stands_whole_elsewhere() -> None:
    chain = remcos_chain()
    long = "=powershell " + "\U0001f600é\x1b" * 20_000
    process = chain.processes[0].model_copy(update={"command_line": long})
    book = opened(report_of([chain.model_copy(update={"processes": [process]})]))
    (cut,) = [row for row in rows(book["nodes"]) if LONG_TEXTS in str(row["command_line"])]
    assert cut["node"] == process.node
    pieces = [row for row in rows(book[LONG_TEXTS]) if row["sheet"] == "nodes"]
    whole = "".join(str(piece["text"]) for piece in pieces)
    assert whole.replace("<U+001B>", "\x1b") == long
    assert {piece["column"] for piece in pieces} == {"command_line"}


def test_what_excel_would_take_for_a_character_stays_text() -> None:
    chain = remcos_chain()
    process = chain.processes[0].model_copy(update={"command_line": "a _x0041_ b"})
    content = render(report_of([chain.model_copy(update={"processes": [process]})]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = b"".join(map(archive.read, archive.namelist()))
    assert b"a _x005F_x0041_ b" in text


def test_evidence_and_indicators_are_rows() -> None:
    report = full_report()
    book = opened(report)
    evidence = rows(book["evidence"])
    assert tuple(evidence[0]) == EVIDENCE_COLUMNS
    assert {(row["detection"], row["record"]) for row in evidence} == {
        (hit.detection, hit.record) for hit in report.detections
    }
    assert {row["verdict"] for row in rows(book["indicators"])} <= {"confirmed", "probable"}
    assert [row["verdict"] for row in rows(book["chains"])] == [
        chain.verdict for chain in report.chains
    ]
    assert book["evidence"].freeze_panes == "A2"
    assert len({len(row["time"]) for row in evidence}) == 1


def test_every_hostile_text_is_there() -> None:
    values = {
        str(cell)
        for sheet in opened(hostile_report())
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    for text in HOSTILE:
        if text.isprintable() and len(text) < 1000:
            assert any(text in value for value in values)


def test_records_are_there_as_they_were_logged() -> None:
    logged = LoggedRecord(
        source="a.evtx", record=7, host="ws01", event_id=1, provider="p", channel="c",
        computer="WS01", time="2026-01-01T00:00:00Z", data={"Image": "C:\\a.exe", "Hashes": "=x"},
    )  # fmt: skip
    (row,) = rows(opened(report_of([], records=[logged]))["records"])
    assert (row["source"], row["record"]) == ("a.evtx", 7)
    assert row["fields"] == "Image=C:\\a.exe; Hashes==x"
