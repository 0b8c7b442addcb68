"""The saved queries: one `.cypher` file per question, whose header says all about it.

::

    // Title
    // Use: Start here, 1
    // Question: what it answers
    // Look at: what to look at in the answer
    // Limit: how many rows, and which
    WITH
      'default' AS case_name, // the case
      '' AS chain // id of a chain; empty for the best one

The first clause holds the parameters as literals, so that a file can be pasted into Neo4j Browser,
or any other client, as it is, and its values changed in place. (`:param` lines would not do:
Browser draws nothing for a text of several statements.) `lineage query` puts `$case_name` where the
literal stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

CASE = "case_name"
"""The parameter that `--case` sets."""
HEADINGS = ("Use", "Question", "Look at", "Limit")
USES = ("Start here", "Follow a chain", "Who and where", "Search", "Hunt")
"""What queries are for, in the order in which an investigation goes."""

Literal = str | int | float | bool

_PARAMETER = re.compile(
    r"\s*(?P<literal>'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false)"
    r"\s+AS\s+(?P<name>[a-z_]+)(?P<comma>,?)\s*//\s*(?P<meaning>.+)"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query may be told.

    Attributes:
        name: its name.
        default: what it is where nothing is told; its type is the parameter's.
        meaning: one line.
    """

    name: str
    default: Literal
    meaning: str


@dataclass(frozen=True, slots=True)
class Query:
    """A saved query.

    Attributes:
        name: file name without its ending.
        title: its name in Browser.
        use: what it is for, one of `USES`.
        place: the how many-th of its use, from 1.
        question: what it answers.
        look_at: what to look at in the answer.
        limit: how many rows it gives, and which.
        parameters: what it may be told.
        text: the file, to be pasted.
        statement: the Cypher with `$name` for each parameter.
    """

    name: str
    title: str
    use: str
    place: int
    question: str
    look_at: str
    limit: str
    parameters: tuple[Parameter, ...]
    text: str
    statement: str

    def values(self, given: Mapping[str, str]) -> dict[str, Literal]:
        """The parameters' values: what was given, else the defaults.

        Args:
            given: name -> value as text.

        Raises:
            UsageError: the query has no such parameter, or the value isn't of its type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                has = ", ".join(known) or "none"
                raise UsageError(f"query {self.name}: no parameter {name!r}; it has: {has}")
        return {
            name: self._read(parameter, given[name]) if name in given else parameter.default
            for name, parameter in known.items()
        }

    def _read(self, parameter: Parameter, value: str) -> Literal:
        default = parameter.default
        if isinstance(default, str):
            return value
        try:
            if isinstance(default, bool):
                return {"true": True, "false": False}[value.lower()]
            return type(default)(value)
        except (KeyError, ValueError):
            kind = "true or false" if isinstance(default, bool) else "a number"
            raise UsageError(
                f"query {self.name}: {parameter.name} must be {kind}, not {value[:40]!r}"
            ) from None

    def with_case(self, case: str) -> str:
        """The text to be pasted, with another case as its default."""
        literal = "'" + case.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return re.sub(
            rf"(?m)^(\s*)'(?:[^'\\]|\\.)*'(\s+AS {CASE}\b)",
            lambda match: f"{match[1]}{literal}{match[2]}",
            self.text,
            count=1,
        )


def folder() -> Traversable:
    """Where the queries are: in the installed package, or beside it in a checkout."""
    installed = files("lineage") / "queries"
    if installed.is_dir():
        return installed
    return Path(__file__).resolve().parents[2] / "queries"


def load(where: Traversable | None = None) -> dict[str, Query]:
    """All queries by name, in the order in which an investigation goes.

    Args:
        where: a folder of `.cypher` files; None for lineage's own.

    Raises:
        InputError: a file has no proper header; the message names it.
    """
    files = [file for file in (where or folder()).iterdir() if file.name.endswith(".cypher")]
    queries = [parse(file.name.removesuffix(".cypher"), file.read_text("utf-8")) for file in files]
    queries.sort(key=lambda query: (USES.index(query.use), query.place, query.name))
    return {query.name: query for query in queries}


def parse(name: str, text: str) -> Query:
    """Reads a file's header.

    Args:
        name: file name without its ending.
        text: its content.

    Raises:
        InputError: the title or a heading is missing, or there is no such use.
    """
    lines = text.splitlines()
    header = _header(lines)
    if "Title" not in header:
        raise InputError(f"{name}.cypher: the first line is not '// Title'; write the title there")
    for heading in HEADINGS:
        if heading not in header:
            raise InputError(f"{name}.cypher: the header has no '// {heading}: ...' line; add it")
    use, place = _use(name, header["Use"])
    parameters, body = _parameters([line for line in lines if not line.startswith("//")])
    return Query(
        name,
        header["Title"],
        use,
        place,
        header["Question"],
        header["Look at"],
        header["Limit"],
        parameters,
        text,
        "\n".join(body).strip(),
    )


def _use(name: str, written: str) -> tuple[str, int]:
    use, _, place = written.partition(", ")
    if use not in USES or not place.isdecimal():
        raise InputError(
            f"{name}.cypher: the header's Use is {written!r}; write one of {', '.join(USES)}, then "
            "', ' and its place there"
        )
    return use, int(place)


def _header(lines: list[str]) -> dict[str, str]:
    """Heading -> text, with its continuation lines; the first line is the title."""
    header: dict[str, str] = {}
    heading = "Title"
    for line in lines:
        if not line.startswith("//"):
            break
        words = line[2:].strip()
        term, _, rest = words.partition(": ")
        if term in HEADINGS:
            heading, words = term, rest
        header[heading] = f"{header.get(heading, '')} {words}".strip()
    return header


def _parameters(lines: list[str]) -> tuple[tuple[Parameter, ...], list[str]]:
    """The parameters of the first clause, and the statement with `$name` in their places."""
    if not lines or lines[0].strip() != "WITH":
        return (), lines
    parameters: list[Parameter] = []
    body = ["WITH"]
    for line in lines[1:]:
        match = _PARAMETER.fullmatch(line)
        if match is None:
            break
        name = match["name"]
        parameters.append(Parameter(name, _literal(match["literal"]), match["meaning"].strip()))
        body.append(f"  ${name} AS {name}{match['comma']}")
    return tuple(parameters), body + lines[len(body) :]


def _literal(written: str) -> Literal:
    if written.startswith("'"):
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    if written in {"true", "false"}:
        return written == "true"
    return float(written) if "." in written else int(written)
