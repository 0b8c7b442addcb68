"""All stories, each with the public report that describes its kind of intrusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage.simulate.intrusion.plan import draw
from lineage.simulate.stories import families, office, programs, scripts, shortcuts
from lineage.simulate.stories.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Activity, Machine


class Story(NamedTuple):
    """One kind of intrusion.

    Attributes:
        unfold: makes it happen in a scene.
        source: publisher, title and year of the report that tells of it.
        family: whether it is Remcos.
    """

    unfold: Callable[[Scene], Activity]
    source: str
    family: bool = True


STORIES: dict[str, Story] = {
    "xls-hta-dropper": Story(
        office.xls_hta_dropper,
        "FortiGuard Labs, New Campaign Uses Remcos RAT to Exploit Victims, 2024",
    ),
    "xls-startup-script": Story(
        office.xls_startup_script,
        "SANS ISC diary 28616, Password-protected Excel spreadsheet pushes Remcos RAT, 2022",
    ),
    "equation-two-programs": Story(
        office.equation_two_programs,
        "Infoblox, Malspam campaign around Ukraine delivers Remcos, 2022",
    ),
    "slides-script-moniker": Story(
        office.slides_script_moniker,
        "Trend Micro, CVE-2017-0199: new malware abuses PowerPoint slide show, 2017",
    ),
    "notebook-attachment": Story(
        office.notebook_attachment, "Trustwave SpiderLabs, OneNote spear-phishing, 2023"
    ),
    "document-remote-template": Story(
        office.document_remote_template,
        "Positive Technologies, SteganoAmor: TA558 attacks with steganography, 2024",
    ),
    "image-script-registry": Story(
        scripts.image_script_registry,
        "HP Wolf Security, Malware campaigns targeting African banking sector, 2022",
    ),
    "archive-script-regasm": Story(
        scripts.archive_script_regasm,
        "McAfee Labs, From email to RAT: deciphering a VB script-driven campaign, 2024",
    ),
    "encoded-archive-address-book": Story(
        scripts.encoded_archive_address_book,
        "AhnLab ASEC, Remcos RAT distributed via UUEncoding (UUE) file, 2024",
    ),
    "script-installer-tool": Story(
        scripts.script_installer_tool,
        "Morphisec, Revealing the Snip3 crypter, a highly evasive RAT loader, 2021",
    ),
    "javascript-curl": Story(
        scripts.javascript_curl,
        "Check Point Research, Blind Eagle: and justice for all, 2025 (variant with own key names)",
    ),
    "hta-fileless": Story(
        scripts.hta_fileless,
        "Qualys, Fileless execution: PowerShell based shellcode loader executes Remcos RAT, 2025",
    ),
    "renamed-tools": Story(
        scripts.renamed_tools, "IBM X-Force, Email campaigns push DBatLoader and Remcos, 2023"
    ),
    "pasted-command": Story(
        scripts.pasted_command,
        "SANS ISC, SmartApeSG campaign uses ClickFix page to push Remcos RAT, 2026",
    ),
    "python-over-webdav": Story(
        scripts.python_over_webdav,
        "Proofpoint, Threat actor abuses Cloudflare tunnels to deliver RATs, 2024",
    ),
    "shortcut-pif": Story(
        shortcuts.shortcut_pif,
        "Point Wild, LNK files and PowerShell deliver the Remcos backdoor, 2025",
    ),
    "shortcut-side-loading": Story(
        shortcuts.shortcut_side_loading,
        "Cisco Talos, Gamaredon campaign abuses LNK files to distribute Remcos backdoor, 2025",
    ),
    "shortcut-script-guloader": Story(
        shortcuts.shortcut_script_guloader,
        "Securonix, TACTICAL#OCTOPUS attack campaign with tax lures, 2023",
    ),
    "internet-shortcut-share": Story(
        shortcuts.internet_shortcut_share,
        "CERT-AGID, Remcos campaigns in the name of the Italian tax agency, 2023",
    ),
    "shortcut-steganography": Story(
        shortcuts.shortcut_steganography,
        "Morphisec, Unveiling UAC-0184: the steganography saga of the IDAT loader, 2024",
    ),
    "control-panel-link": Story(
        shortcuts.control_panel_link,
        "Trend Micro, CVE-2023-36025 exploited for defense evasion, 2024 (payload exchanged)",
    ),
    "archive-exploit-batch": Story(
        shortcuts.archive_exploit_batch,
        "Group-IB, Traders' dollars in danger: CVE-2023-38831, 2023",
    ),
    "archive-program": Story(
        programs.archive_program, "Symantec, Remcos campaign against Eastern Europe, 2024"
    ),
    "archive-copy-startup-script": Story(
        programs.archive_copy_startup_script, "Herbie Zimmerman, 2018-07-07 Remcos malspam, 2018"
    ),
    "autoit-event-viewer": Story(
        programs.autoit_event_viewer,
        "Trend Micro, Analysis: new Remcos RAT arrives via phishing email, 2019",
    ),
    "installer-batch-autoit": Story(
        programs.installer_batch_autoit,
        "Check Point Research, CypherIT/AutoIt-wrapped malware in NSIS installers, 2024",
    ),
    "archive-side-loading": Story(
        programs.archive_side_loading,
        "CrowdStrike, Likely eCrime actor uses filenames of the July 2024 incident, 2024",
    ),
    "installer-shellcode": Story(
        programs.installer_shellcode,
        "Check Point Research, The dark alliance between GuLoader and Remcos, 2023",
    ),
    "crypter-self-copy-task": Story(
        programs.crypter_self_copy_task,
        "FortiGuard Labs, The latest Remcos RAT driven by phishing campaign, 2022",
    ),
    "disguised-browser-host": Story(
        programs.disguised_browser_host, "Elastic Security Labs, Dissecting Remcos RAT, 2024"
    ),
    "screensaver-double-extension": Story(
        programs.screensaver_double_extension,
        "Microsoft, COVID-19 lures with disk images and screen savers, 2020 (from the web)",
    ),
    "other: script-regsvcs-task": Story(
        families.script_regsvcs_task,
        "Splunk, AsyncRAT crusade: detections and defense, 2023",
        False,
    ),
    "other: equation-stealer": Story(
        families.equation_stealer, "FortiGuard Labs, Agent Tesla by CVE-2017-11882, 2023", False
    ),
    "other: script-support-tool": Story(
        families.script_support_tool, "Trellix, The NetSupport RAT campaign, 2023", False
    ),
    "other: notebook-library": Story(
        families.notebook_library, "The DFIR Report, OneNote deliveries of QakBot, 2023", False
    ),
    "other: batch-worm": Story(
        families.batch_worm, "Elastic Security Labs, XWorm in obfuscated batch files, 2024", False
    ),
    "other: pasted-stealer": Story(
        families.pasted_stealer, "Microsoft, ClickFix social engineering, 2025", False
    ),
}
"""Every story by its name; those of other families begin with `other:`."""


def plan(random: Random, chain: str, story: str) -> Plan:
    """Draws a story's names.

    Args:
        random: source of the names.
        chain: the intrusion's id in the ground truth.
        story: a key of `STORIES`.
    """
    return draw(
        random,
        chain,
        entry=story,
        evasions=(),
        persistences=(),
        goals=(),
        family=STORIES[story].family,
        default_folders=False,
    )


def tell(m: Machine, drawn: Plan) -> Activity:
    """Makes a drawn story happen on a machine."""
    yield from STORIES[drawn.entry].unfold(Scene(m, drawn))
