"""A JSON array, in pieces -> its elements, also where it is damaged.

An element that is sound is cut out at its likely end and decoded at once. Another is walked bracket
by bracket; where that fails, or goes on far too long, the element is given up and the next one is
looked for right behind where this one *began*: a stray quote or a lost bracket would otherwise take
everything behind it along. Text that was walked in vain is walked again, so that has an allowance
in proportion to the text; time stays linear.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from lineage.problems import Problem
from lineage.read.json_damage import MEMBER, JsonObject, elements_in, mended, why_invalid
from lineage.read.text import overlong

if TYPE_CHECKING:
    from collections.abc import Iterator

Numbered = tuple[int, JsonObject]

MAX_DEPTH = 200
"""Nesting that an array's element may have; telemetry has 5 at most."""

LIKELY_ENDS = 3
"""Likely ends that are tried before an element is cut out bracket by bracket, which is slower."""

LIKELY_BYTES = 64 * 1024
"""How far from an element's start its likely ends are looked for, and how far an element is walked
before it is asked whether another one began meanwhile."""

_SOUND_ENDS = 12
"""The same, where an element is looked for inside another that is damaged."""

_ALLOWANCE = 1024**2
_ALLOWANCE_PER_BYTE = 8
"""Bytes that may be walked in vain: as much as is there at once, and for each byte of the text."""

_MOST_NAMES = 16
"""Different first members that are remembered; an export's records begin alike."""

_LEARNED_FROM = 64
"""So many elements at a document's start tell how its elements begin."""

_NESTED_LEVELS = 6
"""How deep an element is searched for others that it swallowed."""

_LIKELY_END = re.compile(rb"\}(?=\s{0,64}+(?:,?\s{0,64}+\{|\]))")
"""The brace before the next element or the array's end."""

_TOKEN = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+"|:\s*+[{\[]|[{}\[\]"]')
"""A whole string; a bracket that opens a member's value; another bracket; a quote that opens a
string whose end isn't there (yet). A raw line feed can't be part of a JSON string."""

_BEGIN = re.compile(rb'\{\s{0,64}+(?:"([^"\\\n]{1,64}+)"\s{0,64}+:|\})')
"""An object's start: the first member's name, or an object without members. Raw quotes can't stand
inside a string, so this one hardly ever does."""

_LONGEST_BEGIN = 256

_SPACE_BEFORE = re.compile(rb"\S\s{0,64}+\Z")
_GAP = re.compile(rb"(?:[\s,\x1e]|(?<![^\n])Record \d{1,20}+\r?\n)*+")
"""What stands between two elements; a record separator begins each of a text sequence (RFC 7464),
a line of its own each of evtx_dump's."""

_CLOSES = {ord("}"): ord("{"), ord("]"): ord("[")}
_OPEN_OBJECT = ord("{")
_CLOSE_ARRAY = ord("]")
_OPEN_ARRAY = ord("[")
_QUOTE = ord('"')
_COLON = ord(":")


