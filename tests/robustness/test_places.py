"""No path, name or number on the command line makes it fail, or hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lineage.export import EXPORTERS
from lineage.user_files import is_idle_pipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Outcome

    Lineage = Callable[..., Outcome]

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names and files")
OUTPUTS = ["--json", "--html", *(f"--{exporter.name}" for exporter in EXPORTERS)]
ODD = os.fsdecode(b"odd\xff\x9b") if os.name != "nt" else "odd"
TOO_LONG = {"one name": "b" * 5000, "many names": "a/" * 2500 + "a"}
DIGITS = "9" * 5000


def commands(place: Path | str, telemetry: Path) -> list[tuple[object, ...]]:
    """Every way to name a file on the command line."""
    return [
        ("correlate", place),
        ("correlate", telemetry, "-q", "--rules", place),
        ("correlate", telemetry, "-q", "--template", place),
        ("correlate", telemetry, "-q", "--placeholders", place),
        ("correlate", telemetry, "-q", "--pipeline", place),
        ("detect", place),
        ("slice", place, "--pid", "4"),
        ("explain", "1", "--report", place),
        ("render", place),
    ]


@POSIX
@pytest.mark.parametrize("option", OUTPUTS)
def test_names_that_are_no_utf_8_are_read_and_told_in_every_output(
    lineage: Lineage, telemetry: Path, tmp_path: Path, option: str
) -> None:
    folder = tmp_path / ODD
    folder.mkdir()
    telemetry.rename(folder / f"{ODD}.json")
    done = lineage("correlate", folder, option, tmp_path / "out")
    done.is_no_fault()
    assert done.status == 0
    assert "odd\\xff" in done.out


@POSIX
def test_outputs_have_names_that_are_no_utf_8(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    for option in OUTPUTS:
        assert (
            lineage("correlate", telemetry, "-q", option, tmp_path / f"{ODD}{option}").status == 0
        )
    done = lineage("simulate", tmp_path / ODD, "--noise", "small", "--format", "nxlog")
    assert done.status == 0
    assert done.out.isprintable() or all(line.isprintable() for line in done.out.splitlines())


@POSIX
@pytest.mark.parametrize("number", range(9))
def test_a_missing_file_with_such_a_name_is_one_line(
    lineage: Lineage, telemetry: Path, tmp_path: Path, number: int
) -> None:
    done = lineage(*commands(tmp_path / ODD, telemetry)[number])
    done.is_no_fault()


@pytest.mark.parametrize("kind", TOO_LONG)
@pytest.mark.parametrize("number", range(9))
def test_a_path_of_five_thousand_characters_is_one_line(
    lineage: Lineage, telemetry: Path, tmp_path: Path, number: int, kind: str
) -> None:
    done = lineage(*commands(tmp_path / TOO_LONG[kind], telemetry)[number])
    done.is_no_fault()
    assert done.status == 2 or "can't be read" in done.out or not done.err


@pytest.mark.parametrize("kind", TOO_LONG)
@pytest.mark.parametrize("option", OUTPUTS)
def test_an_output_of_five_thousand_characters_is_one_line(
    lineage: Lineage, telemetry: Path, tmp_path: Path, option: str, kind: str
) -> None:
    good = tmp_path / "good.html"
    other = ("--html", good) if option != "--html" else ("--json", good)
    done = lineage("correlate", telemetry, "-q", option, tmp_path / TOO_LONG[kind], *other)
    done.is_no_fault()
    assert done.status == 2
    assert good.is_file()


@pytest.fixture(params=["leads nowhere", "circle", "pipe", "folder of them"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What has a name but is no file."""
    if os.name == "nt":
        pytest.skip("Windows has no such files")
    folder = tmp_path / "nothing"
    folder.mkdir()
    (folder / "nowhere").symlink_to(tmp_path / "none")
    (folder / "circle").symlink_to(folder / "other")
    (folder / "other").symlink_to(folder / "circle")
    os.mkfifo(folder / "pipe")
    names = {"leads nowhere": "nowhere", "folder of them": ""}
    return folder / names.get(request.param, request.param)


