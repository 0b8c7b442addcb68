"""Draws intrusions that differ in every way but in being intrusions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.intrusion.entry import ENTRIES
from lineage.simulate.intrusion.evasion import DISGUISES, EVASIONS
from lineage.simulate.intrusion.payload import GOALS
from lineage.simulate.intrusion.persistence import PERSISTENCES
from lineage.simulate.intrusion.plan import Plan, draw

if TYPE_CHECKING:
    from random import Random

_STAGING, _SELF_DELETION = "staging", "self-deletion"
_PAUSES = (0.0, 0.0, 120.0, 2400.0)

_SCRIPT_HOSTS = {"macro-script-host", "mail-archive-script"}
"""Ways in whose first process is a script, which alone has a use for a script wrapper."""

_DROPPERS = {"mail-archive", "disk-image"}
"""Ways in whose first process is the malware itself, which can delete itself."""


def vary(
    random: Random,
    chain: str,
    *,
    entry: str | None = None,
    evasions: tuple[str, ...] | None = None,
    persistences: tuple[str, ...] | None = None,
    family: bool = True,
    script_wrapper: bool = True,
) -> Plan:
    """Draws an intrusion; what is given is kept, the rest is drawn.

    Args:
        random: source of every choice and name.
        chain: the intrusion's id.
        entry: way in.
        evasions: how it hides.
        persistences: how it stays.
        family: whether the malware leaves its family's own key, and uses its builder's default
            folders at least sometimes; otherwise it is a nameless remote access tool.
        script_wrapper: whether scripts may bring DynamicWrapperX along.
    """
    way_in = entry or random.choice(list(ENTRIES))
    if evasions is None:
        evasions = _evasions(random, way_in, script_wrapper=script_wrapper)
    if persistences is None:
        persistences = tuple(random.sample(list(PERSISTENCES), random.choice((1, 1, 1, 2))))
    return draw(
        random,
        chain,
        entry=way_in,
        evasions=evasions,
        persistences=persistences,
        goals=_goals(random),
        pause=random.choice(_PAUSES),
        family=family,
        default_folders=family and random.random() < 0.6,
    )


def _evasions(random: Random, entry: str, *, script_wrapper: bool) -> tuple[str, ...]:
    usual = [name for name in EVASIONS if name != "script-wrapper"]
    chosen = random.sample(usual, random.choice((0, 1, 1, 2)))
    if script_wrapper and entry in _SCRIPT_HOSTS and random.random() < 0.7:
        chosen.insert(0, "script-wrapper")
    if random.random() < 0.4:
        chosen.append(random.choice(list(DISGUISES)))
    if entry not in _DROPPERS and random.random() < 0.3:
        chosen.append(_STAGING)
    if (entry in _DROPPERS or _STAGING in chosen) and random.random() < 0.6:
        chosen.append(_SELF_DELETION)
    return tuple(chosen)


def _goals(random: Random) -> tuple[str, ...]:
    optional = [name for name in GOALS if name != "call-home"]
    return ("call-home", *random.sample(optional, random.randrange(2, len(optional) + 1)))
