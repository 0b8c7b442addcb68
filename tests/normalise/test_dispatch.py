from __future__ import annotations

from typing import Any

import pytest
from events import source_of
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_records import (
    ALL_SOURCES,
    SYSMON,
    normalised,
    problem,
    record,
    sysmon,
)

from lineage.normalise.dispatch import Normaliser
from lineage.normalise.outcome import Outcome
from lineage.problems import Problem


@pytest.mark.parametrize(("provider", "channel", "event_id", "data"), ALL_SOURCES)
def test_provider_or_else_channel_and_id_decide(
    provider: str, channel: str, event_id: int | str, data: dict[str, Any]
) -> None:
    named = [(provider, channel), (provider, ""), (provider.upper(), "Other")]
    if channel:
        named += [("", channel), ("", channel.upper())]
    for each in named:
        event = normalised(record(each[0], event_id, data, channel=each[1]))
        assert type(event) is source_of(event_id).event


@pytest.mark.parametrize(
    ("provider", "channel", "event_id"),
    [
        (SYSMON, "", 77),
        (SYSMON, "", 4688),
        (SYSMON, "", "1"),
        ("Microsoft-Windows-Kernel-Boot", "Microsoft-Windows-Kernel-Boot/Operational", 1),
        ("Contoso", "", 4688),
        ("CrowdStrike", "", "SensorHeartbeat"),
    ],
)
def test_other_records_are_ignored_whatever_is_in_them(
    provider: str, channel: str, event_id: int | str
) -> None:
    other = record(provider, event_id, {}, channel=channel, time="")
    assert Normaliser().normalise(other, 0) is Outcome.IGNORED


def test_a_record_of_nobody_is_rejected() -> None:
    found = Normaliser().normalise(record("", 1, {}, channel=""), 0)
    assert isinstance(found, Problem)
    assert found.reason == "nobody who wrote it: neither provider nor channel"


@pytest.mark.parametrize("provider", ["Microsoft Windows-Sicherheitsüberwachung.", ""])
def test_a_provider_under_a_name_for_people_is_known_by_its_channel(provider: str) -> None:
    found = Normaliser().normalise(record(provider, 4688, {}, channel="Security"), 0)
    assert isinstance(found, Problem)
    assert found.reason == "event 4688: NewProcessId is missing"


def test_a_problem_names_the_record_by_its_id_or_else_its_place() -> None:
    for record_id, named in ((700, 700), (0, 0), (None, 3)):
        found = Normaliser().normalise(sysmon(11, {"TargetFilename": ""}, record_id=record_id), 0)
        assert found == Problem(named, "event 11: TargetFilename is missing")


def test_a_record_without_a_host_belongs_to_the_unknown_host() -> None:
    assert normalised(sysmon(11, computer="")).host == "unknown"


def test_a_bad_record_spoils_no_other() -> None:
    normaliser = Normaliser()
    bad = [
        sysmon(1, {"ProcessId": "x"}),
        sysmon(1, {"Image": []}),
        sysmon(1, {"UtcTime": {}}, time=""),
    ]
    assert all(isinstance(normaliser.normalise(each, 0), Problem) for each in bad)
    assert normaliser.normalise(sysmon(1), 0) == normalised(sysmon(1))


@pytest.mark.parametrize("nested", [["x"], {"x": "y"}, [{"x": ["y"]}], [[[]]]])
def test_nested_values_do_no_harm(nested: Any) -> None:
    assert normalised(sysmon(13, {"Unknown": nested, "Details": nested})).event_id == 13
    assert "TargetObject is missing" in problem(sysmon(13, {"TargetObject": [[nested]]}))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
FIELDS = sorted({name for _, _, _, data in ALL_SOURCES for name in data})


@given(st.sampled_from(ALL_SOURCES), st.dictionaries(st.sampled_from(FIELDS), values, max_size=4))
@settings(max_examples=120)
def test_whatever_the_fields_hold_there_is_an_outcome(
    source: tuple[str, str, int | str, dict[str, Any]], spoilt: dict[str, Any]
) -> None:
    provider, channel, event_id, data = source
    raw = record(provider, event_id, {**data, **spoilt}, channel=channel)
    found = Normaliser().normalise(raw, 0)
    assert isinstance(found, Problem | Outcome | source_of(event_id).event)
    if isinstance(found, Problem):
        assert found.reason.startswith(f"event {event_id}: ")
        assert "\n" not in found.reason


def test_spellings_made_up_by_the_thousand_are_not_all_remembered() -> None:
    normaliser = Normaliser()
    for number in range(25_000):
        normaliser.normalise(record(f"made up {number}", number, {}), 0)
    assert len(normaliser._routes) <= 10_000
