"""Reading back a report that an earlier run wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import Chain, Report


def load(path: Path) -> Report:
    """The report in a file.

    Raises:
        InputError: it can't be read, or isn't a report of this version.
    """
    from pydantic import ValidationError

    from lineage.report.model import Report

    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; check the path") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(
            f"{path}: {place}: {first['msg']}; name a file written by lineage correlate --json"
        ) from error


def find_chain(report: Report, wanted: str) -> Chain:
    """The chain of an id, of the beginning of one, or of a place in the list from 1.

    Raises:
        InputError: there is none, or several begin so.
    """
    if wanted.isdigit() and 1 <= int(wanted) <= len(report.chains):
        return report.chains[int(wanted) - 1]
    found = [
        chain
        for chain in report.chains
        if chain.id.removeprefix("chain-").startswith(wanted.removeprefix("chain-"))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{len(found)} chains begin with {wanted!r}; write more of the id")
    known = ", ".join(chain.id for chain in report.chains[:5]) or "none"
    raise InputError(f"the report has no chain {wanted!r}; it has {known}")
