"""Microsoft-Windows-PowerShell, event 4104: script blocks, whose parts are joined.

A long block is logged in parts, each with MessageNumber of MessageTotal and one ScriptBlockId
(about_Logging_Windows, Microsoft Learn). Parts arrive in any order and more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.header import header, logged_time
from lineage.normalise.outcome import Outcome
from lineage.normalise.source import Provider, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lineage.normalise.event import Event
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

MOST_PARTS = 100_000
"""A MessageTotal above this is not believed; 100,000 parts would be about 2 GB of script."""


_Key = tuple[str, str, int]
"""Host and ScriptBlockId, in lower case, and MessageTotal."""


def script_block_logged(
    raw: RawRecord, source: int, origin: str, values: Values
) -> ScriptBlockLogged:
    """The part of a block that a 4104 record tells; mostly the only one.

    Raises:
        ValueError: the record has no text, time or usable part number.
    """
    block_id = values.guids[raw.data.get("ScriptBlockId")]
    text = values.texts[raw.data.get("ScriptBlockText")]
    if text is None and block_id is None:
        raise ValueError("neither ScriptBlockText nor ScriptBlockId is there")
    number = _ordinal(raw, "MessageNumber", values)
    total = _ordinal(raw, "MessageTotal", values)
    if not 1 <= number <= total <= MOST_PARTS:
        raise ValueError(f"part {number} of {total} can't be")
    return ScriptBlockLogged(
        *header(raw, source, origin, logged_time(raw)),
        ProcessId=raw.process_id,
        ScriptBlockId=block_id,
        ScriptBlockText=text or "",
        Path=values.texts[raw.data.get("Path")],
        User=values.texts[raw.user],
        parts=(text or "",),
        parts_total=total,
        part=number,
    )


def _ordinal(raw: RawRecord, field: str, values: Values) -> int:
    ordinal = values.numbers[field][raw.data.get(field)]
    return 1 if ordinal is None else ordinal


class Joiner:
    """Joins the parts of script blocks as they come in.

    Equal ids of two hosts stay apart, and so do parts that disagree on how many there are.
    """

    def __init__(self) -> None:
        self._pending: dict[_Key, dict[int, ScriptBlockLogged]] = {}
        self._complete: set[_Key] = set()

    def add(self, part: ScriptBlockLogged) -> ScriptBlockLogged | Outcome:
        """Takes a block or a part of one.

        Returns:
            The block, once all of its parts are there, or if it was joined before; else whether
            the part awaits others or was there already.
        """
        total, block_id = part.parts_total, part.ScriptBlockId
        if total == 1 or block_id is None or len(part.parts) > 1:
            return part
        key = (part.host.lower(), block_id, total)
        if key in self._complete:
            return Outcome.DUPLICATE
        parts = self._pending.setdefault(key, {})
        if part.part in parts:
            return Outcome.DUPLICATE
        parts[part.part] = part
        if len(parts) < total:
            return Outcome.AWAITING
        del self._pending[key]
        self._complete.add(key)
        return _join(parts)

    def rest(self) -> Iterator[ScriptBlockLogged]:
        """The blocks of which some part never came, joined from what is there."""
        for parts in self._pending.values():
            yield _join(parts)
        self._pending.clear()


def joined(events: Iterable[Event], duplicate: Callable[[Event], None]) -> Iterator[Event]:
    """The events with the parts of script blocks joined.

    Args:
        events: in the order in which they came.
        duplicate: called with every part that was there already.
    """
    joiner = Joiner()
    for event in events:
        if type(event) is not ScriptBlockLogged:
            yield event
            continue
        outcome = joiner.add(event)
        if outcome is Outcome.DUPLICATE:
            duplicate(event)
        elif outcome is not Outcome.AWAITING:
            yield cast("Event", outcome)
    yield from joiner.rest()


def _join(parts: dict[int, ScriptBlockLogged]) -> ScriptBlockLogged:
    ordered = [parts[number] for number in sorted(parts)]
    texts = tuple(part.parts[0] for part in ordered)
    return ordered[0]._replace(ScriptBlockText="".join(texts), parts=texts)


POWERSHELL: Final = Provider(
    "microsoft-windows-powershell",
    "powershell",
    ("microsoft-windows-powershell/operational", "powershellcore/operational"),
    aliases=("powershellcore", "powershell"),
)

SOURCES: Final = (
    Source(
        "powershell-4104",
        POWERSHELL,
        4104,
        ScriptBlockLogged,
        script_block_logged,
        {"ps_script": ""},
        actor=(None, "ProcessId", None),
    ),
)
