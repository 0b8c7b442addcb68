"""A report narrowed to what is asked for: what is left out is counted in it.

Narrowing comes after correlation, so that no chain is cut: what is looked at gets less, not what
was judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from lineage.correlate.finding import VERDICTS
from lineage.errors import UsageError
from lineage.report.model import LeftOut
from lineage.report.wording import fixed_time
from lineage.times import DAY, HOUR, TICKS, iso, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.report.model import Chain, DetectionHit, Report

_AGO: Final = re.compile(r"-(\d{1,6})([smhdw])")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS: Final = {"s": TICKS, "m": 60 * TICKS, "h": HOUR, "d": DAY, "w": 7 * DAY}


@dataclass(frozen=True, slots=True)
class Narrowing:
    r"""What of a report is wanted; whatever isn't given keeps all.

    Attributes:
        since: a time in UTC, a date, or "-24h": so long before the report's last hit. What ended
            before is left out.
        until: alike; what began after is left out.
        hosts: host names; ``*`` and ``?`` stand for anything, letter case counts for nothing, and a
            short name is also that of its full one.
        users: accounts, alike; a name alone is also that of ``DOMAIN\\name``.
        verdict: the weakest that is wanted.
        min_score: the least score.
        top: how many chains, the best first.
    """

    since: str | None = None
    until: str | None = None
    hosts: Sequence[str] = ()
    users: Sequence[str] = ()
    verdict: str | None = None
    min_score: float = 0
    top: int | None = None

    def apply(self, report: Report) -> Report:
        """The narrowed report, which counts what was left out.

        Raises:
            UsageError: a time can't be read.
        """
        if self == Narrowing():
            return report
        since, until = self._bounds(_last(report))
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
        return report.model_copy(
            update={"chains": chains, "detections": hits, "left_out": left_out}
        )

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
        return _ticks(self.since, last), _ticks(self.until, last, day_end=True)

    def _wants(self, chain: Chain, since: int | None, until: int | None) -> bool:
        return (
            chain.score >= self.min_score
            and (self.verdict is None or _strength(chain.verdict) >= _strength(self.verdict))
            and (since is None or parse(chain.last_seen)[0] >= since)
            and (until is None or parse(chain.first_seen)[0] <= until)
            and any(map(self.names_host, chain.hosts))
            and any(
                map(self.names_user, [process.user or "" for process in chain.processes] or [""])
            )
        )

    def _wants_hit(self, hit: DetectionHit, since: int | None, until: int | None) -> bool:
        time = parse(hit.time)[0]
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
    times = [parse(hit.time)[0] for hit in report.detections]
    times += [parse(chain.last_seen)[0] for chain in report.chains]
    return max(times, default=0)


def _ticks(written: str | None, last: int, *, day_end: bool = False) -> int | None:
    """A time in ticks.

    Args:
        written: as the user gave it.
        last: from which one that is so long ago counts.
        day_end: whether a mere date means its end rather than its beginning.
    """
    if written is None:
        return None
    if ago := _AGO.fullmatch(written.strip()):
        return last - int(ago[1]) * _UNITS[ago[2]]
    if _DATE.fullmatch(written.strip()):
        written = f"{written.strip()}T{'23:59:59.9999999' if day_end else '00:00:00'}Z"
    try:
        return parse(written)[0]
    except ValueError as error:
        raise UsageError(f"{error}; write 2026-02-04T10:15:00Z, 2026-02-04 or -24h") from error
