"""What a case report tells, for whatever it is written as: Markdown or a Word document. Pure.

Texts are the telemetry's own, unescaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lineage.export.timeline import Moment, timeline
from lineage.report.indicators import Indicator, indicators
from lineage.report.judged import judged_by, left_out, no_all_clear, unjudged
from lineage.report.pen import shortest_ends
from lineage.report.story import Passage, Sentence, summary, tell
from lineage.report.tree import Branch, grow, walk
from lineage.report.wording import accounts_of, clock, counted, fixed_time, listed, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage.report.model import Chain, DetectionHit, Input, Report

FEW: Final = 3
"""Up to so many chains are told in full where none is probable or confirmed."""
OVERVIEW: Final = 100
"""Chains in the overview."""
ROWS: Final = 500
"""Rows of a chain's timeline, evidence, processes and indicators, each."""
INPUTS: Final = 100
"""Inputs that are named."""
PROBLEMS: Final = 20
"""Records that couldn't be read that are named."""
FIXED: Final = len("2026-02-02T11:07:48.6540000Z")
LONG: Final = 1_000
"""Characters of a text; a longer one loses its middle."""
WHOLE: Final = "the whole is in the JSON report, and in what --xlsx and --csv write"


@dataclass(frozen=True, slots=True)
class Overview:
    """A chain in a line.

    Attributes:
        place: in the list of chains, from 1.
        chain: which.
        accounts: as which its processes ran.
        is_told: whether it has a chapter.
    """

    place: int
    chain: Chain
    accounts: str
    is_told: bool

    @property
    def when(self) -> str:
        """First and last time, UTC."""
        first = clock(self.chain.first_seen, None)
        return f"{first} to {clock(self.chain.last_seen, self.chain.first_seen)}"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chain in full.

    Attributes:
        place: in the list of chains, from 1.
        chain: which.
        summary: it in one sentence.
        story: its passages.
        tree: its processes with their depths, parents before children.
        moments: its timeline.
        evidence: its hits, in order of time.
        indicators: what to look for elsewhere; none of a suspicious chain.
        left_out: what isn't in the chapter, in sentences.
    """

    place: int
    chain: Chain
    summary: Sentence
    story: list[Passage]
    tree: list[tuple[Branch, int]]
    moments: list[Moment]
    evidence: list[DetectionHit]
    indicators: list[Indicator]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A case report.

    Attributes:
        made_by: program and version.
        answer: what was found, in a sentence.
        judged: what was judged, and what not, in sentences.
        overview: the chains, best first.
        chapters: those that are told in full.
        inputs: what was read.
        left_out: what isn't in the case report, in sentences.
        short: input -> the shortest end of its path that tells it from all others.
    """

    made_by: str
    answer: str
    judged: list[str]
    overview: list[Overview]
    chapters: list[Chapter]
    inputs: list[Input]
    left_out: list[str]
    short: Mapping[str, str]

    def record(self, source: str, number: int) -> str:
        """A record's place, the input by its shortest distinct end."""
        return f"{self.short.get(source, source)}#{number}"

    def records(self, hit: DetectionHit) -> list[str]:
        """The record that a hit names, and those that say the same."""
        also = (self.record(also.source, also.record) for also in hit.also)
        return [self.record(hit.source, hit.record), *also]


def case(report: Report) -> Case:
    """The case report of a report.

    Raises:
        InputError: a time of the report isn't ISO 8601.
    """
    strong = [chain for chain in report.chains if chain.verdict != "suspicious"]
    told = strong or (report.chains if len(report.chains) <= FEW else [])
    moments = timeline(report)
    places = {chain.id: place for place, chain in enumerate(report.chains, 1)}
    sentences = (left_out(report), no_all_clear(report), judged_by(report), unjudged(report))
    return Case(
        made_by=f"{report.generator.name} {report.generator.version}",
        answer=_answer(report),
        judged=[sentence for sentence in sentences if sentence],
        overview=[
            Overview(places[chain.id], chain, listed(accounts_of(chain), 3), chain in told)
            for chain in report.chains[:OVERVIEW]
        ],
        chapters=[_chapter(places[chain.id], chain, moments) for chain in told],
        inputs=report.inputs[:INPUTS],
        left_out=list(_left_out(report, told)),
        short=shortest_ends(entry.source for entry in report.inputs),
    )


