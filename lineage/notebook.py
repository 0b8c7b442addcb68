"""lineage from Python: what a notebook or a script needs, with the defaults of the command line."""

from __future__ import annotations

from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx

from lineage.graph.nodes import attributes, caption
from lineage.pipeline import Request, run
from lineage.report.frames import to_pandas
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from lineage.analysis import Analysis
    from lineage.correlate.finding import Correlator
    from lineage.graph.nodes import Node
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.pipeline import Run
    from lineage.report.frames import Table
    from lineage.report.model import Chain, DetectionHit, Report

AnyPath = str | PathLike[str]


def analyse(
    paths: AnyPath | Iterable[AnyPath],
    *,
    format_name: str | None = None,
    rules: Iterable[AnyPath] = (),
    correlators: Sequence[Correlator] | None = None,
) -> Results:
    """Reads exported telemetry, and finds the attack chains in it.

    Args:
        paths: files and folders, one or many.
        format_name: the container format of all of them, or None to recognise each.
        rules: files and folders of further Sigma rules.
        correlators: what makes chains; None for all that are installed, ours among them.

    Raises:
        InputError: a path doesn't exist, or nothing in the paths can be read.
    """
    request = Request(
        [Path(path) for path in ([paths] if isinstance(paths, str | PathLike) else paths)],
        format_name,
        [Path(rule) for rule in rules],
        correlators,
    )
    return Results(run(request))


class Results:
    """What was found.

    Attributes:
        report: the report, as the contract has it (`lineage schema`).
        provenance: the provenance graph, for what `lineage.graph` can ask of it.
    """

    def __init__(self, finished: Run) -> None:
        self.report: Report = finished.report
        self.provenance: ProvenanceGraph = finished.analysis.graph
        self._analysis: Analysis = finished.analysis

    @property
    def chains(self) -> list[Chain]:
        """The attack chains, best first."""
        return self.report.chains

    @property
    def detections(self) -> list[DetectionHit]:
        """Every hit, whether a chain uses it or not, in order of time."""
        return self.report.detections

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The whole provenance graph, by the node ids of the report; made when first asked for.

        Nodes have their `kind`, `caption` and the properties of `docs/graph-schema.md`, as far as
        they are known; `detections`, the titles of what fired on them; `chains`, the ids of the
        chains that they are in. An edge's key is its kind; it has `first` and `last`, ISO 8601,
        and `records`, every record that shows it as `source#record`.
        """
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        detections: dict[str, dict[str, None]] = {}
        for hit in self._analysis.hits:
            detections.setdefault(hit.node, {})[hit.detection.title] = None
        chains: dict[str, list[str]] = {}
        for chain in self._analysis.chains:
            for node_id in chain.nodes:
                chains.setdefault(node_id, []).append(chain.id)
        for node in self.provenance.nodes():
            graph.add_node(
                node.id,
                **dict(_properties(node)),
                detections=list(detections.get(node.id, ())),
                chains=chains.get(node.id, []),
            )
        for edge in self.provenance.edges():
            graph.add_edge(edge.source, edge.target, edge.kind, **self._shown(edge))
        return graph

    def to_pandas(self, table: Table = "chains") -> pd.DataFrame:
        """A table of the report as a pandas frame. See `Report.to_pandas`."""
        return to_pandas(self.report, table)

    def _shown(self, edge: Edge) -> dict[str, object]:
        events = self.provenance.events
        inputs = self._analysis.inputs
        references = [events[ordinal] for ordinal in edge.events]
        return {
            "kind": edge.kind,
            "first": iso(references[0].time),
            "last": iso(references[-1].time),
            "records": [f"{inputs[event.source].source}#{event.record}" for event in references],
        }

    def __repr__(self) -> str:
        return (
            f"<{len(self.chains):,} chains, {len(self.detections):,} detections, "
            f"{len(self.provenance):,} nodes>"
        )


def _properties(node: Node) -> Iterator[tuple[str, object]]:
    yield "kind", node.kind
    yield "caption", caption(node)
    for entry, value in attributes(node):
        yield entry.name, iso(value) if entry.is_time else value
