"""Stories that begin with a program that the user starts, in whatever wrapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import binaries, names
from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.stories import delivery, remcos
from lineage.simulate.stories.scene import DOTNET, WOW64

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity
    from lineage.simulate.stories.scene import Obeys, Scene


def _opened(s: Scene, shell: Process, path: str) -> Process:
    s.m.place(path, s.plan.payload)
    return s.run(shell, path, f'"{path}" ', "dropper")


def archive_program(s: Scene) -> Activity:
    """A program named like a list in a zip archive; it installs itself and starts a child."""
    shell, lure = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.exe"
    )
    dropper = _opened(s, shell, lure)
    yield 2
    rat = s.run(dropper, lure, f'"{lure}"', "payload")
    s.m.exit(dropper)
    remcos.settle(s, rat, key=f"Rmc-{names.identifier(s.m.random)}", values="exepath licence time")
    copy = s.drop(rat, f"C:\\ProgramData\\Remcos\\{s.plan.program}", "payload file")

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process)

    s.run_value(rat, copy, f'"{copy}"', again)
    yield from remcos.work(s, rat, sound="{roaming}\\MicRecords")


def archive_copy_startup_script(s: Scene) -> Activity:
    """A program copies itself under a Windows name; a script in Startup starts the copy."""
    window, lure = yield from delivery.archiver(
        s, f"{s.plan.document}.ace", f"{s.plan.document}.exe", program=delivery.WINRAR
    )
    dropper = _opened(s, window, lure)
    yield 2
    copy = s.drop(dropper, f"{s.roaming}\\windows\\notepad.exe", "payload file")

    def again(host: Process) -> Activity:
        yield 1
        worker = s.run(host, copy, f'"{copy}" ', "payload")
        yield from remcos.work(s, worker, log="{roaming}\\remcos\\logs.dat")

    s.startup_file(
        dropper,
        "windows.vbs",
        SYSTEM32 + "wscript.exe",
        f'"{SYSTEM32}WScript.exe" "{{path}}" ',
        again,
    )
    rat = s.run(dropper, copy, f'"{copy}"', "payload")
    s.m.exit(dropper)
    remcos.settle(s, rat)
    yield from remcos.work(s, rat, log="{roaming}\\remcos\\logs.dat")


def autoit_event_viewer(s: Scene) -> Activity:
    """A compiled AutoIt script; the event viewer runs it elevated; RegAsm is hollowed."""
    m = s.m
    window, lure = yield from delivery.archiver(
        s, f"{s.plan.document}.ace", f"{s.plan.document}.com", program=delivery.WINRAR
    )
    dropper = _opened(s, window, lure)
    copy = s.drop(dropper, f"{s.roaming}\\{s.word()}\\{s.word()}.exe", "payload file")
    yield 2
    key = f"{m.hive}_Classes\\mscfile\\shell\\open\\command"
    m.key(dropper, key, label=s.own("account control bypass"))
    m.set(dropper, f"{key}\\(Default)", copy, s.own("account control bypass"))
    viewer = s.run(
        dropper,
        SYSTEM32 + "eventvwr.exe",
        f'"{SYSTEM32}eventvwr.exe"',
        "account control bypass",
        integrity="High",
        lifetime=5,
    )
    elevated = s.run(viewer, copy, f'"{copy}" "C:\\Windows\\system32\\eventvwr.msc"', "loader")
    m.exit(dropper)
    yield 3
    rat = s.run(elevated, DOTNET + "RegAsm.exe", f'"{DOTNET}RegAsm.exe"', "injected")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 2
        worker = s.run(process, DOTNET + "RegAsm.exe", f'"{DOTNET}RegAsm.exe"', "injected")
        yield from remcos.work(s, worker, log="{roaming}\\remcos\\logs.dat")

    s.startup_file(elevated, f"{s.word()}.url", copy, f'"{copy}"', again)
    yield from remcos.work(s, rat, log="{roaming}\\remcos\\logs.dat", browsers=True)


def installer_batch_autoit(s: Scene) -> Activity:
    """An installer's batch file puts an AutoIt runtime together and runs a script with it."""
    m = s.m
    shell, lure = yield from delivery.download(s, f"{s.plan.document}_Setup.exe")
    dropper = _opened(s, shell, lure)
    s.save(dropper, f"{s.temp}\\{s.word()}.dot", "script")
    yield 1
    move = "/c move Hawk.dot Hawk.dot.bat & Hawk.dot.bat"
    prompt = s.run(dropper, WOW64 + "cmd.exe", f'"{WOW64}cmd.exe" {move}', "shell")
    for tool in ("tasklist", 'findstr /I "opssvc wrsa"'):
        name, _, arguments = tool.partition(" ")
        s.run(prompt, f"{WOW64}{name}.exe", f"{name} {arguments}".strip(), "survey", lifetime=1)
        yield 0.5
    s.run(prompt, WOW64 + "cmd.exe", "cmd /c copy /b ..\\A + ..\\B + ..\\C n", "shell", lifetime=1)
    folder = f"{s.temp}\\{m.random.randrange(10_000, 999_999)}"
    runtime = f"{folder}\\{s.word().capitalize()}.com"
    m.place(
        runtime,
        binaries.made(
            content="autoit 3.3.14",
            original_name="AutoIt3.exe",
            description="AutoIt v3 Script",
            company="AutoIt Team",
        ),
    )
    m.write(prompt, runtime, s.own("runtime"))
    loader = s.run(prompt, runtime, f"{s.word().capitalize()}.com n", "script host")
    m.exit(prompt)
    m.exit(dropper)
    yield 6
    rat = s.run(loader, DOTNET + "jsc.exe", f'"{DOTNET}jsc.exe"', "injected")
    remcos.settle(s, rat)
    link = s.save(loader, f"{m.home}\\AppData\\Local\\{s.word()}\\{s.word()}.js", "script")

    def again(host: Process) -> Activity:
        yield 1
        second = s.run(host, runtime, f'"{runtime}" "{folder}\\n"', "script host")
        yield 4
        worker = s.run(second, DOTNET + "jsc.exe", f'"{DOTNET}jsc.exe"', "injected")
        yield from remcos.work(s, worker)

    command = f'wscript "{link}"'
    s.task(loader, SYSTEM32 + "wscript.exe", command, again)
    yield from remcos.work(s, rat)


