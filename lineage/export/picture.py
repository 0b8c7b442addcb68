"""A chain's process tree as pictures (PNG), for documents that hold no other drawing.

One process a row, indented below its parent, with what fired on it and what it left. What has no
room on a page goes on in the next picture. Needs Pillow, which the extra `docx` brings.
"""

from __future__ import annotations

import io
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from lineage.report.chain_graph import artifacts
from lineage.report.escape import terminal
from lineage.report.facts import ChainFacts
from lineage.report.tree import bounded, grow, parents_of, walk
from lineage.report.wording import GUESSED, clock, counted, edge_words, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.model import Chain
    from lineage.report.tree import Branch

WIDTH, HEIGHT = 1500, 1900
"""Of a picture, in pixels: what a page of A4 or Letter holds upright with a caption."""
MOST: Final = 150
"""Processes that are drawn; those that a detection is about come first."""
THINGS, FIRED = 3, 4
"""Things that a process left, and detections, that are drawn beside it."""
INDENT, DEEPEST = 44, 14
"""Pixels of a level, and levels that are indented; a deeper one stands below the last."""
LINE, GAP, PAD = 27, 16, 9
_ENCODING: Final = "ascii"
"""What the font that Pillow carries can draw; other characters are told by their number."""
_INK, _DIM, _EDGE, _FRAME = "#1a1d21", "#5b6470", "#7d8794", "#9aa3ae"
_FILLS: Final = {True: "#fff2cc", False: "#f4f6f8"}
_HIT: Final = "#a3201a"
_THING: Final = "#1f5f99"


class _Line(NamedTuple):
    text: str
    color: str
    bold: bool = False


class _Row(NamedTuple):
    """A process, ready to be drawn.

    Attributes:
        node: its id.
        parent: that of its parent, where that is drawn.
        level: how deep it stands.
        lines: what is written in its box.
        is_hit: whether a detection is about it.
        is_guess: whether its parent is only the likely one.
    """

    node: str
    parent: str | None
    level: int
    lines: list[_Line]
    is_hit: bool
    is_guess: bool

    @property
    def height(self) -> int:
        return len(self.lines) * LINE + 2 * PAD


def pictures(chain: Chain) -> list[bytes]:
    """The pictures of a chain as PNG files, in order; none of a chain without processes."""
    rows = list(_rows(chain))
    pages: list[list[_Row]] = [[]]
    room = HEIGHT
    for row in rows:
        if pages[-1] and row.height + GAP > room:
            pages.append([])
            room = HEIGHT
        pages[-1].append(row)
        room -= row.height + GAP
    return [_drawn(page, rows) for page in pages if page]


def left_out(chain: Chain) -> str:
    """What the pictures of a chain don't show, in a sentence; "" where nothing."""
    more = len(chain.processes) - MOST
    return f"{counted(more, 'process', 'processes')} more are not drawn." if more > 0 else ""


def _rows(chain: Chain) -> Iterator[_Row]:
    roots = grow(chain).roots
    parents = parents_of(roots)
    everything = list(walk(roots))
    chosen = bounded([branch for branch, _ in everything], parents, MOST)
    things = _things(chain)
    facts = ChainFacts(chain)
    many = len(chain.hosts) > 1
    for branch, depth in everything:
        node = branch.process.node
        if node in chosen:
            parent = parents.get(node)
            yield _Row(
                node,
                parent.process.node if parent else None,
                min(depth, DEEPEST),
                list(_lines(branch, depth, things.get(node, []), facts, names_host=many)),
                bool(branch.hits),
                branch.process.parent_is_guess,
            )


def _lines(
    branch: Branch, depth: int, things: list[str], facts: ChainFacts, *, names_host: bool
) -> Iterator[_Line]:
    process = branch.process
    pid = "" if process.pid is None else f"  pid {process.pid}"
    host = f"  on {process.host}" if names_host else ""
    yield _Line(_shown(f"{name_of(process)}{pid}{host}", depth), _INK, bold=True)
    start = f"{clock(process.start, None)} UTC" if process.start else "start not recorded"
    told = (start, process.user, f"on {branch.host}" if branch.host else "")
    yield _Line(_shown("   ".join(part for part in told if part), depth), _DIM)
    if entry := facts.entry(process.node):
        by = facts.processes.get(entry)
        what = name_of(by) if by else facts.values.get(entry, entry)
        yield _Line(_shown(f"started by Windows from {what}", depth), _THING)
    if process.parent_is_guess:
        yield _Line(GUESSED, _DIM)
    titles = list(dict.fromkeys(hit.detection for hit in branch.hits))
    for text in _some(titles, FIRED, "detection"):
        yield _Line(_shown(f"! {text}", depth), _HIT)
    for text in _some(things, THINGS, "thing"):
        yield _Line(_shown(text, depth), _THING)


def _some(texts: list[str], most: int, noun: str) -> list[str]:
    left = len(texts) - most
    return texts[:most] + ([f"{counted(left, f'more {noun}')}"] if left > 0 else [])


def _things(chain: Chain) -> dict[str, list[str]]:
    """Process -> what it did to things, tagged ones first."""
    values = {node_id: node.name for node_id, node in artifacts(chain).items()}
    tagged = {hit.node for hit in chain.evidence}
    done: dict[str, dict[str, str]] = defaultdict(dict)
    for edge in chain.edges:
        if edge.to in values:
            told = f"{edge_words(edge.kind).verb} {values[edge.to]}"
            done[edge.from_].setdefault(edge.to, told)
    return {
        process: [told for _, told in sorted(each.items(), key=lambda one: one[0] not in tagged)]
        for process, each in done.items()
    }


def _shown(text: str, depth: int) -> str:
    """A text as one line that has room in a box of this depth; 12 pixels a character on average."""
    room = (WIDTH - min(depth, DEEPEST) * INDENT - 60) // 12
    return terminal(text, room, _ENCODING)


def _drawn(page: list[_Row], rows: list[_Row]) -> bytes:
    height = sum(row.height + GAP for row in page) + GAP
    image = Image.new("RGB", (WIDTH, height), "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    order = {row.node: place for place, row in enumerate(rows)}
    first, last = order[page[0].node], order[page[-1].node]
    tops: dict[str, int] = {}
    top = GAP
    for row in page:
        tops[row.node] = top
        top += row.height + GAP
    for row in rows:  # lines first, that boxes stand on them
        place = order[row.node]
        if row.parent is None or place < first:
            continue
        begins = order[row.parent]
        if begins > last or (place > last and begins > last):
            continue
        level = rows[begins].level
        x = 14 + level * INDENT + 16
        upper = tops[row.parent] + PAD if begins >= first else 0
        lower = tops[row.node] + PAD + LINE // 2 if place <= last else height
        pen.line([(x, upper), (x, lower)], fill=_EDGE, width=2)
        if place <= last:
            pen.line([(x, lower), (14 + row.level * INDENT, lower)], fill=_EDGE, width=2)
    for row in page:
        left, top = 14 + row.level * INDENT, tops[row.node]
        widest = max(pen.textlength(line.text, font=font) for line in row.lines)
        right = min(left + int(widest) + 3 * PAD + 8, WIDTH - 4)
        box = (left, top, right, top + row.height)
        pen.rounded_rectangle(box, 7, _FILLS[row.is_hit], _HIT if row.is_hit else _FRAME, 2)
        for number, line in enumerate(row.lines):
            x, y = left + PAD + 6, top + PAD + number * LINE
            for shift in range(1 + line.bold):  # the font has no bold letters
                pen.text((x + shift, y), line.text, line.color, font)
    stream = io.BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE).save(stream, "PNG")
    return stream.getvalue()
