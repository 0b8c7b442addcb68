"""The zone in which times are shown: UTC, unless the analyst names another.

What is kept and exported stays in UTC; only what people read is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.normalise.clock import zone_named
from lineage.report.wording import clock, same_day

if TYPE_CHECKING:
    from datetime import tzinfo


class Moment(NamedTuple):
    """A time as a sentence tells it.

    Attributes:
        time: ISO 8601, UTC.
        before: the time told before it; its date isn't told again.
        leads: whether "At" or "On" stands before it.
    """

    time: str
    before: str | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone to show times in.

    Attributes:
        name: what stands beside its times: "UTC" or a name of the IANA database.
        rules: when its clocks show what; None for UTC, whose times stay as they are.
    """

    name: str = "UTC"
    rules: tzinfo | None = None

    @classmethod
    def named(cls, name: str | None) -> Zone:
        """The zone of an IANA name; UTC for none.

        Raises:
            UsageError: there is no such zone.
        """
        return cls() if name is None else cls(name, zone_named(name))

    def local(self, time: str) -> str:
        """A report's time as this zone's clocks show it, with its offset; no time stays as it is.

        >>> Zone.named("Europe/Berlin").local("2026-02-02T23:30:00.5Z")
        '2026-02-03T00:30:00.5+01:00'
        """
        if self.rules is None or not time.endswith("Z"):
            return time
        whole, dot, fraction = time[:-1].partition(".")
        try:
            moment = datetime.fromisoformat(whole).replace(tzinfo=UTC).astimezone(self.rules)
        except (ValueError, OverflowError):
            return time
        shown = moment.isoformat(timespec="seconds")
        return f"{shown[:19]}{dot}{fraction}{shown[19:]}"

    def clock(self, time: str, before: str | None = None) -> str:
        """A time to the second; without its date where that is the date of `before`."""
        return clock(self.local(time), None if before is None else self.local(before))

    def same_day(self, time: str, before: str | None) -> bool:
        """Whether two times have the same date here."""
        return before is not None and same_day(self.local(time), self.local(before))

    def told(self, moment: Moment) -> str:
        """A time in a sentence: "At 10:02:08", "On 2024-10-15 00:05:51"."""
        time = self.clock(moment.time, moment.before)
        if not moment.leads:
            return time
        return f"{'At' if self.same_day(moment.time, moment.before) else 'On'} {time}"


IN_UTC: Final = Zone()
