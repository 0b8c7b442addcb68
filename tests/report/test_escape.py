from __future__ import annotations

import csv
import io
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from sample_report import HOSTILE

from lineage.report.escape import csv_cell, ellipsis_for, html, terminal

ANY_TEXT = st.text(st.characters(), max_size=80)
ENCODINGS = st.sampled_from(["utf-8", "cp1252", "ascii", "cp437", "utf-16"])


class TestTerminal:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            (r"C:\new\temp\x1b.exe", r"C:\new\temp\x1b.exe"),
            ("\x1b[2J", "<U+001B>[2J"),
            ("\x9b31m", "<U+009B>31m"),
            ("a\r\nb\tc", "a<U+000D><U+000A>b<U+0009>c"),
            ("exe.\u202ecod", "exe.<U+202E>cod"),
            ("a\u2066b\u2069c\u200ed\u200f", "a<U+2066>b<U+2069>c<U+200E>d<U+200F>"),
            ("zero\u200bwidth\ufeff\u00ad", "zero<U+200B>width<U+FEFF><U+00AD>"),
            ("line\u2028para\u2029next\u0085", "line<U+2028>para<U+2029>next<U+0085>"),
            ("no\u00a0break", "no<U+00A0>break"),
            ("\ud800", "<U+D800>"),
            ("v\ufe0f\u3164\u2800", "v<U+FE0F><U+3164><U+2800>"),
            ("\U000e0041", "<U+E0041>"),
            ("漢字 é 😀", "漢字 é 😀"),
            ("[red]x[/red]", "[red]x[/red]"),
            ("a.exe" + " " * 300 + "/c calc", "a.exe<300 spaces>/c calc"),
            ("", ""),
        ],
    )
    def test_shows_what_could_deceive(self, text: str, shown: str) -> None:
        assert terminal(text) == shown

    @settings(max_examples=60)
    @given(ANY_TEXT, st.none() | st.integers(0, 40), ENCODINGS)
    def test_result_is_one_printable_line_in_the_terminals_encoding(
        self, text: str, limit: int | None, encoding: str
    ) -> None:
        shown = terminal(text, limit, encoding)
        assert shown.isprintable()
        shown.encode(encoding)
        if limit is not None:
            assert cell_len(shown) <= max(limit, 1)

    @settings(max_examples=60)
    @given(ANY_TEXT)
    def test_is_stable(self, text: str) -> None:
        assert terminal(terminal(text)) == terminal(text)

    def test_keeps_both_ends_of_a_long_text(self) -> None:
        shown = terminal("powershell.exe " + "A" * 30_000 + r" C:\payload.ps1", 60)
        assert shown.startswith("powershell.exe")
        assert shown.endswith("payload.ps1")
        assert "…" in shown
        assert cell_len(shown) == 60

    def test_text_that_just_fits_is_whole(self) -> None:
        assert terminal("x" * 60, 60) == "x" * 60

    def test_wide_characters_count_double(self) -> None:
        assert cell_len(terminal("漢" * 100, 21)) <= 21

    def test_stacked_accents_do_not_grow_without_end(self) -> None:
        assert len(terminal("e" + "\u0301" * 30_000, 40)) < 200

    def test_what_the_encoding_lacks_is_shown_by_number(self) -> None:
        assert terminal("ж.exe", encoding="cp1252") == "<U+0436>.exe"

    @pytest.mark.parametrize(
        ("encoding", "sign"), [("utf-8", "…"), ("cp1252", "…"), ("ascii", "...")]
    )
    def test_ellipsis_is_printable(self, encoding: str, sign: str) -> None:
        assert ellipsis_for(encoding) == sign


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


class TestHtml:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_opens_no_element(self, text: str) -> None:
        parser = _Texts()
        parser.feed(f'<p title="{html(text)}">{html(text)}</p>')
        parser.close()
        assert parser.tags == ["p"]

    def test_keeps_lines_and_shows_the_rest(self) -> None:
        assert unescape(html("if x:\r\n\ty\u202e\0")) == "if x:\n\ty<U+202E><U+0000>"

    @settings(max_examples=60)
    @given(ANY_TEXT)
    def test_has_no_character_with_a_meaning(self, text: str) -> None:
        assert not set(html(text).replace("&amp;", "").replace("&lt;", "")) & set("<>\"'")


class TestCsvCell:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\0=1", "\tplain"],
    )
    def test_neutralises_formulas(self, text: str) -> None:
        assert csv_cell(text) == "'" + text

    @pytest.mark.parametrize("text", ["", r"C:\a.exe /x=1", "a-b", "1-2", "user@host", " plain"])
    def test_leaves_other_texts_alone(self, text: str) -> None:
        assert csv_cell(text) == text

    @settings(max_examples=60)
    @given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40))
    def test_survives_a_csv_file(self, text: str) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerow([csv_cell(text), "next"])
        (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
        assert row == [csv_cell(text), "next"]
        assert row[0].endswith(text)
        assert not row[0].lstrip().startswith(("=", "+", "-", "@"))
