"""`lineage correlate`: from an export to attack chains."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli import options, status
from lineage.cli.output import console
from lineage.cli.outputs import check, outputs, write
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from lineage.detect.choice import Preparation, Selection
    from lineage.report.model import Report

VERDICTS = ("suspicious", "probable", "confirmed")


class _Points(click.FloatRange):
    """A number that is one: every comparison with "nan" fails, so that no chain would be kept."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number.

        Raises:
            BadParameter: it is none, or out of range.
        """
        points = float(super().convert(value, param, ctx))
        if isnan(points):
            self.fail(f"{value!r} is not a number", param, ctx)
        return points


@click.command("correlate")
@options.telemetry
@options.rule_choice
@outputs
@click.option(
    "--fail-on",
    type=click.Choice(VERDICTS),
    help="Exit with 1 when a chain has this verdict or a stronger one.",
)
@click.option(
    "--min-score",
    type=_Points(0, 100),
    default=0,
    metavar="POINTS",
    help="Leave out chains below this score (0 to 100); --fail-on doesn't see them either.",
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
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; use with --json or --fail-on.")
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    rules: tuple[Path, ...],
    strict: bool,
    fail_on: str | None,
    min_score: float,
    modules: tuple[str, ...],
    plugins: bool,
    templates: tuple[Path, ...],
    details: bool,
    quiet: bool,
    cache: bool,
    allow: tuple[Path, ...],
    selection: Selection,
    preparation: Preparation,
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

    prepared = (*preparation.placeholders, *preparation.pipelines)
    check(wanted, (*paths, *rules, *templates, *allow, *prepared))
    with progress(paths) as advance:
        run = pipeline.run(
            pipeline.Request(
                paths,
                format_name,
                rules,
                correlators(modules, templates, plugins=plugins),
                cache=cache,
                selection=selection,
                preparation=preparation,
                allow=allow,
                advance=advance,
                timezone=timezone,
            )
        )
    report = _keep(run.report, min_score)
    try:
        write(report, wanted)
    finally:
        if not quiet:
            from lineage.report.terminal import render

            render(report, console(), details=details, saved=_named(wanted.get("json")))
    return exit_status(report, fail_on, strict=strict)


def _named(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _keep(report: Report, min_score: float) -> Report:
    chains = [chain for chain in report.chains if chain.score >= min_score]
    return report.model_copy(update={"chains": chains})


def exit_status(report: Report, fail_on: str | None, *, strict: bool) -> int:
    """The exit status that the contract gives a report.

    Args:
        report: what was found.
        fail_on: the verdict from which a chain fails the run, or None.
        strict: whether rejected records, and rules that can't be used, fail it.
    """
    rejected = any(each.rejected for each in report.inputs)
    if strict and (rejected or any(not rule.used for rule in report.rule_problems)):
        return status.REJECTED
    if fail_on is not None:
        failing = VERDICTS[VERDICTS.index(fail_on) :]
        if any(chain.verdict in failing for chain in report.chains):
            return status.FOUND
    return status.OK
