"""`lineage simulate`: a labelled sample intrusion in every container format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.simulate.scenario import Noise


def _list_cases(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from lineage.simulate.cases import CASES
    from lineage.simulate.damage import DAMAGES

    for name in CASES:
        click.echo(f"--case {name}")
    for name in DAMAGES:
        click.echo(f"--damage {name}")
    context.exit()


@click.command("simulate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Which intrusion to make up.",
)
@click.option(
    "--case",
    default="textbook",
    show_default=True,
    metavar="NAME",
    help="What happens; --list-cases names all.",
)
@click.option(
    "--damage",
    default="none",
    show_default=True,
    metavar="NAME",
    help="What befell the telemetry: losses, gaps, repeats, disorder; --list-cases names all.",
)
@click.option(
    "--list-cases",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_cases,
    help="Names the cases and the damages, and ends.",
)
@click.option(
    "--noise",
    type=click.Choice(("small", "normal", "busy")),
    default="normal",
    show_default=True,
    help="How much else goes on.",
)
@click.option(
    "--events",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Fill up with clean hosts to this many events.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    help="Only this container format. May be given more than once.",
)
def command(
    directory: Path,
    seed: int,
    case: str,
    damage: str,
    noise: Noise,
    events: int,
    formats: tuple[str, ...],
) -> None:
    """Writes a labelled sample intrusion with benign noise into DIRECTORY.

    One folder per container format, and truth.json, which tells what is the attack's.
    """
    from lineage.report.escape import terminal
    from lineage.simulate.run import FORMATS, simulate

    try:
        written = simulate(
            directory,
            seed,
            noise,
            case=case,
            damage=damage,
            formats=formats or FORMATS,
            events=events,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{directory}: {error.strerror or error}; name another folder") from error
    for path in written:
        click.echo(terminal(str(path)))
