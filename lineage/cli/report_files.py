"""The files that a report can be written to, as options of every command that has a report."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli.output import print_lines, write_file
from lineage.errors import LineageError, UsageError
from lineage.export import EXPORTERS
from lineage.read.walk import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lineage.report.model import Report


STANDARD_OUTPUT = "-"


def outputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--json``, ``--html``, ``--rules-report`` and an option for every exchange format."""
    for exporter in reversed(EXPORTERS):
        kind = click.Path(path_type=Path, dir_okay=exporter.folder, file_okay=not exporter.folder)
        command = click.option(
            f"--{exporter.name}",
            metavar="DIR" if exporter.folder else "FILE",
            type=kind,
            help=exporter.help,
        )(command)
    for name, text in (
        ("rules-report", "Write what is wrong with the --rules as CSV."),
        ("html", "Write one self-contained page for the browser."),
        ("json", "Write the report as JSON (its shape: lineage schema); - prints it."),
    ):
        kind = click.Path(path_type=Path, dir_okay=False)
        command = click.option(f"--{name}", metavar="FILE", type=kind, help=text)(command)
    return command


def is_standard_output(path: Path | None) -> bool:
    """Whether a file's name is the usual one for standard output."""
    return str(path) == STANDARD_OUTPUT


def check(wanted: dict[str, Path | None], inputs: Iterable[Path]) -> None:
    """Makes sure, before anything is read, that no output lies where an input or another lies.

    Files are compared by identity, so that a link of either kind hides nothing.

    Args:
        wanted: option's name -> path, or None where it wasn't given.
        inputs: everything that is going to be read, files and folders: telemetry, rules, templates.

    Raises:
        UsageError: an output would overwrite an input or another output, or needs a package that
            isn't installed.
    """
    for exporter in EXPORTERS:
        if wanted.get(exporter.name.replace("-", "_")) is not None:
            exporter.require()
    taken: dict[Path, str] = {}
    existing: dict[tuple[int, int], str] = {}
    for name, path in wanted.items():
        option = f"--{name.replace('_', '-')}"
        if name != "json" and is_standard_output(path):
            raise UsageError(f"{option} -: only --json can be printed; name a file")
        for target in _targets(name, path):
            identity = _identity(target)
            place = _resolved(target)
            other = taken.setdefault(place, option)
            if identity is not None:
                other = existing.setdefault(identity, option) if other == option else other
            if other != option:
                raise UsageError(f"{option} {target}: it is the file of {other} too; name another")
    if not existing:
        return
    for file, identity in _files(inputs):
        if identity in existing:
            raise UsageError(
                f"{existing[identity]}: {file} is among the inputs and would be overwritten; "
                "name another file"
            )


def _targets(name: str, path: Path | None) -> list[Path]:
    """The files that an option writes, but for devices and pipes, which lose nothing."""
    if path is None or (name == "json" and is_standard_output(path)):
        return []
    files = next(
        (exporter.files for exporter in EXPORTERS if exporter.name.replace("-", "_") == name), ()
    )
    targets = [path / file for file in files] or [path]
    return [target for target in targets if _identity(target) is not None or not _exists(target)]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links; writing tells
        return path.absolute()


_Identity = tuple[int, int]
"""Device and number of a file, the same under all its names."""


def _identity(path: Path) -> _Identity | None:
    """A regular file's identity; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _files(inputs: Iterable[Path]) -> Iterator[tuple[Path, _Identity]]:
    """All files of the inputs; each folder is walked once, whatever links lead to it."""
    waiting, walked = list(inputs), set()
    while waiting:
        path = waiting.pop()
        try:
            status = os.fstat(0) if str(path) == STANDARD_INPUT else path.stat()
            identity = (status.st_dev, status.st_ino)
            if not stat.S_ISDIR(status.st_mode):
                yield path, identity
            elif identity not in walked:
                walked.add(identity)
                waiting += path.iterdir()
        except (OSError, ValueError):  # it can't be read either, which reading tells
            continue


def write(report: Report, wanted: dict[str, Path | None], timezone: str | None = None) -> None:
    """Writes a report to the files that were asked for; one that fails doesn't keep the others.

    Args:
        report: what was found.
        wanted: option's name (with underscores) -> path, or None where it wasn't given.
        timezone: IANA name of the zone that the page shows times in; all else keeps to UTC.

    Raises:
        UsageError: files can't be written.
        InputError: the report holds what a format can't.
    """
    failures: list[LineageError] = []
    for name, path in wanted.items():
        if path is None:
            continue
        if name == "json" and is_standard_output(path):
            print_lines([report])
            continue
        try:
            for below, content in _contents(name, report, timezone).items():
                target = path / below if below else path
                _make_folder(target.parent, needed=bool(below))
                write_file(target, content)
        except LineageError as error:
            failures.append(error)
    if failures:
        raise type(failures[0])("; ".join(map(str, failures)))


def _contents(name: str, report: Report, timezone: str | None) -> dict[str, bytes]:
    if name == "json":
        return {"": as_json(report)}
    if name == "html":
        from lineage.report.html.page import render

        return {"": render(report, timezone).encode()}
    if name == "rules_report":
        from lineage.export.rules_report import render as render_rules

        return {"": render_rules(report).encode()}
    exporter = next(each for each in EXPORTERS if each.name.replace("-", "_") == name)
    return exporter.contents(report)


def _make_folder(folder: Path, *, needed: bool) -> None:
    if not needed:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror or error}; name another folder") from error


def as_json(report: Report) -> bytes:
    """The report as UTF-8 JSON, as the contract spells it."""
    return report.model_dump_json(by_alias=True, indent=1).encode() + b"\n"
