"""YAML that a user wrote: read within bounds, and what is wrong with it in words.

Chain templates and the `lineage:` block of rules are checked against pydantic models that forbid
what they don't know, so that a mistyped key is named and not passed over.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args

import yaml
from sigma.exceptions import SigmaError
from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

from lineage import user_files
from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from pydantic import BaseModel, ValidationError

MAX_BYTES: Final = 1 << 20
"""A file larger than this is none. (The largest of SigmaHQ's rules have some 20 kB.)"""
MAX_DEPTH: Final = 50
"""Deepest nesting."""
MAX_DIGITS: Final = 1000
"""Longest bare number: turning text into a number costs more than its length."""

_NUMBER = re.compile(r"[-+0-9][-+0-9a-fA-FxXob_:.]*")
_SHOWN_FAULTS = 3
_SHOWN_CHARACTERS = 60
_CONSTRUCTING = (yaml.YAMLError, SigmaError, ValueError, TypeError, AttributeError, OverflowError)
"""What PyYAML and its constructors raise for text that is no YAML, or whose values are none."""


_WANTED: Final = {
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "frozen_set_type": "must be a list",
    "int_type": "must be a whole number",
    "model_type": "must be a mapping",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
}
"""What a value must be, by pydantic's name of the fault; other faults have words of their own."""


class UnusableYamlError(Exception):
    """Why a text can't be used, in one line."""


def documents(data: bytes) -> list[object]:
    """The YAML documents of a file, none of them empty.

    Args:
        data: the file, at least its first `MAX_BYTES` + 1 bytes.

    Raises:
        UnusableYamlError: it is too large or too deep, isn't UTF-8 or YAML, says a key twice, or
            grows by its aliases.
    """
    if len(data) > MAX_BYTES:
        raise UnusableYamlError(f"larger than {MAX_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
        _check_bounds(text)
        contents = [
            content
            for content in yaml.load_all(text, Loader=SigmaYAMLLoader)
            if content is not None
        ]
        for content in contents:
            check_alias_expansion(content)
    except _CONSTRUCTING as error:
        raise UnusableYamlError(" ".join(str(error).split()) or type(error).__name__) from error
    return contents


def documents_of(path: Path | Traversable, kind: str | None = None) -> list[object]:
    """The YAML documents of a file that the command line names, none of them empty.

    Args:
        path: the file.
        kind: what it was meant to be ("template"), for the message.

    Raises:
        UsageError: it can't be read, or isn't YAML within bounds (`documents`).
    """
    unread, no_such = ("", f"; not a {kind}") if kind else ("can't be read: ", "")
    try:
        with user_files.opened(path) as stream:
            return documents(stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise UsageError(f"{path}: {unread}{error.strerror}{no_such}") from error
    except UnusableYamlError as error:
        raise UsageError(f"{path}: {error}{no_such}") from error


def _check_bounds(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=SigmaYAMLLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
            _check_number(event.value)
        if depth > MAX_DEPTH:
            raise UnusableYamlError(f"nested deeper than {MAX_DEPTH} levels")


def _check_number(text: str) -> None:
    if len(text) > MAX_DIGITS and _NUMBER.fullmatch(text):
        raise UnusableYamlError(f"a number of {len(text)} digits; quote it where it is a text")


def faults(error: ValidationError, model: type[BaseModel], *, place: str = "") -> str:
    """What a model found wrong, in one line: where, what, and what may have been meant.

    Args:
        error: what the model raised.
        model: the model, which knows the keys.
        place: what stands before each key ("lineage.").
    """
    lines = [_fault(fault, model, place) for fault in error.errors(include_url=False)]
    more = len(lines) - _SHOWN_FAULTS
    return "; ".join(lines[:_SHOWN_FAULTS]) + (f"; and {more} more" if more > 0 else "")


def _fault(fault: Any, model: type[BaseModel], place: str) -> str:
    where = place + _place(fault["loc"]) if fault["loc"] else place.rstrip(".")
    kind, value = fault["type"], fault["input"]
    match kind:
        case "value_error":
            message = str(fault["ctx"]["error"])
            return message if not fault["loc"] else f"{where} is {_shown(value)}, {message}"
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            meant = _meant(str(fault["loc"][-1]), _keys(model, fault["loc"]))
            return f"{where} is unknown; {meant}"
        case "literal_error":
            words = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
            return f"{where} is {_shown(value)}; {_meant(str(value), words)}"
        case _:
            wanted = _WANTED.get(kind) or fault["msg"].replace("Input should be", "must be")
            return f"{where or 'the file'} is {_shown(value)}, {wanted}"


def _place(path: tuple[str | int, ...]) -> str:
    """A place in the file, lists counted from one: `stages[2].weight`."""
    text = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def _meant(word: str, known: Iterable[str]) -> str:
    words = list(known)
    near = get_close_matches(word, words, n=1)
    return f"did you mean {near[0]}?" if near else f"must be one of {', '.join(words)}"


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that the mapping at a place may have."""
    at = model
    for key in path[:-1]:
        if isinstance(key, str):
            annotation = at.model_fields[key].annotation
            at = next((part for part in get_args(annotation) if hasattr(part, "model_fields")), at)
    return list(at.model_fields)
