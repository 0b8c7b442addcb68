from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from events import make
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.detect.fields import DERIVED, address_of, field_value, fields_of, moment_of, number_of
from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from lineage.detect.fields import Value


@pytest.mark.parametrize(
    ("event_id", "attributes", "name", "expected"),
    [
        (1, {"Image": "C:\\a\\b.exe"}, "ImageName", "b.exe"),
        (1, {"Image": "b.exe"}, "ImageName", "b.exe"),
        (1, {"Image": "C:\\a\\"}, "ImageName", ""),
        (7, {"Image": "C:\\a\\b.exe"}, "ImageName", "b.exe"),
        (1, {"ParentImage": "C:\\p.exe"}, "ParentName", "p.exe"),
        ("ProcessRollup2", {"ParentBaseFileName": "p.exe"}, "ParentName", "p.exe"),
        (
            "ProcessRollup2",
            {"ParentBaseFileName": "p.exe", "ParentImage": "C:\\q.exe"},
            "ParentName",
            "p.exe",
        ),
        (1, {"CommandLine": "cmd /c DEL a & del b"}, "DeletionArguments", " a & del b"),
        (1, {"CommandLine": "cmd /c model"}, "DeletionArguments", None),
        (11, {"TargetFilename": "C:\\a\\b.txt"}, "FileName", "b.txt"),
        (13, {"TargetObject": "HKLM\\a\\b"}, "RegistryKey", "HKLM\\a"),
        (12, {"TargetObject": "HKLM\\a\\b"}, "RegistryKey", "HKLM\\a\\b"),
        (
            12,
            {"TargetObject": "HKLM\\System\\ControlSet001\\Control\\Lsa\\x"},
            "RegistryParentKey",
            "HKLM\\System\\CurrentControlSet\\Control\\Lsa",
        ),
        (13, {"TargetObject": "HKLM\\a\\b"}, "RegistryLeaf", "b"),
        (13, {"Details": "DWORD (0x00000001)"}, "RegistryData", "0x00000001"),
        (
            13,
            {"Details": "QWORD (0x00000000-0x00000001)"},
            "RegistryData",
            "0x00000000-0x00000001",
        ),
        (13, {"Details": "DWORD value"}, "RegistryData", "DWORD value"),
        (7, {"Hashes": "MD5=1,IMPHASH=2"}, "Imphash", "2"),
    ],
)
def test_derived_field(
    event_id: int | str, attributes: dict[str, str], name: str, expected: str | None
) -> None:
    event = make(event_id, **attributes)
    assert field_value(event, fields_of(event.origin, "sigma")[name]) == expected


@pytest.mark.parametrize("origin", SOURCE)
@pytest.mark.parametrize("dialect", ["sigma", "security"])
def test_no_field_has_a_value_on_an_event_that_lacks_everything(origin: str, dialect: Any) -> None:
    is_script = SOURCE[origin].event is ScriptBlockLogged
    event = make(origin, **({"ScriptBlockText": ""} if is_script else {}))
    values = {
        name: field_value(event, field)
        for name, field in fields_of(origin, dialect).items()
        if name not in {"EventID", "Computer", "UtcTime"}
    }
    assert not any(values.values())


def test_every_derived_field_is_described() -> None:
    assert all(derived.meaning and derived.sources for derived in DERIVED)


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_derived_fields_take_any_text(text: str) -> None:
    for derived in DERIVED:
        values = [text] * len(derived.field.attributes)
        assert isinstance(derived.field.read(*values), str | None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        (" -7 ", -7),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1_000", None),
        ("nan", None),
        ("", None),
        (None, None),
        ("9" * 5000, None),
    ],
)
def test_numbers(value: Value, expected: float | None) -> None:
    assert number_of(value) == expected


@pytest.mark.parametrize("value", [None, 5, "", "10.0.0", "x", "10.0.0.1/8"])
def test_no_addresses(value: Value) -> None:
    assert address_of(value) is None


@pytest.mark.parametrize("value", [None, 5, "", "soon", "2026-13-01", "0001-01-01T00:00:00+23:59"])
def test_no_moments(value: Value) -> None:
    assert moment_of(value) is None
