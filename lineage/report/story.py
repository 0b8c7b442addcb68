"""A chain in plain sentences, stage by stage, each with the records that show it.

Pure data from a `Chain`: the terminal, the HTML page and `lineage explain` show the same words.
Nothing is said that the report doesn't hold. The texts are the telemetry's own, unescaped: escape
each part where it is shown (`lineage.report.escape`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lineage.graph.description import Words
from lineage.graph.ids import parsed
from lineage.graph.schema import DESCENT, EDGE, NODE
from lineage.report.facts import ChainFacts, Fact, Reference, folded
from lineage.report.wording import (
    GUESSED,
    GUESSED_LOGON,
    THINGS,
    clock,
    counted,
    listed,
    name_of,
    noun_of,
    points,
    tactic_title,
)
from lineage.report.zone import IN_UTC, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.report.model import Chain, ChainProcess
    from lineage.report.remote import RemoteStart

PartKind = Literal["plain", "time", "zone", "process", "command", "artifact", "detection"]

SENTENCES: Final = 25
"""How many sentences a passage has before it counts the rest."""
NAMED: Final = 5
"""How many things one sentence names before it counts the rest."""
REFERENCES: Final = 5
"""How many records a sentence that folds many facts refers to."""
MOST_REFERENCES: Final = 50
"""How many records a sentence on one fact refers to; the report has them all. A fact has one to
three records, unless one event was forwarded again and again."""


ENTRY: Final = "autostart entry"
"""What a value or file is called that Windows starts."""
_VALUES: Final = frozenset({"file", "registry"})

_OTHER: Final = Words("left its mark on", "marked by", THINGS)
"""What is said where no edge, or none that is worth telling, says what a process did."""


class Part(NamedTuple):
    """A piece of a sentence.

    Attributes:
        text: as the telemetry has it; unescaped.
        kind: what it is, for emphasis.
        node: the node that it names, or None.
        moment: of a time: which it is, for those who show it in another zone than UTC.
    """

    text: str
    kind: PartKind = "plain"
    node: str | None = None
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened.

    Attributes:
        parts: the words, in order; joined they are the sentence.
        references: the records that show it.
        time: when it (first) happened, ISO 8601; None where the sentence sums up.
        nodes: every node of the chain that it is about.
    """

    parts: tuple[Part, ...]
    references: tuple[Reference, ...] = ()
    time: str | None = None
    nodes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words, unescaped."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences of one stage.

    Attributes:
        tactic: the stage's ATT&CK tactic; None for what is told outside the stages.
        title: the tactic in words.
        sentences: in order of time.
    """

    tactic: str | None
    title: str
    sentences: tuple[Sentence, ...]


def tell(chain: Chain) -> list[Passage]:
    """The chain's story: a passage per stage in order of time, then what no detection is about."""
    return _Teller(chain).tell()


def summary(chain: Chain) -> Sentence:
    """The chain in one sentence: verdict, family, hosts, span and score."""
    what = f"{chain.family} chain" if chain.family else "chain"
    rest = (
        f"{counted(len(chain.processes), 'process', 'processes')}, "
        f"{counted(len(chain.evidence), 'detection hit')}, score {points(chain.score)} of 100."
    )
    parts = (
        Part(f"A {chain.verdict} {what} on {listed(chain.hosts)}, "),
        _time(Moment(chain.first_seen)),
        Part(" to "),
        _time(Moment(chain.last_seen, chain.first_seen)),
        Part(" "),
        Part(IN_UTC.name, "zone"),
        Part(f": {rest}"),
    )
    return Sentence(parts, time=chain.first_seen)


def _time(moment: Moment) -> Part:
    return Part(IN_UTC.told(moment), "time", moment=moment)


