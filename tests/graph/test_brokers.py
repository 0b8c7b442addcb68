from __future__ import annotations

import pytest
from hosts import EXPLORER, SYSTEM32, Host, Program, edges, graph_of

from lineage.graph.brokers import AFTER_END, INSTALL_WAIT, SHELL_WAIT, SURROGATE_WAIT, WMI_WAIT
from lineage.times import TICKS

WSCRIPT = SYSTEM32 + "wscript.exe"
WMIC = SYSTEM32 + "wbem\\wmic.exe"
POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
MSIEXEC = SYSTEM32 + "msiexec.exe"
LIBRARY = SYSTEM32 + "wbem\\wbemdisp.dll"
PAYLOAD = r"C:\Users\zoe\AppData\Roaming\nipe.exe"
ZOE, ANNA, SYSTEM = "CORP\\zoe", "CORP\\anna", "NT AUTHORITY\\SYSTEM"


def requested(host: Host) -> set[tuple[str, str]]:
    """File names of the programs of who asked, and of what started."""
    found = edges(graph_of(host.events), "requested")
    return {(one.rpartition("\\")[2], other.rpartition("\\")[2]) for one, _, other in found}


def script(host: Host, user: str = ZOE) -> Program:
    """A script host with the library of WMI."""
    wscript = host.run(WSCRIPT, "wscript.exe a.js", parent=host.unseen(EXPLORER), User=user)
    host.load(wscript, LIBRARY)
    return wscript


def by_wmi(host: Host, image: str = PAYLOAD, user: str = ZOE) -> Program:
    """WMI's provider host starts a program."""
    provider = host.unseen(SYSTEM32 + "wbem\\WmiPrvSE.exe")
    return host.run(image, image, parent=provider, User=user)


def test_a_script_with_the_library_of_wmi_asked_for_what_wmi_starts_next() -> None:
    host = Host()
    script(host)
    by_wmi(host)
    assert requested(host) == {("wscript.exe", "nipe.exe")}


@pytest.mark.parametrize(
    ("image", "command_line", "asked"),
    [
        (WMIC, 'wmic process call create "nipe.exe"', True),
        (POWERSHELL, "powershell Invoke-WmiMethod Win32_Process -Name Create nipe", True),
        (POWERSHELL, "powershell ([wmiclass]'Win32_Process').Create('nipe')", True),
        # looks, or asks another machine
        (WMIC, "wmic process get name", False),
        (WMIC, 'wmic /node:ws02 process call create "nipe.exe"', False),
        (POWERSHELL, "powershell Get-CimInstance Win32_Process", False),
    ],
)
def test_a_command_line_that_has_wmi_create_a_process_asked_for_it(
    image: str, command_line: str, asked: bool
) -> None:
    host = Host()
    host.run(image, command_line, parent=host.unseen(EXPLORER), User=ZOE)
    by_wmi(host)
    assert bool(requested(host)) is asked


def test_a_scripts_text_asks_as_well() -> None:
    host = Host()
    shell = host.run(POWERSHELL, "powershell -nop", User=ZOE)
    host.script(shell, "Invoke-CimMethod Win32_Process -MethodName Create -Arguments $a")
    by_wmi(host)
    assert requested(host) == {("powershell.exe", "nipe.exe")}


def test_what_wmi_starts_for_somebody_else_or_much_later_was_not_asked_for() -> None:
    host = Host()
    script(host)
    for other in (ANNA, SYSTEM):
        by_wmi(host, user=other)
    host.wait(WMI_WAIT / TICKS)
    by_wmi(host)
    assert requested(host) == set()


def test_where_two_strangers_may_have_asked_nobody_did() -> None:
    host = Host()
    script(host)
    script(host)
    by_wmi(host)
    assert requested(host) == set()


def test_where_a_shell_and_its_child_asked_it_was_the_child() -> None:
    host = Host()
    line = "wmic process call create nipe.exe"
    shell = host.run(SYSTEM32 + "cmd.exe", f"cmd /c {line}", User=ZOE)
    host.run(WMIC, line, parent=shell, User=ZOE)
    by_wmi(host)
    assert requested(host) == {("wmic.exe", "nipe.exe")}


