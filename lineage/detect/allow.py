r"""Known-benign: which hits a user wants left out, why, and until when.

An allow file is a list of entries in YAML. An entry names rules and what their events must have::

    - rule: "Suspicious Process File Path"      # title or id; * and ? stand for anything
      host: "FIN-*"                             # left out: every host
      fields: {Image|startswith: 'C:\Tools\'}   # as in a Sigma selection; left out: every event
      reason: the build server's own compiler
      expires: 2027-06-30

What an entry takes away is counted and told, with its reason and the records.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from lineage import user_yaml
from lineage.detect.catalog import UnusableError, condition_of, one_line
from lineage.detect.compile import Predicates
from lineage.detect.condition import named_fields
from lineage.detect.fields import fields_of
from lineage.detect.regex import POLICY
from lineage.errors import UsageError
from lineage.graph.provenance import Reference
from lineage.normalise.order import position
from lineage.normalise.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineage.detect.condition import Condition
    from lineage.detect.detection import Detection, Match
    from lineage.normalise.event import Event

MOST_RECORDS: Final = 100
"""Records that an entry took away are named up to this number; all are counted."""

_Text = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """An entry of an allow file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: _Text
    reason: _Text
    expires: date
    host: str = "*"
    fields: dict[str, Any] | None = None


@dataclass(slots=True)
class Allowance:
    """An entry at work.

    Attributes:
        place: file and number of the entry.
        entry: what it says.
        hits: how many hits it took away, by detection.
        records: where the first of them are recorded.
        places: their places in the order of all events.
    """

    place: str
    entry: Entry
    hits: Counter[str] = field(default_factory=Counter)
    records: list[Reference] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    condition: Condition | None = None
    _facts: set[tuple[str, str | int]] = field(default_factory=set)
    _predicates: dict[str, Predicates] = field(default_factory=dict)

    def note(self, event: Event, fact: str | int, detection: Detection) -> None:
        """Counts a hit that was taken away."""
        if (detection.title, fact) in self._facts:
            return
        self._facts.add((detection.title, fact))
        self.hits[detection.title] += 1
        if len(self.records) < MOST_RECORDS:
            self.records.append(Reference(event.time, event.source, event.record, event.event_id))
            self.places.append(position(event))

    def unused(self) -> Allowance:
        """The same entry, before it took anything away."""
        return Allowance(self.place, self.entry, condition=self.condition)

    def takes(self, event: Event, detection: Detection) -> bool:
        """Whether a hit of a detection on an event is known to be benign."""
        named = self.entry.rule.casefold()
        names = (detection.title.casefold(), detection.rule_id)
        if not any(fnmatch(name, named) for name in names):
            return False
        if not fnmatch(event.host.casefold(), self.entry.host.casefold()):
            return False
        return self._fits(event)

    def _fits(self, event: Event) -> bool:
        if self.condition is None:
            return True
        predicates = self._predicates.get(event.origin)
        if predicates is None:
            predicates = Predicates([self.condition], event.origin)
            self._predicates[event.origin] = predicates
        return bool(predicates.true_on(event))


class Allowances:
    """Takes away the hits that entries allow, and keeps account of them."""

    def __init__(self, allowances: Sequence[Allowance] = ()) -> None:
        self.allowances = allowances

    def taken(self, event: Event, fact: str | int, matches: Sequence[Match]) -> list[Match]:
        """The matches on an event that entries allow.

        Args:
            event: the event.
            fact: what tells its fact from others; records of one fact count once.
            matches: on the event.
        """
        if not self.allowances:
            return []
        return [match for match in matches if self._is_allowed(event, fact, match)]

    def _is_allowed(self, event: Event, fact: str | int, match: Match) -> bool:
        for allowance in self.allowances:
            if allowance.takes(event, match.detection):
                allowance.note(event, fact, match.detection)
                return True
        return False


def load(paths: Sequence[Path], today: date) -> tuple[list[Allowance], list[str]]:
    """The entries of allow files.

    Args:
        paths: the files.
        today: entries that expired before this day don't count.

    Returns:
        The entries that count, and what is to be said of others, a line each.

    Raises:
        UsageError: a file can't be used. An allow file decides what is not seen, so that one with
            a mistake in it is refused whole.
    """
    allowances, notes = [], []
    for path in paths:
        for number, content in enumerate(_entries(path), start=1):
            place = f"{path}#{number}"
            allowance = Allowance(place, _entry(content, place))
            if allowance.entry.expires < today:
                notes.append(f"{place}: expired on {allowance.entry.expires}; no longer used")
                continue
            if allowance.entry.fields is not None:
                allowance.condition = _condition(allowance.entry.fields, place)
            allowances.append(allowance)
    return allowances, notes


def _entries(path: Path) -> list[object]:
    documents = user_yaml.documents_of(path)
    if not all(isinstance(document, list) for document in documents):
        raise UsageError(f"{path}: must be a list of entries with rule, reason and expires")
    return [entry for document in documents for entry in document]  # type: ignore[attr-defined]


def _entry(content: object, place: str) -> Entry:
    try:
        return Entry.model_validate(content)
    except ValidationError as error:
        raise UsageError(f"{place}: {user_yaml.faults(error, Entry)}") from error


def _condition(fields: dict[str, Any], place: str) -> Condition:
    rule = {
        "title": "allowed",
        "logsource": {"product": "windows"},
        "detection": {"selection": fields, "condition": "selection"},
    }
    try:
        condition = condition_of(SigmaRule.from_dict(rule, policy=POLICY))
    except (SigmaError, UnusableError) as error:
        raise UsageError(f"{place}: fields: {one_line(error)}") from error
    for name in sorted(named_fields(condition) - _known_fields()):
        near = get_close_matches(name, _known_fields(), 1, 0.9)
        if near:  # other names may be fields of logs that are read as they are
            raise UsageError(f"{place}: fields: {name} is unknown; did you mean {near[0]}?")
    return condition


@cache
def _known_fields() -> frozenset[str]:
    closed = (source.name for source in SOURCES if not source.is_open)
    return frozenset(name for origin in closed for name in fields_of(origin, "sigma"))
