"""What was read, what could not be, and what could not have been found: on a terminal.

Zero results always have a reason here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lineage.report.pen import plain_table
from lineage.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from lineage.report.model import Coverage, Input, InputProblem, Report
    from lineage.report.pen import Pen

FILES: Final = 10
"""Files listed before the rest is counted, those with most events first; and files with rejected
records that are listed beyond these."""
KINDS: Final = 8
"""Kinds of other files that are counted one by one."""
ALIKE: Final = 3
"""Files named for a reason that several have."""
PROBLEM_FILES: Final = 10
"""Files whose problems are told."""
REASONS: Final = 5
"""Different problems told per file."""
NUMBERS: Final = 5
"""Record numbers named per problem."""
TABULAR: Final = frozenset(("CSV file", "JSON file", "XML file", "old event log", "disk image"))
"""Kinds of files that might hold telemetry all the same: told one by one, with the reason."""
BLIND_TITLES: Final = 4
"""Detections named that need the same, beyond which they are counted."""
NEEDS: Final = 12
"""Things that detections need, beyond which they are counted."""
CROWDED: Final = 6
"""Things told where there are more than that, as with SigmaHQ's rules: those that most wait for."""
COUNTS: Final = ("records", "events", "ignored", "duplicates", "rejected")


def input_view(report: Report, pen: Pen) -> RenderableType:
    """The files that were read, with what became of their records, and every problem."""
    inputs = sorted((e for e in report.inputs if e.kind is None), key=_most_read_first)
    others = [entry for entry in report.inputs if entry.kind is not None]
    shown = list(pen.some(inputs, FILES))
    shown += pen.some([entry for entry in inputs[len(shown) :] if entry.rejected], FILES)
    table = plain_table()
    table.add_column("read", overflow="fold")
    table.add_column("format", no_wrap=True)
    columns = [name for name in COUNTS if name in COUNTS[:2] or _total(report, name)]
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for entry in shown:
        counts = [_number(getattr(entry, name), name) for name in columns]
        table.add_row(pen.source(entry.source), pen.text(entry.format, limit=12), *counts)
    if len(inputs) > 1:
        totals = [Text(f"{_total(report, name):,}", style="bold") for name in columns]
        table.add_row(Text(counted(len(inputs), "file"), style="bold"), "", *totals)
    left = len(inputs) - len(shown)
    rest = [pen.more(left, "file", where=", see --json")] if left else []
    return Group(table, *rest, *other_files(others, pen), *problems(inputs, pen))


def _most_read_first(entry: Input) -> tuple[int, int]:
    return (-entry.events, -entry.records)


