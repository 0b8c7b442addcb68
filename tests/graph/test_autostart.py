from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.graph.autostart import is_autostart_file, launcher_of, scheduled, started_programs
from lineage.graph.nodes import FileNode, RegistryNode
from lineage.normalise.paths import canonical_path, canonical_registry

USER = r"HKU\S-1-5-21-1-2-3-1001"
VERSION = r"\Software\Microsoft\Windows\CurrentVersion"
NT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
PROGRAM = r"C:\Users\zoe\My App\a.exe"
CANONICAL = PROGRAM.lower()


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        (USER + VERSION + r"\Run\x", True),
        (r"\REGISTRY\MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce\x", True),
        (r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Run\x", True),
        (r"HKLM" + VERSION + r"\RunOnceEx\0001\x", True),
        (USER + VERSION + r"\Policies\Explorer\Run\x", True),
        (NT + r"\Winlogon\Shell", True),
        (NT + r"\Winlogon\Userinit", True),
        (NT + r"\Windows\Load", True),
        (NT + r"\Image File Execution Options\sethc.exe\Debugger", True),
        (r"HKLM\System\CurrentControlSet\Services\x\ImagePath", True),
        (r"HKLM\System\ControlSet001\Services\x\Parameters\ServiceDll", True),
        (r"HKLM\Software\Microsoft\Active Setup\Installed Components\{x}\StubPath", True),
        (USER + r"\Environment\UserInitMprLogonScript", True),
        (USER + VERSION + r"\Run", False),
        (USER + VERSION + r"\RunMRU\a", False),
        (USER + VERSION + r"\Explorer\RunMRU\a", False),
        (NT + r"\Winlogon\AutoRestartShell", False),
        (r"HKLM\System\CurrentControlSet\Services\x\Start", False),
        (r"HKLM\Software\Run\x", False),
        ("", False),
    ],
)
def test_values_that_start_a_program(path: str, starts: bool) -> None:
    assert (launcher_of(canonical_registry(path)) is not None) is starts
    assert RegistryNode("r", "h", path).autostart is (starts or None)


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        (r"C:\Users\zoe\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\a.lnk", True),
        (r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp\a.exe", True),
        (r"C:\Windows\System32\Tasks\Updates\a", True),
        (r"C:\Windows\Tasks\a.job", True),
        (r"C:\Users\zoe\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\a.lnk", False),
        (r"C:\Users\zoe\Tasks\a", False),
    ],
)
def test_files_that_windows_starts(path: str, starts: bool) -> None:
    assert is_autostart_file(canonical_path(path)) is starts
    assert FileNode("f", "h", path).autostart is (starts or None)


@pytest.mark.parametrize(
    ("data", "programs"),
    [
        (PROGRAM, [CANONICAL]),
        (f'"{PROGRAM}"', [CANONICAL]),
        (f'"{PROGRAM}" -min', [CANONICAL]),
        (f"{PROGRAM} -min", [CANONICAL]),
        (f'  "{PROGRAM}",', [CANONICAL]),
        (r'wscript.exe //B "C:\x.vbs"', [r"c:\x.vbs"]),
        (
            r"C:\Windows\System32\rundll32.exe C:\x.dll,Start",
            [r"c:\windows\system32\rundll32.exe", r"c:\x.dll"],
        ),
        ("a.exe", []),
        ("DWORD (0x00000001)", []),
        ("Binary Data", []),
        ("", []),
    ],
)
def test_the_programs_that_a_value_names(data: str, programs: list[str]) -> None:
    assert started_programs(data) == programs


@pytest.mark.parametrize(
    ("program", "command_line", "programs"),
    [
        ("schtasks.exe", rf'schtasks /create /tn t /tr "{PROGRAM}" /sc onlogon', [CANONICAL]),
        ("schtasks.exe", rf"SCHTASKS /Create /SC onlogon /TR '{PROGRAM}' /tn t", [CANONICAL]),
        ("schtasks.exe", r"schtasks /create /tr C:\a.exe", [r"c:\a.exe"]),
        (
            "schtasks.exe",
            r'schtasks /create /tr "wscript.exe \"C:\x.vbs\"" /tn t',
            [r"c:\x.vbs"],
        ),
        ("schtasks.exe", r"schtasks /query /tr C:\a.exe", []),
        ("schtasks.exe", "schtasks /create /tn t /xml t.xml", []),
        ("schtasks.exe", "schtasks /create /tr", []),
        ("sc.exe", rf'sc create x binPath= "{PROGRAM}" start= auto', [CANONICAL]),
        ("sc.exe", r"sc \\ws02 config x binpath=C:\a.exe", [r"c:\a.exe"]),
        ("sc.exe", "sc query x", []),
        (
            "powershell.exe",
            rf"powershell New-ScheduledTaskAction -Execute '{PROGRAM}'",
            [CANONICAL],
        ),
        (
            "powershell.exe",
            r"powershell -c New-Service -Name x -BinaryPathName C:\a.exe",
            [r"c:\a.exe"],
        ),
        ("powershell.exe", r"powershell C:\a.ps1", []),
        ("cmd.exe", r"schtasks /create /tr C:\a.exe", []),
    ],
)
def test_what_windows_is_told_to_run_later(
    program: str, command_line: str, programs: list[str]
) -> None:
    path = r"c:\windows\system32" + "\\" + program
    made = scheduled(path, command_line)
    assert (started_programs(made[1]) if made else []) == programs
    assert made is None or made[0] == (
        "service" if "service" in command_line.lower() or program == "sc.exe" else "task"
    )


@given(
    st.sampled_from(["schtasks.exe", "sc.exe", "powershell.exe"]),
    st.lists(
        st.sampled_from(["/create ", "/tr ", "binpath=", '"', "\\", "'", "config ", "C:\\a.exe"])
    ),
)
@settings(max_examples=60)
def test_any_text_names_canonical_programs(program: str, words: list[str]) -> None:
    text = "".join(words)
    made = scheduled(program, text)
    for path in (started_programs(made[1]) if made else []) + started_programs(text):
        assert path == path.lower()


@pytest.mark.parametrize(
    "text", ["/create " * 100_000, "config " * 100_000, "C:\\" + "a." * 100_000, '"C:\\' * 50_000]
)
def test_text_made_to_be_slow_is_not_searched_to_its_end(text: str) -> None:
    for program in ("schtasks.exe", "sc.exe", "powershell.exe"):
        assert scheduled(program, text) is None
    assert len(started_programs(text)) <= 17
