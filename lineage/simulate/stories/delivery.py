"""How a lure arrives and is opened. Mail programs, browsers and archivers are bystanders."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign import office, web
from lineage.simulate.benign.boot import SYSTEM32, service_host

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.stories.scene import Scene

Opened = Generator[float, None, tuple["Process", str]]
"""An activity that returns who starts the lure, and the lure's path."""

SEVEN_ZIP = "C:\\Program Files\\7-Zip\\7zFM.exe"
WINRAR = "C:\\Program Files\\WinRAR\\WinRAR.exe"


def download(scene: Scene, name: str) -> Opened:
    """The browser saves a file; the user opens it from there."""
    m = scene.m
    browser = m.start(m.shell(), web.CHROME, f'"{web.CHROME}"', lifetime=900)
    m.resolve(browser, names.domain(m.random), scene.own("delivery"))
    yield m.random.uniform(3, 20)
    path = f"{m.home}\\Downloads\\{name}"
    m.write(browser, path, scene.own("delivery"))
    m.write(browser, f"{path}:Zone.Identifier", scene.own("delivery"))
    yield m.random.uniform(5, 60)
    return m.shell(), path


def attachment(scene: Scene, name: str) -> Opened:
    """Outlook saves an attachment where it opens them from."""
    m = scene.m
    outlook = office.outlook(m)
    yield m.random.uniform(5, 60)
    path = f"{office.attachment_folder(m)}\\{name}"
    m.write(outlook, path, scene.own("delivery"))
    yield m.random.uniform(2, 20)
    return outlook, path


def zip_window(scene: Scene, archive: str, member: str, *, windows_11: bool = False) -> Opened:
    """A downloaded zip archive that Explorer shows; the user opens what is in it."""
    m = scene.m
    shell, _ = yield from download(scene, archive)
    guid = names.guid(m.random).strip("{}").lower()
    folder = f"{guid}_{archive}.{guid[-3:]}" if windows_11 else f"Temp1_{archive}"
    path = f"{scene.temp}\\{folder}\\{member}"
    m.write(shell, path, scene.own("lure"))
    yield m.random.uniform(0.2, 1)
    return shell, path


def archiver(scene: Scene, archive: str, member: str, *, program: str = SEVEN_ZIP) -> Opened:
    """A downloaded archive in 7-Zip's or WinRAR's window; it unpacks what the user opens."""
    m = scene.m
    shell, path = yield from download(scene, archive)
    window = m.start(shell, program, f'"{program}" "{path}"', lifetime=600)
    yield m.random.uniform(3, 20)
    digits = names.identifier(m.random, 8)
    folder = f"7zO{digits}" if program == SEVEN_ZIP else f"Rar$DIa{m.random.randrange(9999)}.1"
    lure = f"{scene.temp}\\{folder}\\{member}"
    m.write(window, lure, scene.own("lure"))
    yield m.random.uniform(0.2, 1)
    return window, lure


def mounted(scene: Scene, image: str, member: str) -> Opened:
    """A downloaded disk image that the user mounts."""
    m = scene.m
    shell, _ = yield from download(scene, image)
    recent = f"{scene.roaming}\\Microsoft\\Windows\\Recent\\{image}.lnk"
    m.write(shell, recent, scene.own("image opened"))
    yield m.random.uniform(2, 20)
    return shell, f"{m.random.choice('EFG')}:\\{member}"


def document(scene: Scene, program: str, name: str, *, macro: bool = False) -> Opened:
    """A mailed Office document is opened; returns the Office program and the document."""
    m = scene.m
    outlook, path = yield from attachment(scene, name)
    image = office.OFFICE + program
    role = "document reader" if macro else "between"
    reader = m.start(outlook, image, f'"{image}" "{path}"', label=scene.own(role), lifetime=1800)
    yield m.random.uniform(1, 3)
    office.opened(m, reader, program[:-4].capitalize(), path)
    if macro:
        for library in ("VBE7.DLL", "VBE7INTL.DLL"):
            m.load(reader, office.VBA + library, scene.own("macro engine"))
        yield m.random.uniform(0.5, 4)
    return reader, path


def component(scene: Scene, command_line: str, image: str) -> Process:
    """A COM server that DcomLaunch's service starts, as on a document's behalf."""
    launcher = service_host(scene.m, "DcomLaunch -p")
    return scene.run(launcher, image, command_line, "component")


def wscript(scene: Scene, parent: Process, script: str, options: str = "") -> Process:
    """The script host runs a script by double click."""
    command = f'"{SYSTEM32}WScript.exe" {options}"{script}" '
    return scene.run(parent, SYSTEM32 + "wscript.exe", command, "script host")
