"""Full, closed and broken streams, full folders, little memory, Ctrl-C: each one clear line."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import LINE

from lineage.read.walk import SPOOL_MEMORY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from command_line import Outcome

    Lineage = Callable[..., Outcome]

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows closes and fills streams its own way")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
COMMANDS = {
    "correlate": ("correlate", "TELEMETRY"),
    "timeline": ("timeline", "TELEMETRY"),
    "schema": ("schema",),
    "an error": ("correlate", "/none"),
}


def process(
    arguments: Sequence[object], shell: str = "", **options: object
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with redirections in a shell's words."""
    command = [sys.executable, "-m", "lineage", *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'{shell}\nexec "$@" {options.pop("redirected")}', "sh", *command]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, capture_output=True, text=True, check=False, timeout=120, **options
    )


@POSIX
@FULL
@pytest.mark.parametrize("redirected", [">/dev/full", "2>/dev/full", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_stream_that_is_full_or_closed(telemetry: Path, name: str, redirected: str) -> None:
    arguments = [telemetry if word == "TELEMETRY" else word for word in COMMANDS[name]]
    done = process(arguments, shell=":", redirected=redirected)
    due = 2 if name == "an error" or redirected == ">/dev/full" else 0
    assert done.returncode == due, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == (due == 2 and "2>" not in redirected)
    if due == 2 and lines and name != "an error":
        assert "No space left on device" in lines[0]


@POSIX
def test_a_disk_that_is_full_costs_the_output_and_no_more(telemetry: Path, tmp_path: Path) -> None:
    """A limit on the size of files is how a process meets a full disk."""
    report, small = tmp_path / "report.html", tmp_path / "small.md"
    done = process(
        ["correlate", telemetry, "--html", report, "--mermaid", small],
        shell="trap '' XFSZ; ulimit -f 20",
        redirected="",
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"lineage: {report}: File too large; ")
    assert len(done.stderr.splitlines()) == 1
    assert "Add or Set Windows Defender Exclusion" in done.stdout
    assert small.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.md", "telemetry.json"]


@POSIX
@pytest.mark.parametrize("kilobytes", [200_000, 300_000])
def test_little_memory_is_one_line(telemetry: Path, kilobytes: int) -> None:
    done = process(["correlate", telemetry], shell=f"ulimit -v {kilobytes}", redirected="")
    assert done.returncode in {0, 2}, done.stderr
    assert "fault of lineage" not in done.stderr


MOMENTS = 24
AT_A_MOMENT = """
import os, signal, sys

moment, passed = int(sys.argv[1]), 0

def count(event, arguments):
    global passed
    passed += 1
    if passed == moment:
        os.kill(os.getpid(), signal.SIGINT)

from lineage.__main__ import main

sys.argv = ["lineage", "correlate", *sys.argv[2:]]
sys.addaudithook(count)
try:
    main()
finally:
    sys.stdout.write(f"\\n{passed}")
"""


def interrupted_at(moment: int, telemetry: Path) -> subprocess.CompletedProcess[str]:
    """A run that gets Ctrl-C at its n-th event as Python audits them: imports, opened files ..."""
    command = [sys.executable, "-c", AT_A_MOMENT, str(moment), str(telemetry)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@POSIX
def test_ctrl_c_at_any_moment_is_one_line(telemetry: Path) -> None:
    """Most moments lie in imports, where an interruption can leave native modules half made."""
    moments = int(interrupted_at(0, telemetry).stdout.splitlines()[-1])
    assert moments > MOMENTS
    outcomes = set()
    for moment in range(1, moments, moments // MOMENTS):
        done = interrupted_at(moment, telemetry)
        outcomes.add((done.returncode, done.stderr.strip()))
    assert outcomes - {(0, "")} == {(130, "lineage: interrupted")}


@pytest.mark.parametrize("kept", [False, True], ids=["raised", "swallowed"])
def test_an_import_that_never_ends_can_be_interrupted(
    telemetry: Path, tmp_path: Path, kept: bool
) -> None:
    """A plug-in's module may wait for ever, and swallow the interruption at that."""
    endless = "import _thread\n_thread.interrupt_main()\n"
    endless += "try:\n  while True: pass\nexcept KeyboardInterrupt:\n"
    endless += "  while True: pass" if kept else "  raise"
    (tmp_path / "endless.py").write_text(endless, encoding="utf-8")
    done = process(
        ["correlate", telemetry, "--correlator", "endless"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stderr.strip()) == (130, "lineage: interrupted")


def test_no_room_for_temporary_files_costs_what_needs_them(telemetry: Path, tmp_path: Path) -> None:
    """An archive inside another is spooled to a file from some size on."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("random", os.urandom(SPOOL_MEMORY_BYTES + 1))
    outer = tmp_path / "outer.zip.gz"
    outer.write_bytes(gzip.compress(inner.getvalue(), compresslevel=0))
    code = "import tempfile; tempfile.tempdir = '/none'; from lineage.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "correlate", str(outer), str(telemetry)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Add or Set Windows Defender Exclusion" in done.stdout
    assert "outer.zip.gz" in done.stdout


HOSTILE = "\u009b31m \u202e \u2066 \x7f \u200b \U000e0100 \u2028 é"


@pytest.mark.parametrize(
    "command",
    ["detect --ndjson", "detect", "correlate", "correlate --json -", "timeline", "inputs"],
)
def test_no_stream_carries_a_control_of_the_telemetry_s(
    lineage: Lineage, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "hostile.json"
    line = json.loads(LINE)
    line["CommandLine"] += HOSTILE
    path.write_text(json.dumps(line), encoding="utf-8")
    name, *options = command.split()
    done = lineage(name, path, *options)
    assert done.status == 0
    assert all(text.isprintable() for text in done.out.splitlines())
    if "--ndjson" in options:
        (hit,) = map(json.loads, done.out.splitlines())
        assert hit["fields"]["CommandLine"].endswith(HOSTILE)