def other_files(others: Sequence[Input], pen: Pen) -> Iterator[RenderableType]:
    """The files that aren't telemetry, by kind; those that might be, with the reason."""
    if not others:
        return
    yield pen.text(not_telemetry([entry.kind or "" for entry in others]))
    by_reason: dict[str, list[Input]] = defaultdict(list)
    for entry in others:
        for problem in entry.problems:
            if pen.details or entry.kind in TABULAR:
                by_reason[problem.reason].append(entry)
    for reason, entries in pen.some(list(by_reason.items()), PROBLEM_FILES):
        named = pen.some(entries, ALIKE)
        parts: list[Text | str] = []
        for entry in named:
            parts += [", " if parts else "", pen.fitted(entry.source, "bold", pen.width // 2)]
        left = len(entries) - len(named)
        more = f" and {left:,} more" if left else ""
        yield Padding(pen.line(*parts, f"{more}: ", pen.fitted(reason)), (0, 0, 0, 1))
    if len(by_reason) > PROBLEM_FILES + 1 and not pen.details:
        yield Padding(pen.more(len(by_reason) - PROBLEM_FILES, "reason", where=", see --details"),
                      (0, 0, 0, 1))  # fmt: skip


def not_telemetry(kinds: Sequence[str]) -> str:
    """How many files of which kind are no telemetry.

    >>> not_telemetry(["prefetch file", "shortcut", "prefetch file"])
    "3 files aren't telemetry: 2 prefetch files, 1 shortcut"
    """
    counts = Counter(kinds).most_common()
    words = [counted(count, kind) for kind, count in counts[:KINDS]]
    if len(counts) > KINDS:
        words.append(f"{sum(count for _, count in counts[KINDS:]):,} of other kinds")
    verb = "isn't" if len(kinds) == 1 else "aren't"
    return f"{counted(len(kinds), 'file')} {verb} telemetry: {', '.join(words)}"


def _total(report: Report, name: str) -> int:
    return sum(getattr(entry, name) for entry in report.inputs)


def _number(count: int, name: str) -> Text:
    return Text(f"{count:,}", style="bold red" if name == "rejected" and count else "")


# -- problems ------------------------------------------------------------------------------------


def problems(inputs: Sequence[Input], pen: Pen) -> Iterator[RenderableType]:
    """Every problem of the inputs, by file and reason."""
    troubled = [entry for entry in inputs if entry.problems]
    if not troubled:
        return
    yield Text()
    yield Text("Could not be read", style="bold")
    shown = pen.some(troubled, PROBLEM_FILES)
    for entry in shown:
        for line in _problem_lines(entry, pen):
            yield Padding(line, (0, 0, 0, 1))
    if len(troubled) > len(shown):
        left = pen.more(len(troubled) - len(shown), "file", where=" with problems, see --json")
        yield Padding(left, (0, 0, 0, 1))


def _problem_lines(entry: Input, pen: Pen) -> Iterator[Text]:
    """A line per reason, with the records that it befell."""
    source = pen.fitted(entry.source, "bold", pen.width // 2)
    reasons: dict[str, list[InputProblem]] = defaultdict(list)
    for problem in entry.problems:
        reasons[problem.reason].append(problem)
    shown = pen.some(list(reasons), REASONS)
    for reason in shown:
        numbers = [each.record for each in reasons[reason] if each.record is not None]
        where = f" {_numbers(numbers)}:" if numbers else ""
        yield pen.line(source, f":{where} ", pen.fitted(reason))
    if len(reasons) > len(shown) or entry.rejected > len(entry.problems):
        yield pen.line(source, f": {counted(entry.rejected, 'record')} rejected in all, see --json")


def _numbers(numbers: Sequence[int]) -> str:
    """Record numbers in words.

    >>> _numbers([7]), _numbers([1, 2, 3, 4, 5, 6, 7])
    ('record 7', 'records 1, 2, 3, 4, 5 and 2 more')
    """
    text = ", ".join(map(str, numbers[:NUMBERS]))
    left = f" and {len(numbers) - NUMBERS:,} more" if len(numbers) > NUMBERS else ""
    return f"record{'' if len(numbers) == 1 else 's'} {text}{left}"


# -- coverage and rules --------------------------------------------------------------------------


def known(report: Report) -> dict[str, list[Coverage]]:
    """What was looked for, by what it is called: the story's detections, the rules beside them."""
    return {"detection": report.coverage, "tradecraft rule": report.tradecraft_coverage}


def coverage_view(report: Report, pen: Pen) -> RenderableType:
    """The detections that could not have fired on this input, by what is missing."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(dict)
    blind_packs = []
    for thing, entries in known(report).items():
        blind = [entry for entry in entries if not entry.evaluable]
        if blind:
            blind_packs.append(f"{len(blind)} of {counted(len(entries), thing)}")
        for entry in blind:
            groups[needs(entry.missing)].setdefault(thing, []).append(entry.detection)
    if not blind_packs:
        return Group()
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", max_width=max(pen.width // 3, 20))
    grid.add_column(overflow="fold", ratio=1)
    is_crowded = len(groups) > NEEDS + 1
    titles = 1 if is_crowded else BLIND_TITLES
    for need in _most_needed(groups, pen, CROWDED if is_crowded else NEEDS):
        label = pen.line("needs ", pen.text(need, "yellow", 400))
        grid.add_row(label, _waiting(groups.pop(need), titles, pen))
    if groups:
        grid.add_row(pen.more(len(groups), "need", where=", see --details"), "")
    line = f"Not evaluable: {' and '.join(blind_packs)} could not have fired on this input"
    return Group(Text(), Text(line, style="bold"), Padding(grid, (0, 0, 0, 1)))


def _most_needed(
    groups: Mapping[str, Mapping[str, Sequence[str]]], pen: Pen, most: int
) -> list[str]:
    """What is missing, in order; where that is too much, what most detections wait for."""
    needed = sorted(groups)
    if len(pen.some(needed, most)) < len(needed):
        needed.sort(key=lambda need: -sum(map(len, groups[need].values())))
    return list(pen.some(needed, most))


def _waiting(blind: Mapping[str, Sequence[str]], most: int, pen: Pen) -> Text:
    """The detections that wait for something, and how many rules of other packs."""
    names: list[Text | str] = []
    for thing, titles in blind.items():
        if thing != "detection" and not pen.details:
            names += ["; " if names else "", counted(len(titles), thing)]
            continue
        shown = pen.some(titles, most)
        for title in shown:
            names += ["; " if names else "", pen.text(title, limit=200)]
        if left := len(titles) - len(shown):
            names.append(f" and {left:,} more")
    return pen.line(*names)


def needs(missing: Sequence[str]) -> str:
    """What would have to be recorded, in words; any one of it is enough.

    >>> needs(["sysmon-1", "security-4688 without CommandLine"])
    'sysmon-1 (security-4688 is there without CommandLine)'
    """
    absent = [name for name in missing if " without " not in name]
    poor = [name.replace(" without ", " is there without ", 1) for name in missing
            if " without " in name]  # fmt: skip
    if not absent:
        return "; ".join(poor) or "what this input lacks"
    note = f" ({'; '.join(poor)})" if poor else ""
    return " or ".join(absent) + note


FEW_REASONS = 6
"""Up to so many reasons are told in full."""
MOST_REASONS = 18
"""Reasons why rules aren't used that are shown: with title and remainder, twenty lines."""


def rule_view(report: Report, pen: Pen) -> RenderableType:
    """What is wrong with the user's rules: alike ones together, the most frequent first."""
    if not report.rule_problems:
        return Group()
    problems = report.rule_problems
    groups: dict[str, list[str]] = {}
    for entry in problems:
        groups.setdefault(entry.reason, []).append(entry.rule)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    shown = pen.some(ordered, MOST_REASONS)
    whole = pen.details or len(ordered) <= FEW_REASONS
    lines = [
        Padding(_rules_alike(reason, rules, pen, whole=whole), (0, 0, 0, 1))
        for reason, rules in shown
    ]
    if left := len(ordered) - len(shown):
        more = pen.more(left, "reason", where="; all of them with --rules-report FILE")
        lines.append(Padding(more, (0, 0, 0, 1)))
    unused = sum(not entry.used for entry in problems)
    title = f"Rules: {counted(unused, 'rule')} not used"
    if doubts := len(problems) - unused:
        title += f", {counted(doubts, 'doubt')} about others"
    return Group(Text(), Text(title, style="bold"), *lines)


def _rules_alike(reason: str, rules: Sequence[str], pen: Pen, *, whole: bool) -> Text:
    """How many rules, why, and the first one's title: in one line unless all is wanted."""
    number = counted(len(rules), "rule") if len(rules) > 1 else rules[0]
    text = f"{number}: {reason.removesuffix('; rule not used')}"
    if len(rules) > 1:
        text += f" ({', '.join(rules) if pen.details else f'{rules[0]}, {pen.ellipsis}'})"
    line = pen.fitted(text) if whole else pen.text(text, limit=pen.width - 2)
    line.stylize("bold", 0, len(number))
    return line


def allow_view(report: Report, pen: Pen) -> RenderableType:
    """What was taken to be benign, with the reason, and notes on the run's settings."""
    lines = [
        pen.line(
            Text(counted(sum(entry.hits.values()), "hit"), style="bold"),
            " taken away by ",
            pen.fitted(entry.place),
            ": ",
            pen.fitted(entry.reason),
            Text(f" (until {entry.expires})", style="dim"),
        )
        for entry in report.allowances
    ]
    lines += [pen.fitted(note) for note in report.notes]
    if not lines:
        return Group()
    title = Text("Known to be benign" if report.allowances else "Notes", style="bold")
    return Group(Text(), title, *(Padding(line, (0, 0, 0, 1)) for line in lines))
