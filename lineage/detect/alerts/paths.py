"""Values of an alert by paths: through objects, lists, and text that holds either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.row import Row

DEEPEST: Final = 12
"""Steps of a path, and nesting of lists."""
LONGEST: Final = 65_536
"""Characters of a text that is looked into."""
MOST_VALUES: Final = 64
"""Values that are taken of one place."""

_PAIR: Final = re.compile(r"\s*([\w .#-]{1,64}?)\s*:\s(.*)", re.DOTALL)


def value_of(row: Row, names: list[str]) -> str | None:
    """The first value, as text, of the first place that has one."""
    for name in names:
        for value in leaves(row, name):
            return value
    return None


def leaves(row: Row, path: str) -> Iterator[str]:
    r"""All values at a path, as text, below it too where it leads to an object.

    >>> list(leaves({"a.b": [{"c": 1}, {"c": "x"}]}, "a.b.c"))
    ['1', 'x']
    >>> list(leaves({"Details": "Proc: C:\\a.exe ¦ PID: 0x1f"}, "Details.PID"))
    ['0x1f']
    """
    for number, value in enumerate(_at(row, path, 0)):
        if number >= MOST_VALUES:
            return
        yield value


def _at(node: Any, path: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST or node is None:
        return
    if type(node) is list:
        for item in node[:MOST_VALUES]:
            yield from _at(item, path, depth + 1)
        return
    if not path:
        yield from _text(node, depth)
        return
    if type(node) is str:
        node = _opened(node)
    if type(node) is not dict:
        return
    at = len(path)
    while at > 0:  # the longest name first: flat documents have dots in their names
        if path[:at] in node:
            yield from _at(node[path[:at]], path[at + 1 :], depth + 1)
            return
        at = path.rfind(".", 0, at)


def _text(node: Any, depth: int) -> Iterator[str]:
    if type(node) is dict:
        for inner in node.values():
            yield from _at(inner, "", depth + 1)
    elif type(node) in {str, int, float} and node != "":
        yield str(int(node)) if type(node) is float and node.is_integer() else str(node)


def _opened(text: str) -> Any:
    """What a text holds: an object in JSON, or pairs as Hayabusa writes them."""
    if len(text) > LONGEST:
        return None
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
    pairs = (_PAIR.fullmatch(part) for part in text.split("¦"))
    return {pair[1]: pair[2].strip() for pair in pairs if pair}
