"""Mermaid flowcharts in Markdown: each chain's process tree, for a ticket or a wiki.

GitHub, GitLab and others draw a fenced ``mermaid`` block. They keep Mermaid's default limits,
50,000 characters and 500 edges a diagram (`maxTextSize`, `maxEdges`). The constants below
keep a diagram within: every text is bounded, and each thing drawn has one or two edges to it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from lineage.graph.schema import CROSSING, NODE
from lineage.report.chain_graph import artifacts
from lineage.report.escape import terminal
from lineage.report.tree import Branch, bounded, grow, parents_of, walk
from lineage.report.wording import GUESSED, clock, edge_words, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.report.model import Chain, ChainProcess, Report

MAX_PROCESSES = 60
MAX_ARTIFACTS = 2
"""Artifacts drawn per process."""

MAX_DETECTIONS = 3
"""Detections named per process."""

TITLE, WIDE, NARROW = 60, 40, 18
"""Terminal cells of a detection's title and of other texts; the narrow one where punctuation, five
characters each when escaped, makes a text longer than `MAX_ESCAPED`."""

MAX_ESCAPED = 90

_SPECIAL = re.compile(
    "[!-,/;-@\\[-`{-~]|(?<![A-Za-z0-9])[.:-]|[.:-](?![A-Za-z0-9])|(?<=www)\\.", re.IGNORECASE
)
"""ASCII punctuation but for a dot, colon or hyphen within a word, which nobody reads as more: so a
diagram can be read as text, too (tried with Mermaid 11.17)."""
_CLASSES = (
    "  classDef tagged fill:#fff2cc,stroke:#b2182b,color:#000",
    "  classDef more fill:#eee,stroke:#999,color:#000,stroke-dasharray:4",
)


def render(report: Report) -> str:
    """Markdown: a heading and a fenced diagram for each chain."""
    parts = ["# Attack chains" if report.chains else "No attack chain was found."]
    for chain in report.chains:
        shown = _escaped(terminal(verdict_line(chain), 4 * WIDE), "&#")
        parts.append(f"## {shown}\n\n```mermaid\n{diagram(chain)}```")
    return "\n\n".join(parts) + "\n"


def diagram(chain: Chain) -> str:
    """The flowchart of a chain: its processes, what fired on them and what they left.

    Of more than `MAX_PROCESSES` processes, those that a detection is about come first, with the
    way to them; what is left out is counted where it is missing.
    """
    roots = grow(chain).roots
    parents = parents_of(roots)
    chosen = bounded([branch for branch, _ in walk(roots)], parents, MAX_PROCESSES)
    names = {node: f"p{number}" for number, node in enumerate(chosen)}
    lines = ["flowchart LR", *_CLASSES]
    for node, branch in chosen.items():
        lines.append(f'  {names[node]}["{_process(branch)}"]{":::tagged" if branch.hits else ""}')
        parent = parents.get(node)
        if parent is not None:
            arrow = _arrow(branch.process, parent.process)
            lines.append(f"  {names[parent.process.node]} {arrow} {names[node]}")
    lines += _left_out(roots, parents, names)
    lines += _artifacts(chain, names)
    return "\n".join(lines) + "\n"


def _arrow(process: ChainProcess, parent: ChainProcess) -> str:
    """From a parent, a likely one, or who had it started from another host."""
    if process.host != parent.host:
        return f'-. "{_text(f"{edge_words(CROSSING).verb} {process.host}")}" .->'
    return f'-. "{GUESSED}" .->' if process.parent_is_guess else "-->"


def _left_out(
    roots: Sequence[Branch], parents: dict[str, Branch], names: dict[str, str]
) -> Iterator[str]:
    """A node for what isn't drawn below each drawn process, and for undrawn roots."""
    nearest: dict[str, str | None] = {}
    for branch, _ in walk(roots):
        node, parent = branch.process.node, parents.get(branch.process.node)
        above = nearest[parent.process.node] if parent else None
        nearest[node] = names.get(node, above)
    hidden = Counter(near for node, near in nearest.items() if node not in names)
    for number, (near, count) in enumerate(hidden.items()):
        yield f'  m{number}["… {count} more"]:::more'
        if near is not None:
            yield f"  {near} --> m{number}"


def _artifacts(chain: Chain, names: dict[str, str]) -> Iterator[str]:
    """What each drawn process left: first what leads on to another process, then tagged things."""
    things_left = artifacts(chain)
    tagged = {hit.node for hit in chain.evidence}
    drawn: dict[str, str] = {}
    by_process: dict[str, dict[str, str]] = defaultdict(dict)
    for edge in chain.edges:
        if edge.from_ in names and edge.to in things_left:
            by_process[edge.from_].setdefault(edge.to, edge.kind)
    links = {edge.from_ for edge in chain.edges if edge.to in names} & things_left.keys()
    for process, things in by_process.items():
        new = [node for node in things if node not in drawn]
        new.sort(key=lambda node: (node not in links, node not in tagged))
        for node in new[:MAX_ARTIFACTS]:
            drawn[node] = f"a{len(drawn)}"
            mark = ":::tagged" if node in tagged else ""
            yield f'  {drawn[node]}(["{_text(things_left[node].name)}"]){mark}'
            verb = _text(edge_words(things[node]).verb)
            yield f'  {names[process]} -. "{verb}" .-> {drawn[node]}'
        if len(new) > MAX_ARTIFACTS:
            yield f'  {names[process]}m["… {len(new) - MAX_ARTIFACTS} more"]:::more'
            yield f"  {names[process]} -.-> {names[process]}m"
    starters = {edge.to: edge for edge in chain.edges if edge.from_ in drawn}
    for process, edge in starters.items():
        if process in names:
            verb = _text(edge_words(edge.kind).verb)
            yield f'  {drawn[edge.from_]} -. "{verb}" .-> {names[process]}'


def _process(branch: Branch) -> str:
    image = (branch.process.image or NODE["process"].unknown).replace("/", "\\").rpartition("\\")[2]
    pid = "" if branch.process.pid is None else f" ({branch.process.pid})"
    fired = list(dict.fromkeys(hit.detection for hit in branch.hits))
    lines = [
        f"<b>{_text(image)}</b>{_escaped(pid)}",
        *_started(branch.process.start),
        *(_text(name, TITLE) for name in fired[:MAX_DETECTIONS]),
    ]
    if len(fired) > MAX_DETECTIONS:
        lines.append(f"… {len(fired) - MAX_DETECTIONS} more")
    return "<br/>".join(lines)


def _started(time: str | None) -> list[str]:
    return [] if time is None else [_escaped(terminal(clock(time, None), NARROW + 2))]


def _text(text: str, cells: int = WIDE) -> str:
    shown = _escaped(terminal(text, cells))
    if len(shown) > MAX_ESCAPED:
        shown = _escaped(terminal(text, NARROW))
    return shown or "(empty)"


def _escaped(text: str, prefix: str = "#") -> str:
    """Punctuation as entity codes, which neither Mermaid, Markdown nor HTML reads.

    Mermaid's entity codes are HTML's without the ampersand (Mermaid, "Flowcharts", entity codes).
    """
    return _SPECIAL.sub(lambda letter: f"{prefix}{ord(letter.group())};", text)
