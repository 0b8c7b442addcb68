"""A chain on a terminal: headline, process tree with its detections, artifacts, score."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from lineage.graph.ids import parsed
from lineage.graph.schema import NODE
from lineage.report.facts import ChainFacts
from lineage.report.tree import Branch, Forest, bounded, grow, parents_of, walk
from lineage.report.wording import (
    GUESSED,
    GUESSED_LOGON,
    accounts_of,
    counted,
    name_of,
    points,
    shared,
    tactic_title,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from lineage.report.model import Artifact, Chain, ChainProcess, DetectionHit
    from lineage.report.pen import Pen
    from lineage.report.remote import RemoteStart

PROCESSES: Final = 40
"""Processes drawn before the rest is counted; those with detections come first."""
HITS: Final = 8
"""Different detections listed at one process before the rest is counted."""
ARTIFACTS: Final = 10
"""Artifacts of one kind listed before the rest is counted."""
HOSTS: Final = 5
"""Hosts, and sources, named in the headline before the rest is counted."""
WHY: Final = 600
"""Most cells of the reason of a part of the score."""
GUIDE: Final = 4
"""Cells that one level of the tree takes."""
TEXT_WIDTH: Final = 44
"""Cells that the tree leaves to a process's text, however deep it stands."""

_PATHS: Final = frozenset({"file", "registry"})
"""Kinds of which a path says enough."""

VERDICT_STYLES: Final = {
    "confirmed": "bold red",
    "probable": "bold yellow",
    "suspicious": "bold cyan",
}


def chain_view(chain: Chain, pen: Pen) -> RenderableType:
    """A whole chain; its records are named by the shortest ends of its own sources."""
    forest = grow(chain)
    pen = pen.within(sources(chain))
    return Group(
        _headline(chain, pen),
        Text(),
        _heading(counted(len(forest.branches), "process", "processes")),
        _tree(chain, forest, pen),
        *_loose(forest, pen),
        *_artifacts(chain, pen),
        Text(),
        _heading("Score"),
        _score(chain, pen),
        Text(),
    )


def _heading(words: str) -> Text:
    return Text(words[:1].upper() + words[1:], style="bold")


# -- headline ------------------------------------------------------------------------------------


def _headline(chain: Chain, pen: Pen) -> RenderableType:
    title = Text(chain.verdict.upper(), style=VERDICT_STYLES[chain.verdict])
    if chain.family:
        title.append_text(pen.line("  ", pen.text(chain.family, "bold", limit=30)))
    title.append(f"  {points(chain.score)} of 100", style="bold")
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    facts.add_row("host" if len(chain.hosts) == 1 else "hosts", _hosts(chain, pen))
    if accounts := accounts_of(chain):
        facts.add_row("account" if len(accounts) == 1 else "accounts", _accounts(accounts, pen))
    facts.add_row("time", _span(chain, pen))
    facts.add_row("stages", _stages(chain, pen))
    facts.add_row("records", _sources(chain, pen))
    facts.add_row("chain", pen.text(chain.id, limit=60))
    if chain.campaign is not None:
        traits = pen.text(shared(chain.campaign), limit=300)
        name = pen.text(chain.campaign.name, "bold", limit=60)
        facts.add_row("campaign", pen.line(name, ", with other chains: ", traits))
    return Group(Rule(title, align="left", style="dim"), facts)


def _hosts(chain: Chain, pen: Pen) -> Text:
    shown = pen.some(chain.hosts, HOSTS)
    parts: list[Text | str] = []
    for place, host in enumerate(shown):
        parts += [", " if place else "", pen.text(host, "bold", limit=60)]
    if len(chain.hosts) > len(shown):
        parts += [" ", pen.more(len(chain.hosts) - len(shown), "host")]
    return pen.line(*parts)


def _accounts(accounts: Sequence[str], pen: Pen) -> Text:
    shown = pen.some(accounts, HOSTS)
    parts: list[Text | str] = []
    for place, account in enumerate(shown):
        parts += [", " if place else "", pen.text(account, "bold", limit=80)]
    if len(accounts) > len(shown):
        parts += [" ", pen.more(len(accounts) - len(shown), "account")]
    return pen.line(*parts)


def sources(chain: Chain) -> list[str]:
    """The sources of a chain's records, in order of mention."""
    named = [edge.source for edge in chain.edges]
    named += [other.source for edge in chain.edges for other in edge.also]
    for hit in chain.evidence:
        named += [hit.source, *(also.source for also in hit.also)]
    return list(dict.fromkeys(named))


def _sources(chain: Chain, pen: Pen) -> Text:
    names = sources(chain)
    shown = pen.some(names, HOSTS)
    parts: list[Text | str] = []
    for place, name in enumerate(shown):
        parts += ["\n" if place else "", pen.fitted(name, indent=12)]
    if len(names) > len(shown):
        parts += ["\n", pen.more(len(names) - len(shown), "file")]
    return pen.line(*parts)


