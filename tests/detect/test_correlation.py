"""Sigma correlations: every type, on a few process starts with given minutes, users and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from events import make
from sigma_rules import load_text

from lineage.detect.correlation import Correlations
from lineage.detect.engine import RuleEngine
from lineage.detect.run import tagged
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.hit import Hit

BASE = """
title: {name} ran
name: {name}
logsource: {{category: process_creation, product: windows}}
detection: {{selection: {{Image|endswith: '\\{name}.exe'}}, condition: selection}}
---
"""
BASES = "".join(BASE.format(name=name) for name in ("a", "b", "c"))


class Start(NamedTuple):
    """A process start: minute, program, user, and a number in place of the parent's pid."""

    minute: int
    program: str = "a"
    user: str = "zoe"
    number: int = 0


def hits(folder: Path, correlation: str, *starts: Start, extra: str = "") -> list[Hit]:
    """The hits of a correlation of the rules a, b and c on these starts."""
    text = f"{BASES}title: Correlated\ncorrelation: {correlation}\n{extra}"
    rules = load_text(folder, text)
    assert [problem for problem in rules.problems if problem.fatal] == []
    events = [
        make(
            "sysmon-1",
            time=f"2026-02-02T12:{start.minute:02}:00Z",
            record=number,
            ProcessGuid=f"guid-{number}",
            ProcessId=100 + number,
            Image=f"C:\\{start.program}.exe",
            User=start.user,
            ParentProcessId=start.number,
        )
        for number, start in enumerate(starts, start=1)
    ]
    builder = Builder(Hosts({event.host for event in events}))
    engine = RuleEngine(rules.rules)
    judged = Correlations(rules.correlations, rules.silent)
    return tagged(events, Clock(), builder, engine, correlations=judged).hits


def fired(found: list[Hit]) -> list[tuple[str, int, list[int]]]:
    """Title, record, and the records beside it."""
    return [
        (hit.detection.title, hit.record.record, [other.record for other in hit.also])
        for hit in found
    ]


ONE = [("Correlated", 3, [1, 2])]
CASES = [
    (
        "enough events in the window",
        "{type: event_count, rules: [a], timespan: 10m, condition: {gte: 3}}",
        [Start(0), Start(4), Start(9)],
        ONE,
    ),
    (
        "the window slides",
        "{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}}",
        [Start(0), Start(7), Start(11)],
        [("Correlated", 3, [2])],
    ),
    (
        "too few in the window",
        "{type: event_count, rules: [a], timespan: 5m, condition: {gte: 3}}",
        [Start(0), Start(4), Start(9)],
        [],
    ),
    (
        "what fired is not counted again",
        "{type: event_count, rules: [a], timespan: 10m, condition: {gt: 1}}",
        [Start(0), Start(1), Start(2), Start(3)],
        [("Correlated", 2, [1]), ("Correlated", 4, [3])],
    ),
    (
        "groups are apart",
        "{type: event_count, rules: [a], group-by: [User], timespan: 10m, condition: {gte: 2}}",
        [Start(0, user="x"), Start(1, user="y"), Start(2, user="X")],
        [("Correlated", 3, [1])],
    ),
    (
        "distinct values",
        "{type: value_count, rules: [a], timespan: 10m, condition: {field: User, gte: 2}}",
        [Start(0, user="x"), Start(1, user="x"), Start(2, user="y")],
        ONE,
    ),
    (
        "sum of values",
        "{type: value_sum, rules: [a], timespan: 10m, condition: {field: ParentProcessId, gt: 9}}",
        [Start(0, number=4), Start(1, number=4), Start(2, number=4)],
        ONE,
    ),
    (
        "average, judged when the window ends",
        "{type: value_avg, rules: [a], timespan: 5m, condition: {field: ParentProcessId, lt: 5}}",
        [Start(0, number=2), Start(1, number=4), Start(2, number=6), Start(30, number=90)],
        ONE,
    ),
    (
        "percentile",
        (
            "{type: value_percentile, rules: [a], timespan: 9m,"
            " condition: {field: ParentProcessId, gte: 5, percentile: 90}}"
        ),
        [Start(0, number=1), Start(1, number=2), Start(2, number=5)],
        ONE,
    ),
    (
        "few events, at the very end",
        "{type: event_count, rules: [a], timespan: 5m, condition: {eq: 2}}",
        [Start(0), Start(1)],
        [("Correlated", 2, [1])],
    ),
    (
        "all rules, in any order",
        "{type: temporal, rules: [a, b, c], timespan: 5m}",
        [Start(0, "c"), Start(1, "a"), Start(2, "b")],
        ONE,
    ),
    (
        "one rule is missing",
        "{type: temporal, rules: [a, b, c], timespan: 5m}",
        [Start(0, "c"), Start(1, "a"), Start(2, "a")],
        [],
    ),
    (
        "in order",
        "{type: temporal_ordered, rules: [a, b], timespan: 5m}",
        [Start(0, "b"), Start(1, "a"), Start(2, "b")],
        ONE,
    ),
    (
        "not in order",
        "{type: temporal_ordered, rules: [a, b], timespan: 5m}",
        [Start(0, "b"), Start(1, "b"), Start(2, "a")],
        [],
    ),
    (
        "an alias names another field for another rule",
        (
            "{type: temporal, rules: [a, b], timespan: 5m, group-by: [who],"
            " aliases: {who: {a: User, b: ParentProcessId}}}"
        ),
        [Start(0, "a", user="7"), Start(1, "b", number=8), Start(2, "b", number=7)],
        [],
    ),
    (
        "base rules fire too where they are asked to",
        "{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}, generate: true}",
        [Start(0), Start(1)],
        [("a ran", 1, []), ("Correlated", 2, [1]), ("a ran", 2, [])],
    ),
]


