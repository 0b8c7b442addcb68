"""Notes -> rows: which process, whose child, in which chain, and what was detected."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.nodes import HostNode, ProcessNode
from lineage.report.chain_graph import host_names
from lineage.report.wording import fixed_time
from lineage.times import iso, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.pipeline import Run
    from lineage.report.model import Chain
    from lineage.timeline.journal import Note

DEEPEST: Final = 1_000
"""Ancestors that are counted; a log has some ten, a forged one could have any number."""


class Row(NamedTuple):
    """Something that was logged, and what it came to.

    Attributes:
        time: ISO 8601 in UTC with seven fractional digits.
        host: as the report calls it.
        user: the account, where known.
        pid: the acting process's id (of a start: the new one's), where known.
        process: its program, where known.
        parent_pid: its parent's process id, where known.
        parent: its parent's program, where known.
        parent_is_guess: whether the parent is only the likely one.
        depth: how many ancestors are known, so that rows can be indented as the process tree is.
        kind: what the event is about (`lineage.timeline.wanted.KINDS`).
        message: what happened, in a line.
        chains: ids of the chains whose processes acted, or whose evidence or steps the event is.
        places: their places in the list of chains, from 1.
        verdict: the strongest verdict among them, or None.
        detections: what fired on it, each once.
        risk: the highest risk among these, or None.
        attack: their ATT&CK techniques.
        event_id: as recorded.
        log: channel or provider.
        what_time: what the time is the time of.
        source: the input.
        record: its number there.
        node: id of the node that it is about.
        actor: id of the acting process's node, where known.
        integrity: the acting process's integrity level, where known.
        logon_id: its logon session, where known.
        command_line: its command line, where known.
        fields: the event's own fields that have a value.
    """

    time: str
    host: str
    user: str | None
    pid: int | None
    process: str | None
    parent_pid: int | None
    parent: str | None
    parent_is_guess: bool
    depth: int
    kind: str
    message: str
    chains: tuple[str, ...]
    places: tuple[int, ...]
    verdict: str | None
    detections: tuple[str, ...]
    risk: int | None
    attack: tuple[str, ...]
    event_id: int | str
    log: str
    what_time: str
    source: str
    record: int
    node: str
    actor: str | None
    integrity: str | None
    logon_id: str | None
    command_line: str | None
    fields: dict[str, str]


class Marks:
    """What a finished run says of its events.

    Attributes:
        sources: the inputs, in the order of their index in events.
    """

    def __init__(self, run: Run) -> None:
        self._graph: ProvenanceGraph = run.analysis.graph
        self.sources = [ledger.source for ledger in run.analysis.inputs]
        self._hosts = host_names(run.report)
        self._hits: defaultdict[int, list[Hit]] = defaultdict(list)
        for hit in run.analysis.hits:
            self._hits[hit.ordinal].append(hit)
        self._chains = run.report.chains
        self._of_process: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """Process -> places of the chains that it is of, and since when, in ticks."""
        self._of_event: defaultdict[int, set[int]] = defaultdict(set)
        """Ordinal -> places of the chains that it is evidence or a step of."""
        for place, (chain, found) in enumerate(
            zip(run.report.chains, run.analysis.chains, strict=True)
        ):
            since = parse(chain.first_seen)[0]
            for process in chain.processes:
                self._of_process[process.node].append((place, since))
            for ordinal in (
                *(hit.ordinal for hit in found.hits),
                *(step.ordinal for step in found.steps),
            ):
                self._of_event[ordinal].add(place)
        self._depths: dict[str, int] = {}

    def hosts(self) -> list[str]:
        """The hosts of the run, as rows call them."""
        nodes = (node for node in self._graph.nodes() if isinstance(node, HostNode))
        return [self._hosts.get(node.host.lower(), node.host) for node in nodes]

    def rows(self, notes: Iterable[Note]) -> Iterator[Row]:
        """The rows of notes, in their order."""
        return map(self.row, notes)

    def row(self, note: Note) -> Row:
        """The row of a note."""
        actor = self._process(note.actor)
        parent = self._process(actor.parent if actor else None)
        places = self._places(note)
        chains: list[Chain] = [self._chains[place] for place in places]
        hits = self._hits.get(note.ordinal, ())
        techniques = (technique for hit in hits for technique in hit.detection.attack)
        return Row(
            fixed_time(iso(note.time)),
            self._hosts.get(note.host.lower(), note.host),
            note.user or (actor.user if actor else None),
            note.pid,
            note.image or (actor.image if actor else None),
            parent.pid if parent else None,
            parent.image if parent else None,
            actor is not None and actor.parent_is_guess,
            self._depth(actor) if actor else 0,
            note.kind,
            note.message,
            tuple(chain.id for chain in chains),
            tuple(place + 1 for place in places),
            chains[0].verdict if chains else None,
            tuple(dict.fromkeys(hit.detection.title for hit in hits)),
            max((hit.detection.risk for hit in hits), default=None),
            tuple(dict.fromkeys(techniques)),
            note.event_id,
            note.log,
            note.what_time,
            self.sources[note.source],
            note.record,
            note.node,
            note.actor,
            actor.integrity_level if actor else None,
            actor.logon_id if actor else None,
            actor.command_line if actor else None,
            note.fields,
        )

    def _places(self, note: Note) -> list[int]:
        """Places of the note's chains, from 0; the best chain, which is the first, first."""
        places = set(self._of_event.get(note.ordinal, ()))
        places.update(
            place
            for place, since in self._of_process.get(note.actor or "", ())
            if note.time >= since
        )
        return sorted(places)

    def _process(self, node_id: str | None) -> ProcessNode | None:
        if node_id is None or node_id not in self._graph:
            return None
        node = self._graph.node(node_id)
        return node if isinstance(node, ProcessNode) else None

    def _depth(self, process: ProcessNode) -> int:
        """How many ancestors a process has; an ancestor of itself, as in a forged log, ends it."""
        way: list[str] = []
        step: ProcessNode | None = process
        while step is not None and step.id not in self._depths and len(way) < DEEPEST:
            self._depths[step.id] = 0  # where the way meets itself
            way.append(step.id)
            step = self._process(step.parent)
        depth = -1 if step is None else self._depths[step.id]
        for node_id in reversed(way):
            depth += 1
            self._depths[node_id] = depth
        return self._depths[process.id]
