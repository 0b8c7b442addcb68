"""Outputs never cost evidence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from lineage.cli import run
from lineage.cli.correlate import command as correlate
from lineage.cli.report_files import outputs

LINE = (
    '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"h",'
    '"UtcTime":"2026-01-01 00:00:00.000","ProcessId":"4","Image":"C:\\\\a.exe",'
    '"CommandLine":"%s"}\n'
)


def export(folder: Path, name: str = "in.json", command_line: str = "a") -> Path:
    path = folder / name
    path.write_text(LINE % command_line, encoding="utf-8")
    return path


@pytest.mark.parametrize("option", ["--json", "--html", "--dot"])
@pytest.mark.parametrize("whole_folder", [True, False])
def test_an_output_over_an_input_is_refused(
    tmp_path: Path, option: str, whole_folder: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path)
    before = path.read_bytes()
    told = tmp_path if whole_folder else path
    assert run(["correlate", str(told), "-q", option, str(path)]) == 2
    assert "among the inputs" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_two_outputs_in_one_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = str(tmp_path / "out")
    assert run(["correlate", str(export(tmp_path)), "-q", "--json", both, "--html", both]) == 2
    assert "is the file of" in capsys.readouterr().err
    assert not Path(both).exists()


@pytest.mark.skipif(os.name == "nt", reason="links and devices are a matter of POSIX systems")
def test_links_and_devices_are_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    source = export(tmp_path)
    assert run(["correlate", str(source), "-q", "--json", str(link)]) == 0
    assert link.is_symlink()
    assert target.stat().st_size > 100
    assert run(["correlate", str(source), "-q", "--json", os.devnull]) == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name == "nt", reason="only POSIX allows such names")
def test_a_name_that_is_no_utf_8_is_spelled_out(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/odd\xff.json"
    Path(os.fsdecode(odd)).write_text(LINE % "a", encoding="utf-8")
    out = tmp_path / "out" / "report.json"
    out.parent.mkdir()
    assert run(["correlate", os.fsdecode(odd), "-q", "--json", str(out)]) == 0
    assert r"odd\\xff.json" in out.read_text(encoding="utf-8")


def test_a_lone_surrogate_hides_no_event(tmp_path: Path) -> None:
    source = export(tmp_path, command_line=r"\ud800 powershell Add-MpPreference -ExclusionPath x")
    out = tmp_path / "report.json"
    assert run(["correlate", str(source), "-q", "--json", str(out)]) == 0
    assert "Add or Set Windows Defender Exclusion" in out.read_text(encoding="utf-8")


RULE = """\
title: A rule
logsource: {category: process_creation}
detection:
  selection: {CommandLine: whoami}
  condition: selection
"""
TEMPLATE = "name: own\nstages: [{tactic: impact, weight: 1}]\n"


@pytest.mark.parametrize("link", ["the file itself", "hard link", "symbolic link"])
@pytest.mark.parametrize("evidence", ["telemetry", "rule", "rule in a folder", "template"])
@pytest.mark.parametrize("option", ["--json", "--mermaid", "--csv"])
def test_nothing_that_is_read_is_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str, evidence: str, option: str
) -> None:
    """Whatever its name, and also where it is one of the files in an output folder."""
    telemetry = export(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "out").mkdir()
    arguments = [str(telemetry)]
    if evidence == "telemetry":
        victim = telemetry
    elif evidence == "template":
        victim = tmp_path / "own.yaml"
        victim.write_text(TEMPLATE, encoding="utf-8")
        arguments += ["--template", str(victim)]
    else:
        victim = tmp_path / "rules" / "a.yml"
        victim.write_text(RULE, encoding="utf-8")
        arguments += ["--rules", str(victim if evidence == "rule" else victim.parent)]
    target = tmp_path / "out" / "timeline.csv"
    if link == "hard link":
        target.hardlink_to(victim)
    elif link == "symbolic link":
        symlink(target, victim)
    elif option == "--csv":
        pytest.skip("the input isn't called like a file of the folder")
    else:
        target = victim
    before = victim.read_bytes()
    place = target.parent if option == "--csv" else target
    assert run(["correlate", *arguments, "-q", option, str(place)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"lineage: {option}: ")
    assert "among the inputs" in error
    assert error.count("\n") == 1
    assert victim.read_bytes() == before
    assert len(list((tmp_path / "out").iterdir())) == (target.parent.name == "out")


def symlink(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this user may not make links here")


def test_an_input_in_the_csv_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path, "timeline.csv")
    before = path.read_bytes()
    assert run(["correlate", str(path), "-q", "--csv", str(tmp_path)]) == 2
    assert "among the inputs" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["timeline.csv"]


def test_a_report_is_not_rendered_over_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "evidence.csv"
    assert run(["correlate", str(export(tmp_path)), "-q", "--json", str(report)]) == 0
    before = report.read_bytes()
    assert run(["render", str(report), "--csv", str(tmp_path)]) == 2
    assert "among the inputs" in capsys.readouterr().err
    assert report.read_bytes() == before


def test_what_standard_input_comes_from_is_an_input(tmp_path: Path) -> None:
    path = export(tmp_path)
    before = path.read_bytes()
    with path.open("rb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "lineage", "correlate", "-", "-q", "--json", str(path)],
            stdin=stream,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lineage: --json: - is among the inputs")
    assert path.read_bytes() == before


def test_two_names_of_one_output_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"")
    second.hardlink_to(first)
    arguments = ["correlate", str(export(tmp_path)), "-q"]
    assert run([*arguments, "--json", str(first), "--html", str(second)]) == 2
    assert "is the file of --" in capsys.readouterr().err
    folder = tmp_path / "d"
    assert run([*arguments, "--csv", str(folder), "--json", str(folder / "nodes.csv")]) == 2
    assert not folder.exists()


def test_an_output_that_fails_keeps_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["correlate", str(export(tmp_path)), "--json", str(tmp_path / "no" / "a.json")]
    assert run([*arguments, "--html", str(tmp_path / "b.html")]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"lineage: {tmp_path / 'no' / 'a.json'}: ")
    assert printed.err.count("\n") == 1
    assert "in.json" in printed.out
    assert (tmp_path / "b.html").stat().st_size > 1000


def test_a_new_file_in_an_input_folder_is_no_input(tmp_path: Path) -> None:
    export(tmp_path)
    assert run(["correlate", str(tmp_path), "-q", "--json", str(tmp_path / "new.json")]) == 0
    assert run(["correlate", str(tmp_path), "-q", "--json", str(tmp_path / "new.json")]) == 2


WRITTEN = {option.name for option in click.command(outputs(lambda **_: None)).params}
READ = [
    parameter
    for parameter in correlate.params
    if isinstance(parameter.type, click.Path) and parameter.name not in WRITTEN
]


@pytest.mark.parametrize("parameter", READ, ids=lambda parameter: parameter.name)
def test_whatever_option_names_a_file_to_read_it_is_an_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parameter: click.Parameter
) -> None:
    """Also an option that is new: the file's content doesn't matter, as nothing is read before."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"evidence")
    named = [str(victim)] if isinstance(parameter, click.Argument) else []
    if isinstance(parameter, click.Option):
        named = [str(export(tmp_path)), parameter.opts[0], str(victim)]
    assert run(["correlate", *named, "-q", "--json", str(victim)]) == 2
    assert "among the inputs" in capsys.readouterr().err
    assert victim.read_bytes() == b"evidence"


def test_the_options_that_name_files_are_found() -> None:
    assert {"paths", "rules", "templates", "allow"} <= {parameter.name for parameter in READ}
