"""The programs that a Windows workstation runs, with their version resources."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from lineage.simulate.facts import Binary

_WINDOWS = ("Microsoft® Windows® Operating System", "Microsoft Corporation", "10.0.19041.3636")
_OFFICE = ("Microsoft Office", "Microsoft Corporation", "16.0.17328.20162")
_EDGE = ("Microsoft Edge", "Microsoft Corporation", "126.0.2592.87")
_CHROME = ("Google Chrome", "Google LLC", "126.0.6478.127")
_PYTHON = ("Python", "Python Software Foundation", "3.11.9")
_GIT = ("Git", "The Git Development Community", "2.45.1.1")
_NODE = ("Node.js", "Node.js", "20.14.0")

_KNOWN: dict[str, tuple[str, str, tuple[str, str, str]]] = {
    "smss.exe": ("smss.exe", "Windows Session Manager", _WINDOWS),
    "csrss.exe": ("CSRSS.Exe", "Client Server Runtime Process", _WINDOWS),
    "wininit.exe": ("WinInit.exe", "Windows Start-Up Application", _WINDOWS),
    "winlogon.exe": ("WINLOGON.EXE", "Windows Logon Application", _WINDOWS),
    "services.exe": ("services.exe", "Services and Controller app", _WINDOWS),
    "lsass.exe": ("lsass.exe", "Local Security Authority Process", _WINDOWS),
    "svchost.exe": ("svchost.exe", "Host Process for Windows Services", _WINDOWS),
    "spoolsv.exe": ("spoolsv.exe", "Spooler SubSystem App", _WINDOWS),
    "searchindexer.exe": ("SearchIndexer.exe", "Microsoft Windows Search Indexer", _WINDOWS),
    "dwm.exe": ("dwm.exe", "Desktop Window Manager", _WINDOWS),
    "fontdrvhost.exe": ("fontdrvhost.exe", "Usermode Font Driver Host", _WINDOWS),
    "userinit.exe": ("USERINIT.EXE", "Userinit Logon Application", _WINDOWS),
    "explorer.exe": ("EXPLORER.EXE", "Windows Explorer", _WINDOWS),
    "sihost.exe": ("sihost.exe", "Shell Infrastructure Host", _WINDOWS),
    "taskhostw.exe": ("taskhostw.exe", "Host Process for Windows Tasks", _WINDOWS),
    "ctfmon.exe": ("CTFMON.EXE", "CTF Loader", _WINDOWS),
    "runtimebroker.exe": ("RuntimeBroker.exe", "Runtime Broker", _WINDOWS),
    "dllhost.exe": ("dllhost.exe", "COM Surrogate", _WINDOWS),
    "conhost.exe": ("CONHOST.EXE", "Console Window Host", _WINDOWS),
    "cmd.exe": ("Cmd.Exe", "Windows Command Processor", _WINDOWS),
    "powershell.exe": ("PowerShell.EXE", "Windows PowerShell", _WINDOWS),
    "wscript.exe": ("wscript.exe", "Microsoft ® Windows Based Script Host", _WINDOWS),
    "cscript.exe": ("cscript.exe", "Microsoft ® Console Based Script Host", _WINDOWS),
    "regsvr32.exe": ("REGSVR32.EXE", "Microsoft(C) Register Server", _WINDOWS),
    "rundll32.exe": ("RUNDLL32.EXE", "Windows host process (Rundll32)", _WINDOWS),
    "reg.exe": ("reg.exe", "Registry Console Tool", _WINDOWS),
    "schtasks.exe": ("schtasks.exe", "Task Scheduler Configuration Tool", _WINDOWS),
    "sc.exe": ("sc.exe", "Service Control Manager Configuration Tool", _WINDOWS),
    "msiexec.exe": ("msiexec.exe", "Windows® installer", _WINDOWS),
    "dxdiag.exe": ("dxdiag.exe", "Microsoft DirectX Diagnostic Tool", _WINDOWS),
    "ipconfig.exe": ("ipconfig.exe", "IP Configuration Utility", _WINDOWS),
    "netsh.exe": ("netsh.exe", "Network Command Shell", _WINDOWS),
    "ping.exe": ("ping.exe", "TCP/IP Ping Command", _WINDOWS),
    "net.exe": ("net.exe", "Net Command", _WINDOWS),
    "whoami.exe": ("whoami.exe", "whoami - displays logged on user information", _WINDOWS),
    "tasklist.exe": ("tasklist.exe", "Lists the current running tasks", _WINDOWS),
    "notepad.exe": ("NOTEPAD.EXE", "Notepad", _WINDOWS),
    "mmc.exe": ("mmc.exe", "Microsoft Management Console", _WINDOWS),
    "winhlp32.exe": ("WINHSTB.EXE", "Windows Winhlp32 Stub", _WINDOWS),
    "wmiprvse.exe": ("Wmiprvse.exe", "WMI Provider Host", _WINDOWS),
    "tiworker.exe": ("TiWorker.exe", "Windows Modules Installer Worker", _WINDOWS),
    "trustedinstaller.exe": ("TrustedInstaller.exe", "Windows Modules Installer", _WINDOWS),
    "msmpeng.exe": ("MsMpEng.exe", "Antimalware Service Executable", _WINDOWS),
    "mpcmdrun.exe": ("MpCmdRun.exe", "Microsoft Malware Protection Command Line Utility", _WINDOWS),
    "backgroundtaskhost.exe": ("backgroundTaskHost.exe", "Background Task Host", _WINDOWS),
    "searchprotocolhost.exe": ("SearchProtocolHost.exe", "Search Protocol Host", _WINDOWS),
    "splwow64.exe": ("splwow64.exe", "Print driver host for applications", _WINDOWS),
    "consent.exe": ("consent.exe", "Consent UI for administrative applications", _WINDOWS),
    "winword.exe": ("WinWord.exe", "Microsoft Word", _OFFICE),
    "excel.exe": ("Excel.exe", "Microsoft Excel", _OFFICE),
    "powerpnt.exe": ("POWERPNT.EXE", "Microsoft PowerPoint", _OFFICE),
    "ai.exe": ("AI.exe", "Artificial Intelligence (AI) Host", _OFFICE),
    "outlook.exe": ("Outlook.exe", "Microsoft Outlook", _OFFICE),
    "officeclicktorun.exe": (
        "OfficeClickToRun.exe",
        "Microsoft Office Click-to-Run (SxS)",
        _OFFICE,
    ),
    "vbe7.dll": (
        "VBE7.DLL",
        "Visual Basic Environment",
        ("VBA 7.1", "Microsoft Corporation", "7.1"),
    ),
    "vbe7intl.dll": (
        "VBE7INTL.DLL",
        "Visual Basic Environment International Resources",
        ("VBA 7.1", "Microsoft Corporation", "7.1"),
    ),
    "msedge.exe": ("msedge.exe", "Microsoft Edge", _EDGE),
    "microsoftedgeupdate.exe": (
        "msedgeupdate.dll",
        "Microsoft Edge Update",
        ("Microsoft Edge Update", "Microsoft Corporation", "1.3.195.15"),
    ),
    "chrome.exe": ("chrome.exe", "Google Chrome", _CHROME),
    "googleupdate.exe": (
        "GoogleUpdate.exe",
        "Google Installer",
        ("Google Update", "Google LLC", "1.3.36.372"),
    ),
    "firefox.exe": (
        "firefox.exe",
        "Firefox",
        ("Firefox", "Mozilla Corporation", "127.0.1"),
    ),
    "onedrive.exe": (
        "OneDrive.exe",
        "Microsoft OneDrive",
        ("Microsoft OneDrive", "Microsoft Corporation", "24.108.528.5"),
    ),
    "ms-teams.exe": (
        "ms-teams.exe",
        "Microsoft Teams",
        ("Microsoft Teams", "Microsoft Corporation", "24124.2315.2911.3357"),
    ),
    "discord.exe": ("Discord.exe", "Discord", ("Discord", "Discord Inc.", "1.0.9147")),
    "spotify.exe": ("Spotify.exe", "Spotify", ("Spotify", "Spotify Ltd", "1.2.40.599")),
    "update.exe": ("Update.exe", "Update", ("Update", "Discord Inc.", "1.1.1")),
    "acrord32.exe": (
        "AcroRd32.exe",
        "Adobe Acrobat Reader",
        ("Adobe Acrobat Reader", "Adobe Systems Incorporated", "24.2.20759.0"),
    ),
    "armsvc.exe": (
        "armsvc.exe",
        "Acrobat Update Service",
        ("Acrobat Update Service", "Adobe Inc.", "1.824.460.1042"),
    ),
    "python.exe": ("python.exe", "Python", _PYTHON),
    "git.exe": ("git.exe", "Git for Windows", _GIT),
    "bash.exe": ("bash.exe", "GNU Bourne Again SHell", _GIT),
    "node.exe": ("node.exe", "Node.js JavaScript Runtime", _NODE),
    "code.exe": (
        "electron.exe",
        "Visual Studio Code",
        ("Visual Studio Code", "Microsoft Corporation", "1.90.2"),
    ),
    "cl.exe": (
        "CL.EXE",
        "Microsoft® C/C++ Compiler Driver",
        ("Microsoft® Visual Studio®", "Microsoft Corporation", "14.40.33811.0"),
    ),
    "link.exe": (
        "LINK.EXE",
        "Microsoft® Incremental Linker",
        ("Microsoft® Visual Studio®", "Microsoft Corporation", "14.40.33811.0"),
    ),
    "vbc.exe": (
        "vbc.exe",
        "Visual Basic Command Line Compiler",
        ("Microsoft® .NET Framework", "Microsoft Corporation", "14.8.4084.0"),
    ),
    "7zfm.exe": ("7zFM.exe", "7-Zip File Manager", ("7-Zip", "Igor Pavlov", "23.01")),
}


def of(image: str) -> Binary:
    """The binary at a path: the known program of that name, else one without a version resource."""
    name = image.rsplit("\\", 1)[-1]
    known = _KNOWN.get(name.lower())
    if known is None:
        return made(content=name.lower())
    original, description, (product, company, version) = known
    return made(
        content=f"{original} {version}",
        original_name=original,
        description=description,
        product=product,
        company=company,
        version=version,
    )


def library(name: str) -> Binary:
    """A library that is part of Windows."""
    product, company, version = _WINDOWS
    return made(
        content=f"{name}.dll {version}",
        original_name=f"{name}.dll",
        description=f"{name} library",
        product=product,
        company=company,
        version=version,
    )


@lru_cache(maxsize=4096)
def made(
    *,
    content: str,
    original_name: str = "-",
    description: str = "-",
    product: str = "-",
    company: str = "-",
    version: str = "-",
) -> Binary:
    """A binary whose hashes stand for `content`: equal content, equal hashes."""
    sha256 = hashlib.sha256(content.encode()).hexdigest().upper()
    again = hashlib.sha256(sha256.encode()).hexdigest().upper()
    return Binary(
        original_name,
        description,
        product,
        company,
        version,
        sha256,
        again[:32],
        again[32:],
    )
