"""Which Neo4j is meant, as options of every command that needs one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.graphdb.connect import Address

DEFAULT_CASE = "default"
"""The case of who names none; the saved queries have it too."""

_OPTIONS = (
    ("uri", "ADDRESS", "Where Neo4j is, such as bolt://127.0.0.1:7687. [NEO4J_URI]"),
    ("username", "NAME", "As whom to log in. [NEO4J_USERNAME]"),
    ("password", "WORD", "Better set NEO4J_PASSWORD: others can see a command line."),
    ("database", "NAME", "Which database of the server. [NEO4J_DATABASE]"),
)


def connection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say where the database is; they arrive as keyword arguments."""
    for name, metavar, text in reversed(_OPTIONS):
        command = click.option(f"--{name}", metavar=metavar, help=text)(command)
    return command


def address(where: dict[str, str | None]) -> Address:
    """What `connection` was given, else the environment's, else the defaults."""
    from lineage.graphdb.connect import Address

    return Address.of(os.environ, **where)
