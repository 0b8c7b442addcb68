"""Outputs never cost evidence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lineage.cli import run

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