class _Teller:
    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._facts = ChainFacts(chain)
        self._introduced: set[str] = set()
        self._told: set[str] = set()
        self._last: str | None = None

    def tell(self) -> list[Passage]:
        evidence = self._chain.evidence
        passages = []
        for stage in self._chain.stages:
            hits = [hit for hit in evidence if hit.detection in stage.detections]
            title = tactic_title(stage.tactic)
            passages.append(self._passage(stage.tactic, title, self._facts.of_hits(hits)))
        staged = {detection for stage in self._chain.stages for detection in stage.detections}
        rest = [hit for hit in evidence if hit.detection not in staged]
        passages.append(self._passage(None, "without a stage", self._facts.of_hits(rest)))
        besides = self._facts.besides(self._told | self._introduced)
        passages.append(self._passage(None, "also part of the chain", besides))
        return [passage for passage in passages if passage.sentences]

    def _passage(self, tactic: str | None, title: str, facts: Sequence[Fact]) -> Passage:
        groups = list(folded(facts))
        sentences = [self._sentence(group) for group in groups[:SENTENCES]]
        left = [fact for group in groups[SENTENCES:] for fact in group]
        if left:
            self._told.update(fact.target for fact in left)
            sentences.append(Sentence((Part(f"{len(left):,} more steps are in the report."),)))
        return Passage(tactic, title, tuple(sentences))

    def _sentence(self, group: Sequence[Fact]) -> Sentence:
        first = group[0]
        parts = [*self._when(group)]
        parts += self._one(first) if len(group) == 1 else self._many(group)
        parts += _fired(first.detections)
        parts.append(Part("."))
        self._told.update(fact.target for fact in group)
        references = dict.fromkeys(ref for fact in group for ref in fact.references)
        nodes = [part.node for part in parts if part.node] + [fact.target for fact in group]
        return Sentence(
            tuple(_merged(parts)),
            tuple(references)[: MOST_REFERENCES if len(group) == 1 else REFERENCES],
            first.time or None,
            tuple(dict.fromkeys(nodes)),
        )

    def _when(self, group: Sequence[Fact]) -> Iterator[Part]:
        first, last = group[0].time, group[-1].time
        if not first:
            yield Part("At an unknown time ")
            return
        yield _time(Moment(first, self._last, leads=True))
        self._last = first
        if clock(last, None) != clock(first, None):
            yield Part(" to ")
            yield _time(Moment(last, first))
            self._last = last
        yield Part(" ")

    def _one(self, fact: Fact) -> Iterator[Part]:
        process = self._facts.processes.get(fact.target)
        if process is not None:
            yield from self._start(process, fact.actor)
            return
        yield from self._subject(fact.actor)
        yield Part(f" {_words(fact.kind).phrase(noun_of(fact.target))} ")
        yield self._thing(fact.target)

    def _start(self, process: ChainProcess, parent: str | None) -> Iterator[Part]:
        """A process's start, told once; a later stage only refers to it."""
        if process.node in self._told:
            yield Part("the start of ")
            yield from _named(process)
            yield Part(", told above, counts here too")
            return
        self._introduced.add(process.node)
        if parent in self._facts.processes:
            yield from self._subject(parent)
            yield Part(f" {EDGE[DESCENT].words.verb} ")
            yield from _named(process)
        else:
            yield from _named(process)
            yield Part(" started")
            yield from self._by_entry(process)
        yield from _command(process)
        for clause in self._prepared(process):
            yield from (Part(", "), *clause)

    def _many(self, group: Sequence[Fact]) -> Iterator[Part]:
        first = group[0]
        words = _words(first.kind)
        things = list(dict.fromkeys(fact.target for fact in group))
        if first.actor is None and first.kind == DESCENT:
            yield Part(f"{len(things):,} processes started: ")
        else:
            kinds = {noun_of(thing) for thing in things}
            nouns = words.object or (kinds.pop() if len(kinds) == 1 else THINGS)
            yield from self._subject(first.actor)
            yield Part(f" {words.verb} {len(things):,} {nouns[1]}: ")
        for place, thing in enumerate(things):
            process = self._facts.processes.get(thing)
            if process is not None:
                self._introduced.add(thing)
            if place < NAMED:
                yield Part(", " if place else "")
                yield from _named(process) if process else (self._thing(thing),)
        if len(things) > NAMED:
            yield Part(f" and {len(things) - NAMED:,} more")

    def _thing(self, node: str) -> Part:
        return Part(self._facts.values.get(node, node), "artifact", node)

    def _subject(self, node: str | None) -> Iterator[Part]:
        """Who acted; at the first mention with how it came into the story."""
        process = self._facts.processes.get(node or "")
        if process is None:
            yield Part("a process outside the chain")
            return
        yield Part(name_of(process), "process", process.node)
        clauses = [[Part(f"pid {process.pid}")]] if process.pid is not None else []
        if process.node not in self._introduced:
            self._introduced.add(process.node)
            clauses += self._background(process)
        for place, clause in enumerate(clauses):
            yield Part(", " if place else " (")
            yield from clause
        if clauses:
            yield Part(")")

    def _background(self, process: ChainProcess) -> Iterator[list[Part]]:
        """How a process came about, as clauses."""
        if process.start is None:
            yield [Part("start not recorded")]
        else:
            parent = self._facts.processes.get(process.parent or "")
            by = [Part(" by "), *_named(parent)] if parent else []
            by = list(self._by_entry(process)) or by
            yield [Part("started at "), _time(Moment(process.start, self._last)), *by]
        if process.parent_is_guess:
            yield [Part(GUESSED)]
        yield from self._prepared(process)
        for use, file in self._facts.inputs(process.node)[:NAMED]:
            self._told.add(file)
            yield [Part(f"{use} "), self._thing(file)]

    def _prepared(self, process: ChainProcess) -> Iterator[list[Part]]:
        """Which processes of the chain wrote what a process ran; each file is told once."""
        for use, writer, edge in self._facts.prepared(process.node):
            if edge.to in self._told:
                continue
            self._told.add(edge.to)
            when = (Part(" at "), _time(Moment(edge.time, self._last)))
            yield [Part(f"{use} {EDGE[edge.kind].words.passive} "), *_named(writer), *when]

    def _by_entry(self, process: ChainProcess) -> Iterator[Part]:
        entry = self._facts.entry(process.node)
        if entry is None:
            return
        if arranger := self._facts.processes.get(entry):
            yield from (Part(" by Windows for "), *_named(arranger))
        elif entry in self._facts.values:
            parts = parsed(entry)
            noun = NODE[parts.kind].noun[0] if parts and parts.kind not in _VALUES else ENTRY
            yield from (Part(f" by the {noun} "), self._thing(entry))
        if remote := self._facts.remote_starts.get(process.node):
            yield from self._logged_on(remote)

    def _logged_on(self, remote: RemoteStart) -> Iterator[Part]:
        """Who had it started from another host."""
        origin = self._facts.processes.get(remote.origin)
        if origin is None:
            return
        yield from (Part(", from another host by "), *_named(origin), Part(f" on {origin.host}"))
        if remote.guess:
            yield Part(f" ({GUESSED_LOGON})")


