"""A chain -> which of its nodes are drawn first, and as the how many-th. Pure.

A drawing of all that a chain wrote, read and asked for can't be read. Its processes tell the story,
with what carried causality from one to the next: a file that was dropped and run, a registry value
that started a program, a document or script that was opened. All else is one step from these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.schema import EDGE, EDGE_SCHEMAS, FLOW

if TYPE_CHECKING:
    from lineage.report.model import Chain, ChainEdge

_OPENING = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.use and schema.is_told)
"""Edges to what a process was given to open: a script, a document, a library."""
WORD_CHARACTERS = 14
MOST_WORDS = 3
"""What fits a disc of the style: Browser breaks a caption at spaces alone."""
FEW = 16
"""A chain of no more nodes is drawn whole."""


def order(chain: Chain) -> dict[str, int]:
    """Ids of the nodes to draw first, in order of time, counted from 1."""
    steps = sorted(chain.edges, key=lambda edge: edge.time)
    nodes = dict.fromkeys(node for step in steps for node in _along(step))
    if len(nodes) > FEW:
        carriers = _carriers(steps)
        nodes = {node: None for node in nodes if node in carriers or node.startswith("process:")}
    everyone = dict.fromkeys([*nodes, *(process.node for process in chain.processes)])
    return {node: number for number, node in enumerate(everyone, 1)}


def numbers(chains: list[Chain]) -> dict[str, int]:
    """Id -> its number in the best chain that draws it."""
    numbers: dict[str, int] = {}
    for chain in sorted(chains, key=lambda chain: (-chain.score, chain.first_seen, chain.id)):
        for node, number in order(chain).items():
            numbers.setdefault(node, number)
    return numbers


def written(caption: str, number: int | None = None) -> str:
    r"""What Browser writes on a node: words that fit its disc, for it breaks at spaces alone.

    >>> written(r"Run\Updater", 7)
    '7 Run\\ Updater'
    >>> written("time_20260202_110918.png")
    'time_20…8.png'
    """
    words = [_fitting(word) for word in caption.replace("\\", "\\ ").split()]
    if len(words) > MOST_WORDS:
        words = [*words[: MOST_WORDS - 1], "…"]
    return " ".join(words if number is None else [str(number), *words])


def _fitting(word: str) -> str:
    return word if len(word) <= WORD_CHARACTERS else f"{word[:7]}…{word[-5:]}"


def _along(step: ChainEdge) -> tuple[str, str]:
    """The step's ends, the cause first."""
    backward = FLOW[EDGE[step.kind].kind] == "backward"
    return (step.to, step.from_) if backward else (step.from_, step.to)


def _carriers(steps: list[ChainEdge]) -> set[str]:
    """What one step led to and another came from, and what a process was told to open."""
    causes = {cause for cause, _ in map(_along, steps)}
    effects = {effect for _, effect in map(_along, steps)}
    opened = {step.to for step in steps if step.kind in _OPENING}
    return (causes & effects) | opened
