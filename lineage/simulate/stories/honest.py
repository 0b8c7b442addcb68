"""Honest counterparts of the stories' ways: what administrators, developers and programs do so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.admin import POWERSHELL, run_powershell
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.benign.web import CHROME
from lineage.simulate.machine import Activity, Autostart, Machine
from lineage.simulate.stories.delivery import SEVEN_ZIP
from lineage.simulate.stories.scene import DOTNET

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Process

_RUN = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"


def curl_deployment(m: Machine) -> Activity:
    """Management fetches a package with curl and installs it silently."""
    agent = service_host(m, "netsvcs -p -s Schedule")
    script = "C:\\ProgramData\\Deploy\\rollout.cmd"
    prompt = m.start(agent, SYSTEM32 + "cmd.exe", f'cmd.exe /c "{script}"')
    _console(m, prompt)
    package = f"C:\\ProgramData\\Deploy\\{names.word(m.random)}.msi"
    curl = m.start(prompt, SYSTEM32 + "curl.exe", f"curl -sSfLo {package} https://deploy.example/p")
    m.resolve(curl, f"deploy.{m.host.domain}")
    yield 3
    m.write(curl, package)
    m.exit(curl)
    client = m.start(prompt, SYSTEM32 + "msiexec.exe", f"msiexec /i {package} /qn /norestart")
    server = m.start(m.services, SYSTEM32 + "msiexec.exe", f"{SYSTEM32}msiexec.exe /V")
    yield 8
    product = names.word(m.random).capitalize()
    m.write(server, f"C:\\Program Files\\{product}\\{product}.exe")
    m.set(server, f"HKLM\\{_RUN}\\{product}", f'"C:\\Program Files\\{product}\\{product}.exe" -bg')
    for process in (client, server, prompt, agent):
        m.exit(process)


def webdav_share(m: Machine) -> Activity:
    """A department keeps its tools on a WebDAV share and starts them from there."""
    client = m.start(
        service_host(m, "LocalService -p -s WebClient"),
        SYSTEM32 + "rundll32.exe",
        f"rundll32.exe {SYSTEM32}davclnt.dll,DavSetCookie share.{m.host.domain}@SSL https://share/",
        lifetime=5,
    )
    m.resolve(client, f"share.{m.host.domain}")
    yield 2
    tool = f"\\\\share.{m.host.domain}@SSL\\DavWWWRoot\\tools\\Stock.exe"
    process = m.start(m.shell(), tool, f'"{tool}" ')
    yield m.random.uniform(60, 900)
    m.write(process, f"{m.home}\\Documents\\stock.csv")
    m.exit(process)


def portable_python(m: Machine) -> Activity:
    """Somebody unpacks a portable Python under the profile and runs scripts with it."""
    folder = f"{m.home}\\Downloads\\WinPython\\python-3.12"
    window = m.start(m.shell(), SEVEN_ZIP, f'"{SEVEN_ZIP}" "{m.home}\\Downloads\\WinPython.7z"')
    yield 10
    for name in ("python.exe", "pythonw.exe", "python312.dll"):
        m.write(window, f"{folder}\\{name}")
    m.exit(window)
    prompt = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe"')
    _console(m, prompt)
    for _ in range(m.random.randrange(1, 5)):
        yield m.random.uniform(10, 120)
        script = f"{m.home}\\Documents\\{names.word(m.random)}.py"
        process = m.start(prompt, f"{folder}\\python.exe", f"python {script}")
        m.resolve(process, "pypi.org")
        m.write(process, f"{m.home}\\Documents\\{names.word(m.random)}.csv")
        yield 5
        m.exit(process)
    m.exit(prompt)


def zipped_installer(m: Machine) -> Activity:
    """A downloaded installer is started out of its archive and installs itself for the user."""
    browser = m.start(m.shell(), CHROME, f'"{CHROME}"', lifetime=300)
    product = names.word(m.random).capitalize()
    m.write(browser, f"{m.home}\\Downloads\\{product}.zip")
    yield 20
    setup = f"{m.home}\\AppData\\Local\\Temp\\Temp1_{product}.zip\\{product}-Setup.exe"
    m.write(m.shell(), setup)
    installer = m.start(m.shell(), setup, f'"{setup}" ')
    yield 6
    program = f"{m.home}\\AppData\\Local\\Programs\\{product}\\{product}.exe"
    m.write(installer, program)
    m.set(installer, f"{m.hive}\\{_RUN}\\{product}", f'"{program}" --hidden')

    def works(process: Process) -> Activity:
        m.resolve(process, f"update.{product.lower()}.example")
        yield 60

    m.autostarts.append(Autostart(program, f'"{program}" --hidden', behaviour=works))
    process = m.start(installer, program, f'"{program}"')
    m.exit(installer)
    yield from works(process)


def startup_script(m: Machine) -> Activity:
    """The help desk puts a script that maps drives into the Startup folder."""
    folder = f"{m.home}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"
    path = f"{folder}\\drives.bat"
    prompt = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe"')
    _console(m, prompt)
    m.write(prompt, path)
    yield 30
    m.exit(prompt)

    def works(process: Process) -> Activity:
        _console(m, process)
        net = m.start(process, SYSTEM32 + "net.exe", "net use H: \\\\files\\home", lifetime=2)
        m.set(net, f"{m.hive}\\Network\\H\\RemotePath", "\\\\files\\home")
        yield 2
        m.exit(process)

    command = f'{SYSTEM32}cmd.exe /c ""{path}" "'
    m.autostarts.append(Autostart(SYSTEM32 + "cmd.exe", command, behaviour=works))


def encoded_management(m: Machine) -> Activity:
    """A management agent runs encoded PowerShell, hidden, several times."""
    agent = m.start(
        m.services,
        "C:\\Program Files\\Management\\agent.exe",
        '"C:\\Program Files\\Management\\agent.exe" --once',
    )
    for _ in range(m.random.randrange(2, 6)):
        arguments = "-NoProfile -NonInteractive -WindowStyle Hidden -EncodedCommand RwBlAHQALQA="
        process = run_powershell(m, agent, arguments, "Get-CimInstance Win32_QuickFixEngineering")
        _console(m, process)
        yield m.random.uniform(2, 20)
        m.exit(process)
    m.exit(agent)


def registered_assembly(m: Machine) -> Activity:
    """An Office add-in's installer registers its library with RegAsm."""
    product = names.word(m.random).capitalize()
    setup = f"{m.home}\\Downloads\\{product}AddIn.exe"
    installer = m.start(m.shell(), setup, f'"{setup}" ', integrity="High")
    yield 5
    library = f"C:\\Program Files (x86)\\{product}\\{product}.dll"
    m.write(installer, library)
    tool = DOTNET + "RegAsm.exe"
    process = m.start(installer, tool, f'"{tool}" /codebase "{library}"', lifetime=3)
    _console(m, process)
    yield 3
    m.exit(installer)


