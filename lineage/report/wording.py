"""Words that every rendering uses alike: times, counts, tactics and names.

Results may hold the telemetry's own text: escape them where they are shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lineage.graph.description import Noun, Words
from lineage.graph.schema import CROSSING, EDGE, NODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.report.model import Campaign, Chain, ChainProcess

TACTICS: Final = {"command-and-control": "command and control", "unassigned": "no stage"}
"""Tactics that are not read by taking their hyphens out."""
THINGS: Final = ("thing", "things")
GUESSED: Final = "parent guessed from its process id"
"""Said of a process whose parent is only the likely one."""
GUESSED_LOGON: Final = "guessed: no record names the address"
"""Said of a logon whose origin is only the likely one."""
_FRACTION: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)")


def guessed(kind: str) -> str:
    """What is said of a step of this kind that is only likely."""
    return GUESSED_LOGON if kind == CROSSING else GUESSED


def tactic_title(tactic: str) -> str:
    """A tactic's slug in words.

    >>> tactic_title("defense-evasion")
    'defense evasion'
    """
    return TACTICS.get(tactic, tactic.replace("-", " "))


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> counted(1, "file"), counted(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def points(score: float, digits: int = 1) -> str:
    """A score with as many digits as it has: at least `digits`, at most 2.

    >>> points(94.2), points(92.25), points(7)
    ('94.2', '92.25', '7.0')
    """
    fine = round(score, 2) != round(score, 1)
    return f"{score:.{2 if fine else digits}f}"


def clock(time: str, before: str | None) -> str:
    """A time to the second; without its date where that is the date of `before`.

    >>> clock("2024-10-14T10:02:08.4900000Z", None)
    '2024-10-14 10:02:08'
    >>> clock("2024-10-14T10:02:08Z", "2024-10-14T09:00:00Z")
    '10:02:08'
    """
    match = _TIME.match(time)
    if not match:
        return time
    date, clock_time = match.groups()
    return clock_time if same_day(time, before) else f"{date} {clock_time}"


def fixed_time(time: str) -> str:
    """A time with seven fractional digits, so that it sorts as text; unlike times stay.

    Windows counts in steps of 100 ns (MS-DTYP 2.3.3). Digits that a source didn't give are zeros.

    >>> fixed_time("2024-10-14T10:02:08.49Z"), fixed_time("2024-10-14T10:02:08Z")
    ('2024-10-14T10:02:08.4900000Z', '2024-10-14T10:02:08.0000000Z')
    """
    written = _FRACTION.fullmatch(time)
    return f"{written[1]}.{written[2] or '':0<7}Z" if written else time


def name_of(process: ChainProcess) -> str:
    """What a process is called: its program's file name."""
    return (process.image or "").rpartition("\\")[2] or "unknown program"


def same_day(time: str, before: str | None) -> bool:
    """Whether two ISO times have the same date."""
    return before is not None and time[:10] == before[:10]


def listed(names: Sequence[str], shown: int = 5) -> str:
    """Names in a row; the first few, and how many more.

    >>> listed(["a", "b", "c"], shown=2)
    'a, b and 1 more'
    """
    text = ", ".join(names[:shown])
    return text if len(names) <= shown else f"{text} and {len(names) - shown:,} more"


def noun_of(node_id: str) -> Noun:
    """What a node of an id is called, and several."""
    schema = NODE.get(node_id.partition(":")[0])
    return schema.noun if schema else THINGS


def edge_words(kind: str) -> Words:
    """How an edge is said; by its mere kind where that isn't known, as a forged report may have."""
    schema = EDGE.get(kind)
    return schema.words if schema else Words(kind, kind, THINGS)


def verdict_line(chain: Chain) -> str:
    """How sure a chain is, of what and where: "confirmed 94.2: Remcos on WS01"."""
    family = chain.family or "no family"
    return f"{chain.verdict} {chain.score:g}: {family} on {', '.join(chain.hosts)}"


def campaign_of(chain: Chain) -> str | None:
    """The name of the campaign that a chain is of; None where it stands alone."""
    return chain.campaign.name if chain.campaign else None


def shared(campaign: Campaign, shown: int = 3) -> str:
    """What the chains of a campaign share: "program 9A09..., name c2.example"."""
    return listed([f"{trait.kind} {trait.value}" for trait in campaign.traits], shown=shown)


def accounts_of(chain: Chain) -> list[str]:
    """The accounts as which a chain's processes run, each once, in the processes' order."""
    return list(dict.fromkeys(process.user for process in chain.processes if process.user))


def headline(chain: Chain) -> str:
    """What a chain is about, in a line: its family, first programs and first detections."""
    programs = list(dict.fromkeys(name_of(process) for process in chain.processes))
    titles = list(dict.fromkeys(hit.detection for hit in chain.evidence))
    family = f"{chain.family}: " if chain.family else ""
    return f"{family}{listed(programs, shown=2)}: {listed(titles, shown=1)}"
