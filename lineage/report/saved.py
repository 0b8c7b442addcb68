"""Reading back a report that an earlier run wrote."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from lineage import user_files
from lineage.errors import InputError
from lineage.times import parse

if TYPE_CHECKING:
    from os import PathLike

    from lineage.report.model import Chain, Report


def load_report(path: str | PathLike[str]) -> Report:
    """The report in a file that `lineage correlate --json` wrote, or `Report.model_dump_json`.

    Args:
        path: of the file.

    Raises:
        InputError: it can't be read, or isn't a report of this major version.
    """
    from pydantic import ValidationError

    from lineage.report.model import Report

    path = Path(path)
    try:
        with user_files.opened(path) as stream:
            data = stream.read()
        report = Report.model_validate_json(data)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; check the path") from error
    except ValidationError as error:
        _check_version(path, _version(data))  # a later version's fields are no fault of the file
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(
            f"{path}: {place}: {first['msg']}; name a file written by lineage correlate --json"
        ) from error
    _check_version(path, report.schema_version)
    return report


def _version(data: bytes) -> str | None:
    """What a file that isn't a report of this version says that it is."""
    from pydantic_core import from_json

    try:
        content = from_json(data)
    except ValueError:
        return None
    version = content.get("schema_version") if isinstance(content, dict) else None
    return version if isinstance(version, str) else None


def _check_version(path: Path, written: str | None) -> None:
    from lineage.report.model import SCHEMA_VERSION

    major = SCHEMA_VERSION.partition(".")[0]
    if written is not None and written.partition(".")[0] != major:
        raise InputError(
            f"{path}: a report of schema_version {written[:40]!r}, and this lineage reads "
            f"{major}.x; "
            "make it anew with lineage correlate --json, or use the lineage that wrote it"
        )


def ticks(time: str) -> int:
    """A report's time in ticks.

    Raises:
        InputError: it isn't one.
    """
    try:
        return parse(time)[0]
    except ValueError as error:
        raise InputError(
            f"the report: {error}; make it again with lineage correlate --json"
        ) from error


def find_chain(report: Report, wanted: str) -> Chain:
    """The chain of an id, of the beginning of one, or of a place in the list from 1.

    Raises:
        InputError: there is none, or several begin so.
    """
    places = {str(place): chain for place, chain in enumerate(report.chains, 1)}
    if wanted in places:
        return places[wanted]
    start = wanted.removeprefix("chain-")
    fitting = [
        chain
        for chain in report.chains
        if wanted and chain.id.removeprefix("chain-").startswith(start)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InputError(f"{len(fitting)} chains begin with {wanted!r}; write more of the id")
    raise InputError(f"the report has no chain {wanted!r}; {_known(report, wanted)}")


def _known(report: Report, wanted: str) -> str:
    """Which chains there are, or the one that may have been meant."""
    ids = [chain.id for chain in report.chains]
    if near := get_close_matches(wanted, ids, 1, 0.8):
        return f"did you mean {near[0]}?"
    if not ids:
        return "it has none"
    return f"it has {len(ids):,}: 1 to {len(ids)}, or by id, such as {ids[0]}"
