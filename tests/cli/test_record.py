"""`lineage record`, and the records that a report keeps."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


@pytest.fixture
def written(lineage: Lineage, telemetry: Path, tmp_path: Path) -> Path:
    """The report as correlate writes it."""
    path = tmp_path / "report.json"
    assert lineage("correlate", telemetry, "-q", "--json", path).status == 0
    return path


def test_every_row_of_evidence_has_its_record_in_the_report(written: Path, telemetry: Path) -> None:
    report = json.loads(written.read_bytes())
    lines = [json.loads(line) for line in telemetry.read_text(encoding="utf-8").splitlines()]
    by_place = {(one["record"], one["host"]): one for one in report["records"]}
    for chain in report["chains"]:
        for hit in chain["evidence"]:
            record = by_place[hit["record"], hit["host"]]
            (line,) = [
                one
                for one in lines
                if (one["RecordNumber"], one["Hostname"]) == (hit["record"], record["computer"])
                and one["EventID"] == hit["event_id"]
            ]
            assert {name: str(line[name]) for name in record["data"]} == record["data"]
    assert report["records_left_out"] == 0


def test_no_records_leaves_them_out(lineage: Lineage, telemetry: Path) -> None:
    done = lineage("correlate", telemetry, "--no-records", "--json", "-")
    assert json.loads(done.out)["records"] == []


def test_a_record_by_its_place_by_an_end_of_it_and_from_the_report(
    lineage: Lineage, telemetry: Path, written: Path
) -> None:
    hit = json.loads(written.read_bytes())["chains"][0]["evidence"][0]
    whole = lineage("record", f"{hit['source']}#{hit['record']}")
    assert (whole.status, whole.err) == (0, "")
    assert whole.out.startswith(f"{hit['source']}#{hit['record']}\n")
    for name, value in hit["fields"].items():
        assert value[:40] in whole.out, name
    place = f"{telemetry.name.upper()}#{hit['record']}"
    assert lineage("record", place, telemetry.parent).out == whole.out
    kept = lineage("record", place, "--report", written)
    assert set(kept.out.splitlines()) <= set(whole.out.splitlines())
    (line,) = lineage("record", place, "--report", written, "--ndjson").out.splitlines()
    assert json.loads(line)["record"] == hit["record"]


def test_all_records_of_a_number_are_shown(lineage: Lineage, tmp_path: Path) -> None:
    event = {"EventID": 1, "RecordNumber": 7, "Channel": "X", "SourceName": "Y", "Message": "hi"}
    events = [event | {"Hostname": host} for host in ("ONE", "TWO")]
    path = tmp_path / "many.json"
    path.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    done = lineage("record", "many.json#7", path)
    assert [line.split() for line in done.out.splitlines() if line.startswith("computer")] == [
        ["computer", "ONE"], ["computer", "TWO"]
    ]  # fmt: skip


def test_what_a_record_holds_does_no_harm(lineage: Lineage, tmp_path: Path) -> None:
    event = {"EventID": 1, "RecordNumber": 7, "Channel": "X", "SourceName": "Y",
             "Message": "\x1b[31mred\u202e [bold]", "\x1b]0;x": "name"}  # fmt: skip
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    out = lineage("record", "bad.json#7", path).out
    assert "\x1b" not in out
    assert "<U+202E> [bold]" in out


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Sysmon.evtx", "'Sysmon.evtx' names no record; write SOURCE#N"),
        ("elsewhere.evtx#1", "elsewhere.evtx is no file here; say in which PATHs"),
        ("#1", "'#1' names no record"),
    ],
)
def test_what_names_no_record_is_said(lineage: Lineage, place: str, said: str) -> None:
    done = lineage("record", place)
    assert (done.status, done.out) == (2, "")
    assert done.error.startswith(f"lineage: {said}")


def test_a_record_that_is_nowhere_is_said(lineage: Lineage, telemetry: Path, written: Path) -> None:
    assert "no such record in " in lineage("record", f"{telemetry}#99999999").error
    kept = lineage("record", f"{telemetry.name}#99999999", "--report", written)
    assert "doesn't keep this record" in kept.error
    assert "leave out PATH" in lineage("record", "a#1", telemetry, "--report", written).error


def test_of_standard_input_no_record_can_be_kept_and_that_is_counted(
    lineage: Lineage, telemetry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = io.TextIOWrapper(io.BytesIO(telemetry.read_bytes()))
    monkeypatch.setattr("sys.stdin", content)
    report = json.loads(lineage("correlate", "-", "--json", "-").out)
    assert report["records"] == []
    assert report["records_left_out"] > 0
