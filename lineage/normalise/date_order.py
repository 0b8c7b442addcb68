"""Dates such as 03/04/2026: whether day or month stands first, found out for each input.

Windows writes dates in its user's way, and a text or table exported from it says nowhere which way
that is. One value above 12 tells it for the whole input; so does a Sysmon event, whose own UtcTime
can't be misread, and the order of the records where only one reading has one. Where none of these
tells, the input is read as its companions are, or so that its days follow each other, else month
first, and a remark says so.

Until all is read, dates are taken as month first; what that makes of each minute is remembered, so
that events can be moved afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.times import DAY, HOUR, TICKS, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})(/\d{4}\D.*)", re.ASCII | re.DOTALL)
_MONTHS: Final = 12
_MINUTE: Final = 60 * TICKS
_NEAR: Final = 26 * HOUR
"""How far a local time may be from the same moment in UTC, and some delay."""
_CLOSER: Final = 8
"""How many times closer its days must lie together for a reading to be preferred."""


class Dated(NamedTuple):
    """A time as it is written.

    Attributes:
        text: the time.
        readings: in ticks, month first and day first; equal where only one is possible.
        is_zoned: whether the text says its zone.
        numbers: what stands before the year of a date with slashes; () for other spellings.
    """

    text: str
    readings: tuple[int, int]
    is_zoned: bool
    numbers: tuple[int, ...]


@dataclass(slots=True)
class _Evidence:
    """What an input's dates have told so far, in the two readings: month first, day first.

    Attributes:
        example: a date that can be read both ways.
        votes: what can only be read so.
        span: first and last time.
        steps: how often, from one record to the next of another day, the day went up and down.
        shifts: minutes as read month first -> ticks from there to the other reading.
    """

    example: str = ""
    votes: list[str] = field(default_factory=lambda: ["", ""])
    span: list[tuple[int, int] | None] = field(default_factory=lambda: [None, None])
    steps: tuple[list[int], list[int]] = field(default_factory=lambda: ([0, 0], [0, 0]))
    same_day: list[int] = field(default_factory=lambda: [0, 0])
    last: tuple[int, int] | None = None
    shifts: dict[int, int] = field(default_factory=dict)

    def take(self, date: Dated, *, in_sequence: bool) -> None:
        first, second = date.numbers
        month_first, day_first = date.readings
        if first > _MONTHS or second > _MONTHS:
            self.votes[first > _MONTHS] = self.votes[first > _MONTHS] or date.text
        elif first != second:
            self.example = self.example or date.text
            self.shifts[month_first // _MINUTE] = day_first - month_first
        if not in_sequence:
            return
        if self.last is not None:
            self._step(self.last, date.readings)
        self.last = date.readings
        for place, time in enumerate(date.readings):
            begin, end = self.span[place] or (time, time)
            self.span[place] = min(begin, time), max(end, time)

    def _step(self, before: tuple[int, int], now: tuple[int, int]) -> None:
        if before[0] // DAY == now[0] // DAY:
            if before[0] != now[0]:
                self.same_day[now[0] < before[0]] += 1
            return
        for place in (0, 1):
            self.steps[place][now[place] < before[place]] += 1

    def go_on(self, rest: _Evidence) -> None:
        """Takes what the dates of the input's next part have told."""
        self.example = self.example or rest.example
        self.last = rest.last or self.last
        self.shifts |= rest.shifts
        for place in (0, 1):
            self.votes[place] = self.votes[place] or rest.votes[place]
            spans = [span for span in (self.span[place], rest.span[place]) if span]
            begins, ends = zip(*spans, strict=True) if spans else ((), ())
            self.span[place] = (min(begins), max(ends)) if spans else None
            self.same_day[place] += rest.same_day[place]
            for way in (0, 1):
                self.steps[place][way] += rest.steps[place][way]

    def in_order(self) -> bool | None:
        """Whether the records are in order day first but not month first; None where that is open.

        Within a day they tell whether the input begins with the oldest or with the newest.
        """
        ups, downs = self.same_day
        ordered = [
            not steps[1] if ups > downs else not steps[0] if downs > ups else not min(steps)
            for steps in self.steps
        ]
        return ordered[1] if ordered[0] != ordered[1] else None

    def closer(self) -> bool | None:
        """Whether the days lie closer together when the day is first; None where neither does."""
        month_first, day_first = (end - begin for begin, end in filter(None, self.span))
        if min(month_first, day_first) * _CLOSER > max(month_first, day_first):
            return None
        return day_first < month_first if month_first != day_first else None