@pytest.mark.parametrize("number", range(9))
def test_what_is_no_file_is_told_at_once(
    lineage: Lineage, telemetry: Path, nothing: Path, number: int
) -> None:
    lineage(*commands(nothing, telemetry)[number]).is_no_fault()


def test_what_is_no_file_costs_no_other(lineage: Lineage, telemetry: Path, nothing: Path) -> None:
    if not nothing.exists():
        pytest.skip("a path that isn't there is a wrong command line")
    done = lineage("correlate", nothing, telemetry)
    assert done.status == 0
    assert "Add or Set Windows Defender Exclusion" in done.out
    assert "nothing" in done.out


def test_an_output_in_the_place_of_what_is_no_file(
    lineage: Lineage, telemetry: Path, nothing: Path
) -> None:
    if nothing.exists() and not nothing.is_dir():
        pytest.skip("writing to a pipe waits for its reader, as it should")
    for option in OUTPUTS:
        lineage("correlate", telemetry, "-q", option, nothing).is_no_fault()


@POSIX
def test_a_pipe_that_a_shell_made_has_its_writer(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        assert not is_idle_pipe(tmp_path.__class__(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)
        os.close(writing)


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
def test_a_folder_that_may_not_be_entered_costs_no_other(telemetry: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "telemetry.json").write_text("{}", encoding="utf-8")
    for folder in (closed, *closed.parents[:3]):
        folder.chmod(0o755)
    closed.chmod(0)
    code = "import os, sys; os.setuid(65534); from lineage.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "correlate", str(closed), str(telemetry)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if "PermissionError" in done.stderr or "ModuleNotFound" in done.stderr:
        pytest.skip("another user may not read this checkout")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Permission denied" in done.stdout


@pytest.mark.parametrize("wanted", ["²", "①", DIGITS, "0", "-1", "\u202e", "", "٣"])
def test_explain_takes_any_text_for_a_chain(lineage: Lineage, report: Path, wanted: str) -> None:
    done = lineage("explain", "--report", report, "--", wanted)
    done.is_no_fault()
    assert done.status == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("slice", "TELEMETRY", "--pid", DIGITS),
        ("slice", "TELEMETRY", "--time", DIGITS),
        ("slice", "TELEMETRY", "--node", DIGITS),
        ("slice", "TELEMETRY", "--file", "\ud800"),
        ("correlate", "TELEMETRY", "--min-score", DIGITS),
        ("correlate", "TELEMETRY", "--min-score", "nan"),
        ("simulate", "FOLDER", "--seed", DIGITS),
        ("simulate", "FOLDER", "--seed", "9" * 4000),
        ("simulate", "FOLDER", "--events", DIGITS),
        ("simulate", "FOLDER", "--case", "\u009b31m"),
        ("neo4j", "push", "TELEMETRY", "--only-chains", "--hops", DIGITS),
        ("query", "chains", "--timeout", DIGITS),
        ("\ud800",),
        ("correlate", "--\u202e"),
    ],
)
def test_a_number_or_name_beyond_reason_is_one_line(
    lineage: Lineage, telemetry: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    places = {"TELEMETRY": telemetry, "FOLDER": tmp_path / "new"}
    done = lineage(*(places.get(argument, argument) for argument in arguments))
    done.is_no_fault()
    assert done.status == 2


@pytest.mark.parametrize("columns", ["999999999", "0", "-1", "1", "²", "٣", "9" * 30, DIGITS, "x"])
def test_no_width_of_the_terminal_is_absurd(
    lineage: Lineage,
    telemetry: Path,
    report: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    for arguments in (("correlate", telemetry), ("detect", telemetry), ("render", report)):
        done = lineage(*arguments)
        done.is_no_fault()
        assert "Set" in done.out
    assert lineage("--help").status == 0


@pytest.mark.parametrize(
    "command",
    [("render", "--since", "2h"), ("render", "--until", "2h"), ("explain", "1", "--report")],
)
def test_a_report_whose_times_are_none_is_one_line(
    lineage: Lineage, report: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    content = json.loads(report.read_text("utf-8"))
    assert content["detections"]
    for hit in content["detections"]:
        hit["time"] = "2{}0-14T10:02:13Z"
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    done = lineage(*command, path)
    done.is_no_fault()
    assert done.status == 2
