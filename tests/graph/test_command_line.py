from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.graph.command_line import MOST_FILES, named_files, split_deletion

HOME = "C:\\Users\\zoe\\"


@pytest.mark.parametrize(
    ("command_line", "directory", "files"),
    [
        (r"wscript.exe C:\a.vbs", None, [r"c:\a.vbs"]),
        (r'wscript.exe //B "C:\a b\c.vbs"', None, [r"c:\a b\c.vbs"]),
        (r'"C:\Program Files\a.exe" "C:\b.docx"', None, [r"c:\b.docx"]),
        (r"C:\only.exe", None, []),
        ("", None, []),
        ("   ", HOME, []),
        # a bare name is looked for where the process works
        ("wscript.exe a.vbs", HOME, [r"c:\users\zoe\a.vbs"]),
        (r"wscript.exe .\a.vbs", HOME, [r"c:\users\zoe\a.vbs"]),
        (r"wscript.exe sub\a.vbs", "C:\\Users\\zoe", [r"c:\users\zoe\sub\a.vbs"]),
        ("wscript.exe a.vbs", None, []),
        ("notepad.exe notes.unknown", HOME, []),
        # switches and functions around a path
        (r"regsvr32 /s C:\a.dll", None, [r"c:\a.dll"]),
        (r"rundll32 C:\a.dll,Start 1", None, [r"c:\a.dll"]),
        (r"tool /log:C:\x.log", None, [r"c:\x.log"]),
        (r"powershell -c Add-MpPreference -ExclusionPath 'C:\a'", None, [r"c:\a"]),
        (r"cmd /c copy C:\a.exe C:\b.exe&del C:\a.exe", None, [r"c:\a.exe", r"c:\b.exe"]),
        # PowerShell's quotes within cmd's
        (
            r"""cmd /c "powershell iwr x -OutFile 'C:\a b\c.vbs'; start 'C:\a b\c.vbs'" """,
            None,
            [r"c:\a b\c.vbs"],
        ),
        (r"& 'C:\Program Files\a.exe' 'C:\b.ps1'", None, [r"c:\program files\a.exe", r"c:\b.ps1"]),
        ('wscript "C:\\Users\\o\'brien\\a.vbs"', None, [r"c:\users\o'brien\a.vbs"]),
        # the same file twice is one
        (r"fc C:\a.txt c:\A.TXT", None, [r"c:\a.txt"]),
        # shares and variables
        (r"wscript \\server\share\a.js", None, [r"\\server\share\a.js"]),
        (r"cmd /c %windir%\a.bat", None, [r"c:\windows\a.bat"]),
        (r"cmd /c %APPDATA%\a.bat", None, [r"%appdata%\a.bat"]),
        # no files
        ("mshta https://files.example.test/a.hta", HOME, []),
        ("tool a:b.exe", HOME, []),
    ],
)
def test_the_files_that_a_command_line_names(
    command_line: str, directory: str | None, files: list[str]
) -> None:
    assert list(named_files(command_line, directory)) == files


def test_a_batch_job_s_list_is_cut() -> None:
    command_line = "tool " + " ".join(rf"C:\{number}.txt" for number in range(500))
    assert len(named_files(command_line, None)) == MOST_FILES


@given(st.text(alphabet=st.sampled_from("aC:\\ \".,;|&<>%'/\ud800"), max_size=200))
@settings(max_examples=60)
def test_any_text_names_few_canonical_files(command_line: str) -> None:
    files = named_files(command_line, HOME)
    assert len(files) <= MOST_FILES
    assert len(set(files)) == len(files)
    assert all(path == path.lower() for path in files)


@pytest.mark.parametrize(
    ("command_line", "expected"),
    [
        (r"cmd /c del C:\a.exe", True),
        (r"cmd.exe /c ping -n 3 127.0.0.1 & DEL /f C:\a.exe", True),
        (r"cmd /c ping x&erase C:\a.exe", True),
        (r'cmd /c "del C:\a.exe"', True),
        (r"cmd /c (del C:\a.exe)", True),
        (r"cmd /c copy C:\model.exe C:\b.exe", False),
        (r"cmd /c C:\del\a.exe", False),
        ("cmd /c delete.bat", False),
        ("cmd /c del", False),
        ("", False),
    ],
)
def test_whether_files_are_deleted(command_line: str, expected: bool) -> None:
    before, after = split_deletion(command_line)
    assert bool(after) is expected
    assert before + after == command_line