def _words(kind: str) -> Words:
    """How a fact of an edge kind is told."""
    schema = EDGE.get(kind)
    return schema.words if schema and schema.is_told else _OTHER


def _named(process: ChainProcess) -> Iterator[Part]:
    yield Part(name_of(process), "process", process.node)
    if process.pid is not None:
        yield Part(f" (pid {process.pid})")


def _command(process: ChainProcess) -> Iterator[Part]:
    """The command line; where it says no more than the program's name, the program's path."""
    bare = (process.command_line or "").strip('" ').lower()
    if bare not in {"", name_of(process).lower(), (process.image or "").lower()}:
        yield Part(" with the command line ")
        yield Part(process.command_line or "", "command", process.node)
    elif process.image:
        yield Part(" from ")
        yield Part(process.image, "command", process.node)


def _fired(detections: Sequence[str]) -> Iterator[Part]:
    for place, detection in enumerate(detections):
        yield Part("; " if place else " [")
        yield Part(detection, "detection")
    if detections:
        yield Part("]")


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbouring plain parts as one."""
    plain = ""
    for part in parts:
        if part.kind == "plain" and part.node is None:
            plain += part.text
            continue
        if plain:
            yield Part(plain)
            plain = ""
        yield part
    if plain:
        yield Part(plain)
