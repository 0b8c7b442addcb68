"""What happened when, over all chains and lone hits: the rows of the timeline formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage.export.instant import instant
from lineage.graph.schema import DESCENT
from lineage.report.chain_graph import ChainNode, all_nodes, host_names
from lineage.report.wording import GUESSED, campaign_of, edge_words, guessed, noun_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage.report.model import Chain, ChainEdge, DetectionHit, Report


class Moment(NamedTuple):
    """Something that happened.

    Attributes:
        time: ISO 8601, as the report has it.
        chain: id of its chain, or None for a hit that is in none.
        verdict: the chain's, or None.
        host: where, or None where the report doesn't say.
        pid: the acting process's, where known.
        kind: "process", "detection", or the edge's kind.
        message: one sentence.
        source: the input that shows it, or None where only the process is known.
        record: its record there.
        node: the node that it is about.
        hit: the detection that fired, for kind "detection".
        image: the acting process's program, where known; for a start, the new process's.
        user: the account that it runs as.
        integrity: its integrity level.
        about: the node that it is about, where the chain describes it.
        campaign: name of the campaign that its chain is of.
    """

    time: str
    chain: str | None
    verdict: str | None
    host: str | None
    pid: int | None
    kind: str
    message: str
    source: str | None
    record: int | None
    node: str
    hit: DetectionHit | None = None
    image: str | None = None
    user: str | None = None
    integrity: str | None = None
    about: ChainNode | None = None
    campaign: str | None = None


def timeline(report: Report) -> list[Moment]:
    """All moments in order of time; at one time a chain's acts stand before its detections."""
    hosts = host_names(report)
    moments = [moment for chain in report.chains for moment in _chain(chain, hosts)]
    used = {hit for chain in report.chains for hit in map(_identity, chain.evidence)}
    lone = [hit for hit in report.detections if _identity(hit) not in used]
    moments += [_detection(hit, None, hosts) for hit in lone]
    return sorted(moments, key=lambda moment: (instant(moment.time), moment.time))


def _chain(chain: Chain, hosts: Mapping[str, str]) -> Iterator[Moment]:
    known = {element.node: element for element in all_nodes([chain])}
    born = {edge.to for edge in chain.edges if edge.kind == DESCENT}
    for element in known.values():
        if element.standing == "own" and element.start is not None and element.node not in born:
            yield _moment(chain, element, element.start, "process", _started(element), element.node)
    for edge in chain.edges:
        yield _act(chain, edge, known)
    for hit in chain.evidence:
        yield _detection(hit, chain, hosts)._replace(about=known[hit.node])


def _act(chain: Chain, edge: ChainEdge, known: dict[str, ChainNode]) -> Moment:
    actor, target = known[edge.from_], known[edge.to]
    if edge.kind == DESCENT:
        guess = f"; {GUESSED}" if target.parent_is_guess else ""
        message = f"{_started(target)} (started by {actor.name}{guess})"
        found = _moment(chain, target, edge.time, "process", message, edge.to)
    else:
        message = f"{actor.name} {edge_words(edge.kind).phrase(noun_of(edge.to))} {target.name}"
        if target.host and actor.host and target.host != actor.host:
            message += f" on {target.host}"
        if edge.guess:
            message += f" ({guessed(edge.kind)})"
        found = _moment(chain, actor, edge.time, edge.kind, message, edge.to)
    return found._replace(source=edge.source, record=edge.record, about=target)


def _moment(
    chain: Chain, about: ChainNode, time: str, kind: str, message: str, node: str
) -> Moment:
    host = about.host or (chain.hosts[0] if len(chain.hosts) == 1 else None)
    return Moment(
        time=time,
        chain=chain.id,
        verdict=chain.verdict,
        host=host,
        pid=about.pid,
        kind=kind,
        message=message,
        source=None,
        record=None,
        node=node,
        image=about.process.image if about.process else None,
        user=about.user,
        integrity=about.integrity,
        about=about,
        campaign=campaign_of(chain),
    )


def _started(element: ChainNode) -> str:
    message = f"{element.name} started"
    return message if element.command_line is None else f"{message}: {element.command_line}"


def _detection(hit: DetectionHit, chain: Chain | None, hosts: Mapping[str, str]) -> Moment:
    matched = "; ".join(f"{name}={value}" for name, value in hit.fields.items())
    return Moment(
        time=hit.time,
        chain=chain.id if chain else None,
        verdict=chain.verdict if chain else None,
        host=hosts.get(hit.host.lower(), hit.host),
        pid=hit.pid,
        kind="detection",
        message=f"Detection: {hit.detection}" + (f" ({matched})" if matched else ""),
        source=hit.source,
        record=hit.record,
        node=hit.node,
        hit=hit,
        image=hit.image,
        user=hit.user,
        integrity=hit.integrity,
        campaign=campaign_of(chain) if chain else None,
    )


def _identity(hit: DetectionHit) -> tuple[str, str, str, int, str]:
    """Tells hits apart: the report has one per detection and fact."""
    return hit.rule_id, hit.detection, hit.source, hit.record, hit.node
