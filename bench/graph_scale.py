"""How long correlation takes beside building the graph that it works on.

Run from the checkout: python bench/graph_scale.py [--edges 1000000 --tags 2000]

The events are simulated hosts' full telemetry, taken until the graph has that many edges. Tags are
what the shipped rules find and, up to the number wanted, hits put on processes, files and registry
values drawn at random, so that attacks start everywhere: under hubs, in shared files, at leaves.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from lineage.analysis import Analysis
from lineage.correlate.cluster import tagged_graph
from lineage.correlate.registry import correlators
from lineage.correlate.run import correlate
from lineage.detect.catalog import load_builtin
from lineage.detect.engine import RuleEngine
from lineage.detect.run import tagged
from lineage.graph.build import Builder, Placed
from lineage.graph.identity import Hosts
from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode
from lineage.normalise.dispatch import Normaliser
from lineage.normalise.outcome import Outcome
from lineage.problems import InputLedger, Problem
from lineage.report.assemble import assemble
from lineage.simulate.benign.background import with_background
from lineage.simulate.scenario import clean
from lineage.simulate.write.raw import windows_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event

HOSTS = 20
BATCH = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--tags", type=int, default=2_000)
    arguments = parser.parse_args()
    gc.disable()
    builder, hits = build(arguments.edges)
    graph = builder.graph
    print(f"{len(graph):,} nodes, {graph.graph.number_of_edges():,} edges, ", end="")
    print(f"{len(graph.events):,} events, {peak():,.0f} MB")
    print(f"build         {builder.seconds:8.2f} s of CPU time")
    hits = [*hits, *drawn(graph, hits, arguments.tags - len(hits))]
    hits.sort(key=lambda hit: hit.ordinal)
    began = time.process_time()
    clustered_graph = tagged_graph(graph, hits)
    clustered = time.process_time()
    chains = correlate(clustered_graph, correlators())
    scored = time.process_time()
    report = assemble(Analysis([InputLedger("simulated")], graph, hits, chains))
    done = time.process_time()
    print(f"correlate     {scored - began:8.2f} s: ", end="")
    print(f"{clustered - began:.2f} s clusters, {scored - clustered:.2f} s correlators")
    print(f"assemble      {done - scored:8.2f} s")
    largest = max(len(chain.processes) for chain in report.chains)
    print(f"{len(hits):,} tags, {len(report.chains):,} chains, the largest of {largest} processes")
    print(f"correlation / build {(scored - began) / builder.seconds:.2f} (aim: 1 or less)")


class TimedBuilder(Builder):
    """A builder that notes how much CPU time it takes, apart from the rules' share."""

    seconds = 0.0

    def add(self, event: Event) -> Placed:
        """Adds an event, timed."""
        began = time.process_time()
        placed = super().add(event)
        self.seconds += time.process_time() - began
        return placed


def build(edges: int) -> tuple[TimedBuilder, list[Hit]]:
    """The graph and the rules' hits on it."""
    engine, normaliser = RuleEngine(load_builtin()), Normaliser()
    batches = read(normaliser)
    batch = next(batches)
    builder = TimedBuilder(Hosts({event.host for event in batch}))
    hits: list[Hit] = []
    while builder.graph.graph.number_of_edges() < edges:
        hits += tagged(batch, normaliser.clock, builder, engine).hits
        batch = next(batches)
    return builder, hits


def read(normaliser: Normaliser) -> Iterator[list[Event]]:
    """Events of simulated hosts in batches, one after another in time."""
    facts = with_background(clean(1, "busy", hosts=HOSTS, days=10**6).facts(), 1)
    batch: list[Event] = []
    for record in windows_records(facts):
        event = normaliser.normalise(record, 0)
        if isinstance(event, Outcome | Problem):
            continue
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []


def drawn(graph: ProvenanceGraph, hits: list[Hit], wanted: int) -> Iterator[Hit]:
    """Copies of the rules' hits, put elsewhere."""
    random = Random(1)
    actors: dict[str, list[str]] = {"process": [], "file": [], "registry": []}
    for node in graph.nodes():
        if isinstance(node, ProcessNode | FileNode | RegistryNode):
            actors[node.kind].append(node.id)
    for number in range(max(wanted, 0)):
        like = hits[number % len(hits)]
        kind = random.choice(("process", "process", "file", "registry"))
        tagged = random.choice(actors[kind])
        ordinals = [edge.events[0] for edge in (*graph.in_edges(tagged), *graph.out_edges(tagged))]
        actor = tagged if kind == "process" else None
        ordinal = min(ordinals, default=0)
        record = graph.events[ordinal]
        yield replace(
            like, node=tagged, actor=actor, implicated=(), ordinal=ordinal, record=record, also=()
        )


def peak() -> float:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
