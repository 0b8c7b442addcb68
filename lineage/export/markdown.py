"""A case report as Markdown (GitHub's flavour), to hand over in a ticket or a wiki.

What the telemetry says stands in code spans and code blocks, where neither Markdown nor HTML nor a
link is read (CommonMark 0.31, "Code spans", "Fenced code blocks"); other words have their
punctuation escaped. It is told in lists: in a table a code span can't hold every text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lineage.export.case import LONG, Chapter, case, defanged, moment, title
from lineage.export.mermaid import diagram
from lineage.report.escape import terminal
from lineage.report.wording import GUESSED, counted, name_of, points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.export.case import Case, Overview
    from lineage.export.timeline import Moment
    from lineage.report.indicators import Indicator
    from lineage.report.model import DetectionHit, Input, Report
    from lineage.report.story import Part, Sentence

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>~$&]|(?<=www)\.|:(?=//)", re.IGNORECASE)
"""Punctuation of running words that Markdown, HTML or a maker of links may read."""
_MENTION: Final = re.compile(r"(?<!\w)@")
"""What would call somebody on GitHub and GitLab, however it is escaped."""


def render(report: Report) -> str:
    """The case report.

    Raises:
        InputError: a time of the report isn't ISO 8601.
    """
    told = case(report)
    return "\n".join((*_front(told), *_chapters(told), *_inputs(told), *_rest(told))) + "\n"


def _front(told: Case) -> Iterator[str]:
    yield "# Case report"
    yield ""
    yield f"Made by {_words(told.made_by)}. All times are UTC. {_words(told.answer)}"
    yield ""
    yield from (f"- {_words(sentence)}" for sentence in told.judged)
    if told.overview:
        yield ""
        yield "| # | verdict | score | family | hosts | accounts | when | told below |"
        yield "|---|---|---|---|---|---|---|---|"
        yield from map(_overview, told.overview)
    yield ""


def _overview(entry: Overview) -> str:
    chain = entry.chain
    cells = (
        str(entry.place),
        chain.verdict,
        points(chain.score),
        chain.family or "none",
        ", ".join(chain.hosts),
        entry.accounts or "unknown",
        entry.when,
        "yes" if entry.is_told else "no",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _chapters(told: Case) -> Iterator[str]:
    for chapter in told.chapters:
        yield from _chapter(chapter, told)


def _chapter(chapter: Chapter, told: Case) -> Iterator[str]:
    chain = chapter.chain
    yield f"## {_words(title(chapter))}"
    yield ""
    yield _sentence(chapter.summary, told)
    yield ""
    yield "| part of the score | points | why |"
    yield "|---|---|---|"
    for part in chain.score_parts:
        yield f"| {_cell(part.part)} | {points(part.points)} | {_cell(part.why)} |"
    yield f"| total | {points(chain.score)} | of 100 |"
    yield from _section("Process tree", [_block(_tree(chapter))])
    yield from _section("Graph", [f"```mermaid\n{diagram(chain)}```"])
    yield from _section("What happened", _story(chapter, told))
    yield from _section("Timeline", (_moment(each, told) for each in chapter.moments))
    yield from _section("Evidence", (line for hit in chapter.evidence for line in _hit(hit, told)))
    if chapter.indicators:
        yield from _section("Indicators", _indicators(chapter.indicators, told))
    if chapter.left_out:
        yield from _section("Not in this chapter", (f"- {_words(e)}" for e in chapter.left_out))
    yield ""


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"### {name}"
    yield ""
    yield from lines


def _tree(chapter: Chapter) -> Iterator[str]:
    many = len(chapter.chain.hosts) > 1
    for branch, depth in chapter.tree:
        process = branch.process
        indent = "  " * min(depth, 20)
        pid = "" if process.pid is None else f" (pid {process.pid})"
        who = f" as {process.user}" if process.user else ""
        who += f" on {process.host}" if many else ""
        when = f"  {moment(process.start)}" if process.start else "  start not recorded"
        guess = f"  {GUESSED}" if process.parent_is_guess else ""
        yield f"{indent}{_line(f'{name_of(process)}{pid}{who}')}{when}{guess}"
        if process.command_line:
            yield f"{indent}    {_line(process.command_line)}"
        for detection in dict.fromkeys(hit.detection for hit in branch.hits):
            yield f"{indent}    ! {_line(detection)}"


def _story(chapter: Chapter, told: Case) -> Iterator[str]:
    for passage in chapter.story:
        yield f"**{_words(passage.title.capitalize())}**"
        yield ""
        yield from (f"- {_sentence(sentence, told)}" for sentence in passage.sentences)
        yield ""


def _sentence(sentence: Sentence, told: Case) -> str:
    words = "".join(map(_part, sentence.parts))
    shown = ", ".join(_code(told.record(*each)) for each in sentence.references)
    return f"{words} {shown}".strip()


def _part(part: Part) -> str:
    if part.kind in {"process", "command", "artifact"}:
        return _code(part.text)
    return _words(part.text)


def _moment(each: Moment, told: Case) -> str:
    place = ""
    if each.source is not None and each.record is not None:
        place = f" {_code(told.record(each.source, each.record))}"
    who = f" as {_code(each.user)}" if each.user else ""
    pid = "" if each.pid is None else f", pid {each.pid}"
    host = _words(each.host or "unknown host")
    return f"- {moment(each.time)} {host}{pid}{who}: {_code(each.message)}{place}"


def _hit(hit: DetectionHit, told: Case) -> Iterator[str]:
    techniques = ", ".join(hit.attack) or "no technique"
    shown = ", also ".join(map(_code, told.records(hit)))
    image = _code(hit.image) if hit.image else "an unknown program"
    pid = "" if hit.pid is None else f" (pid {hit.pid})"
    user = f" as {_code(hit.user)}" if hit.user else ""
    yield (
        f"- **{_words(hit.detection)}**, {moment(hit.time)}, risk {hit.risk}, "
        f"{_words(techniques)}, by {image}{pid}{user} on {_words(hit.host)}: {shown}"
    )
    yield from (f"  - {_code(name)}: {_code(value)}" for name, value in hit.fields.items())


def _indicators(found: list[Indicator], told: Case) -> Iterator[str]:
    yield (
        "What the attack brought, to look for elsewhere. Names and addresses are written with "
        "\\[.\\], that nothing makes links of them; `--iocs` writes them as they are."
    )
    yield ""
    for one in found:
        place = f" {_code(told.record(one.source, one.record))}" if one.source else ""
        seen = f", first seen {moment(one.first_seen)}" if one.first_seen else ""
        yield f"- {one.kind} {_code(defanged(one))}: {_words(one.why)}{seen}{place}"
        if one.data is not None:
            yield f"  - data {_code(one.data)}"
        yield from (f"  - {_words(name)} {_code(digest)}" for name, digest in one.hashes.items())


def _inputs(told: Case) -> Iterator[str]:
    yield "## What was read"
    yield ""
    yield from (_input(entry, told) for entry in told.inputs)
    yield ""


def _input(entry: Input, told: Case) -> str:
    kind = entry.kind or entry.format
    counts = f"{entry.events:,} used, {entry.ignored:,} ignored, {entry.rejected:,} rejected"
    records = counted(entry.records, "record")
    source, short = entry.source, told.short.get(entry.source, entry.source)
    called = "" if short == source else f", called {_code(short)} above"
    return f"- {_code(source)}{called} ({_words(kind)}): {records}, {counts}"


def _rest(told: Case) -> Iterator[str]:
    yield "## What is not in this report"
    yield ""
    yield from (f"- {_words(sentence)}" for sentence in told.left_out)


def _line(text: str) -> str:
    """A text as one harmless line of a code block or span."""
    return terminal(text, LONG)


def _code(text: str) -> str:
    """A text in a code span, whose backticks are more in a row than any of its own."""
    shown = _line(text)
    ticks = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    # A blank at both ends is taken off, so that a backtick may stand at an end.
    padded = f" {shown} " if not shown or "`" in (shown[0], shown[-1]) or shown.isspace() else shown
    return f"{ticks}{padded or ' '}{ticks}"


def _block(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _words(text: str) -> str:
    """A text in running words or a table's cell, escaped so that it reads as it is."""
    shown = _SPECIAL.sub(r"\\\g<0>", _line(text)).replace("|", "&#124;")
    return _MENTION.sub("(at)", shown)


def _cell(text: str) -> str:
    return _words(text) or " "
