"""Which account was hit, in which session and how high, stands in everything that leaves."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lineage.export import csv as tables
from lineage.export import graphml, stix, timesketch
from lineage.report.html.payload import payload
from lineage.report.terminal import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.report.model import Artifact, Chain, ChainProcess, Report


@pytest.fixture(scope="module")
def chain(report: Report) -> Chain:
    return report.chains[0]


@pytest.fixture(scope="module")
def process(chain: Chain) -> ChainProcess:
    """A process of the attack of which the account is known."""
    return next(one for one in chain.processes if one.user and one.integrity and one.logon_id)


@pytest.fixture(scope="module")
def autostart(chain: Chain) -> Artifact:
    """The value by which the attack stays."""
    return next(one for one in chain.artifacts if "\\Run\\" in one.value)


def _terminal(report: Report) -> str:
    text = io.StringIO()
    render(report, Console(file=text, width=400), details=True)
    return text.getvalue()


FORMATS: dict[str, Callable[[Report], str]] = {
    "terminal": _terminal,
    "page": lambda report: json.dumps(payload(report)),
    "csv": lambda report: tables.render(report)["nodes.csv"],
    "stix": stix.render,
    "timesketch": timesketch.render,
    "graphml": graphml.render,
}


def _written(value: str) -> set[str]:
    return {value, value.lower(), json.dumps(value)[1:-1], value.replace('"', '""')}


@pytest.mark.parametrize("format_name", FORMATS)
def test_account_integrity_and_data(
    report: Report, process: ChainProcess, autostart: Artifact, format_name: str
) -> None:
    text = FORMATS[format_name](report)
    for value in (process.user, process.integrity, autostart.data):
        assert value is not None
        assert any(form in text for form in _written(value)), value


@pytest.mark.parametrize("format_name", ["page", "csv", "timesketch", "graphml"])
def test_logon_session(report: Report, process: ChainProcess, format_name: str) -> None:
    assert process.logon_id is not None
    assert process.logon_id in FORMATS[format_name](report)


def test_a_hit_says_who_acted(chain: Chain) -> None:
    described = {one.node: one for one in (*chain.processes, *chain.bystanders)}
    acted = [hit for hit in chain.evidence if hit.actor in described]
    assert acted
    for hit in acted:
        actor = described[hit.actor or ""]
        assert (hit.image, hit.user, hit.integrity) == (actor.image, actor.user, actor.integrity)


def test_every_rule_that_fired_is_described(report: Report) -> None:
    assert {rule.title for rule in report.rules} == {hit.detection for hit in report.detections}
    assert all(rule.description for rule in report.rules)


def test_tables_join_on_host_and_node(report: Report) -> None:
    files = {
        name: list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        for name, text in tables.render(report).items()
        if name.endswith(".csv")
    }
    places = {(row["host"], row["pid"]) for row in files["nodes.csv"] if row["pid"]}
    nodes = {row["node"] for row in files["nodes.csv"]}
    for name in ("evidence.csv", "timeline.csv"):
        rows = [row for row in files[name] if row["chain"]]
        assert rows
        assert {row["node"] for row in rows} <= nodes
        assert {(row["host"], row["pid"]) for row in rows if row["pid"]} <= places
    assert any(row["sha256"] for row in files["nodes.csv"])