@pytest.mark.parametrize(
    ("correlation", "starts", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_correlation(
    tmp_path: Path, correlation: str, starts: list[Start], expected: list[object]
) -> None:
    assert fired(hits(tmp_path, correlation, *starts)) == expected


def test_a_correlation_of_correlations(tmp_path: Path) -> None:
    first = "{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}}\nname: twice\n"
    second = (
        "---\ntitle: Chained\ncorrelation: {type: temporal_ordered, rules: [twice, b],"
        " timespan: 10m}\n"
    )
    starts = (Start(0), Start(1), Start(2, "b"))
    assert fired(hits(tmp_path, first, *starts, extra=second)) == [("Chained", 3, [2])]


def test_the_start_that_two_sources_tell_counts_once(tmp_path: Path) -> None:
    rules = load_text(
        tmp_path,
        f"{BASES}title: Correlated\n"
        "correlation: {type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}}\n",
    )
    sysmon = make("sysmon-1", ProcessGuid="g", ProcessId=7, Image="C:\\a.exe", record=1)
    security = make("security-4688", ProcessId=7, Image="C:\\a.exe", record=2)
    builder = Builder(Hosts({sysmon.host, security.host}))
    judged = Correlations(rules.correlations, rules.silent)
    engine = RuleEngine(rules.rules)
    assert tagged([sysmon, security], Clock(), builder, engine, correlations=judged).hits == []


def test_memory_is_bounded_by_the_window(tmp_path: Path) -> None:
    starts = [Start(minute, user=f"user {minute}") for minute in range(60)]
    correlation = (
        "{type: event_count, rules: [a], group-by: [User], timespan: 2m, condition: {gte: 2}}"
    )
    rules = load_text(tmp_path, f"{BASES}title: Correlated\ncorrelation: {correlation}\n")
    judged = Correlations(rules.correlations, rules.silent)
    engine, builder = RuleEngine(rules.rules), Builder(Hosts({"WS1"}))
    most = 0
    for number, start in enumerate(starts):
        event = make(
            "sysmon-1",
            time=f"2026-02-02T12:{start.minute:02}:00Z",
            ProcessGuid=f"g{number}",
            ProcessId=number,
            Image="C:\\a.exe",
            User=start.user,
        )
        list(judged.add(event, builder.add(event), engine.match(event)))
        most = max(most, judged.groups)
    assert most <= 4
