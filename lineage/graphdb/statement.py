"""The Cypher that lineage itself sends: one file each in `cypher/`, with names to fill in.

What an index is made of can't be a parameter, and a label that is one uses no index, so these are
filled in as text. They come from schema constants alone, never from telemetry, and are checked all
the same.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOLE = re.compile(r"\b(?:LABEL|[A-Z]+_NAME|PROPERTIES)\b")


def statement(name: str, /, **names: str) -> str:
    """A statement with its names filled in.

    Args:
        name: file name in `cypher/`, without its ending.
        names: the hole in lower case (label, index_name ...) -> an identifier, or several with ", "
            between; `n.` before each is allowed.

    Raises:
        ValueError: a name isn't an identifier.
        KeyError: a hole has no name.
    """
    for filled in names.values():
        for part in filled.split(", "):
            if not _IDENTIFIER.fullmatch(part.removeprefix("n.")):
                raise ValueError(f"{part!r} is not a name that Cypher takes without quotes")
    return _HOLE.sub(lambda hole: names[hole.group().lower()], _code(name))


@cache
def _code(name: str) -> str:
    """The file's Cypher without its comments, which may speak of the holes."""
    text = files("lineage.graphdb").joinpath("cypher", f"{name}.cypher").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//"))