def _span(chain: Chain, pen: Pen) -> Text:
    zone = pen.zone
    first = pen.text(zone.clock(chain.first_seen), limit=30)
    last = pen.text(zone.clock(chain.last_seen, chain.first_seen), limit=30)
    taken = _duration(chain.first_seen, chain.last_seen)
    return pen.line(first, " to ", last, f" {zone.name}", taken)


def _duration(first: str, last: str) -> str:
    """How long it took, in its two largest units, in brackets; "" where the times don't tell."""
    try:
        span = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    except (ValueError, TypeError):
        return ""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    start = next((place for place, (count, _) in enumerate(units) if count), len(units) - 1)
    return " (" + " ".join(f"{count} {unit}" for count, unit in units[start : start + 2]) + ")"


def _stages(chain: Chain, pen: Pen) -> Text:
    parts: list[Text | str] = []
    for place, stage in enumerate(chain.stages):
        parts += [" > " if place else "", pen.text(tactic_title(stage.tactic), limit=40)]
    return pen.line(*parts)


# -- process tree --------------------------------------------------------------------------------


def _tree(chain: Chain, forest: Forest, pen: Pen) -> RenderableType:
    facts = ChainFacts(chain)
    parents = parents_of(forest.roots)
    branches = list(forest.branches.values())
    kept = bounded(branches, parents, len(pen.some(branches, PROCESSES)))
    deepest = max((pen.width - TEXT_WIDTH) // GUIDE, 2)
    top = Tree("", hide_root=True, guide_style="dim")
    # The tree of every process down to `deepest`; a deeper one hangs beside its parent.
    trees: dict[str, tuple[Tree, int]] = {}
    hidden: dict[str, list[Branch]] = defaultdict(list)
    anchor: dict[str, str] = {}
    for branch, _ in walk(forest.roots):
        node = branch.process.node
        parent = parents.get(node)
        above = anchor.get(parent.process.node, "") if parent else ""
        if node not in kept:
            anchor[node] = above
            hidden[above].append(branch)
            continue
        anchor[node] = node
        under, depth = trees.get(above, (top, 0))
        label = _process(branch, parent, chain, facts, pen, depth)
        if depth > deepest and parent is not None:
            label = Group(pen.line("child of ", _who(parent.process, pen)), label)
        added = under.add(label)
        trees[node] = (under, depth) if depth > deepest else (added, depth + 1)
    for above, branches in hidden.items():
        under = trees[above][0] if above in trees else top
        under.add(_hidden(branches, pen))
    return Padding(top, (0, 0, 0, 1))


def _tagged(branch: Branch) -> bool:
    return bool(branch.hits)


def _who(process: ChainProcess, pen: Pen) -> Text:
    name = pen.text(name_of(process), "bold", limit=40)
    return name if process.pid is None else pen.line(name, f" pid {process.pid}")


def _hidden(branches: Sequence[Branch], pen: Pen) -> Text:
    text = pen.more(len(branches), "process", "processes")
    if count := sum(map(_tagged, branches)):
        text.append(f", {count:,} of them with detections")
    return text


def _standing(process: ChainProcess) -> str:
    """As whom, and how high, a process runs; "" where neither is known."""
    return ", ".join(filter(None, (process.user, process.integrity)))


def _process(
    branch: Branch, parent: Branch | None, chain: Chain, facts: ChainFacts, pen: Pen, depth: int
) -> RenderableType:
    process = branch.process
    indent = 1 + GUIDE * depth
    head = pen.line(_who(process, pen), "  ")
    if process.start is None:
        head.append("start not recorded", style="dim")
    else:
        head.append_text(pen.text(pen.zone.clock(process.start, chain.first_seen), limit=30))
    head.append_text(pen.line("  ", pen.text(process.role, "dim", limit=30)))
    standing = _standing(process)
    if standing and (parent is None or standing != _standing(parent.process)):
        head.append_text(pen.line("  as ", pen.text(standing, limit=80)))
    if branch.host:
        head.append_text(pen.line("  on ", pen.text(branch.host, "bold", limit=60)))
    if process.parent_is_guess:
        head.append(f"  {GUESSED}", style="dim")
    lines: list[RenderableType] = [head]
    command = process.command_line or ""
    if process.image and process.image.lower() not in command.lower():
        folder = pen.fitted(process.image.rpartition("\\")[0], "dim", indent)
        fits = indent + head.cell_len + 2 + folder.cell_len <= pen.width
        lines[0] = pen.line(head, "  ", folder) if fits else head
        lines += [] if fits else [pen.fitted(process.image, "dim", indent)]
    if command.strip('" ').lower() not in {"", name_of(process).lower()}:
        lines.append(pen.fitted(command, indent=indent))
    if entry := facts.entry(process.node):
        lines.append(_starter(entry, facts, pen, indent))
    if remote := facts.remote_starts.get(process.node):
        lines.append(_logon(remote, facts, pen, indent))
    if branch.hits:
        lines.append(_hits(branch.hits, pen))
    return Group(*lines)


def _starter(entry: str, facts: ChainFacts, pen: Pen, indent: int) -> Text:
    """What had Windows start a process: an autostart entry, or a process."""
    if arranger := facts.processes.get(entry):
        return pen.line("started by Windows for ", _who(arranger, pen))
    value = facts.values.get(entry, entry)
    parts = parsed(entry)
    noun = f"the {NODE[parts.kind].noun[0]} " if parts and parts.kind not in _PATHS else ""
    start = f"started by {noun}"
    return pen.line(start, pen.fitted(value, "cyan", indent + len(start)))


def _logon(remote: RemoteStart, facts: ChainFacts, pen: Pen, indent: int) -> Text:
    """Who logged on from another host, and by which logon."""
    origin = facts.processes.get(remote.origin)
    who = _who(origin, pen) if origin else pen.text("a process outside the chain")
    where = pen.line(" on ", pen.text(origin.host, limit=60)) if origin else Text()
    value = facts.values.get(remote.session, remote.session)
    line = pen.line("logged on by ", who, where, " as ", pen.fitted(value, "cyan", indent + 40))
    return pen.line(line, f"  {GUESSED_LOGON}") if remote.guess else line


# -- detections ----------------------------------------------------------------------------------


def _hits(hits: Sequence[DetectionHit], pen: Pen) -> RenderableType:
    """Detections with their records; the same one again only counts."""
    grouped: dict[tuple[str, str, str | None], list[DetectionHit]] = defaultdict(list)
    for hit in hits:
        grouped[hit.detection, hit.layer, hit.by].append(hit)
    groups = list(grouped.values())
    shown = pen.some(groups, HITS)
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="bold yellow")
    grid.add_column(overflow="fold")
    for same in shown:
        grid.add_row("!", _hit(same, pen))
        if pen.details:
            for line in fields(same[0], pen):
                grid.add_row("", line)
    if len(groups) > len(shown):
        grid.add_row("", pen.more(len(groups) - len(shown), "detection"))
    return grid


