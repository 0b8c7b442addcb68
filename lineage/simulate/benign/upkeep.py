"""What a computer does to itself: updaters, installers, Windows servicing, backup, antivirus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.benign.web import chrome_profile, firefox_profile

if TYPE_CHECKING:
    from lineage.simulate.machine import Activity, Machine

BACKUP = "C:\\Program Files\\Vaultline Backup\\vlbackup.exe"

_RUN = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run"


def one_drive(m: Machine) -> Activity:
    """OneDrive starts, registers itself to start again, and syncs."""
    image = f"{m.home}\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe"
    process = m.start(m.shell(), image, f'"{image}" /background')
    yield m.random.uniform(2, 8)
    m.set(process, f"{m.hive}\\{_RUN}\\OneDrive", f'"{image}" /background')
    for _ in range(m.random.randrange(2, 8)):
        yield m.random.uniform(10, 300)
        m.write(process, f"{m.home}\\OneDrive\\{names.document(m.random)}.docx")
        m.resolve(process, "skydrive.wns.windows.com")


def google_update(m: Machine) -> Activity:
    """Google's updater fetches a setup program into a temporary folder and runs it."""
    folder = "C:\\Program Files (x86)\\Google\\Update"
    task = service_host(m, "netsvcs -p -s Schedule")
    updater = m.start(
        task,
        f"{folder}\\GoogleUpdate.exe",
        f'"{folder}\\GoogleUpdate.exe" /ua /installsource scheduler',
    )
    yield m.random.uniform(2, 20)
    m.resolve(updater, "update.googleapis.com")
    if m.random.random() < 0.5:
        temp = f"C:\\Windows\\Temp\\CR_{names.identifier(m.random, 5)}.tmp"
        setup = f"{temp}\\setup.exe"
        m.write(updater, setup)
        process = m.start(updater, setup, f'"{setup}" --install-archive="{temp}\\CHROME.PACKED.7Z"')
        yield m.random.uniform(3, 20)
        m.write(process, "C:\\Program Files\\Google\\Chrome\\Application\\new_chrome.exe")
        m.set(process, "HKLM\\SOFTWARE\\Google\\Update\\ClientState\\pv", "126.0.6478.127")
        m.exit(process)
    m.exit(updater)
    m.exit(task)


def edge_update(m: Machine) -> Activity:
    """Edge's updater, which also re-registers Edge to start at logon."""
    image = "C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe"
    updater = m.start(m.services, image, f'"{image}" /svc')
    yield m.random.uniform(1, 6)
    core = m.start(updater, image, f'"{image}" /ua /installsource core', lifetime=30)
    m.resolve(core, "msedge.api.cdp.microsoft.com")
    edge = '"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" --no-startup-window'
    value = f"MicrosoftEdgeAutoLaunch_{m.host.sensor.upper()}"
    m.set(core, f"{m.hive}\\{_RUN}\\{value}", edge)
    yield m.random.uniform(5, 20)
    m.exit(updater)


def install_program(m: Machine) -> Activity:
    """The user runs an installer that unpacks itself, registers a component and starts a helper."""
    product = names.word(m.random, 3).capitalize()
    installer = f"{m.home}\\Downloads\\{product}Setup.exe"
    first = m.start(m.shell(), installer, f'"{installer}"')
    yield m.random.uniform(1, 4)
    folder = f"{m.home}\\AppData\\Local\\Temp\\is-{names.identifier(m.random, 5)}.tmp"
    unpacked = f"{folder}\\{product}Setup.tmp"
    m.write(first, unpacked)
    m.write(first, f"{folder}\\_isetup\\_setup64.dll")
    second = m.start(
        first,
        unpacked,
        f'"{unpacked}" /SL5="$40A5E,{m.random.randrange(10**6, 9**8)}"',
        integrity="High",
    )
    target = f"C:\\Program Files\\{product}"
    for name in (f"{product}.exe", f"{product}Core.dll", "unins000.exe", "readme.txt"):
        yield m.random.uniform(0.2, 3)
        m.write(second, f"{target}\\{name}")
    register = m.start(
        second,
        SYSTEM32 + "regsvr32.exe",
        f'"{SYSTEM32}regsvr32.exe" /s "{target}\\{product}Core.dll"',
        lifetime=1,
    )
    clsid = names.guid(m.random)
    m.key(register, f"HKLM\\SOFTWARE\\Classes\\CLSID\\{clsid}\\InprocServer32")
    m.set(
        register,
        f"HKLM\\SOFTWARE\\Classes\\CLSID\\{clsid}\\InprocServer32\\(Default)",
        f"{target}\\{product}Core.dll",
    )
    m.set(second, f"HKLM\\{_RUN}\\{product}", f'"{target}\\{product}.exe" /tray')
    m.set(
        second,
        f"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{product}_is1\\DisplayName",
        product,
    )
    m.start(second, f"{target}\\{product}.exe", f'"{target}\\{product}.exe" /tray', lifetime=900)
    yield m.random.uniform(1, 5)
    m.exit(second)
    m.exit(first)


