"""`lineage simulate`: a labelled sample intrusion in every container format."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("simulate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", type=int, default=1, show_default=True, help="Which intrusion to make up.")
def command(directory: Path, seed: int) -> None:
    """Writes a labelled sample intrusion with benign noise into DIRECTORY.

    One folder per container format, and truth.json, which tells what is the attack's.
    """
    from lineage.simulate.run import simulate  # noqa: PLC0415 - heavy

    for path in simulate(directory, seed=seed):
        click.echo(str(path))
