"""ATT&CK names and links. MITRE ATT&CK is a trademark of The MITRE Corporation."""

from __future__ import annotations

import re

ATTACK_VERSION = "16"
"""The ATT&CK release that the detections' technique ids are from (October 2024)."""

TECHNIQUE_ID = re.compile(r"T\d{4}(?:\.\d{3})?")

TECHNIQUE_NAMES: dict[str, str] = {
    "T1036": "Masquerading",
    "T1036.008": "Masquerade File Type",
    "T1055": "Process Injection",
    "T1055.001": "Dynamic-link Library Injection",
    "T1059": "Command and Scripting Interpreter",
    "T1059.005": "Visual Basic",
    "T1059.007": "JavaScript",
    "T1070": "Indicator Removal",
    "T1112": "Modify Registry",
    "T1113": "Screen Capture",
    "T1134": "Access Token Manipulation",
    "T1134.004": "Parent PID Spoofing",
    "T1204": "User Execution",
    "T1204.001": "Malicious Link",
    "T1204.002": "Malicious File",
    "T1218": "System Binary Proxy Execution",
    "T1218.010": "Regsvr32",
    "T1543": "Create or Modify System Process",
    "T1547": "Boot or Logon Autostart Execution",
    "T1547.001": "Registry Run Keys / Startup Folder",
    "T1548": "Abuse Elevation Control Mechanism",
    "T1548.002": "Bypass User Account Control",
    "T1555": "Credentials from Password Stores",
    "T1555.003": "Credentials from Web Browsers",
    "T1559": "Inter-Process Communication",
    "T1559.001": "Component Object Model",
    "T1562": "Impair Defenses",
    "T1562.001": "Disable or Modify Tools",
    "T1566": "Phishing",
    "T1566.001": "Spearphishing Attachment",
    "T1592": "Gather Victim Host Information",
}
"""Names of the techniques that the built-in detections carry (ATT&CK v16, Enterprise)."""

FAMILY_SOFTWARE: dict[str, str] = {"Remcos": "S0332"}
"""Malware family -> ATT&CK software id."""


def techniques(tags: list[str]) -> list[str]:
    """The technique ids among a detection's ATT&CK tags, each once, sub-techniques first.

    >>> techniques(["T1566", "T1566.001"])
    ['T1566.001', 'T1566']
    """
    ids = dict.fromkeys(tag for tag in tags if TECHNIQUE_ID.fullmatch(tag))
    return sorted(ids, key=lambda technique: "." not in technique)


def technique_name(technique: str) -> str:
    """Its name; the id where the table lacks it, as for techniques of a user's own rules."""
    return TECHNIQUE_NAMES.get(technique, technique)


def technique_url(technique: str) -> str:
    """Its page.

    >>> technique_url("T1566.001")
    'https://attack.mitre.org/techniques/T1566/001/'
    """
    return f"https://attack.mitre.org/techniques/{technique.replace('.', '/')}/"


def software_url(software: str) -> str:
    """The page of a malware family or tool."""
    return f"https://attack.mitre.org/software/{software}/"
