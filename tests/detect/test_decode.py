from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.detect.decode import encoded_command, unescape


def encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-le")).decode()


FULL = "encodedcommand"


@pytest.mark.parametrize("form", [*(FULL[:length] for length in range(1, 15)), "ec", "EnC"])
def test_every_short_form_is_read(form: str) -> None:
    assert encoded_command(f"powershell -nop -{form} {encoded('whoami /all')}") == "whoami /all"


@pytest.mark.parametrize("form", ["ep", "ea", "ex", "encodedarguments", "enx", "file"])
def test_other_switches_are_not(form: str) -> None:
    assert encoded_command(f"powershell -{form} {encoded('whoami /all')}") is None


@pytest.mark.parametrize("before", ["-", "/", "–", "—", "―"])
@pytest.mark.parametrize("between", [" ", "  ", "\t", ":", ' "', " '"])
def test_dashes_and_separators(before: str, between: str) -> None:
    assert encoded_command(f"pwsh {before}enc{between}{encoded('hello')}") == "hello"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("powershell -enc", None),
        ("powershell -enc ====", None),
        ("powershell x-enc aABpAA==", None),
        ("powershell -enc aABpAA==", "hi"),
        ("powershell -enc aABpAA", "hi"),
        ("powershell -enc aABpA", "h"),
        ("powershell -e aABpAA== -e aABvAA==", "hi\nho"),
    ],
)
def test_awkward_arguments(text: str, expected: str | None) -> None:
    assert encoded_command(text) == expected


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_whatever_was_encoded_comes_back(text: str) -> None:
    script = "Write-Host " + text
    assert encoded_command(f"powershell -e {encoded(script)}") == script


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_never_fails(text: str) -> None:
    assert encoded_command("-e " + text) is None or encoded_command("-e " + text)
    unescape(text)


def test_long_hostile_lines_take_linear_time() -> None:
    assert encoded_command("-e " * 200_000) is None
    assert encoded_command("-e" + " " * 500_000) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &gt; b", "a > b"),
        ("&quot;x&quot; &#39;y&apos;", "\"x\" 'y'"),
        ("&amp;gt;", "&gt;"),
        ("&unknown; & x", "&unknown; & x"),
        ("%%TEMP%%\\a", "%TEMP%\\a"),
        ("%%ProgramFiles(x86)%%", "%ProgramFiles(x86)%"),
        ("%%1936 %%1937", "%%1936 %%1937"),
        ("for %%i in (x)", "for %%i in (x)"),
    ],
)
def test_unescape(text: str, expected: str) -> None:
    assert unescape(text) == expected
