"""The boundary of the command line: what a shell sees of it, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lineage.cli import COMMANDS, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


def started(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m lineage ARGUMENTS`."""
    return subprocess.run(
        [sys.executable, "-m", "lineage", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env=os.environ | environment,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_begins_with_its_purpose(
    lineage: Lineage, command: str
) -> None:
    done = lineage(command, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Usage: lineage {command} ")
    assert done.out.splitlines()[2].startswith("  ")


def test_help_lists_every_command_with_its_line(lineage: Lineage) -> None:
    shown = " ".join(lineage("--help").out.split())
    for name, line in COMMANDS.items():
        assert name in shown
        assert line in shown


def test_exit_statuses_are_told_where_they_are_used(lineage: Lineage) -> None:
    assert "3  --strict was given and a record was rejected" in lineage("correlate", "-h").out


def test_version(lineage: Lineage) -> None:
    done = lineage("--version")
    assert done.status == 0
    assert done.out.startswith("lineage, version ")


def test_a_run_in_a_process_of_its_own(telemetry: Path, tmp_path: Path) -> None:
    done = started("correlate", telemetry, "--fail-on", "confirmed", COLUMNS="100")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Remcos" in done.stdout


def test_an_error_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "none"
    done = started("correlate", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"lineage: {path}: no such file or folder; check the path\n"


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = started("--debug", "correlate", tmp_path / "none")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "InputError" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_cannot_print_everything_gets_what_it_can(
    telemetry: Path, encoding: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lineage", "correlate", str(telemetry)],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "80"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Remcos" in done.stdout
    assert done.stdout.decode(encoding)


@pytest.mark.parametrize(
    "arguments", [("detections",), ("schema",), ("detect", "TELEMETRY", "--ndjson")]
)
def test_a_reader_that_goes_away_is_no_error(telemetry: Path, arguments: tuple[str, ...]) -> None:
    named = [str(telemetry) if each == "TELEMETRY" else each for each in arguments]
    running = subprocess.Popen(
        [sys.executable, "-m", "lineage", *named],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert (running.wait(), said) == (0, b"")


def test_fail_on_is_kept_where_nobody_reads(telemetry: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "lineage", "correlate", str(telemetry), "--fail-on", "confirmed"],
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.wait() == 1


@pytest.mark.parametrize("arguments", [[], ["--debug"]])
def test_a_bare_call_shows_the_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 0
    out, err = capsys.readouterr()
    assert "Commands:" in out
    assert len(out.splitlines()) > 10
    assert err == ""


def test_a_mistyped_command_is_guessed_at(lineage: Callable[..., Outcome]) -> None:
    done = lineage("corelate", "x")
    assert (done.status, done.out) == (2, "")
    assert "no such command 'corelate'; did you mean correlate?" in done.error
