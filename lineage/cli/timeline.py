"""`lineage timeline`: everything that was read, in order of time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.correlate import exit_status
from lineage.cli.narrowing import narrowing_of_hits
from lineage.cli.output import console, write_lines
from lineage.cli.progress import progress
from lineage.cli.report_files import check, is_standard_output
from lineage.timeline.wanted import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.pipeline import Request, Run
    from lineage.report.narrow import Narrowing
    from lineage.report.zone import Zone
    from lineage.timeline.rows import Marks, Row

FORMATS = ("text", "csv", "jsonl", "timesketch", "timesketch-csv", "l2tcsv", "dynamic")
"""`lineage.timeline.formats.FORMATS`, and text. (Importing them would slow every start.)"""


@click.command("timeline")
@options.telemetry
@narrowing_of_hits
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="Only events about this. May be given more than once.",
)
@click.option(
    "--text",
    "texts",
    multiple=True,
    metavar="TEXT",
    help="Only events that hold this, in whatever field; letter case counts for nothing. Given"
    " twice, both.",
)
@click.option("--marked", is_flag=True, help="Only events of a chain or with a detection.")
@click.option(
    "--as",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="What to write: text, CSV, JSON lines, JSON lines or CSV for Timesketch, or plaso's CSV"
    " (l2tcsv, dynamic).",
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of standard output.",
)
@click.option("--details", is_flag=True, help="Let lines be as long as they are.")
def command(
    request: Request,
    timezone: str | None,
    strict: bool,
    narrowing: Narrowing,
    kinds: tuple[str, ...],
    texts: tuple[str, ...],
    marked: bool,
    form: str,
    output: Path | None,
    details: bool,
) -> int:
    """Lists everything that was read in order of time, chains and detections marked.

    A line has its time, host, chain (#1 is the best), what it is about, the process that
    acted, and what happened, indented as processes descend from one another. Lines of several
    processes stand between one another, as they happened.

    \b
    Examples:
      lineage timeline triage.zip --since 2026-02-02T11:00:00Z --marked
      lineage timeline triage.zip --kind process --user tilda --text powershell
      lineage timeline triage.zip --as timesketch -o case.jsonl
    """  # noqa: D301 - click takes the control character for "keep these lines"
    from lineage import pipeline
    from lineage.report.zone import IN_UTC, Zone
    from lineage.timeline.journal import Journal
    from lineage.timeline.rows import Marks
    from lineage.timeline.wanted import Wanted

    zone = Zone.named(timezone) if form == "text" else IN_UTC
    file = None if is_standard_output(output) else output
    check({"output": file}, request.files)
    with Journal() as journal:
        with progress(request.paths) as advance:
            run = pipeline.run(replace(request, advance=advance, watch=journal.add))
        events = run.analysis.graph.events
        last = events.time(len(events) - 1) if len(events) else 0
        wanted = Wanted(narrowing, kinds, texts, marked).test(last)
        count = _Count()
        marks = Marks(run)
        rows = count.over(filter(wanted, marks.rows(journal)))
        if form == "text":
            _print(marks, rows, file, zone, details=details)
        else:
            _write(rows, form, file)
        aside = file is None and form != "text"
        _say(run, count.rows, len(journal), zone, aside=aside)
    return exit_status(run.report, None, strict=strict)


class _Count:
    """Counts rows as they pass."""

    def __init__(self) -> None:
        self.rows = 0

    def over(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.rows += 1
            yield row


def _print(
    marks: Marks, rows: Iterator[Row], file: Path | None, zone: Zone, *, details: bool
) -> None:
    from lineage.timeline.view import Lines

    out = console()
    terminal = out.is_terminal and file is None
    whole = details or not terminal
    view = Lines(out, marks.sources, marks.hosts(), whole=whole, zone=zone)
    if terminal:
        out.print(view.heading())
        for row in rows:
            for line in view.of(row):
                out.print(line, crop=False, overflow="ignore", soft_wrap=details)
        return
    texts = (f"{line.plain.rstrip()}\n" for row in rows for line in view.of(row))
    _send(f"{view.heading().plain}\n", texts, file)


def _write(rows: Iterator[Row], form: str, file: Path | None) -> None:
    from lineage.timeline.formats import FORMATS, lines

    _send("", lines(rows, FORMATS[form]), file)


def _send(first: str, texts: Iterator[str], file: Path | None) -> None:
    from itertools import chain

    from lineage.report.escape import terminal
    from lineage.timeline.formats import encoded

    if file is None and sys.stdout.isatty():
        for text in texts:  # a file's text is as it is; a terminal's does no harm
            click.echo(terminal(text.rstrip("\r\n")))
        return
    write_lines(file, map(encoded, chain((first,), texts)))


def _say(run: Run, shown: int, count: int, zone: Zone, *, aside: bool) -> None:
    """What was listed, and what is in no timeline: on standard error where a file is printed."""
    from lineage.report.escape import terminal
    from lineage.report.judged import unjudged
    from lineage.report.wording import counted, verdict_line

    told = [f"{shown:,} of {counted(count, 'event')} listed; times are {zone.name}."]
    for place, chain in enumerate(run.report.chains, 1):
        if chain.verdict != "suspicious":
            told.append(f"#{place} {verdict_line(chain)}")
    told += [sentence for sentence in (unjudged(run.report),) if sentence]
    for line in told:
        click.echo(terminal(line), err=aside)
