from __future__ import annotations

import pytest
from hosts import EXPLORER, SYSTEM32, Host, Program, edges, graph_of

from lineage.graph.entries import LOGON
from lineage.normalise.paths import abbreviates
from lineage.times import TICKS

USER = "C:\\Users\\administrator\\"
ROAMING = USER + "AppData\\Roaming\\"
STARTUP = ROAMING + "Microsoft\\Windows\\Start Menu\\Programs\\Startup\\"
PROGRAM = ROAMING + "nipe\\nipe.exe"
HIVE = r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows"
RUN = HIVE + r"\CurrentVersion\Run\nipe"
SERVICE = r"HKLM\System\CurrentControlSet\Services\nipe\ImagePath"
HIJACK = (
    r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\notepad.exe"
    r"\Debugger"
)
WSCRIPT = SYSTEM32 + "wscript.exe"
CMD = SYSTEM32 + "cmd.exe"
WORD = r"C:\Program Files\Office16\WINWORD.EXE"
SERVICES = SYSTEM32 + "services.exe"
SVCHOST = SYSTEM32 + "svchost.exe"
DAY = 86_400


def started(host: Host) -> set[str]:
    """File names of the programs that entries started."""
    return {
        program.rpartition("\\")[2] for _, _, program in edges(graph_of(host.events), "started")
    }


def shell(host: Host, since: float = 0) -> Program:
    """The session's shell, some seconds after the logon."""
    explorer = host.run(EXPLORER, parent=host.unseen(SYSTEM32 + "userinit.exe"))
    host.wait(since)
    return explorer


def set_by_malware(host: Host, value: str, data: str) -> Program:
    malware = host.run(USER + "Downloads\\setup.exe", parent=host.unseen(EXPLORER))
    host.set_value(malware, value, data)
    host.wait(DAY)
    return malware


@pytest.mark.parametrize(
    ("value", "parent", "starts"),
    [
        (RUN, SYSTEM32 + "userinit.exe", True),
        (RUN, SYSTEM32 + "runonce.exe", True),
        (RUN, EXPLORER, True),
        (RUN, None, True),
        (SERVICE, SERVICES, True),
        (HIJACK, r"C:\Program Files\7-Zip\7zFM.exe", True),
        # who else starts the same program needs no entry for it
        (RUN, PROGRAM, False),
        (RUN, CMD, False),
        (RUN, SVCHOST, False),
        (RUN, SERVICES, False),
        (RUN, ROAMING + "explorer.exe", False),
        (SERVICE, EXPLORER, False),
        (SERVICE, PROGRAM, False),
    ],
)
def test_only_the_part_of_windows_that_starts_such_entries_starts_a_program_by_one(
    value: str, parent: str | None, starts: bool
) -> None:
    host = Host()
    set_by_malware(host, value, f'"{PROGRAM}"')
    host.run(PROGRAM, f'"{PROGRAM}"', parent=host.unseen(parent) if parent else None)
    assert started(host) == ({"nipe.exe"} if starts else set())


@pytest.mark.parametrize(("since", "starts"), [(5, True), (LOGON / TICKS + 60, False)])
def test_what_the_user_starts_long_after_the_logon_was_not_started_by_the_entry(
    since: float, starts: bool
) -> None:
    host = Host()
    set_by_malware(host, RUN, PROGRAM)
    host.run(PROGRAM, parent=shell(host, since))
    assert started(host) == ({"nipe.exe"} if starts else set())


def test_the_programs_own_children_are_its_own() -> None:
    host = Host()
    set_by_malware(host, RUN, PROGRAM)
    first = host.run(PROGRAM, parent=shell(host))
    for _ in range(3):
        host.run(PROGRAM, f"{PROGRAM} --type=renderer", parent=first)
    assert len(edges(graph_of(host.events), "started")) == 1
    graph = graph_of(host.events)
    assert [e for e in graph.edges() if e.kind == "started" and len(e.events) > 1] == []


@pytest.mark.parametrize(
    ("data", "command_line", "image", "starts"),
    [
        (f'wscript.exe "{ROAMING}a.vbs"', f'"{WSCRIPT}" "{ROAMING}a.vbs"', WSCRIPT, True),
        (ROAMING + "a.vbs", f'"{WSCRIPT}" "{ROAMING}a.vbs"', WSCRIPT, True),
        (f'cmd /c start "" "{PROGRAM}"', f'cmd /c start "" "{PROGRAM}"', CMD, True),
        (r"C:\Users\administrator\a.docx", rf'"{WORD}" /n "{USER}a.docx"', WORD, True),
        (ROAMING + "nipe.url", f'"{ROAMING}nipe.pif"', ROAMING + "nipe.pif", True),
        (ROAMING + "nipe.lnk", f'"{WSCRIPT}" "{USER}nipe.js"', WSCRIPT, True),
        # others that the user or Windows starts at a logon
        (f'cmd /c start "" "{PROGRAM}"', "cmd /c dir", CMD, False),
        (PROGRAM, f'notepad.exe "{PROGRAM}"', SYSTEM32 + "notepad.exe", False),
        (ROAMING + "nipe.url", f'"{ROAMING}other.pif"', ROAMING + "other.pif", False),
        (ROAMING + "word.lnk", f'"{WORD}"', r"C:\Program Files\Office16\word.exe", False),
    ],
)
def test_an_entry_leads_to_what_opens_the_file_that_it_names(
    data: str, command_line: str, image: str, starts: bool
) -> None:
    host = Host()
    set_by_malware(host, RUN, data)
    host.run(image, command_line, parent=shell(host))
    assert started(host) == ({image.rpartition("\\")[2]} if starts else set())