class DateOrders:
    """What is known of the order of day and month in each input of a run."""

    def __init__(self, day_first: bool | None = None) -> None:
        """Makes it; `day_first` is what the user says of dates that can be read both ways."""
        self.said = day_first
        self._evidence: dict[int, _Evidence] = {}

    def add(self, other: DateOrders, first: int) -> None:
        """Takes what was told of other inputs, or of their next parts.

        Args:
            other: of those.
            first: what is to be added to their numbers.
        """
        for source, evidence in other._evidence.items():
            self._evidence.setdefault(source + first, _Evidence()).go_on(evidence)

    def take(self, source: int, date: Dated, *, in_sequence: bool = True) -> None:
        """Takes a date with slashes of an input.

        Args:
            source: index of the input.
            date: the date.
            in_sequence: whether it is one of those that follow each other, record by record.
        """
        self._evidence.setdefault(source, _Evidence()).take(date, in_sequence=in_sequence)

    def compare(self, source: int, date: Dated, happened: int) -> int:
        """Takes a time beside that of the same moment in UTC; the reading that is near it."""
        near = [abs(time - happened) < _NEAR for time in date.readings]
        if near[0] == near[1]:
            return date.readings[0]
        votes = self._evidence.setdefault(source, _Evidence()).votes
        votes[near[1]] = votes[near[1]] or date.text
        return date.readings[near[1]]

    def day_first(self, source: int, time: int) -> int:
        """A time of an input that was read month first, read day first; in ticks."""
        evidence = self._evidence.get(source)
        return time + evidence.shifts.get(time // _MINUTE, 0) if evidence else time

    def is_day_first(self, source: int) -> bool:
        """Whether the input's dates are read day first. Asked when all is read."""
        return source in self._evidence and self._reading(source)[0]

    def remarks(self) -> Iterator[tuple[int, str]]:
        """Inputs whose dates can't be known, and one line on how they were read."""
        for source, evidence in self._evidence.items():
            day_first, reason = self._reading(source)
            if reason and evidence.example:
                first = "day" if day_first else "month"
                remark = (
                    f"dates such as {evidence.example[:40]!r} can be read in two ways and are read"
                    f" {first} first{reason}; say which with --dates"
                )
                yield source, remark

    def _reading(self, source: int) -> tuple[bool, str]:
        """Whether the day is first; and where that isn't known, why it is read so."""
        evidence = self._evidence[source]
        certain = self._certain(evidence)
        if certain is not None:
            return certain, ""
        if all(evidence.votes):
            return False, f", though {evidence.votes[1][:40]!r} is day first"
        others = {self._certain(other) for other in self._evidence.values()} - {None}
        if len(others) == 1:
            return bool(others.pop()), ", as in the other inputs"
        closer = evidence.closer()
        if closer is not None:
            return closer, ", as their days lie close together then"
        return False, ", as nothing tells"

    def _certain(self, evidence: _Evidence) -> bool | None:
        if self.said is not None:
            return self.said
        by_month, by_day = evidence.votes
        if by_month and by_day:
            return None
        return bool(by_day) if by_month or by_day else evidence.in_order()


def dated(text: str, to_utc: Callable[[int], int]) -> Dated:
    """Both readings of a time.

    Args:
        text: the time as written.
        to_utc: moves a time that doesn't say its zone to UTC, in ticks.

    Raises:
        ValueError: it is no time.
    """
    text = text.strip()
    time, is_zoned = parse(text)
    date = _DATE.fullmatch(text) if "/" in text[:3] else None
    other = parse(f"{date[2]}/{date[1]}{date[3]}")[0] if date else time
    readings = (time, other) if is_zoned else (to_utc(time), to_utc(other))
    return Dated(text, readings, is_zoned, (int(date[1]), int(date[2])) if date else ())