class ElementScanner:
    """Cuts objects out of text that comes in pieces. `_start` < 0 means: between elements."""

    def __init__(self, limit: int) -> None:
        """Args: limit: longest element, in bytes."""
        self._limit = limit
        self._buffer = b""
        self._position = 0
        self._start = -1
        self._open = bytearray()
        self._number = 0
        self._patience = LIKELY_BYTES
        self._longest = 0
        self._allowance = _ALLOWANCE
        self._names: set[bytes] = set()
        self._members: frozenset[str] = frozenset()
        self._sound = b""
        self._damaged = False
        self._certain = True
        self._array_ended = False
        self._arrays_open = 0
        self._remark: Problem | None = None

    def feed(self, chunk: bytes) -> Iterator[Numbered | Problem]:
        """Takes the next piece; yields what is whole by now, each with its ordinal."""
        keep = self._start if self._start >= 0 else max(self._position - _LONGEST_BEGIN, 0)
        self._buffer = self._buffer[keep:] + chunk
        self._position -= keep
        self._start -= keep if self._start >= 0 else 0
        self._allowance += _ALLOWANCE_PER_BYTE * len(chunk)
        yield from self._scan(final=False)

    def finish(self) -> Iterator[Numbered | Problem]:
        """What is left when the text has ended."""
        yield from self._scan(final=True)
        cut = self._start >= 0
        while self._start >= 0:
            yield self._give_up("the text ends inside this element", len(self._buffer))
            yield from self._scan(final=True)
        if self._arrays_open > 0 and not cut:
            yield Problem(None, "the array has no end; the file may be cut short", lost=0)

    def _scan(self, *, final: bool) -> Iterator[Numbered | Problem]:
        while True:
            if self._start < 0:
                if self._position >= len(self._buffer):
                    return
                item = self._between(final=final)
                if item is not None:
                    yield item
                elif self._start < 0:
                    return
            else:
                item = self._walk(final=final)
                if item is None:
                    return
                yield item
                if self._remark is not None:
                    yield self._remark
                    self._remark = None

    # -- between elements ------------------------------------------------------------------------

    def _between(self, *, final: bool) -> Numbered | Problem | None:
        """Goes to the next element and takes it where its end is easily found.

        Returns:
            The element, or a problem; None where more text is needed or an element was begun.
        """
        start = self._position
        if not self._damaged:
            start = self._skip_gap()
            if start < len(self._buffer) and self._buffer[start] == _OPEN_OBJECT:
                return self._begin(start, certain=self._certain)
        begin = self._next_begin(start)
        stop = len(self._buffer) if begin is None else begin
        if begin is None and not final:
            self._position = max(start, stop - _LONGEST_BEGIN)
            if self._damaged or self._array_ended:
                return None
            self._position = start
            if stop - start <= self._limit:
                return None
        if not self._damaged and stop > start and self._is_loss(start, stop):
            self._number += 1
            self._damaged = True
            self._position = stop
            return Problem(self._number, "not JSON: text between elements; one may be lost")
        self._damaged = begin is None and self._damaged
        self._position = stop
        return None if begin is None else self._begin(begin, certain=False)

    def _is_loss(self, start: int, stop: int) -> bool:
        """Whether text where an element should begin is one without a beginning.

        Behind an array only an element's first member tells it from the rest of the document.
        """
        if not self._array_ended:
            return True
        members = MEMBER.finditer(self._buffer, start, stop)
        return any(member[1] in self._names for member in members)

    def _skip_gap(self) -> int:
        position = self._position
        while True:
            gap = _GAP.match(self._buffer, position)
            position = gap.end() if gap else position
            if position >= len(self._buffer):
                break
            byte = self._buffer[position]
            if byte == _CLOSE_ARRAY:
                self._array_ended = self._certain
                self._arrays_open -= 1
            elif byte == _OPEN_ARRAY:
                self._array_ended = False
                self._arrays_open += 1
            else:
                break
            position += 1
        self._position = position
        return position

    def _next_begin(self, position: int) -> int | None:
        """Where the next object starts that may be an element: no member's value."""
        for match in _BEGIN.finditer(self._buffer, position):
            before = self._buffer[max(match.start() - 65, 0) : match.start()]
            space = _SPACE_BEFORE.search(before)
            previous = space[0][0] if space else 0
            known = self._is_known(match)
            if previous == _COLON and not (known and before.rstrip(b" \t\r").endswith(b"\n")):
                continue
            if not known and (previous == _OPEN_ARRAY or self._array_ended):
                continue
            return match.start()
        return None

    def _begin(self, start: int, *, certain: bool) -> Numbered | Problem | None:
        """Starts an element; takes it at once where its end is easily found.

        Args:
            start: where its brace is.
            certain: whether it follows a sound element; behind damage it may be a part of one.
        """
        self._number += 1
        self._certain = certain or self._is_known(_BEGIN.match(self._buffer, start))
        self._damaged = self._array_ended = False
        item = self._quickly(start)
        if item is not None:
            return item
        self._position = start + 1
        self._start = start
        self._open = bytearray((_OPEN_OBJECT,))
        self._patience = max(LIKELY_BYTES, 4 * self._longest)
        return None

    def _quickly(self, start: int) -> Numbered | None:
        if self._allowance < 0:
            return None
        stop = start + min(LIKELY_BYTES, self._limit)
        ends = islice(_LIKELY_END.finditer(self._buffer, start, stop + 128), LIKELY_ENDS)
        attempt = -1
        for attempt, match in enumerate(ends):
            end = match.end()
            value = _object_or_none(self._buffer[start:end])
            if value is None:
                self._allowance -= end - start
            elif attempt and self._has_swallowed(value):
                return None
            else:
                return self._take(start, end, value)
        if attempt < LIKELY_ENDS - 1:  # all was searched; that is done fast
            self._allowance -= (min(stop, len(self._buffer)) - start) // 8
        return None

    def _take(self, start: int, end: int, value: JsonObject) -> Numbered:
        self._position = end
        self._start = -1
        if self._certain:
            if not self._members:
                self._members = frozenset(value)
                self._sound = self._buffer[start : min(end, start + LIKELY_BYTES)]
            self._longest = max(self._longest, end - start)
            if self._number <= _LEARNED_FROM:
                self._learn(start)
        return self._number, value

    def _learn(self, start: int) -> None:
        """Notes how the element at `start` begins, to know others by."""
        if len(self._names) == _MOST_NAMES:
            return
        begin = _BEGIN.match(self._buffer, start)
        if begin and begin[1]:
            self._names.add(begin[1])

    def _is_known(self, begin: re.Match[bytes] | None) -> bool:
        return begin is not None and begin[1] in self._names

    # -- inside an element -----------------------------------------------------------------------

    def _walk(self, *, final: bool) -> Numbered | Problem | None:
        """Goes on to the element's end; None where more text is needed."""
        buffer, search = self._buffer, _TOKEN.search
        while True:
            token = search(buffer, self._position)
            if token is None:
                break
            if token.end() - self._start > self._patience:
                problem = self._overtaken()
                if problem is not None:
                    return problem
            if token[0] == b'"' and not final and buffer.find(b"\n", token.end()) < 0:
                break  # the string may go on in the next piece
            item = self._token(token)
            if item is not None:
                return item
        if len(buffer) - self._start > self._limit:
            return self._give_up(overlong(0, self._limit).reason, self._position)
        return None

    def _token(self, token: re.Match[bytes]) -> Numbered | Problem | None:
        text = token[0]
        kind = text[-1]
        self._position = token.end()
        if text[0] == _QUOTE:
            if len(text) == 1:
                return self._give_up("not JSON: a string without end", token.end())
            return None
        if kind in _CLOSES:
            if self._open.pop() != _CLOSES[kind]:
                reason = "not JSON: a bracket closes what it didn't open"
                return self._give_up(reason, token.end())
            return None if self._open else self._whole(token.end())
        if self._open[-1] == _OPEN_OBJECT and text[0] != _COLON:
            reason = "not JSON: a bracket without a name; a closing one may be lost"
            return self._give_up(reason, token.start())
        self._open.append(kind)
        if len(self._open) > MAX_DEPTH:
            return self._give_up(f"nested deeper than {MAX_DEPTH}; skipped", token.end())
        return None

    def _whole(self, end: int) -> Numbered | Problem:
        """The element whose brackets are all closed at `end`."""
        start = self._start
        text = self._buffer[start:end]
        if len(text) > self._limit:
            return self._give_up(overlong(0, self._limit).reason, end, behind=True)
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            repaired = mended(text)
            if repaired is None or elements_in(text, self._sound) > 1:
                return self._give_up(why_invalid(text, error), end, behind=True)
            value, remark = repaired
            if remark:
                self._remark = Problem(self._number, remark, lost=0)
        if self._has_swallowed(value):
            return self._give_up("another element stands inside this one", end)
        return self._take(start, end, value)

    def _overtaken(self) -> Problem | None:
        """The problem of an element that hasn't ended where others have begun and ended since."""
        self._learn(self._start)
        start, self._patience = self._start, 2 * self._patience
        for match in _BEGIN.finditer(self._buffer, start + 1, self._position):
            if self._is_known(match) and self._is_sound(match.start()):
                return self._give_up("not JSON: it doesn't end before the next element", start + 1)
        return None

    def _is_sound(self, start: int) -> bool:
        for match in islice(_LIKELY_END.finditer(self._buffer, start), _SOUND_ENDS):
            self._allowance -= match.end() - start
            if self._allowance < 0:
                return False
            value = _object_or_none(self._buffer[start : match.end()])
            if value is not None:
                return self._is_alike(value)
        return False

    def _give_up(self, reason: str, walked: int, *, behind: bool = False) -> Problem:
        """Ends the element as damaged; the search for the next one starts at its own start.

        Args:
            reason: what is wrong with it.
            walked: how far it was walked.
            behind: whether its end is known, so that only what looks like another of the export's
                elements is sought inside it; all is where no element was sound before.
        """
        start, self._start = self._start, -1
        if self._certain:
            self._learn(start)
        self._allowance -= max(walked - start, 1)
        behind = behind and bool(self._members)
        self._damaged = not behind
        self._position = start + 1
        self._certain = behind and self._certain
        lost = 1
        if behind and self._allowance >= 0:
            self._position, inside = self._known_begin(start + 1, walked)
            lost = max(1 + inside, self._hit(start, self._position))
        elif self._allowance < 0:
            self._position = walked
            lost += sum(1 for _ in _BEGIN.finditer(self._buffer, start + 1, walked))
        elif not behind:
            lost = self._hit(start, self._next_begin(start + 1))
        return Problem(self._number, reason, lost)

    def _hit(self, start: int, stop: int | None) -> int:
        """How many elements damage hit that reaches from a place to the next element."""
        text = self._buffer[start : len(self._buffer) if stop is None else stop]
        return elements_in(text, self._sound) if len(text) <= self._limit else 1

    def _known_begin(self, start: int, stop: int) -> tuple[int, int]:
        """Where another of the export's elements starts between two places, else the latter.

        Returns:
            The place, and how many elements are passed over that aren't sound either.
        """
        passed = 0
        for match in _BEGIN.finditer(self._buffer, start, stop):
            if not self._is_known(match):
                continue
            if self._is_sound(match.start()):
                return match.start(), passed
            passed += 1
        return stop, passed

    # -- what elements have in common ------------------------------------------------------------

    def _is_alike(self, value: JsonObject) -> bool:
        """Whether an object has most of the members that the export's first element had."""
        if not self._members:
            return True
        return 2 * len(self._members & value.keys()) > len(self._members)

    def _has_swallowed(self, value: JsonObject) -> bool:
        """Whether, for a lost bracket, other elements stand in a list inside this one."""
        if len(self._members) < 2:
            return False
        level: list[object] = list(value.values())
        for _ in range(_NESTED_LEVELS):
            inner: list[object] = []
            for part in level:
                if type(part) is dict:
                    inner += part.values()
                elif type(part) is list:
                    if any(type(entry) is dict and self._is_alike(entry) for entry in part):
                        return True
                    inner += part
            level = inner
        return False


def _object_or_none(text: bytes) -> JsonObject | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if type(value) is dict else None
