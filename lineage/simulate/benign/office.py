"""Documents and mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.web import EDGE

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity, Machine

OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
VBA = "C:\\Program Files\\Common Files\\Microsoft Shared\\VBA\\VBA7.1\\"

_PROGRAMS = (
    ("WINWORD.EXE", "docx", "Word"),
    ("EXCEL.EXE", "xlsx", "Excel"),
    ("POWERPNT.EXE", "pptx", "PowerPoint"),
)


def edit_document(m: Machine) -> Activity:
    """The user opens a document from the desktop, works on it and closes it."""
    program, extension, product = m.random.choice(_PROGRAMS)
    title = f"{names.document(m.random)}.{extension}"
    path = f"{m.home}\\Documents\\{title}"
    process = m.start(m.shell(), OFFICE + program, f'"{OFFICE}{program}" /n "{path}" /o ""')
    yield m.random.uniform(1, 3)
    opened(m, process, product, path)
    if m.random.random() < 0.04:
        m.load(process, VBA + "VBE7.DLL")
        m.load(process, VBA + "VBE7INTL.DLL")
    side_processes(m, process)
    for _ in range(m.random.randrange(1, 4)):
        yield m.random.uniform(60, 600)
        m.write(process, f"{m.home}\\Documents\\~{names.identifier(m.random, 8)}.tmp")
        m.write(process, path)
    yield m.random.uniform(5, 120)
    m.exit(process)


def opened(m: Machine, process: Process, product: str, path: str) -> None:
    """What every Office program leaves behind when it opens a document."""
    name = path.rsplit("\\", 1)[-1]
    key = f"{m.hive}\\Software\\Microsoft\\Office\\16.0\\{product}"
    m.set(process, f"{key}\\Resiliency\\StartupItems\\{names.word(m.random, 2)}", "Binary Data")
    m.set(process, f"{key}\\File MRU\\Item 1", f"[F00000000][T01D]{path}")
    m.write(process, f"{m.home}\\AppData\\Roaming\\Microsoft\\Office\\Recent\\{name}.LNK")
    m.resolve(process, "officeclient.microsoft.com")


def side_processes(m: Machine, process: Process) -> None:
    """What an Office program starts while somebody works with it: printing, a link, a service."""
    if m.random.random() < 0.2:
        spooler = "C:\\Windows\\splwow64.exe"
        m.start(process, spooler, f"{spooler} 12288", lifetime=120)
    if m.random.random() < 0.15:
        url = f"https://{names.site(m.random)}/"
        browser = m.start(process, EDGE, f'"{EDGE}" --single-argument {url}', lifetime=400)
        m.resolve(browser, url.split("/")[2])
    if m.random.random() < 0.3:
        service = f"{OFFICE}AI.exe"
        m.start(process, service, f'"{service}" "{m.host.sensor}"', lifetime=30)


def outlook(m: Machine) -> Process:
    """Outlook, started by the user."""
    process = m.start(m.shell(), OFFICE + "OUTLOOK.EXE", f'"{OFFICE}OUTLOOK.EXE" /recycle')
    m.set(
        process,
        f"{m.hive}\\Software\\Microsoft\\Office\\16.0\\Outlook\\Profiles\\Outlook\\0a0d0200",
        "Binary Data",
    )
    m.resolve(process, "outlook.office365.com")
    return process


def attachment_folder(m: Machine) -> str:
    """The folder that Outlook opens attachments from."""
    return (
        f"{m.home}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook"
        f"\\{names.identifier(m.random, 8)}"
    )


def read_mail(m: Machine) -> Activity:
    """The user reads mail and opens attachments, now and then a zip archive."""
    process = outlook(m)
    folder = attachment_folder(m)
    for _ in range(m.random.randrange(1, 6)):
        yield m.random.uniform(20, 400)
        extension = m.random.choices(("pdf", "docx", "png", "xlsx", "zip"), (8, 5, 5, 3, 1))[0]
        path = f"{folder}\\{names.document(m.random)}.{extension}"
        m.write(process, path)
        if extension == "docx":
            command = f'"{OFFICE}WINWORD.EXE" /n "{path}" /o ""'
            word = m.start(
                process, OFFICE + "WINWORD.EXE", command, lifetime=m.random.uniform(60, 900)
            )
            yield 1.5
            opened(m, word, "Word", path)
        elif extension == "pdf":
            m.begin(read_pdf(m, process, path))
    yield m.random.uniform(60, 1800)
    m.exit(process)


def read_pdf(m: Machine, parent: Process, path: str) -> Activity:
    """A PDF opens in Adobe Reader."""
    image = "C:\\Program Files (x86)\\Adobe\\Acrobat Reader DC\\Reader\\AcroRd32.exe"
    reader = m.start(parent, image, f'"{image}" "{path}"')
    yield m.random.uniform(0.5, 2)
    child = m.start(reader, image, f'"{image}" --type=renderer /prefetch:1 "{path}"')
    m.write(
        child, f"{m.home}\\AppData\\Local\\Temp\\acrord32_sbx\\A9{names.identifier(m.random)}.tmp"
    )
    m.resolve(reader, "acroipm2.adobe.com")
    yield m.random.uniform(30, 600)
    m.exit(child)
    m.exit(reader)