def _hit(same: Sequence[DetectionHit], pen: Pen) -> Text:
    hit = same[0]
    line = pen.line(pen.text(hit.detection, "yellow", limit=200), "  ", weight(hit, pen), "  ")
    if len(same) > 1:
        line.append(f"{len(same):,} times, first ")
    return pen.line(line, records(hit, pen))


def weight(hit: DetectionHit, pen: Pen) -> Text:
    """What a detection counts for: its risk, its type where weak, its layer where not the core."""
    words = pen.line(f"risk {hit.risk}")
    if hit.type != "TTP":
        words = pen.line(words, " ", pen.text(hit.type.lower(), limit=20))
    if hit.layer != "core":
        words = pen.line(words, f"  {hit.layer} ", pen.text(hit.by or "", limit=40))
    return words


def records(hit: DetectionHit, pen: Pen) -> Text:
    """The record that a hit names, and those that say the same."""
    line = pen.record(hit.source, hit.record)
    for also in hit.also[: len(hit.also) if pen.details else 2]:
        line = pen.line(line, " also ", pen.record(also.source, also.record))
    return line


def fields(hit: DetectionHit, pen: Pen) -> Iterator[Text]:
    """The fields that made a detection match, one a line."""
    for name, value in hit.fields.items():
        yield pen.line(pen.text(f"{name}: ", "dim", limit=60), pen.fitted(value, indent=40))


def _loose(forest: Forest, pen: Pen) -> Iterator[RenderableType]:
    if not forest.loose:
        return
    yield Text()
    yield _heading("Detections outside these processes")
    yield Padding(_hits(forest.loose, pen), (0, 0, 0, 1))


# -- artifacts and score -------------------------------------------------------------------------


def _artifacts(chain: Chain, pen: Pen) -> Iterator[RenderableType]:
    if not chain.artifacts:
        return
    counts = Counter(artifact.kind for artifact in chain.artifacts)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for kind, count in counts.items():
        artifacts = [artifact for artifact in chain.artifacts if artifact.kind == kind]
        shown = pen.some(artifacts, ARTIFACTS)
        label = counted(count, *NODE[kind].noun)
        for artifact in shown:
            grid.add_row(label, _artifact(artifact, pen))
            label = ""
        if count > len(shown):
            grid.add_row("", pen.more(count - len(shown), *NODE[kind].noun))
    yield Text()
    yield _heading(counted(len(chain.artifacts), "artifact"))
    yield Padding(grid, (0, 0, 0, 1))


def _artifact(artifact: Artifact, pen: Pen) -> Text:
    """Its path or name; of what Windows keeps for later, also what it holds."""
    value = pen.fitted(artifact.value, indent=20)
    if artifact.data is None:
        return value
    return pen.line(value, " = ", pen.fitted(artifact.data, "cyan", indent=20))


def _score(chain: Chain, pen: Pen) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    scores = [chain.score, *(part.points for part in chain.score_parts)]
    digits = max(len(points(score).partition(".")[2]) for score in scores)
    for part in chain.score_parts:
        why = pen.text(part.why, limit=WHY)
        grid.add_row(points(part.points, digits), pen.text(part.part, limit=20), why)
    grid.add_row(
        Text(points(chain.score, digits), style="bold"), Text("total", style="bold"), "of 100"
    )
    return Padding(grid, (0, 0, 0, 1))
