from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.problems import Problem
from lineage.read.text import lines, read_exactly, utf8_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = "one\nzwei ä\n"


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode(),
        LINES.encode("utf-8-sig"),
        b"\xff\xfe" + LINES.encode("utf-16-le"),
        b"\xfe\xff" + LINES.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_gives_the_same_lines(data: bytes) -> None:
    assert list(lines(utf8_chunks(io.BytesIO(data)))) == [(1, b"one"), (2, "zwei ä".encode())]


def test_utf16_without_a_mark_is_known_by_its_first_character() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert b"".join(utf8_chunks(io.BytesIO('{"a":1}'.encode(encoding)))) == b'{"a":1}'


def test_a_legacy_code_page_is_taken_from_the_xml_declaration() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><a>Zoë</a>'
    assert b"".join(utf8_chunks(io.BytesIO(text.encode("cp1252")))) == text.encode()


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("IBM850", "cp850"), ("cp437", "cp437"), ("Windows-1251", "cp1251"), ("shift_jis", "cp932"),
     ("ISO-8859-2", "latin2"), ("gb2312", "gbk"), ("ibm866", "cp866"), ("koi8-r", "koi8-r")],
)  # fmt: skip
def test_oem_and_ansi_code_pages_are_read_as_declared(declared: str, codec: str) -> None:
    word = {"cp1251": "Ж", "cp866": "Ж", "koi8-r": "Ж", "cp932": "表", "gbk": "表"}.get(codec, "ö")
    text = f'<?xml version="1.0" encoding="{declared}"?><a>{word}</a>'
    assert b"".join(utf8_chunks(io.BytesIO(text.encode(codec)))) == text.encode()


def test_a_declaration_that_the_text_belies_is_not_believed() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><a>Zoë 表</a>'
    assert b"".join(utf8_chunks(io.BytesIO(text.encode()))) == text.encode()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@given(place=st.integers(0, 40_000))
@settings(max_examples=20)
def test_a_byte_that_is_lost_in_utf16_costs_its_line(encoding: str, place: int) -> None:
    rows = [f"{number:05} line with ASCII and ü".encode() for number in range(800)]
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff"
    data = b"\n".join(rows).decode().encode(encoding)
    place %= len(data)
    damaged = mark + data[:place] + data[place + 1 :]
    text = [line for _, line in _numbered(lines(_stream_pieces(damaged)))]
    assert len(set(rows) - set(text)) <= 2


@pytest.mark.parametrize("codec", ["zip", "rot13", "unicode_escape", "utf-7", "nonsense"])
def test_a_declaration_can_choose_no_other_codec(codec: str) -> None:
    data = f'<?xml version="1.0" encoding="{codec}"?><a/>'.encode()
    assert b"".join(utf8_chunks(io.BytesIO(data))) == data


def test_a_long_line_costs_only_itself_and_is_named() -> None:
    data = b"a\n" + b"x" * 50 + b"\nb\n" + b"y" * 50
    found = list(lines(_pieces(data, 7), limit=10))
    assert found == [
        (1, b"a"),
        Problem(2, "longer than 10 bytes; skipped"),
        (3, b"b"),
        Problem(4, "longer than 10 bytes; skipped"),
    ]


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(1, 40))
def test_lines_do_not_depend_on_the_pieces(data: bytes, size: int) -> None:
    numbered = enumerate(data.split(b"\n"), 1)
    expected = [(number, line) for number, line in numbered if line not in (b"", b"\r")]
    assert list(lines(_pieces(data, size))) == expected


def test_read_exactly_asks_again_after_a_short_read() -> None:
    class OneByte(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, size or 0))

    stream = OneByte(b"abcdef")
    assert read_exactly(stream, 4) == b"abcd"
    assert read_exactly(stream, 4) == b"ef"
    assert read_exactly(stream, 4) == b""


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def _stream_pieces(data: bytes) -> Iterator[bytes]:
    return utf8_chunks(io.BytesIO(data))


def _numbered(
    items: Iterator[tuple[int, bytes] | Problem],
) -> Iterator[tuple[int, bytes]]:
    return (item for item in items if not isinstance(item, Problem))
