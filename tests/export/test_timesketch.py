from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sample_report import HOSTILE, empty_report, full_report, hostile_report

from lineage.export import timesketch

if TYPE_CHECKING:
    from lineage.report.model import Report

DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


def lines(report: Report) -> list[dict[str, Any]]:
    return [json.loads(line) for line in timesketch.render(report).splitlines()]


def test_every_line_has_the_mandatory_fields() -> None:
    for line in lines(full_report()) + lines(hostile_report()):
        assert isinstance(line["message"], str)
        assert isinstance(line["timestamp_desc"], str)
        assert DATETIME.fullmatch(line["datetime"])
        assert line["message"]
        assert line["timestamp_desc"]


def test_an_empty_report_is_an_empty_file() -> None:
    assert timesketch.render(empty_report()) == ""


def test_detections_and_chains_can_be_filtered() -> None:
    report = full_report()
    found = [line for line in lines(report) if line["data_type"] == "lineage:detection"]
    assert len(found) == len(report.detections)
    first = report.chains[0].evidence[0]
    line = next(line for line in found if line["detection"] == first.detection)
    assert (line["host"], line["pid"], line["risk"]) == (first.host, first.pid, first.risk)
    assert line["chain"] == report.chains[0].id
    assert line["tag"] == ["lineage", "confirmed"]
    assert line["exact_time"] == first.time


def test_lines_are_in_order_of_time() -> None:
    times = [datetime.fromisoformat(line["datetime"]) for line in lines(full_report())]
    assert times == sorted(times)


def test_fields_have_one_type_in_all_lines() -> None:
    """OpenSearch takes a field's type from the first line and refuses lines of another."""
    types: dict[str, set[type]] = {}
    for line in lines(full_report()):
        for name, value in line.items():
            types.setdefault(name, set()).add(type(value))
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}


def test_hostile_text_comes_out_unchanged() -> None:
    messages = "\n\n".join(line["message"] for line in lines(hostile_report()))
    for text in HOSTILE:
        assert text in messages
