"""Critical and high hits on no chain are named, with the record, wherever a report is shown."""

from __future__ import annotations

import io

import pytest
from attacks import CMD, RUN, desktop, report
from hosts import SYSTEM32, Host
from rich.console import Console

from lineage.report.html.payload import payload
from lineage.report.model import Report, Unchained
from lineage.report.narrow import Narrowing
from lineage.report.terminal import render


@pytest.fixture
def lone() -> Report:
    """A Run value that nobody is known to have set: a strong hit without a process."""
    host = Host()
    host.set_value(host.unseen(SYSTEM32 + "services.exe"), RUN + "x", r"C:\\Users\\zoe\\a.exe")
    return report(host, correlators=())


def shown(report: Report, *, details: bool = False) -> str:
    text = io.StringIO()
    render(report, Console(file=text, width=160), details=details)
    return " ".join(text.getvalue().split())


def test_it_is_in_the_report_with_its_record(lone: Report) -> None:
    (entry,) = lone.unchained
    (hit,) = (hit for hit in lone.detections if hit.detection == entry.detection)
    assert entry.level in {"high", "critical"}
    assert entry.host == hit.host
    assert [(one.source, one.record) for one in entry.records] == [(hit.source, hit.record)]


def test_the_terminal_and_the_page_name_it(lone: Report) -> None:
    (entry,) = lone.unchained
    text = shown(lone)
    assert "On no chain, but of level critical or high: 1 hit" in text
    assert entry.detection in text
    assert f"#{entry.records[0].record}" in text
    assert payload(lone)["unchained"][0]["detection"] == entry.detection


def test_what_is_on_a_chain_is_not_among_it() -> None:
    host = Host()
    shell = host.run(CMD, "cmd /c a", parent=desktop(host))
    host.set_value(shell, RUN + "x", r"C:\\Users\\zoe\\a.exe")
    made = report(host)
    assert made.chains
    assert made.unchained == []


def entries(number: int) -> list[Unchained]:
    return [
        Unchained(
            detection=f"Rule {place}",
            rule_id=str(place),
            level="critical",
            host="ws01",
            first_seen="2026-01-01T00:00:00Z",
            image=None,
            records=[],
        )
        for place in range(number)
    ]


def test_many_stay_within_a_few_lines_and_are_counted(lone: Report) -> None:
    records = lone.unchained[0].records
    many = [entry.model_copy(update={"records": records}) for entry in entries(30)]
    text = shown(lone.model_copy(update={"unchained": many}))
    assert "22 more rules and hosts" in text
    assert "Rule 29" in shown(lone.model_copy(update={"unchained": many}), details=True)


def test_what_was_asked_to_be_left_out_is_left_out(lone: Report) -> None:
    assert Narrowing(hosts=["ws*"]).apply(lone).unchained == lone.unchained
    assert Narrowing(hosts=["other"]).apply(lone).unchained == []


def test_hostile_names_are_written_out(lone: Report) -> None:
    hostile = lone.unchained[0].model_copy(update={"host": "ws\x1b[31m01"})
    assert "\x1b" not in shown(lone.model_copy(update={"unchained": [hostile]}))
