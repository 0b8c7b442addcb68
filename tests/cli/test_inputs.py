"""`lineage inputs`: what paths hold, without correlating."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from raw_events import json_lines, nxlog_event, xml_event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


def _taken(lineage: Lineage, *paths: Path) -> dict[str, Any]:
    done = lineage("inputs", *paths, "--json", "-")
    assert (done.status, done.err) == (0, "")
    taken: dict[str, Any] = json.loads(done.out)
    return taken


def test_each_input_tells_its_hosts_times_and_ids(lineage: Lineage, simulated: Path) -> None:
    entries = _taken(lineage, simulated / "evtx")["inputs"]
    assert len(entries) > 1
    for entry in entries:
        assert entry["kind"] is None
        assert entry["records"] == sum(kind["records"] for kind in entry["ids"])
        assert entry["records"] == sum(host["records"] for host in entry["hosts"])
        assert entry["first_seen"] <= entry["last_seen"]
        assert (
            len(entry["first_seen"])
            == len(entry["last_seen"])
            == len("2026-02-02T08:30:34.0000000Z")
        )
    read = {kind["source"] for entry in entries for kind in entry["ids"]}
    assert {"sysmon-1", "security-4688", "powershell-4104"} <= read


def test_ids_that_are_not_read_are_counted_too(lineage: Lineage, tmp_path: Path) -> None:
    other = xml_event().replace("<EventID>1<", "<EventID>3<")
    (tmp_path / "a.xml").write_text(other * 3 + xml_event(), encoding="utf-8")
    (entry,) = _taken(lineage, tmp_path)["inputs"]
    assert {(kind["event_id"], kind["source"]): kind["records"] for kind in entry["ids"]} == {
        (3, None): 3,
        (1, "sysmon-1"): 1,
    }
    done = lineage("inputs", tmp_path)
    assert "not read  Microsoft-Windows-Sysmon 3 3" in done.out


def test_what_would_be_evaluable_is_told(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json_lines([nxlog_event()]))
    covered = {c["detection"]: c for c in _taken(lineage, tmp_path)["coverage"]}
    assert covered["Vbscript Execution Using Wscript App"]["evaluable"]
    macro = covered["Office Document Executing Macro Code"]
    assert not macro["evaluable"]
    assert "sysmon-7" in macro["missing"]
    done = lineage("inputs", tmp_path)
    assert "Evaluable: " in done.out
    assert "more with sysmon-7" in done.out


def test_files_that_are_no_telemetry_stop_nothing(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "SYSTEM").write_bytes(b"regf\0\0")
    done = lineage("inputs", tmp_path)
    assert done.status == 0
    assert "1 file isn't telemetry: 1 registry hive" in done.out
    (entry,) = _taken(lineage, tmp_path)["inputs"]
    assert (entry["kind"], entry["first_seen"], entry["ids"]) == ("registry hive", None, [])


def test_damage_is_told(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json_lines([nxlog_event()]) + b'{"cut": "in ha\n')
    done = lineage("inputs", tmp_path)
    assert "1 rejected" in done.out
    assert "record 2: not JSON" in done.out


def test_json_is_not_written_over_an_input(lineage: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json_lines([nxlog_event()]))
    done = lineage("inputs", tmp_path, "--json", path)
    assert done.status == 2
    assert path.read_bytes() == json_lines([nxlog_event()])


def test_text_of_the_telemetry_cannot_act_on_the_terminal(lineage: Lineage, tmp_path: Path) -> None:
    event = {**nxlog_event(), "Hostname": "a\x1b[2J\u202eb"}
    (tmp_path / "a.json").write_text(json.dumps(event), encoding="utf-8")
    for arguments in ((), ("--json", "-")):
        out = lineage("inputs", tmp_path, *arguments).out
        assert "\x1b" not in out
        assert "\u202e" not in out
