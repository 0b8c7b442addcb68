"""Administrators' scripts and Windows' own, which look like an attacker's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.machine import SYSTEM_LOGON, Activity, Machine

if TYPE_CHECKING:
    from lineage.simulate.facts import Process

POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"

_INVENTORY = """\
$os = Get-CimInstance Win32_OperatingSystem
$disks = Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3'
foreach ($disk in $disks) {
    [pscustomobject]@{
        Computer = $env:COMPUTERNAME
        Drive    = $disk.DeviceID
        FreeGB   = [math]::Round($disk.FreeSpace / 1GB, 1)
        Build    = $os.BuildNumber
    }
}
"""


def run_powershell(
    m: Machine, parent: Process, arguments: str, script: str, path: str = ""
) -> Process:
    """PowerShell starts, tests the script policy, and compiles a script."""
    process = m.start(parent, POWERSHELL, f"powershell.exe {arguments}")
    test = f"__PSScriptPolicyTest_{names.word(m.random)}.{names.word(m.random, 1)}.ps1"
    m.write(process, f"{m.home}\\AppData\\Local\\Temp\\{test}")
    m.script(process, script, path)
    return process


def inventory(m: Machine) -> Activity:
    """A management agent's PowerShell script."""
    path = "C:\\ProgramData\\Management\\inventory.ps1"
    task = service_host(m, "netsvcs -p -s Schedule")
    arguments = f'-NoProfile -ExecutionPolicy Bypass -File "{path}"'
    process = run_powershell(m, task, arguments, _INVENTORY * m.random.randrange(1, 4), path)
    yield m.random.uniform(2, 20)
    m.write(process, "C:\\ProgramData\\Management\\inventory.csv")
    m.exit(process)
    m.exit(task)


def logon_script(m: Machine) -> Activity:
    """The domain's logon script maps drives."""
    script = f"\\\\{m.host.domain}\\netlogon\\drives.vbs"
    host = m.start(m.shell(), SYSTEM32 + "cscript.exe", f'cscript.exe //nologo "{script}"')
    yield m.random.uniform(1, 4)
    for letter in "HST":
        net = m.start(
            host, SYSTEM32 + "net.exe", f"net use {letter}: \\\\files\\{names.word(m.random, 2)}"
        )
        m.set(host, f"{m.hive}\\Network\\{letter}\\UserName", "(Empty)")
        yield m.random.uniform(0.3, 1.5)
        m.exit(net)
    m.exit(host)


def network_diagnosis(m: Machine) -> Activity:
    """Windows' network diagnosis: a script host with dozens of shells, and dxdiag."""
    task = service_host(m, "netsvcs -p -s Schedule")
    host = m.start(
        task,
        SYSTEM32 + "cscript.exe",
        f"cscript.exe //nologo {SYSTEM32}gatherNetworkInfo.vbs",
        logon=SYSTEM_LOGON,
    )
    for step in range(m.random.randrange(12, 30)):
        yield m.random.uniform(0.1, 1.2)
        tool = m.random.choice(
            (
                "ipconfig /all",
                "netsh wlan show all",
                "net view",
                "tasklist /svc",
                "netsh winsock show catalog",
            )
        )
        shell = m.start(
            host, SYSTEM32 + "cmd.exe", f"cmd /c {tool} >> config\\step{step}.txt", lifetime=1
        )
        name, _, arguments = tool.partition(" ")
        m.start(shell, f"{SYSTEM32}{name}.exe", f"{name} {arguments}", lifetime=1)
    diagnosis = m.start(host, SYSTEM32 + "dxdiag.exe", "dxdiag /t dxdiag.txt", lifetime=8)
    yield 6
    m.write(diagnosis, "C:\\Windows\\System32\\config\\dxdiag.txt")
    yield 4
    m.exit(host)
    m.exit(task)


def command_line(m: Machine) -> Activity:
    """Somebody looks something up in a command prompt."""
    shell = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe"')
    m.start(
        shell,
        SYSTEM32 + "conhost.exe",
        f"\\??\\{SYSTEM32}conhost.exe 0xffffffff -ForceV1",
        lifetime=60,
    )
    for _ in range(m.random.randrange(1, 5)):
        yield m.random.uniform(3, 40)
        tool = m.random.choice(
            ("ipconfig", "whoami /groups", "ping 10.0.0.1", "net user", "tasklist")
        )
        name, _, arguments = tool.partition(" ")
        m.start(shell, f"{SYSTEM32}{name}.exe", f"{name} {arguments}".strip(), lifetime=3)
    yield 20
    m.exit(shell)


def registry_policy(m: Machine) -> Activity:
    """Group policy writes settings."""
    host = service_host(m, "netsvcs -p -s gpsvc")
    yield m.random.uniform(0.5, 3)
    for _ in range(m.random.randrange(3, 12)):
        vendor = names.word(m.random, 2).capitalize()
        m.set(
            host,
            f"HKLM\\SOFTWARE\\Policies\\{vendor}\\{names.word(m.random)}",
            f"DWORD (0x0000000{m.random.randrange(10)})",
        )
    m.key(
        host,
        "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Group Policy\\History",
        "DeleteKey",
    )
    m.exit(host)