def _answer(report: Report) -> str:
    counts = [
        f"{counted(number, f'{verdict} chain')}"
        for verdict in ("confirmed", "probable", "suspicious")
        if (number := sum(chain.verdict == verdict for chain in report.chains))
    ]
    if counts:
        return f"Found: {', '.join(counts)}."
    if report.left_out is not None and report.left_out.chains:
        return "No attack chain is left of those that were found."
    return "No attack chain was found in what was read; what wasn't logged or read can't show."


def _left_out(report: Report, told: list[Chain]) -> Iterator[str]:
    weak = len(report.chains) - len(told)
    if weak:
        yield f"{counted(weak, 'suspicious chain')} stand in the overview alone; {WHOLE}."
    if len(report.chains) > OVERVIEW:
        more = len(report.chains) - OVERVIEW
        yield f"{counted(more, 'chain')} more are not in the overview; {WHOLE}."
    if len(report.inputs) > INPUTS:
        yield f"{counted(len(report.inputs) - INPUTS, 'input')} more are not named; {WHOLE}."
    used = {id(hit) for chain in report.chains for hit in chain.evidence}
    known = {_key(hit) for chain in report.chains for hit in chain.evidence}
    lone = sum(id(hit) not in used and _key(hit) not in known for hit in report.detections)
    if lone:
        yield f"{counted(lone, 'detection hit')} outside any chain are not told; {WHOLE}."
    yield f"Texts of more than {LONG:,} characters lose their middle; {WHOLE}."


def _key(hit: DetectionHit) -> tuple[str, str, str, int]:
    return hit.rule_id, hit.node, hit.source, hit.record


def _chapter(place: int, chain: Chain, moments: list[Moment]) -> Chapter:
    own = [moment for moment in moments if moment.chain == chain.id]
    evidence = sorted(chain.evidence, key=lambda hit: fixed_time(hit.time))
    tree = list(walk(grow(chain).roots))
    found = indicators(chain)
    parts = (
        (len(own), "moment of the timeline", "moments of the timeline"),
        (len(evidence), "detection hit", None),
        (len(tree), "process", "processes"),
        (len(found), "indicator", None),
    )
    cut = [counted(count - ROWS, one, many) for count, one, many in parts if count > ROWS]
    if chain.bystanders:
        names = listed(list(dict.fromkeys(name_of(each) for each in chain.bystanders)), shown=3)
        told = counted(len(chain.bystanders), "process", "processes")
        bystanders = [f"{told} that it only went through ({names}) are not listed"]
    else:
        bystanders = []
    return Chapter(
        place,
        chain,
        summary(chain),
        tell(chain),
        tree[:ROWS],
        own[:ROWS],
        evidence[:ROWS],
        found[:ROWS],
        [f"{text}; {WHOLE}." for text in ([f"{', '.join(cut)} more"] if cut else []) + bystanders],
    )


def title(entry: Overview | Chapter) -> str:
    """What a chain is called: "1. Confirmed: Remcos on WS01"."""
    chain = entry.chain
    family = chain.family or "no family"
    hosts = listed(chain.hosts, shown=3)
    return f"{entry.place}. {chain.verdict.capitalize()}: {family} on {hosts}"


def defanged(one: Indicator) -> str:
    """An indicator's value so that nothing makes a link of it: names and addresses with [.].

    >>> from lineage.report.indicators import Indicator
    >>> defanged(Indicator("domain", "a.example", (), "c", "confirmed", "asked for"))
    'a[.]example'
    """
    if one.kind not in {"domain", "address"}:
        return one.value
    value = one.value.replace(".", "[.]").replace(":", "[:]")
    return f"{value} port {one.port}" if one.port else value


def moment(time: str) -> str:
    """A time with its date to the millisecond, always of one width; no time stays as it is.

    >>> moment("2026-02-02T11:07:48.65Z")
    '2026-02-02 11:07:48.650'
    """
    fixed = fixed_time(time)
    return f"{fixed[:10]} {fixed[11:23]}" if len(fixed) == FIXED else time
