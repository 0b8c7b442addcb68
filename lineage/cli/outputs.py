"""The files that a report can be written to, as options of every command that has a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli.output import write_file
from lineage.errors import UsageError
from lineage.export import EXPORTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lineage.report.model import Report


def outputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--json``, ``--html`` and an option for every exchange format."""
    for exporter in reversed(EXPORTERS):
        kind = click.Path(path_type=Path, dir_okay=exporter.folder, file_okay=not exporter.folder)
        command = click.option(
            f"--{exporter.name}",
            metavar="DIR" if exporter.folder else "FILE",
            type=kind,
            help=exporter.help,
        )(command)
    for name, text in (
        ("html", "Write one self-contained page for the browser."),
        ("json", "Write the report as JSON (its shape: lineage schema)."),
    ):
        kind = click.Path(path_type=Path, dir_okay=False)
        command = click.option(f"--{name}", metavar="FILE", type=kind, help=text)(command)
    return command


def check(wanted: dict[str, Path | None], inputs: Iterable[Path]) -> None:
    """Makes sure, before anything is read, that no output lies where an input or another lies.

    Args:
        wanted: option's name -> path, or None where it wasn't given.
        inputs: what is going to be read, files and folders.

    Raises:
        UsageError: an output would overwrite an input or another output.
    """
    read = [path.resolve() for path in inputs]
    taken: dict[Path, str] = {}
    for name, path in wanted.items():
        if path is None or (path.exists() and not path.is_file() and not path.is_dir()):
            continue
        option, target = f"--{name.replace('_', '-')}", path.resolve()
        if target in read or (path.is_file() and any(each in target.parents for each in read)):
            raise UsageError(f"{option} {path}: it is among the inputs; name another file")
        other = taken.setdefault(target, option)
        if other != option:
            raise UsageError(f"{option} {path}: it is the file of {other} too; name another")


def write(report: Report, wanted: dict[str, Path | None]) -> list[Path]:
    """Writes a report to the files that were asked for.

    Args:
        report: what was found.
        wanted: option's name (with underscores) -> path, or None where it wasn't given.

    Returns:
        The paths written, in the order of the options.

    Raises:
        UsageError: a file can't be written.
        InputError: the report holds what a format can't.
    """
    written = []
    for name, path in wanted.items():
        if path is None:
            continue
        for below, content in _contents(name, report).items():
            target = path / below if below else path
            _make_folder(target.parent, needed=bool(below))
            write_file(target, content)
        written.append(path)
    return written


def _contents(name: str, report: Report) -> dict[str, bytes]:
    if name == "json":
        return {"": as_json(report)}
    if name == "html":
        from lineage.report.html.page import render

        return {"": render(report).encode()}
    exporter = next(each for each in EXPORTERS if each.name.replace("-", "_") == name)
    return exporter.files(report)


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
