"""What an event says, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hosts import Host

from lineage.normalise.event import ChannelEvent, Event
from lineage.timeline.acts import ACTS, MOST, fields, kind_of, log_of, message

if TYPE_CHECKING:
    import pytest


def test_words_name_fields_of_their_events() -> None:
    assert set(ACTS) <= set(get_args(Event)) - {ChannelEvent}
    for kind, act in ACTS.items():
        assert {act.what, *act.more} - {""} <= set(kind._fields)


def test_a_start_and_a_write_name_program_and_thing() -> None:
    host = Host()
    word = host.run(r"C:\Office\WINWORD.EXE", command_line="WINWORD.EXE /n a.docm")
    path = r"C:\Users\zoe\a.vbs"
    written = host.write(word, path)
    start = host.events[0]
    assert message(start, word.image) == "WINWORD.EXE started: WINWORD.EXE /n a.docm"
    assert message(written, word.image) == f"WINWORD.EXE wrote {path}"
    assert (kind_of(start), kind_of(written)) == ("process", "file")
    assert log_of(start) == "sysmon"
    assert dict(fields(written))["TargetFilename"] == path


def test_a_long_text_is_cut_and_says_so() -> None:
    host = Host()
    host.run(r"C:\a.exe", command_line="a.exe " + "x" * 5000)
    told = message(host.events[0], r"C:\a.exe")
    assert len(told) < MOST + 50
    assert told.endswith("[... 5,021 characters in all]")
    assert dict(fields(host.events[0]))["CommandLine"].endswith("x" * 4000)


def test_who_began_a_connection_is_told() -> None:
    host = Host()
    server = host.run(r"C:\s.exe")
    out, into = host.connect(server, "203.0.113.7"), host.connect(server, "203.0.113.8", None)
    assert message(out, server.image).startswith("s.exe connected to 203.0.113.7 (Destin")
    assert message(into, server.image).startswith("s.exe accepted a connection from 203.0.113.8")


def test_an_event_without_words_of_its_own_is_told_by_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = Host()
    server = host.run(r"C:\s.exe")
    host.connect(server, "203.0.113.7")
    monkeypatch.delitem(ACTS, type(host.events[-1]))
    told = message(host.events[-1], server.image)
    assert told.startswith("s.exe: sysmon 3 (")
    assert "DestinationIp=203.0.113.7" in told


def test_a_record_of_a_log_is_told_by_its_fields() -> None:
    host = Host()
    event = host.log("Security", 4624, {"TargetUserName": "zoe", "LogonType": "3"})
    assert message(event, None) == "Security 4624 (TargetUserName=zoe; LogonType=3)"
    assert kind_of(event) == "log"
