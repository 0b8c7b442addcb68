from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import ChainProcess, Report

    Lineage = Callable[..., Outcome]


@pytest.fixture(scope="session")
def payload(report: Report) -> ChainProcess:
    """The attack's own program, at its first run."""
    return next(each for each in report.chains[0].processes if "Remcos" in (each.image or ""))


def headings(done: Outcome) -> list[str]:
    """The first line of each slice printed."""
    return re.findall(r"^(\S.* on \S+)$", done.out, re.MULTILINE)


def test_a_node_by_its_id(lineage: Lineage, telemetry: Path, payload: ChainProcess) -> None:
    done = lineage("slice", telemetry, "--node", payload.node)
    assert (done.status, done.err) == (0, "")
    assert len(headings(done)) == 1
    before, _, after = " ".join(done.out.split()).partition("What came of it")
    assert "WINWORD.EXE (pid" in before
    assert "set the registry value" in after


def test_a_node_that_nobody_tagged(lineage: Lineage, telemetry: Path) -> None:
    done = lineage("slice", telemetry, "--file", "winlogon.exe")
    assert done.status == 0
    assert "What came of it" in done.out


def test_a_file_by_name_path_or_hash(
    lineage: Lineage, telemetry: Path, payload: ChainProcess
) -> None:
    image = payload.image or ""
    by_path = lineage("slice", telemetry, "--file", image.upper())
    by_name = lineage("slice", telemetry, "--file", image.rpartition("\\")[2])
    assert by_path.out == by_name.out
    by_hash = lineage("slice", telemetry, "--hash", payload.hashes["SHA256"].lower())
    assert by_hash.status == 0
    assert headings(by_path)[0] in headings(by_hash)


def test_a_reused_pid_is_several_processes_and_time_tells_which(
    lineage: Lineage, telemetry: Path, payload: ChainProcess
) -> None:
    found = lineage("slice", telemetry, "--pid", payload.pid)
    assert len(headings(found)) > 1
    narrowed = lineage("slice", telemetry, "--pid", payload.pid, "--time", payload.start,
                       "--host", payload.host)  # fmt: skip
    assert headings(narrowed) == [f"{payload.image} (pid {payload.pid}) on {payload.host.lower()}"]


def test_a_chain_by_its_number_is_sliced_as_one(
    lineage: Lineage, telemetry: Path, report: Report
) -> None:
    done = lineage("slice", telemetry, "--chain", 1)
    best = report.chains[0]
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Chain 1, {best.id}: confirmed {best.score:g}: Remcos on ")
    before, _, after = done.out.partition("What came of it")
    told = re.findall(r" started .*", before), re.findall(r" started .*", after)
    assert told[0], "what led to it"
    assert len(told[1]) >= len(best.processes) - 1
    by_id = lineage("slice", telemetry, "--chain", best.id)
    assert by_id.out == done.out
    assert lineage("slice", telemetry, "--verdict", "confirmed").out == done.out


def test_a_chain_that_is_not_there_is_said(lineage: Lineage, telemetry: Path) -> None:
    assert (
        "the report has no chain '99'; it has " in lineage("slice", telemetry, "--chain", 99).error
    )
    both = lineage("slice", telemetry, "--chain", 1, "--pid", 4)
    assert both.error.startswith("lineage: say which node is meant")


def test_steps_of_a_stretch_of_time(
    lineage: Lineage, telemetry: Path, payload: ChainProcess
) -> None:
    whole = lineage("slice", telemetry, "--node", payload.node).out
    part = lineage("slice", telemetry, "--node", payload.node, "--until", payload.start).out
    assert "left out, as asked: " in part
    assert "left out" not in whole
    assert len(part) < len(whole)
    user = lineage("slice", telemetry, "--node", payload.node, "--user", "nobody")
    assert user.error.endswith("user nobody; check the spelling")


def test_host_alone_does_not_say_which_node(lineage: Lineage, telemetry: Path) -> None:
    done = lineage("slice", telemetry, "--host", "x")
    assert done.error.startswith("lineage: say which node is meant: --node, --pid")
    assert "--chain" in done.error


def test_many_nodes_are_cut_and_counted(lineage: Lineage, telemetry: Path) -> None:
    text = telemetry.read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if "svchost.exe -k" in each and "MD5=" in each)
    (digest,) = re.findall(r"MD5=([0-9A-F]{32})", line)
    done = lineage("slice", telemetry, "--hash", digest)
    assert len(headings(done)) == 5
    last = done.out.splitlines()[-1]
    assert re.fullmatch(r"\d+ more are meant; narrow with --host, --user or --time", last)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which node is meant: --node, --pid, --file, --hash or --time"),
        (("--pid", "999999"), "nothing in the input is pid 999999; check the spelling"),
        (("--node", "process:x:y"), "nothing in the input is node process:x:y; check"),
        (("--file", "no such.exe"), "nothing in the input is file no such.exe; check"),
        (("--hash", "00"), "nothing in the input is hash 00; check the spelling"),
        (("--pid", "4", "--host", "elsewhere"), "nothing in the input is pid 4, host elsewhere"),
        (("--time", "noon"), "time 'noon' is not a date and time; write 2026-02-04T10:15:00Z"),
    ],
)
def test_none_is_one_line(
    lineage: Lineage, telemetry: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = lineage("slice", telemetry, *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.error.startswith(f"lineage: {said}")


@pytest.mark.parametrize("columns", ["80", "160"])
def test_it_keeps_to_the_width(
    lineage: Lineage,
    telemetry: Path,
    payload: ChainProcess,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = lineage("slice", telemetry, "--node", payload.node)
    assert max(map(len, done.out.splitlines())) <= int(columns)


def test_its_records_are_those_of_the_input(
    lineage: Lineage, telemetry: Path, payload: ChainProcess
) -> None:
    numbers: set[Any] = {
        json.loads(line)["RecordNumber"] for line in telemetry.read_bytes().splitlines()
    }
    done = lineage("slice", telemetry, "--node", payload.node)
    told = {int(each) for each in re.findall(r"nxlog\.json#(\d+)", done.out)}
    assert told
    assert told <= numbers
