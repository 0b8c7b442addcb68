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
    ("uri", "ADDRESS", "Where Neo4j is.", "bolt://127.0.0.1:7687"),
    ("username", "NAME", "As whom to log in.", "neo4j"),
    ("password", "WORD", "Better as the variable: others can see a command line.", "no log-in"),
    ("database", "NAME", "Which database of the server.", "the server's own"),
)


def connection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say where the database is; they arrive as keyword arguments."""
    for name, metavar, text, default in reversed(_OPTIONS):
        line = f"{text}  [env: NEO4J_{name.upper()}; default: {default}]"
        command = click.option(f"--{name}", metavar=metavar, help=line)(command)
    return command


def address(where: dict[str, str | None]) -> Address:
    """What `connection` was given, else the environment's, else the defaults."""
    from lineage.graphdb.connect import Address

    return Address.of(os.environ, **where)
