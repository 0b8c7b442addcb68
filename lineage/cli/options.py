"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lineage.read import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])

paths = click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(path_type=Path),
)
container_format = click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="Read every file as this format. By default each is recognised from its content.",
)
rules = click.option(
    "--rules",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Also run these Sigma rules (file or folder). May be given more than once.",
)
cache = click.option(
    "--cache/--no-cache",
    default=True,
    help="Remember parsed rules in your cache folder (the default), or parse them anew.",
)
strict = click.option("--strict", is_flag=True, help="Exit with 3 when any record was rejected.")


def telemetry(command: Command) -> Command:
    """The options of every command that reads telemetry."""
    for option in (strict, cache, rules, container_format, paths):
        command = option(command)
    return command
