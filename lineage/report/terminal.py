"""The report on a terminal: chains, what was read, and last, where the eye is, the answer.

Everything is said in words; colour only repeats it. Untrusted text passes `lineage.report.escape`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from lineage.report.alert_view import alert_view
from lineage.report.chain_view import VERDICT_STYLES, chain_view, sources
from lineage.report.hit_view import HitsTable, detections_table
from lineage.report.ignored_view import ignored_view
from lineage.report.indicator_view import indicator_lines
from lineage.report.input_view import allow_view, coverage_view, input_view, known, rule_view
from lineage.report.judged import judged_by, left_out, no_all_clear, unjudged
from lineage.report.pen import Pen, Trimmed
from lineage.report.story import Part, Sentence, summary, tell
from lineage.report.unchained_view import unchained_view
from lineage.report.wording import accounts_of, counted, headline, listed, points, shared
from lineage.report.zone import IN_UTC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from lineage.report.model import Chain, Report
    from lineage.report.zone import Zone

__all__ = ["detections_table", "explain", "render", "render_hits"]

FEW_CHAINS: Final = 3
"""Up to so many chains are shown in full; of more, the confirmed and probable ones, if as few."""
OVERVIEW: Final = 10
"""Chains listed in the overview before the rest is counted."""
ANSWERS: Final = 5
"""Confirmed and probable chains that the answer names."""
VERDICT_CELLS: Final = 11
FIRST_LINE_CELLS: Final = 56
"""Cells that an overview's first line takes beside the hosts."""
_PART_STYLES: Final = {
    "time": "",
    "zone": "",
    "process": "bold",
    "command": "cyan",
    "artifact": "cyan",
    "detection": "yellow",
    "plain": "",
}


def render(
    report: Report,
    console: Console,
    *,
    details: bool = False,
    saved: str | None = None,
    zone: Zone = IN_UTC,
) -> None:
    """Prints a report.

    Args:
        report: what was found and read.
        console: where to; its width, colour and encoding are kept to.
        saved: file that the report was written to as JSON, for the next command.
        details: leave nothing out: every chain in full, all processes, artifacts, files and
            problems, and the fields that made each detection match.
        zone: in which times are shown.
    """
    pen = _pen(report, console, details=details, zone=zone)
    for part in _report(report, pen, saved):
        console.print(Trimmed(part))


def render_hits(
    report: Report, console: Console, *, details: bool = False, zone: Zone = IN_UTC
) -> None:
    """Prints what the detections hit, without chains; then what was read, as `render` does."""
    pen = _pen(report, console, details=details, zone=zone)
    if report.detections:
        console.print(HitsTable(report.detections, report.rules, pen))
    else:
        console.print(Text("No detection fired.", style="bold"))
    for part in _reading(report, pen):
        console.print(Trimmed(part))
    console.print(Trimmed(_fired(report)))


def explain(chain: Chain, console: Console, *, details: bool = False, zone: Zone = IN_UTC) -> None:
    """Prints a chain's story, each sentence with its records; then what to look for elsewhere."""
    pen = Pen(console, sources(chain), details=details, zone=zone)
    console.print(Trimmed(_sentence(summary(chain), pen)))
    if chain.campaign is not None:
        said = f"Other chains of {chain.campaign.name} share its {shared(chain.campaign)}."
        console.print(Trimmed(pen.fitted(said)))
    for passage in tell(chain):
        title = passage.title[:1].upper() + passage.title[1:]
        lines = [Padding(_sentence(sentence, pen), (0, 0, 0, 2)) for sentence in passage.sentences]
        console.print(Trimmed(Group(Text(), pen.text(title, "bold", limit=60), *lines)))
    for number, line in enumerate(indicator_lines(chain, pen)):
        if number == 0:
            console.print()
        console.print(line, soft_wrap=True)


def _pen(report: Report, console: Console, *, details: bool, zone: Zone) -> Pen:
    return Pen(console, (entry.source for entry in report.inputs), details=details, zone=zone)


# -- the report's parts --------------------------------------------------------------------------


def _report(report: Report, pen: Pen, saved: str | None) -> Iterator[RenderableType]:
    for chain in _in_full(report, pen):
        yield chain_view(chain, pen)
    yield from _reading(report, pen)
    if not report.chains:
        yield _nothing(report)
    if len(report.chains) > 1:
        yield _overview(report, pen)
    if (loose := unchained_view(report, pen)) is not None:
        yield loose
    yield from _answer(report, pen, saved)
    yield _last_line(report)


