"""The table of exporters, and what holds for every format."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from file_text import file_text
from sample_report import empty_report, full_report, hostile_report, large_report

from lineage.errors import InputError, UsageError
from lineage.export import EXPORTERS, Exporter
from lineage.report.model import Report

if TYPE_CHECKING:
    from collections.abc import Callable

LISTS = {"iocs", "misp"}
"""Lists of indicators, of which suspicious chains have none."""
BY_NAME = pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.name)


def from_json(report: Report) -> Report:
    """The report as a later run reads it."""
    return Report.model_validate_json(report.model_dump_json(by_alias=True))


def test_options_are_distinct_and_described() -> None:
    assert len({exporter.name for exporter in EXPORTERS}) == len(EXPORTERS) == 13
    assert all(exporter.help.endswith(".") for exporter in EXPORTERS)
    assert [exporter.name for exporter in EXPORTERS if exporter.folder] == ["csv"]


@BY_NAME
@pytest.mark.parametrize("make", [full_report, empty_report, hostile_report])
def test_the_json_report_gives_the_same_files_byte_for_byte(
    exporter: Exporter, make: Callable[[], Report]
) -> None:
    files = exporter.contents(make())
    assert files == exporter.contents(from_json(make()))
    assert tuple(files) == (exporter.files or ("",))


@BY_NAME
def test_a_chain_of_2000_processes_stays_small(exporter: Exporter) -> None:
    files = exporter.contents(large_report(2000))
    assert sum(map(len, files.values())) < 5_000_000


@BY_NAME
def test_every_finding_is_named_in_every_format(exporter: Exporter) -> None:
    report = full_report()
    text = file_text(exporter.contents(report))
    for chain in report.chains:
        assert chain.verdict in text or (exporter.name in LISTS and chain.verdict == "suspicious")
    assert "WS-FIN-07" in text.replace("#45;", "-").replace("&-", "-")


@pytest.mark.parametrize("time", ["yesterday", "2024-10-14T08:00:00", ""])
@pytest.mark.parametrize("name", ["csv", "stix", "attack-flow", "timesketch", "markdown", "xlsx"])
def test_a_forged_time_is_one_clear_line(name: str, time: str) -> None:
    report = full_report()
    hit = report.chains[0].evidence[0].model_copy(update={"time": time})
    chain = report.chains[0].model_copy(update={"evidence": [hit]})
    exporter = next(exporter for exporter in EXPORTERS if exporter.name == name)
    with pytest.raises(InputError, match="is not an ISO 8601 time with offset"):
        exporter.contents(report.model_copy(update={"chains": [chain]}))


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_what_is_not_installed_is_said_before_anything_is_read(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = next(exporter for exporter in EXPORTERS if exporter.name == name)
    monkeypatch.setattr("lineage.export.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=rf"pip install 'lineage-ir\[{name}\]'"):
        exporter.require()


def test_what_formats_need_is_in_their_extras() -> None:
    for exporter in EXPORTERS:
        assert all(importlib.util.find_spec(module) for module in exporter.needs)


def test_the_table_imports_no_format() -> None:
    code = (
        "import sys, lineage.export; "
        "heavy = {'stix2', 'networkx', 'pydantic', 'rich', 'docx', 'PIL', 'openpyxl'}; "
        "print(*heavy & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
