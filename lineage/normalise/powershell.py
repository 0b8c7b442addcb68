"""Microsoft-Windows-PowerShell, event 4104: script blocks, whose parts are joined.

A long block is logged in parts, each with MessageNumber of MessageTotal and one ScriptBlockId
(about_Logging_Windows, Microsoft Learn). Parts arrive in any order and more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.header import Header, header, logged_time
from lineage.normalise.outcome import Outcome
from lineage.normalise.source import Provider, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

MOST_PARTS = 100_000
"""A MessageTotal above this is not believed; 100,000 parts would be about 2 GB of script."""


_Key = tuple[str, str, int]
"""Host and ScriptBlockId, in lower case, and MessageTotal."""


class _Part(NamedTuple):
    header: Header
    process_id: int | None
    text: str
    path: str | None
    user: str | None


class Joiner:
    """Joins the parts of script blocks as they come in.

    Equal ids of two hosts stay apart, and so do parts that disagree on how many there are.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._pending: dict[_Key, dict[int, _Part]] = {}
        self._complete: set[_Key] = set()

    def add(self, raw: RawRecord, source: int, origin: str) -> ScriptBlockLogged | Outcome:
        """Takes one 4104 record.

        Returns:
            The block, once all of its parts are there; else whether the part awaits others or was
            there already.

        Raises:
            ValueError: the record has no text, time or usable part number.
        """
        block_id = self._values.guids[raw.data.get("ScriptBlockId")]
        text = self._values.texts[raw.data.get("ScriptBlockText")]
        if text is None and block_id is None:
            raise ValueError("neither ScriptBlockText nor ScriptBlockId is there")
        number = self._ordinal(raw, "MessageNumber")
        total = self._ordinal(raw, "MessageTotal")
        if not 1 <= number <= total <= MOST_PARTS:
            raise ValueError(f"part {number} of {total} can't be")
        part = self._part(raw, source, origin, text or "")
        if total == 1 or block_id is None:
            return _join(block_id, total, {number: part})
        _, host, *_ = part.header
        key = (host.lower(), block_id, total)
        if key in self._complete:
            return Outcome.DUPLICATE
        parts = self._pending.setdefault(key, {})
        if number in parts:
            return Outcome.DUPLICATE
        parts[number] = part
        if len(parts) < total:
            return Outcome.AWAITING
        del self._pending[key]
        self._complete.add(key)
        return _join(block_id, total, parts)

    def rest(self) -> Iterator[ScriptBlockLogged]:
        """The blocks of which some part never came, joined from what is there."""
        for (_, block_id, total), parts in self._pending.items():
            yield _join(block_id, total, parts)
        self._pending.clear()

    def _ordinal(self, raw: RawRecord, field: str) -> int:
        ordinal = self._values.numbers[field][raw.data.get(field)]
        return 1 if ordinal is None else ordinal

    def _part(self, raw: RawRecord, source: int, origin: str, text: str) -> _Part:
        return _Part(
            header(raw, source, origin, logged_time(raw)),
            raw.process_id,
            text,
            self._values.texts[raw.data.get("Path")],
            self._values.texts[raw.user],
        )


def _join(block_id: str | None, total: int, parts: dict[int, _Part]) -> ScriptBlockLogged:
    ordered = [parts[number] for number in sorted(parts)]
    first = ordered[0]
    texts = tuple(part.text for part in ordered)
    return ScriptBlockLogged(
        *first.header,
        ProcessId=first.process_id,
        ScriptBlockId=block_id,
        ScriptBlockText="".join(texts),
        Path=first.path,
        User=first.user,
        parts=texts,
        parts_total=total,
    )


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
        None,
        {"ps_script": ""},
        actor=(None, "ProcessId", None),
    ),
)
