"""Objects and rows that tools write -> alerts, by the table `tools.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from lineage.detect.alerts.paths import leaves, value_of
from lineage.detect.detection import STAGES, TACTIC_ALIASES, Level, Stage
from lineage.detect.fields import number_of
from lineage.read.row import event_id_in
from lineage.times import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage.read.row import Row

LEVELS: Final[dict[str, Level]] = {
    "emergency": "critical",
    "emer": "critical",
    "critical": "critical",
    "crit": "critical",
    "high": "high",
    "medium": "medium",
    "med": "medium",
    "low": "low",
    "informational": "informational",
    "information": "informational",
    "info": "informational",
}
"""What tools call Sigma's levels; anything else is medium."""
LEVEL_OF_SCORE: Final[tuple[tuple[float, Level], ...]] = (
    (80, "critical"),
    (60, "high"),
    (40, "medium"),
    (20, "low"),
    (0, "informational"),
)
"""Least score, 0 to 100, of a level."""
_HAYABUSA: Final[dict[str, Stage]] = {
    "recon": "reconnaissance",
    "resdev": "resource-development",
    "initaccess": "initial-access",
    "exec": "execution",
    "persis": "persistence",
    "privesc": "privilege-escalation",
    "evas": "defense-evasion",
    "stealth": "defense-evasion",
    "defimpair": "defense-evasion",
    "credaccess": "credential-access",
    "disc": "discovery",
    "latmov": "lateral-movement",
    "collect": "collection",
    "c2": "command-and-control",
    "commandcontrol": "command-and-control",
    "exfil": "exfiltration",
}
"""Hayabusa's abbreviations of tactics, without their case and blanks."""
_TACTICS: Final[dict[str, Stage]] = {
    **{stage.replace("-", ""): stage for stage in STAGES},
    **{alias.replace("-", ""): stage for alias, stage in TACTIC_ALIASES.items()},
    **_HAYABUSA,
}
_WRAPPERS: Final = ("result", "_source", "fields", "_raw")
"""Members that hold the whole alert: Splunk's results, Elasticsearch's hits."""
_OTHER_SIGNS: Final = re.compile(r"[^a-z0-9]")
_SEPARATORS: Final = re.compile(r"[¦,;|\n]")
_TECHNIQUE: Final = re.compile(r"\bT\d{4}(?:\.\d{3})?\b", re.IGNORECASE)
_MOST_ITEMS: Final = 10_000
_MOST_TEXT: Final = 2_000
"""Characters that are kept of any text of an alert."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A row of the table: where a tool's alerts keep what."""

    key: str
    name: str
    known_by: list[list[str]]
    places: Mapping[str, list[str]]
    items: list[str]
    own_time: bool

    def wrote(self, row: Row) -> bool:
        """Whether an object is an alert of this tool."""
        return any(
            all(any(True for _ in leaves(row, name)) for name in names) for names in self.known_by
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert, as far as it tells.

    Attributes:
        tool: who raised it.
        number: of the object or row in its file.
        title: what its rule is called.
        rule: the rule's id, or None.
        level: how severe it is.
        tactics: ATT&CK tactics.
        techniques: ATT&CK technique ids.
        text: what else it says.
        host: where, or None.
        time: when, in ticks, or None.
        record: number of the record that it is about, or None.
        event_id: of that record, or None.
        guid: ProcessGuid of the process that it is about, in lower case, or None.
        pid: of that process, or None.
    """

    tool: Tool
    number: int
    title: str
    rule: str | None
    level: Level
    tactics: tuple[Stage, ...]
    techniques: tuple[str, ...]
    text: str
    host: str | None
    time: int | None
    record: int | None
    event_id: int | str | None
    guid: str | None
    pid: int | None


@cache
def tools() -> tuple[Tool, ...]:
    """All tools of the table, in the order in which they are tried."""
    import yaml

    text = (files(__package__) / "tools.yaml").read_text(encoding="utf-8")
    return tuple(_tool(key, row) for key, row in yaml.safe_load(text).items())


def _tool(key: str, row: dict[str, Any]) -> Tool:
    head = ("name", "known_by", "items", "own_time")
    places = {name: names for name, names in row.items() if name not in head}
    return Tool(
        key, row["name"], row["known_by"], places, row.get("items", []), row.get("own_time", False)
    )


def tool_of(row: Row) -> Tool | None:
    """Whose alert an object is, or None."""
    return next((tool for tool in tools() if tool.wrote(row)), None)


def unwrapped(row: Row) -> Row:
    """The alert inside of what a search answers with."""
    for name in _WRAPPERS:
        inner = row.get(name)
        if type(inner) is dict:
            return unwrapped(inner)
    return row


def alerts(number: int, row: Row, tool: Tool) -> Iterator[Alert]:
    """The alerts of one object: one, or one for each event or process that it lists."""
    listed = [
        item
        for name in tool.items
        for item in (row.get(name) or ())
        if type(row.get(name)) is list and type(item) is dict
    ]
    about = [item for item in listed[:_MOST_ITEMS] if _names_something(item, tool)]
    for item in about or [{}]:
        yield _alert(number, (item, row, *listed[:_MOST_ITEMS]), tool)


def _names_something(item: Row, tool: Tool) -> bool:
    places = [*tool.places.get("record", ()), *tool.places.get("guid", ())]
    return value_of(item, [*places, *tool.places.get("pid", ())]) is not None


def _alert(number: int, rows: tuple[Row, ...], tool: Tool) -> Alert:
    own = rows[:2]

    def told(what: str, among: tuple[Row, ...] = own) -> str | None:
        names = tool.places.get(what, [])
        found = next((v for row in among if (v := value_of(row, names)) is not None), None)
        return None if found is None else found[:_MOST_TEXT]

    def every(what: str) -> list[str]:
        names = tool.places.get(what, [])
        return [value for row in own for name in names for value in leaves(row, name)]

    event_id = told("event_id")
    guid = told("guid")
    return Alert(
        tool,
        number,
        told("title") or "untitled alert",
        told("rule"),
        _level(told("level"), told("score")),
        _tactics(every("tactics")),
        _techniques(every("techniques")),
        told("text") or "",
        told("host", rows),
        _time(told("time")),
        _number(told("record")),
        None if event_id is None else event_id_in(event_id),
        guid.strip("{} ").lower() if guid else None,
        _number(told("pid")),
    )


def _level(word: str | None, score: str | None) -> Level:
    if word is not None and word.strip().casefold() in LEVELS:
        return LEVELS[word.strip().casefold()]
    try:
        points = float(score) if score is not None else None
    except ValueError:
        points = None
    if points is None or points != points:
        return "medium"
    return next((level for least, level in LEVEL_OF_SCORE if points >= least), "informational")


def _tactics(texts: list[str]) -> tuple[Stage, ...]:
    words = (word for text in texts for word in _SEPARATORS.split(text))
    names = (
        _OTHER_SIGNS.sub("", word.strip().casefold().removeprefix("attack.")) for word in words
    )
    return tuple(dict.fromkeys(_TACTICS[name] for name in names if name in _TACTICS))


def _techniques(texts: list[str]) -> tuple[str, ...]:
    found = (match for text in texts for match in _TECHNIQUE.findall(text))
    return tuple(dict.fromkeys(name.upper() for name in found))


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse(text.strip())[0]
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> int | None:
    number = number_of(text)
    return int(number) if number is not None else None
