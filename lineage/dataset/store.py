"""Writes and reads the events of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.dataset.layout import EVENTS, folder_name
from lineage.errors import EngineError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lineage.normalise.event import Event

ROWS = 50_000
"""Events in a group of rows, which is what is read at a time."""
INSTALL = "needs pyarrow; install it with pip install 'lineage-ir[dataset]'"


def require() -> None:
    """Looks whether Parquet can be written and read.

    Raises:
        UsageError: pyarrow isn't installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401 - whether it is there
    except ImportError as error:
        raise UsageError(f"a dataset of Parquet files {INSTALL}") from error


def write_host(folder: Path, host: str, events: Sequence[Event], inputs: Sequence[str]) -> str:
    """Writes the events of a host.

    Args:
        folder: of the dataset.
        host: its name in lower case.
        events: in the order in which they are to stand.
        inputs: names of the inputs, by number.

    Returns:
        The name of the host's folder.

    Raises:
        EngineError: it can't be written.
    """
    import pyarrow.parquet as pq

    from lineage.dataset.table import schema, to_table

    name = folder_name(host)
    place = folder / EVENTS / name
    try:
        place.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(place / "part-0.parquet", schema(), compression="zstd") as writer:
            for start in range(0, len(events), ROWS):
                writer.write_table(to_table(events[start : start + ROWS], inputs))
    except OSError as error:
        raise EngineError(f"{place}: can't be written: {error.strerror or error}") from error
    return name


def read_host(folder: Path, name: str) -> Iterator[list[Event]]:
    """The events of a host, some thousands at a time.

    Args:
        folder: of the dataset.
        name: of the host's folder.

    Raises:
        InputError: they can't be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lineage.dataset.table import from_table, schema

    place = folder / EVENTS / name
    try:
        for path in sorted(place.glob("*.parquet")):
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=schema().names)
                    yield from_table(table.cast(schema()))
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{place}: damaged ({reason}); normalise the telemetry anew") from error
