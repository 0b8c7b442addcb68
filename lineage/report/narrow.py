"""A report narrowed to what is asked for: what is left out is counted in it.

Narrowing comes after correlation, so that no chain is cut: what is looked at gets less, not what
was judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from lineage.correlate.finding import VERDICTS
from lineage.errors import UsageError
from lineage.normalise.clock import in_utc, zone_named
from lineage.report.model import LeftOut
from lineage.report.saved import ticks
from lineage.report.unchained import kept
from lineage.report.wording import fixed_time
from lineage.times import DAY, HOUR, TICKS, iso, parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from lineage.report.model import Chain, DetectionHit, Report

_AGO: Final = re.compile(r"-(\d{1,6})([smhdw])")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS: Final = {"s": TICKS, "m": 60 * TICKS, "h": HOUR, "d": DAY, "w": 7 * DAY}


@dataclass(frozen=True, slots=True)
class Narrowing:
    r"""What of a report is wanted; whatever isn't given keeps all.

    Attributes:
        since: a time (in UTC, unless it or `zone` says another), a date, or "-24h": so long before
            the report's last hit. What ended before is left out.
        until: alike; what began after is left out.
        hosts: host names; ``*`` and ``?`` stand for anything, letter case counts for nothing, and a
            short name is also that of its full one.
        users: accounts, alike; a name alone is also that of ``DOMAIN\\name``.
        verdict: the weakest that is wanted.
        min_score: the least score.
        top: how many chains, the best first.
        zone: of times and dates that don't say theirs, by its IANA name.
    """

    since: str | None = None
    until: str | None = None
    hosts: Sequence[str] = ()
    users: Sequence[str] = ()
    verdict: str | None = None
    min_score: float = 0
    top: int | None = None
    zone: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return replace(self, zone=None) == Narrowing()

    @property
    def chooses_chains(self) -> bool:
        """Whether it says which chains are wanted, beyond time, host and account."""
        return bool(self.verdict or self.min_score or self.top)

    def apply(self, report: Report) -> Report:
        """The narrowed report, which counts what was left out.

        Raises:
            UsageError: a time can't be read.
        """
        since, until = self.bounds(report)
        if self.is_everything:
            return report
        chains = [chain for chain in report.chains if self._wants(chain, since, until)]
        chains = chains[: self.top]
        evidence = {_key(hit) for chain in chains for hit in chain.evidence}
        hits = [
            hit
            for hit in report.detections
            if self._wants_hit(hit, since, until) or _key(hit) in evidence
        ]
        left_out = LeftOut(
            chains=len(report.chains) - len(chains), hits=len(report.detections) - len(hits)
        )
        update = {"chains": chains, "detections": hits, "left_out": left_out}
        return report.model_copy(update={**update, "unchained": kept(report.unchained, hits)})

    def apply_to_hits(self, report: Report) -> Report:
        """The narrowed report, where chains are chosen with the hits of those chains alone.

        Raises:
            UsageError: a time can't be read.
        """
        narrowed = self.apply(report)
        if not self.chooses_chains:
            return narrowed
        evidence = {_key(hit) for chain in narrowed.chains for hit in chain.evidence}
        hits = [hit for hit in narrowed.detections if _key(hit) in evidence]
        left_out = LeftOut(
            chains=len(report.chains) - len(narrowed.chains),
            hits=len(report.detections) - len(hits),
        )
        update = {"detections": hits, "left_out": left_out}
        return narrowed.model_copy(update={**update, "unchained": kept(report.unchained, hits)})

    def moment(self, written: str | None) -> int | None:
        """A single time in ticks; one without a zone is this narrowing's.

        Raises:
            UsageError: it can't be read, or the zone is unknown.
        """
        if written is None:
            return None
        return _read(written, self._zone(), "2026-02-04T10:15:00Z")

    def bounds(self, report: Report) -> tuple[int | None, int | None]:
        """First and last moment that are wanted of a report, in ticks.

        Raises:
            UsageError: a time can't be read, or the zone is unknown.
        """
        return self._bounds(_last(report))

    def span(self, last: int) -> tuple[str | None, str | None]:
        """First and last time that is wanted, each as a fixed time (`wording.fixed_time`).

        Args:
            last: from which "-24h" counts, in ticks.

        Raises:
            UsageError: a time can't be read.
        """
        since, until = (
            None if bound is None else fixed_time(iso(max(bound, 0)))
            for bound in self._bounds(last)
        )
        return since, until

    def names_host(self, host: str) -> bool:
        """Whether a host is one of those asked for; or none is."""
        return _is_named(host, self.hosts, ".", 0)

    def names_user(self, user: str) -> bool:
        """Whether an account is one of those asked for; or none is."""
        return _is_named(user, self.users, "\\", -1)

    def _bounds(self, last: int) -> tuple[int | None, int | None]:
        zone = self._zone()
        return _ticks(self.since, last, zone), _ticks(self.until, last, zone, day_end=True)

    def _zone(self) -> ZoneInfo | None:
        return None if self.zone is None else zone_named(self.zone)

    def _wants(self, chain: Chain, since: int | None, until: int | None) -> bool:
        return (
            chain.score >= self.min_score
            and (self.verdict is None or _strength(chain.verdict) >= _strength(self.verdict))
            and (since is None or ticks(chain.last_seen) >= since)
            and (until is None or ticks(chain.first_seen) <= until)
            and any(map(self.names_host, chain.hosts))
            and any(
                map(self.names_user, [process.user or "" for process in chain.processes] or [""])
            )
        )

    def _wants_hit(self, hit: DetectionHit, since: int | None, until: int | None) -> bool:
        time = ticks(hit.time)
        return (
            (since is None or time >= since)
            and (until is None or time <= until)
            and self.names_host(hit.host)
            and self.names_user(hit.user or "")
        )


def _key(hit: DetectionHit) -> tuple[str, str, str, int]:
    """What tells a hit from all others."""
    return hit.rule_id, hit.node, hit.source, hit.record


def _strength(verdict: str) -> int:
    return VERDICTS.index(verdict)


def _is_named(name: str, patterns: Sequence[str], separator: str, part: int) -> bool:
    """Whether a name, whole or in its telling part, is one of those asked for; or none is."""
    if not patterns:
        return True
    names = {name.lower(), name.lower().split(separator)[part]}
    return any(fnmatchcase(one, pattern.lower()) for one in names for pattern in patterns)


def _last(report: Report) -> int:
    """The time of a report's last hit, in ticks."""
    times = [ticks(hit.time) for hit in report.detections]
    times += [ticks(chain.last_seen) for chain in report.chains]
    return max(times, default=0)


def _ticks(
    written: str | None, last: int, zone: ZoneInfo | None, *, day_end: bool = False
) -> int | None:
    """A time in ticks.

    Args:
        written: as the user gave it.
        last: from which one that is so long ago counts.
        zone: of a time that doesn't say its own; None for UTC.
        day_end: whether a mere date means its end rather than its beginning.
    """
    if written is None:
        return None
    if ago := _AGO.fullmatch(written.strip()):
        return last - int(ago[1]) * _UNITS[ago[2]]
    if _DATE.fullmatch(written.strip()):
        written = f"{written.strip()}T{'23:59:59.9999999' if day_end else '00:00:00'}"
    return _read(written, zone, "2026-02-04T10:15:00Z, 2026-02-04 or -24h")


def _read(written: str, zone: ZoneInfo | None, forms: str) -> int:
    """A time in ticks; one that doesn't say its zone is in this one.

    Args:
        written: as the user gave it.
        zone: of a time that doesn't say its own; None for UTC.
        forms: how it could have been written.
    """
    try:
        time, zoned = parse(written)
    except ValueError as error:
        raise UsageError(f"{error}; write {forms}") from error
    return time if zoned or zone is None else in_utc(zone, time)
