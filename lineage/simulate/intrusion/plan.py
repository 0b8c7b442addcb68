"""What is decided before an intrusion begins: its ways, and every name that it will use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.simulate import binaries, names
from lineage.simulate.facts import Binary, Label

if TYPE_CHECKING:
    from random import Random

_WEB_SERVICES = ("pastebin.com", "api.telegram.org", "cdn.discordapp.com", "discord.com")
"""Public services that such intrusions fetch instructions from."""

DEFAULT_INSTALL = "Remcos"
"""Folder that the malware's builder installs it in, if its operator doesn't choose another."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One intrusion's choices. Hosts of one campaign share a plan but for `chain`.

    Attributes:
        chain: its id in the ground truth.
        campaign: the campaign's id, or None where it stands alone.
        family: the malware's family, or None where it leaves no mark of one.
        entry: way in, a key of `entry.ENTRIES`.
        evasions: keys of `evasion.EVASIONS`, in order.
        persistences: keys of `persistence.PERSISTENCES`, in order.
        goals: keys of `payload.GOALS`; what the malware does once it runs.
        pause: seconds that it waits between its stages.
        document: name of the lure, without extension.
        script: name of the script that the lure drops, with extension.
        folder: folder that the payload is installed in, under the user's Roaming folder.
        program: file name of the payload.
        payload: the payload's content.
        wrapper: content of DynamicWrapperX, the COM library that script loaders bring along.
        family_key: the malware's own registry key under Software.
        autostart: name of the Run value, task or service.
        servers: command and control names.
        web_service: public service that it asks.
        log_folder: folder of its key log, and
        pictures: of its screenshots, and
        sounds: of its recordings.
    """

    chain: str
    campaign: str | None
    family: str | None
    entry: str
    evasions: tuple[str, ...]
    persistences: tuple[str, ...]
    goals: tuple[str, ...]
    pause: float
    document: str
    script: str
    folder: str
    program: str
    payload: Binary
    wrapper: Binary
    family_key: str
    autostart: str
    servers: tuple[str, ...]
    web_service: str
    log_folder: str
    pictures: str
    sounds: str

    def label(self, role: str) -> Label:
        """Marks something as this intrusion's."""
        return Label(self.chain, role)


def draw(
    random: Random,
    chain: str,
    *,
    entry: str,
    evasions: tuple[str, ...],
    persistences: tuple[str, ...],
    goals: tuple[str, ...],
    pause: float = 0,
    family: bool = True,
    default_folders: bool = True,
    default_install: bool = False,
) -> Plan:
    """Draws an intrusion's names.

    Args:
        random: source of the names.
        chain: the intrusion's id.
        entry: way in.
        evasions: how it hides.
        persistences: how it stays.
        goals: what it is after.
        pause: seconds that it waits between its stages.
        family: whether the malware leaves its family's own registry key.
        default_folders: whether the malware keeps its builder's default folder names; an
            operator can choose others.
        default_install: whether it installs itself in its builder's default folder too.
    """
    program = names.word(random, random.randrange(2, 4))
    prefix = random.choice(("Remcos-", "Remcos-", "Rmc-"))
    wrapper = binaries.made(
        content="dynwrapx 2.1",
        original_name="dynwrapx.dll",
        description="Dynamic Wrapper X",
        product="DynamicWrapperX",
        company="Yuri Popov",
        version="2.1.2.0",
    )
    folders = ("remcos", "Screenshots", "MicRecords")
    if not default_folders:
        folders = (names.word(random), names.word(random), names.word(random))
    return Plan(
        chain=chain,
        campaign=None,
        family="Remcos" if family else None,
        entry=entry,
        evasions=evasions,
        persistences=persistences,
        goals=goals,
        pause=pause,
        document=names.document(random),
        script=f"{names.word(random)}.{random.choice(('vbs', 'txt', 'tmp', 'dat'))}",
        folder=DEFAULT_INSTALL if default_install else names.word(random, 3).capitalize(),
        program=f"{program}.exe",
        payload=binaries.made(content=f"payload {random.getrandbits(64):x}"),
        wrapper=wrapper,
        family_key=prefix + names.identifier(random),
        autostart=random.choice((program, names.word(random, 2).capitalize())),
        servers=tuple(names.domain(random) for _ in range(random.randrange(1, 4))),
        web_service=random.choice(_WEB_SERVICES),
        log_folder=folders[0],
        pictures=folders[1],
        sounds=folders[2],
    )