def _answer(report: Report, pen: Pen, saved: str | None) -> Iterator[RenderableType]:
    """What was found, where, as whom and when; what was judged; and what to do next."""
    strong = [chain for chain in report.chains if chain.verdict != "suspicious"]
    for place, chain in enumerate(strong[:ANSWERS], 1):
        verdict = Text(chain.verdict.upper(), style=VERDICT_STYLES[chain.verdict])
        family = pen.text(chain.family or "no family", "bold", limit=30)
        hosts = pen.text(listed(chain.hosts, shown=3), "bold", limit=120)
        users = pen.text(listed(accounts_of(chain), shown=2), limit=120)
        zone, first = pen.zone, pen.zone.clock(chain.first_seen)
        last = zone.clock(chain.last_seen, chain.first_seen)
        when = pen.text(f"{first} to {last} {zone.name}", limit=90)
        who = pen.line(" (", users, ")") if users else Text()
        yield pen.line(f"{place}  ", verdict, "  ", family, " on ", hosts, who, "  ", when)
    if len(strong) > ANSWERS:
        yield pen.more(len(strong) - ANSWERS, "confirmed or probable chain", where=" above")
    yield from _campaigns(report, pen)
    for sentence in (left_out(report), no_all_clear(report), judged_by(report), unjudged(report)):
        if sentence:
            yield pen.fitted(sentence)
    if report.chains:
        yield _next(report, pen, saved)


def _campaigns(report: Report, pen: Pen) -> Iterator[RenderableType]:
    """Which chains are one campaign, and by what."""
    places: dict[str, list[int]] = {}
    campaigns = {}
    for place, chain in enumerate(report.chains, 1):
        if chain.campaign is not None:
            places.setdefault(chain.campaign.name, []).append(place)
            campaigns[chain.campaign.name] = chain.campaign
    for name, members in list(places.items())[:ANSWERS]:
        if len(members) > 1:
            numbers = listed([str(place) for place in members], shown=8)
            said = f"One campaign ({name}): chains {numbers} share {shared(campaigns[name])}."
            yield pen.fitted(said)


def _next(report: Report, pen: Pen, saved: str | None) -> Text:
    """What to run to see more."""
    if saved is None:
        return pen.line(
            "Next: add ",
            Text("--json report.json --html report.html", "bold"),
            " for the whole; ",
            Text("--details", "bold"),
            " shows it here.",
        )
    return pen.line(
        "Next: ",
        Text("lineage explain 1 --report ", "bold"),
        pen.text(saved, "bold", limit=200),
        " tells the best chain's story; the others by their numbers.",
    )


def _reading(report: Report, pen: Pen) -> Iterator[RenderableType]:
    yield input_view(report, pen)
    if (ignored := ignored_view(report, pen)) is not None:
        yield ignored
    if any(not each.evaluable for entries in known(report).values() for each in entries):
        yield coverage_view(report, pen)
    if report.rule_problems:
        yield rule_view(report, pen)
    if report.allowances or report.notes:
        yield allow_view(report, pen)
    if (alerts := alert_view(report, pen)) is not None:
        yield alerts
    yield Text()


def _in_full(report: Report, pen: Pen) -> list[Chain]:
    if pen.details or len(report.chains) <= FEW_CHAINS:
        return report.chains
    strong = [chain for chain in report.chains if chain.verdict != "suspicious"]
    return strong if len(strong) <= FEW_CHAINS else []


def _overview(report: Report, pen: Pen) -> RenderableType:
    """Every chain in two lines: verdict, score, where and when; id and what it is about."""
    rows = _alike(report.chains)
    shown = pen.some(rows, OVERVIEW)
    places = {chain.id: place for place, chain in enumerate(report.chains, 1)}
    lines = [line for row in shown for line in _in_two_lines(row, places[row[0].id], pen)]
    left = sum(len(chains) for chains in rows[len(shown) :])
    rest = [pen.more(left, "chain", where=": --details, --html")] if left else []
    return Group(*lines, *rest, Text())


