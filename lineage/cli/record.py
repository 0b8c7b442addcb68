"""`lineage record`: a record as it was logged, whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.output import console, print_lines
from lineage.errors import InputError, UsageError
from lineage.report.saved import load_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.report.model import LoggedRecord

_PLACE = re.compile(r"(.+)#(\d{1,20})", re.DOTALL)
MOST = 20
"""Records printed where several have the number."""


@click.command("record")
@click.argument("place", metavar="SOURCE#N")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Take it from a file written by lineage correlate --json.",
)
@options.container_format
@click.option("--ndjson", is_flag=True, help="One JSON object a line instead of text.")
def command(
    place: str,
    paths: tuple[Path, ...],
    report: Path | None,
    format_name: str | None,
    ndjson: bool,
) -> None:
    """Shows the record SOURCE#N as it was logged, with all of its fields.

    SOURCE#N is what stands behind each claim: a source, or the end of its name, and the record's
    number. It is looked for in PATHs, or in --report, or where SOURCE itself lies.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"{place!r} names no record; write SOURCE#N, such as Sysmon.evtx#160")
    source, number = match[1], int(match[2])
    if report is not None and paths:
        raise UsageError("--report has the records; leave out PATH, or --report")
    if report is not None:
        found = _of_report(report, source, number)
    else:
        found = list(_of_telemetry(paths or (_own_path(source),), format_name, source, number))
    if not found:
        raise InputError(f"{place}: no such record in {report or _told(paths, source)}")
    shown = found[:MOST]
    if ndjson:
        print_lines(shown)
        return
    from lineage.report.record_view import render

    out = console()
    render(shown, out)
    if len(found) > MOST:
        out.print(f"\n{len(found) - MOST} more have this number; write more of SOURCE")


def _told(paths: Sequence[Path], source: str) -> str:
    return ", ".join(map(str, paths)) or source


def _own_path(source: str) -> Path:
    """The file that a source lies in; a member of an archive is named behind its first "!"."""
    candidates = [source[: match.start()] for match in re.finditer("!", source)]
    for candidate in (source, *candidates):
        path = Path(candidate)
        if path.is_file():
            return path
    raise UsageError(f"{source} is no file here; say in which PATHs, or --report, to look for it")


def _of_report(path: Path, source: str, number: int) -> list[LoggedRecord]:
    report = load_report(path)
    found = [one for one in report.records if one.record == number and _names(source, one.source)]
    if found or not any(_names(source, entry.source) for entry in report.inputs):
        return found
    raise InputError(
        f"{source}#{number}: {path} doesn't keep this record; it keeps those of chains, within "
        f"bounds: give the telemetry's PATH instead"
    )


def _of_telemetry(
    paths: Sequence[Path], format_name: str | None, source: str, number: int
) -> Iterator[LoggedRecord]:
    from lineage.dataset.layout import refuse
    from lineage.problems import Problem
    from lineage.read import read
    from lineage.report.records import logged, number_of

    refuse(paths)
    for opened in read(paths, format_name):
        if not _names(source, opened.name):
            continue
        for raw in opened.records:
            if not isinstance(raw, Problem) and number_of(raw) == number:
                yield logged(raw, opened.name)


def _names(wanted: str, source: str) -> bool:
    """Whether a source is meant: by its whole name, or an end of it that begins with a name."""
    wanted, source = wanted.replace("\\", "/").lower(), source.replace("\\", "/").lower()
    return source == wanted or source.endswith((f"/{wanted}", f"!{wanted}"))