def archive_side_loading(s: Scene) -> Activity:
    """A folder with an honest setup program and a library; it hollows a tool and stays by task."""
    m = s.m
    shell, lure = yield from delivery.zip_window(s, f"{s.plan.document}.zip", "Setup.exe")
    folder = lure.rpartition("\\")[0]
    library = s.drop(shell, f"{folder}\\vclx120.bpl", "side-loaded library")
    host = s.run(shell, lure, f'"{lure}" ', "side-loading program")
    m.load(host, library, s.own("side-loaded library"))
    yield 3
    install = f"{s.roaming}\\{s.word()}"
    program = s.save(host, f"{install}\\Setup.exe", "honest program")
    s.drop(host, f"{install}\\vclx120.bpl", "side-loaded library")
    target = s.run(host, WOW64 + "more.com", WOW64 + "more.com", "injected", lifetime=30)
    yield 2
    path = s.drop(target, f"{s.temp}\\{s.word(2)}.exe", "payload file")
    rat = s.run(target, path, path, "payload")
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        m.load(process, f"{install}\\vclx120.bpl", s.own("side-loaded library"))
        yield 2
        second = s.run(process, WOW64 + "more.com", WOW64 + "more.com", "injected", lifetime=30)
        yield 2
        worker = s.run(second, path, path, "payload")
        yield from remcos.work(s, worker)

    s.task(host, program, program, again)
    yield from remcos.work(s, rat)


def installer_shellcode(s: Scene) -> Activity:
    """A script-driven installer unpacks shellcode and hollows itself."""
    shell, lure = yield from delivery.zip_window(
        s, f"{s.plan.document}.zip", f"{s.plan.document}.exe", windows_11=True
    )
    dropper = _opened(s, shell, lure)
    s.save(dropper, f"{s.temp}\\ns{names.identifier(s.m.random, 4)}.tmp\\System.dll")
    s.save(dropper, f"{s.roaming}\\{s.word()}\\{s.word()}.Sau", "stage")
    yield 8
    rat = s.run(dropper, lure, f'"{lure}"', "payload")
    s.m.exit(dropper)
    s.fetch(rat, "drive.google.com")
    remcos.settle(s, rat)
    copy = s.drop(rat, f"{s.temp}\\{s.word()}\\{s.word()}.exe", "payload file")

    def again(process: Process) -> Activity:
        yield from remcos.work(s, process, log="{roaming}\\" + s.plan.log_folder + "\\logs.dat")

    s.run_value(rat, copy, copy, again, key="RunOnce")
    yield from again(rat)


