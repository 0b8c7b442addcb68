"""Rows -> the lines of a file that timeline tools read, one row at a time.

Timesketch: user guide, "Create timeline from JSON/JSONL/CSV file" (`message`, `datetime`,
`timestamp_desc` are mandatory; `timestamp` in microseconds and `tag` are known to it). plaso:
documentation of the output formats "l2tcsv" (17 fields) and "dynamic" (the 8 fields that are its
default, and two more of those that it knows).
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.report.escape import csv_cell, json_line
from lineage.times import TICKS, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lineage.timeline.rows import Row

    Cell = str | int | bool | None

COLUMNS: Final = (
    "time", "host", "user", "pid", "process", "parent_pid", "parent", "parent_is_guess", "depth",
    "kind", "message", "chains", "verdict", "detections", "risk", "attack", "event_id", "log",
    "source", "record", "node", "actor", "integrity", "logon_id", "command_line",
)  # fmt: skip
"""Of CSV. JSON lines have these, and the event's own fields."""
TIMESKETCH: Final = (
    "message", "datetime", "timestamp", "timestamp_desc", "data_type", "exact_time", "host", "user",
    "pid", "process", "parent_pid", "parent", "depth", "command_line", "chain", "verdict",
    "detection", "risk", "attack", "event_id", "log", "source_file", "record", "node", "tag",
)  # fmt: skip
L2TCSV: Final = (
    "date", "time", "timezone", "MACB", "source", "sourcetype", "type", "user", "host", "short",
    "desc", "version", "filename", "inode", "notes", "format", "extra",
)  # fmt: skip
DYNAMIC: Final = (
    "datetime", "timestamp_desc", "source", "source_long", "message", "parser", "display_name",
    "tag", "hostname", "username",
)  # fmt: skip
MOST: Final = 32_000
"""UTF-16 units of a cell: Excel's limit is 32,767."""
SHORT: Final = 64
"""Characters of l2tcsv's short description."""
NONE: Final = "-"
"""What plaso writes where there is nothing to say."""
_CREATED: Final = frozenset({"File Created", "Process Start"})


class Format(NamedTuple):
    """A format of timelines.

    Attributes:
        help: what it is, in a few words.
        header: its first line, or "".
        line: the line of a row, with its end.
    """

    help: str
    header: str
    line: Callable[[Row], str]


def lines(rows: Iterable[Row], form: Format) -> Iterator[str]:
    """A file's lines."""
    if form.header:
        yield form.header
    yield from map(form.line, rows)


def encoded(line: str) -> bytes:
    r"""A line in UTF-8. A lone surrogate, which has no UTF-8, is written as ``\udc80``."""
    return line.encode("utf-8", "backslashreplace")


# -- CSV and JSON lines --------------------------------------------------------------------------


def _csv(row: Row) -> str:
    return _cells(_joined(getattr(row, column)) for column in COLUMNS)


def _jsonl(row: Row) -> str:
    told = {column: getattr(row, column) for column in COLUMNS}
    return _json(told | {"fields": row.fields})


def _json(told: Mapping[str, object]) -> str:
    known = {name: value for name, value in told.items() if value is not None}
    return json_line(json.dumps(known, ensure_ascii=False, separators=(",", ":"))) + "\n"


# -- Timesketch ----------------------------------------------------------------------------------


def _timesketch(row: Row) -> dict[str, object]:
    moment = f"{row.time[:26]}+00:00"  # it keeps microseconds
    return {
        "message": row.message,
        "datetime": moment,
        "timestamp": parse(row.time)[0] * 1_000_000 // TICKS,
        "timestamp_desc": row.what_time,
        "data_type": f"lineage:{row.kind}",
        "exact_time": row.time,
        "host": row.host,
        "user": row.user,
        "pid": row.pid,
        "process": row.process,
        "parent_pid": row.parent_pid,
        "parent": row.parent,
        "depth": row.depth,
        "command_line": row.command_line,
        "chain": _joined(row.chains) or None,
        "verdict": row.verdict,
        "detection": _joined(row.detections) or None,
        "risk": row.risk,
        "attack": list(row.attack) or None,
        "event_id": str(row.event_id),
        "log": row.log,
        "source_file": row.source,
        "record": row.record,
        "node": row.node,
        "tag": _tags(row),
    }


def _timesketch_csv(row: Row) -> str:
    told = _timesketch(row) | {"attack": _joined(row.attack), "tag": json.dumps(_tags(row))}
    return _cells(told[column] for column in TIMESKETCH)


def _tags(row: Row) -> list[str]:
    hit = ["detection"] if row.detections else []
    return ["lineage", *([row.verdict] if row.verdict else []), *hit]


# -- plaso ---------------------------------------------------------------------------------------


def _l2tcsv(row: Row) -> str:
    year, month, day = row.time[:10].split("-")
    message = _one_line(row.message)
    return _cells((
        f"{month}/{day}/{year}", row.time[11:19], "UTC", "...B" if row.what_time in _CREATED
        else "....", _source(row), row.log, row.what_time, row.user or NONE, row.host,
        message[:SHORT], message, 2, row.source, NONE, " ".join(_tags(row)), "lineage",
        _one_line("; ".join(f"{name}: {value}" for name, value in _extra(row))),
    ))  # fmt: skip


def _dynamic(row: Row) -> str:
    return _cells((
        f"{row.time[:26]}+00:00", row.what_time, _source(row), row.log, _one_line(row.message),
        "lineage", row.source, " ".join(_tags(row)), row.host, row.user or NONE,
    ))  # fmt: skip


def _source(row: Row) -> str:
    """The short name of a source in plaso: EVT for Windows' logs, whose ids are numbers."""
    return "EVT" if isinstance(row.event_id, int) else "LOG"


def _extra(row: Row) -> Iterator[tuple[str, object]]:
    yield "exact_time", row.time
    for name in (
        "pid", "process", "parent_pid", "parent", "depth", "chains", "verdict", "detections",
        "attack", "event_id", "record", "command_line",
    ):  # fmt: skip
        value = _joined(getattr(row, name))
        if value not in {None, ""}:
            yield name, value


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


# -- cells ---------------------------------------------------------------------------------------


def _joined(value: object) -> Cell:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value  # type: ignore[return-value]


def _cells(values: Iterable[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: object) -> object:
    """A value as no spreadsheet takes it for a formula, and as a cell can hold it."""
    if isinstance(value, bool):
        return "true" if value else None
    if not isinstance(value, str) or value == NONE:
        return value
    if len(value) > MOST // 2 and len(value.encode("utf-16-le", "surrogatepass")) > 2 * MOST:
        value = f"{value[: MOST // 4]} [... {len(value):,} characters in all]"
    return csv_cell(value)


def _header(columns: Sequence[str]) -> str:
    return _cells(columns)


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("every column, for a spreadsheet", "\ufeff" + _header(COLUMNS), _csv),
    "jsonl": Format("one JSON object a line, with the event's own fields", "", _jsonl),
    "timesketch": Format("JSON lines", "", lambda row: _json(_timesketch(row))),
    "timesketch-csv": Format("the same as CSV", _header(TIMESKETCH), _timesketch_csv),
    "l2tcsv": Format("plaso's CSV of 17 fields", _header(L2TCSV), _l2tcsv),
    "dynamic": Format("plaso's dynamic CSV", _header(DYNAMIC), _dynamic),
}
"""The formats by name, in the order in which help lists them."""
