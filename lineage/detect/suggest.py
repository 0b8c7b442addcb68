"""What an allow file might hold: hits that look alike on several hosts.

Pure: report hits -> entries. What repeats over hosts is mostly a company's own software; it may as
well be an intrusion that spread, so that each entry says where it was seen and asks for a reason.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FEWEST_HOSTS: Final = 3
"""Hits on fewer hosts aren't proposed."""


class Seen(NamedTuple):
    """A hit, as far as alikeness goes.

    Attributes:
        rule: the detection's title.
        host: where.
        fields: what it matched on, as the event has it.
    """

    rule: str
    host: str
    fields: Mapping[str, str]


class Suggestion(NamedTuple):
    """An entry that might be made.

    Attributes:
        rule: the detection's title.
        fields: fields with equal values in all the hits.
        hits: how many there are.
        hosts: on which hosts, sorted.
    """

    rule: str
    fields: dict[str, str]
    hits: int
    hosts: list[str]


def suggest(hits: Iterable[Seen], fewest: int = FEWEST_HOSTS) -> list[Suggestion]:
    """What repeats over hosts, the most frequent first.

    >>> seen = [Seen("A", host, {"Image": "a.exe"}) for host in ("x", "y", "z", "z")]
    >>> [(entry.rule, entry.hits, entry.hosts) for entry in suggest(seen)]
    [('A', 4, ['x', 'y', 'z'])]
    """
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = defaultdict(list)
    for hit in hits:
        groups[hit.rule, tuple(sorted(hit.fields.items()))].append(hit.host)
    suggestions = [
        Suggestion(rule, dict(fields), len(hosts), sorted(set(hosts)))
        for (rule, fields), hosts in groups.items()
        if len(set(hosts)) >= fewest
    ]
    return sorted(suggestions, key=lambda entry: (-entry.hits, entry.rule, str(entry.fields)))