def compiling_script(m: Machine) -> Activity:
    """PowerShell's Add-Type compiles a helper with csc."""
    process = m.start(m.shell(), POWERSHELL, f'"{POWERSHELL}"')
    _console(m, process)
    yield 10
    m.script(process, "Add-Type -TypeDefinition $source")
    base = f"{m.home}\\AppData\\Local\\Temp\\{names.word(m.random)}"
    m.write(process, f"{base}.cmdline")
    compiler = DOTNET + "csc.exe"
    csc = m.start(process, compiler, f'"{compiler}" /noconfig /fullpaths @"{base}.cmdline"')
    m.write(csc, f"{base}.dll")
    yield 2
    m.exit(csc)
    m.load(process, f"{base}.dll")
    yield 60
    m.exit(process)


def _console(m: Machine, process: Process) -> None:
    command = f"\\??\\{SYSTEM32}conhost.exe 0xffffffff -ForceV1"
    m.start(process, SYSTEM32 + "conhost.exe", command, lifetime=60)


HONEST: dict[str, Callable[[Machine], Activity]] = {
    "curl-deployment": curl_deployment,
    "webdav-share": webdav_share,
    "portable-python": portable_python,
    "zipped-installer": zipped_installer,
    "startup-script": startup_script,
    "encoded-management": encoded_management,
    "registered-assembly": registered_assembly,
    "compiling-script": compiling_script,
}
"""Every honest counterpart by its name."""