def crypter_self_copy_task(s: Scene) -> Activity:
    """A .NET crypter: exclusion by PowerShell, task from an XML file, a hollowed second self."""
    outlook, lure = yield from delivery.attachment(s, f"{s.plan.document}.pdf.exe")
    dropper = _opened(s, outlook, lure)
    yield 6
    copy = s.drop(dropper, f"{s.roaming}\\{s.word()}.exe", "payload file")
    s.powershell(
        dropper,
        f'Add-MpPreference -ExclusionPath "{copy}"',
        f'Add-MpPreference -ExclusionPath "{copy}"',
        "defender exclusion",
        wow64=True,
    )
    definition = s.save(dropper, f"{s.temp}\\tmp{names.identifier(s.m.random, 4)}.tmp", "task file")
    s.run(
        dropper,
        WOW64 + "schtasks.exe",
        f'"{WOW64}schtasks.exe" /Create /TN "Updates\\{s.word()}" /XML "{definition}"',
        "autostart",
        lifetime=1,
    )
    s.task_file(f"Updates\\{s.plan.autostart}")
    yield 2
    rat = s.run(dropper, lure, f'"{lure}"', "payload")
    s.m.exit(dropper)
    remcos.settle(s, rat)

    def again(process: Process) -> Activity:
        yield 4
        worker = s.run(process, copy, f'"{copy}"', "payload")
        s.m.exit(process)
        yield from remcos.work(s, worker)

    s.returns(copy, copy, again, by="tasks")
    yield from remcos.work(s, rat)
    yield from remcos.view_passwords(s, rat)


def disguised_browser_host(s: Scene) -> Activity:
    """The RAT disables account control, moves into the browser and stays in winlogon's values."""
    m = s.m
    shell, lure = yield from delivery.mounted(s, f"{s.plan.document}.iso", f"{s.plan.document}.exe")
    rat = _opened(s, shell, lure)
    yield from _account_control(s, rat)
    copy = s.drop(rat, f"{s.roaming}\\{s.plan.folder}\\{s.plan.program}", "payload file")
    installed = s.run(rat, copy, f'"{copy}"', "payload")
    m.exit(rat)
    host = yield from _browser(s, installed)

    def again(process: Process) -> Activity:
        worker = yield from _browser(s, process)
        yield from remcos.work(s, worker, log="{roaming}\\" + s.plan.log_folder + "\\logs.dat")

    winlogon = f"{m.hive}\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\Shell"
    m.set(installed, winlogon, f'explorer.exe, "{copy}"', s.own("autostart"))
    s.returns(copy, f'"{copy}"', again)
    yield from remcos.work(s, host, log="{roaming}\\" + s.plan.log_folder + "\\logs.dat")


def _account_control(s: Scene, rat: Process) -> Activity:
    key = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
    command = f"reg.exe ADD {key} /v EnableLUA /t REG_DWORD /d 0 /f"
    prompt = s.run(rat, WOW64 + "cmd.exe", f"/k %windir%\\System32\\{command}", "shell", lifetime=3)
    tool = s.run(prompt, WOW64 + "reg.exe", command, "account control off", lifetime=1)
    s.m.set(tool, f"{key}\\EnableLUA", "DWORD (0x00000000)", s.own("account control off"))
    yield 1


def _browser(s: Scene, rat: Process) -> Obeys:
    image = "C:\\Program Files (x86)\\Internet Explorer\\iexplore.exe"
    host = s.run(rat, image, f'"{image}"', "injected")
    remcos.settle(s, host)
    yield 2
    return host


def screensaver_double_extension(s: Scene) -> Activity:
    """A screen saver named like a scan, started from Downloads, hollows svchost without a group."""
    shell, lure = yield from delivery.download(s, f"{s.plan.document}.pdf.scr")
    s.m.place(lure, s.plan.payload)
    dropper = s.run(shell, lure, f'"{lure}" /S', "dropper")
    yield 3
    rat = s.run(dropper, WOW64 + "svchost.exe", WOW64 + "svchost.exe", "injected")
    remcos.settle(s, rat, key=f"{s.word(2)}{s.m.random.randrange(99)}")
    copy = s.drop(dropper, f"{s.roaming}\\{s.plan.folder}\\{s.plan.program}", "payload file")

    def again(process: Process) -> Activity:
        yield 2
        worker = s.run(process, WOW64 + "svchost.exe", WOW64 + "svchost.exe", "injected")
        yield from remcos.work(s, worker, log="{roaming}\\" + s.plan.log_folder + "\\n.dat")

    s.run_value(dropper, copy, f'"{copy}"', again)
    yield from remcos.work(s, rat, log="{roaming}\\" + s.plan.log_folder + "\\n.dat")