@pytest.mark.parametrize(
    ("name", "image", "starts"),
    [
        ("nipe.lnk", PROGRAM, True),
        ("nipe.url", ROAMING + "nipe.scr", True),
        ("nipe.lnk", ROAMING + "other.exe", False),
        ("nipe.txt", PROGRAM, False),
    ],
)
def test_a_shortcut_in_a_startup_folder_leads_to_the_program_of_its_name(
    name: str, image: str, starts: bool
) -> None:
    host = Host()
    malware = host.run(USER + "Downloads\\setup.exe", parent=host.unseen(EXPLORER))
    host.write(malware, STARTUP + name)
    host.wait(DAY)
    host.run(image, f'"{image}"', parent=shell(host))
    assert started(host) == ({image.rpartition("\\")[2]} if starts else set())


def test_a_task_is_started_by_the_task_engine_alone() -> None:
    host = Host()
    malware = host.run(USER + "Downloads\\setup.exe", parent=host.unseen(EXPLORER))
    task = f'schtasks /create /tn t /tr "{PROGRAM}" /sc minute'
    host.run(SYSTEM32 + "schtasks.exe", task, parent=malware)
    host.run(PROGRAM, parent=malware)
    assert started(host) == set()
    host.run(PROGRAM, parent=host.run(SVCHOST, parent=host.unseen(SERVICES)))
    assert started(host) == {"nipe.exe"}


def test_a_consumer_of_wmi_is_started_by_wmi_alone() -> None:
    host = Host()
    for parent in (EXPLORER, SYSTEM32 + "wbem\\WmiPrvSE.exe"):
        assert started(host) == set()
        host.record(20, Name="nipe", Type="Command Line", Destination=PROGRAM)
        host.run(PROGRAM, PROGRAM, parent=host.unseen(parent))
    assert started(host) == {"nipe.exe"}


def test_a_task_that_a_script_makes_is_known_by_the_scripts_text() -> None:
    host = Host()
    shell = host.run(SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe", "powershell -nop")
    host.script(shell, f"$a = New-ScheduledTaskAction -Execute '{PROGRAM}'")
    host.run(PROGRAM, parent=host.unseen(SVCHOST))
    assert started(host) == {"nipe.exe"}


@pytest.mark.parametrize(
    ("short", "starts"),
    [
        (r"C:\Users\ADMINI~1\AppData\Roaming\nipe\nipe.exe", True),
        (r"C:\Users\ADMINI~2\AppData\Roaming\NIPE~1\nipe.exe", True),
        (r"C:\Users\ADMINI~1\AppData\Roaming\hoxi\nipe.exe", False),
        (r"C:\Users\ADMINB~1\AppData\Roaming\nipe\nipe.exe", False),
    ],
)
def test_a_value_with_shortened_names_starts_the_program_of_the_long_one(
    short: str, starts: bool
) -> None:
    host = Host()
    set_by_malware(host, RUN, short)
    host.run(PROGRAM, parent=shell(host))
    assert started(host) == ({"nipe.exe"} if starts else set())


@pytest.mark.parametrize(
    ("data", "image", "starts"),
    [
        (r'"%APPDATA%\nipe\nipe.exe" -min', PROGRAM, True),
        (r"%AppData%\nipe\nipe.exe", PROGRAM, True),
        (r"%UserProfile%\AppData\Roaming\nipe\nipe.exe", PROGRAM, True),
        (r"%TEMP%\nipe.exe", USER + r"AppData\Local\Temp\nipe.exe", True),
        (r"%APPDATA%\nipe\nipe.exe", USER + r"AppData\Local\nipe\nipe.exe", False),
        (r"C:\Users\zoe\AppData\Roaming\nipe\nipe.exe", PROGRAM, False),
    ],
)
def test_a_value_may_name_the_users_folder_by_its_variable(
    data: str, image: str, starts: bool
) -> None:
    host = Host()
    set_by_malware(host, RUN, data)
    host.run(image, parent=shell(host))
    assert started(host) == ({"nipe.exe"} if starts else set())


@pytest.mark.parametrize(
    ("short", "long", "may"),
    [
        ("progra~1", "program files", True),
        ("my.app~1.htm", "my.application.html", False),
        ("myappl~1.htm", "my.application.html", True),
        ("report~1.exe", "report 2026.exe", True),
        ("report~1.exe", "report 2026.dll", False),
        ("report~x.exe", "report 2026.exe", False),
        ("a~1", "b", False),
    ],
)
def test_shortened_names(short: str, long: str, may: bool) -> None:
    assert abbreviates(short, long) is may
