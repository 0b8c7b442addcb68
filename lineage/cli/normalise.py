"""`lineage normalise`: telemetry -> a dataset of normalised events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options, status
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from lineage.engines.choice import Scale


@click.command("normalise")
@options.paths
@options.container_format
@options.timezone
@options.dates
@options.scale
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the dataset; new, or empty.",
)
@click.option("--strict", is_flag=True, help="Exit with 3 when a record was rejected.")
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    day_first: bool | None,
    scale: Scale,
    folder: Path,
    strict: bool,
) -> int:
    """Writes the events of PATH as a dataset of Parquet files, by host and in order of time.

    Every command that correlates takes DIR in place of PATH, and needn't parse again. DuckDB,
    pandas and Spark read it too: docs/dataset.md.
    """
    from lineage.pipeline import Request, normalise

    with progress(paths) as advance:
        ledgers = normalise(
            Request(
                paths,
                format_name,
                advance=advance,
                timezone=timezone,
                day_first=day_first,
                scale=scale,
            ),
            folder,
        )
    events = sum(ledger.events for ledger in ledgers)
    rejected = sum(ledger.rejected for ledger in ledgers)
    records = sum(ledger.records for ledger in ledgers)
    click.echo(
        f"{events:,} events of {records:,} records in {len(ledgers):,} inputs, {rejected:,}"
        f" rejected. Go on with: lineage correlate {folder}"
    )
    return status.REJECTED if strict and rejected else status.OK