def windows_servicing(m: Machine) -> Activity:
    """Windows Update's own installer."""
    trusted = m.start(
        m.services,
        "C:\\Windows\\servicing\\TrustedInstaller.exe",
        "C:\\Windows\\servicing\\TrustedInstaller.exe",
    )
    launcher = service_host(m, "DcomLaunch -p")
    image = (
        "C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35\\TiWorker.exe"
    )
    worker = m.start(launcher, image, f"{image} -Embedding")
    for _ in range(m.random.randrange(3, 9)):
        yield m.random.uniform(1, 30)
        package = f"Package_{m.random.randrange(1, 900)}_for_KB50{m.random.randrange(10**4, 10**5)}"
        m.set(
            worker,
            "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
            f"\\Packages\\{package}\\CurrentState",
            "DWORD (0x00000070)",
        )
        m.write(worker, f"C:\\Windows\\servicing\\Packages\\{package}.cat")
    for process in (worker, launcher, trusted):
        m.exit(process)


def background_task(m: Machine) -> Activity:
    """A broker starts a small helper that ends soon; the commonest thing on any Windows."""
    host = service_host(
        m, m.random.choice(("DcomLaunch -p", "LocalService -p", "wsappx -p", "UnistackSvcGroup"))
    )
    name = m.random.choice(
        ("backgroundTaskHost.exe", "dllhost.exe", "RuntimeBroker.exe", "SearchProtocolHost.exe")
    )
    argument = f"/Processid:{names.guid(m.random)}"
    process = m.start(
        host, SYSTEM32 + name, f"{SYSTEM32}{name} {argument}", logon=m.logon, integrity="Medium"
    )
    yield m.random.uniform(0.5, 20)
    topic = names.word(m.random, 2)
    m.set(
        process,
        f"{m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Search\\{topic}",
        f"DWORD (0x{m.random.getrandbits(8):08x})",
    )
    m.exit(process)
    m.exit(host)


def backup(m: Machine) -> Activity:
    """A backup program reads everything, browser profiles included."""
    process = m.start(m.services, BACKUP, f'"{BACKUP}" --job nightly')
    yield 2
    for secret in ("Login Data", "Cookies", "History"):
        m.open(process, f"{chrome_profile(m)}\\{secret}")
    for secret in ("logins.json", "key4.db"):
        m.open(process, f"{firefox_profile(m)}\\{secret}")
    for _ in range(m.random.randrange(2, 6)):
        yield m.random.uniform(1, 20)
        m.write(process, f"D:\\Backup\\{m.host.name}\\{m.random.getrandbits(64):016x}.vlb")
    m.exit(process)


def antivirus_scan(m: Machine) -> Activity:
    """Defender's scheduled scan and signature update."""
    folder = "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0"
    task = service_host(m, "netsvcs -p -s Schedule")
    scan = m.start(
        task,
        f"{folder}\\MpCmdRun.exe",
        f'"{folder}\\MpCmdRun.exe" Scan -ScheduleJob -ScanTrigger 55',
    )
    yield m.random.uniform(5, 60)
    m.write(scan, f"C:\\Windows\\Temp\\MpCmdRun-{m.random.getrandbits(16):x}.log")
    m.set(
        scan,
        "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Signature Updates\\SignaturesLastUpdated",
        "Binary Data",
    )
    m.exit(scan)
    m.exit(task)
