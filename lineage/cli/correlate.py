"""`lineage correlate`: from an export to attack chains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options, status
from lineage.cli.narrowing import VERDICTS
from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console, print_lines
from lineage.cli.progress import progress
from lineage.cli.report_files import check, is_standard_output, outputs, write

if TYPE_CHECKING:
    from lineage.engines.choice import Scale
    from lineage.pipeline import Request
    from lineage.report.model import Report
    from lineage.report.narrow import Narrowing


KEEPING = ("json", "html")
"""Outputs that keep the evidence's records."""


@click.command("correlate")
@options.telemetry
@options.alerts
@options.scale
@outputs
@narrowing_options
@click.option(
    "--fail-on",
    type=click.Choice(VERDICTS),
    help="Exit with 1 when a chain that isn't left out has this verdict or a stronger one.",
)
@click.option(
    "--correlator",
    "modules",
    multiple=True,
    metavar="MODULE",
    help="Also run the correlators of this Python module. It is code, and run as you.",
)
@options.plugins
@click.option(
    "--template",
    "templates",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also look for the chain that this YAML template describes.",
)
@click.option(
    "--records/--no-records",
    default=True,
    help="Keep the records of the evidence, as logged, in --json and --html (the default), or not.",
)
@click.option("--ndjson", is_flag=True, help="Print one JSON object a chain instead of text.")
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; use with --json or --fail-on.")
def command(
    request: Request,
    timezone: str | None,
    strict: bool,
    fail_on: str | None,
    modules: tuple[str, ...],
    plugins: bool,
    templates: tuple[Path, ...],
    details: bool,
    quiet: bool,
    alerts: tuple[Path, ...],
    scale: Scale,
    narrowing: Narrowing,
    ndjson: bool,
    records: bool,
    **wanted: Path | None,
) -> int:
    """Finds attack chains in exported Windows telemetry.

    PATH is a file, a folder, or - for standard input: EVTX, event XML, JSON, CSV or text of any
    tool that exports events, plain or in zip, 7z, tar, gzip, bzip2, xz or Zstandard.

    \b
    Exit status:
      0  it ran; chains or none
      1  --fail-on was given and a chain reaches that verdict
      2  the command line is wrong, nothing in the input can be read, or an
         output can't be written
      3  --strict was given and a record was rejected or a rule can't be used
    """  # noqa: D301 - click takes the control character for "keep these lines"
    from lineage import pipeline
    from lineage.correlate.registry import correlators
    from lineage.report.zone import Zone

    zone = Zone.named(timezone)
    request = replace(request, alerts=alerts, scale=scale)
    check(wanted, (*request.files, *templates))
    with progress(request.paths) as advance:
        report = pipeline.report(
            replace(
                request,
                correlators=correlators(modules, templates, plugins=plugins),
                advance=advance,
            )
        )
    report = narrowing.apply(report)
    if records and any(wanted.get(name) for name in KEEPING):
        report = _with_records(report, request)
    try:
        write(report, wanted, timezone)
        if ndjson:
            print_lines(report.chains)
    finally:
        if not (quiet or ndjson or is_standard_output(wanted.get("json"))):
            from lineage.report.terminal import render

            render(
                report,
                console(),
                details=details,
                saved=_named(wanted.get("json")),
                zone=zone,
            )
    return exit_status(report, fail_on, strict=strict)


def _with_records(report: Report, request: Request) -> Report:
    """The report with its evidence's records, where the telemetry can be read a second time.

    A dataset has events, and no records as they were logged.
    """
    from lineage.dataset.layout import is_dataset
    from lineage.read import read
    from lineage.report.records import with_records

    again = [
        path for path in request.paths if (path.is_file() or path.is_dir()) and not is_dataset(path)
    ]
    return with_records(report, read(again, request.format_name))


def _named(path: Path | None) -> str | None:
    return None if path is None else str(path)


def exit_status(report: Report, fail_on: str | None, *, strict: bool) -> int:
    """The exit status that the contract gives a report.

    Args:
        report: what was found.
        fail_on: the verdict from which a chain fails the run, or None.
        strict: whether rejected records, and rules that can't be used, fail it.
    """
    rejected = any(entry.rejected for entry in report.inputs)
    if strict and (rejected or any(not rule.used for rule in report.rule_problems)):
        return status.REJECTED
    if fail_on is not None:
        failing = VERDICTS[VERDICTS.index(fail_on) :]
        if any(chain.verdict in failing for chain in report.chains):
            return status.FOUND
    return status.OK