def install(host: Host) -> Program:
    """A client asks for an installation."""
    line = 'msiexec /i "C:\\Users\\zoe\\a.msi" /qn'
    return host.run(MSIEXEC, line, parent=host.unseen(EXPLORER), User=ZOE)


def by_installer(host: Host, *, wait: float = 0, helper: bool = True, user: str = ZOE) -> None:
    """The installer service, or its helper, starts a program."""
    services = host.unseen(SYSTEM32 + "services.exe")
    service = host.run(MSIEXEC, MSIEXEC + " /V", parent=services, User=SYSTEM)
    host.wait(wait)
    if helper:
        line = "C:\\Windows\\syswow64\\MsiExec.exe -Embedding 06045C25E05B72BA E Global\\MSI0000"
        service = host.run("C:\\Windows\\SysWOW64\\msiexec.exe", line, parent=service, User=user)
    host.run(PAYLOAD, parent=service, User=user)


@pytest.mark.parametrize("user", [ZOE, SYSTEM])
@pytest.mark.parametrize("helper", [True, False])
def test_an_installers_client_asked_for_what_its_service_starts(helper: bool, user: str) -> None:
    host = Host()
    install(host)
    by_installer(host, helper=helper, user=user)
    assert requested(host) == {("msiexec.exe", "nipe.exe")}


def test_a_service_that_nobody_asked_here_installs_for_the_domain() -> None:
    host = Host()
    by_installer(host)
    host.run(MSIEXEC, "msiexec /?", parent=host.unseen(EXPLORER), User=ZOE)
    by_installer(host)
    assert requested(host) == set()


def test_an_installation_long_after_the_clients_was_not_its_own() -> None:
    host = Host()
    install(host)
    by_installer(host, wait=INSTALL_WAIT / TICKS)
    assert requested(host) == set()


def test_an_installation_after_the_clients_end_was_not_its_own() -> None:
    host = Host()
    host.end(install(host))
    by_installer(host, wait=AFTER_END / TICKS)
    assert requested(host) == set()


def by_com(host: Host, image: str, **fields: str) -> None:
    surrogate = host.run(
        SYSTEM32 + "dllhost.exe",
        "DllHost.exe /Processid:{3E5FC7F9-9A51-4367-9063-A120244FBEC7}",
        parent=host.unseen(SYSTEM32 + "svchost.exe"),
    )
    host.run(image, parent=surrogate, **fields)


@pytest.mark.parametrize(
    ("image", "hashes", "wait", "asked"),
    [
        (PAYLOAD, "SHA256=AA", 0, True),
        (PAYLOAD, "SHA256=BB", 0, False),
        (PAYLOAD, "SHA256=AA", SURROGATE_WAIT / TICKS, False),
        (r"C:\Users\zoe\other.exe", "SHA256=AA", 0, False),
    ],
)
def test_a_program_that_com_starts_anew_asked_for_it_itself(
    image: str, hashes: str, wait: float, asked: bool
) -> None:
    host = Host()
    host.run(PAYLOAD, parent=host.unseen(EXPLORER), Hashes="SHA256=AA")
    host.wait(wait)
    by_com(host, image, Hashes=hashes)
    assert requested(host) == ({("nipe.exe", "nipe.exe")} if asked else set())


def test_programs_of_windows_are_everybodys() -> None:
    host = Host()
    host.run(WSCRIPT, parent=host.unseen(EXPLORER))
    by_com(host, WSCRIPT)
    assert requested(host) == set()


@pytest.mark.parametrize(
    ("opened", "wait", "asked"),
    [
        (PAYLOAD, 0, True),
        (r"C:\Users\zoe\other.exe", 0, False),
        (PAYLOAD, SHELL_WAIT / TICKS, False),
    ],
)
def test_what_the_shell_opens_was_asked_for_by_who_named_it(
    opened: str, wait: float, asked: bool
) -> None:
    host = Host()
    shell = host.run(EXPLORER)
    host.run(EXPLORER, f'explorer.exe "{PAYLOAD}"', parent=host.unseen(WSCRIPT))
    host.wait(wait)
    host.run(opened, parent=shell)
    assert requested(host) == ({("explorer.exe", "nipe.exe")} if asked else set())