def _in_two_lines(chains: Sequence[Chain], place: int, pen: Pen) -> Iterator[Text]:
    best = chains[0]
    verdict = Text(f"{best.verdict:<{VERDICT_CELLS}}", style=VERDICT_STYLES[best.verdict])
    hosts = pen.text(listed(best.hosts, shown=2), limit=max(pen.width - FIRST_LINE_CELLS, 16))
    when = pen.text(pen.zone.clock(best.first_seen)[:-3], limit=19)
    yield pen.line(
        f"{place:>4}  ", verdict, f"{points(best.score):>7}  ", hosts, "  ", when, _times(chains)
    )
    indent = " " * (VERDICT_CELLS + 15)
    room = max(pen.width - len(indent) - len(best.id) - 2, 20)
    what = pen.text(headline(best), limit=room)
    yield pen.line(indent, pen.text(best.id, "dim", 24), "  ", what)


def _alike(chains: Sequence[Chain]) -> list[list[Chain]]:
    """Chains in their order; suspicious ones of one host that say the same stand together."""
    rows: dict[tuple[str, ...], list[Chain]] = {}
    for chain in chains:
        same = (*chain.hosts, headline(chain)) if chain.verdict == "suspicious" else (chain.id,)
        rows.setdefault(same, []).append(chain)
    return list(rows.values())


def _times(chains: Sequence[Chain]) -> str:
    return f"  ({len(chains)} alike)" if len(chains) > 1 else ""


def _nothing(report: Report) -> RenderableType:
    """Why there is no chain, as far as the report tells."""
    if report.left_out is not None and report.left_out.chains:
        return Group(Text("No attack chain is left.", style="bold"), Text())
    if not any(entry.events for entry in report.inputs):
        why = "No event was understood in this input, so nothing could be found; see below why."
    elif report.detections:
        why = f"{_count_hits(report)}, but they don't add up to a chain: lineage detect lists them."
    else:
        could = _in_words(report, evaluable=True) or "detections"
        why = f"None of the {could} that could have fired on this input did."
    return Group(Text("No attack chain found.", style="bold"), Text(why), Text())


def _count_hits(report: Report) -> str:
    titles: dict[str, list[str]] = {"tradecraft": [], "alert": [], "story": []}
    for hit in report.detections:
        titles[hit.layer if hit.layer in titles else "story"].append(hit.detection)
    story = titles["story"]
    told = f"{counted(len(set(story)), 'detection')} fired ({counted(len(story), 'hit')})"
    if beside := titles["tradecraft"]:
        rules = counted(len(set(beside)), "tradecraft rule")
        told += f", {rules} ({counted(len(beside), 'hit')})"
    if alerts := titles["alert"]:
        told += f", {counted(len(alerts), 'alert')} of other tools"
    return told


def _fired(report: Report) -> Text:
    return Text(f"{_count_hits(report)}; {_read(report)}.", style="bold")


def _last_line(report: Report) -> Text:
    """What an analyst who reads one line should know."""
    verdicts: Counter[str] = Counter(chain.verdict for chain in report.chains)
    told = ", ".join(f"{verdicts[name]} {name}" for name in VERDICT_STYLES if verdicts[name])
    chains = counted(len(report.chains), "chain") + (f": {told}" if told else "")
    return Text(f"{chains}; {_count_hits(report)}; {_read(report)}.", style="bold")


def _read(report: Report) -> str:
    records = sum(entry.records for entry in report.inputs)
    rejected = sum(entry.rejected for entry in report.inputs)
    blind = _in_words(report, evaluable=False)
    told = f"{rejected:,} of {counted(records, 'record')} rejected"
    return told + (f"; {blind} not evaluable" if blind else "")


def _in_words(report: Report, *, evaluable: bool) -> str:
    """How many of the story's detections, and of the rules beside it, could have fired or not."""
    counts = [
        (sum(entry.evaluable is evaluable for entry in entries), thing)
        for thing, entries in known(report).items()
    ]
    return " and ".join(counted(count, thing) for count, thing in counts if count)


def _sentence(sentence: Sentence, pen: Pen) -> Text:
    parts: list[Text | str] = [_part(part, pen) for part in sentence.parts]
    for place, reference in enumerate(sentence.references):
        parts += (", " if place else "  ", pen.record(reference.source, reference.record))
    return pen.line(*parts)


def _part(part: Part, pen: Pen) -> Text:
    """A part, its own blanks kept; a time in the pen's zone."""
    text = part.text if part.moment is None else pen.zone.told(part.moment)
    return pen.fitted(pen.zone.name if part.kind == "zone" else text, _PART_STYLES[part.kind])
