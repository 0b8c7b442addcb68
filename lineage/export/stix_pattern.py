"""STIX patterns of indicators (STIX 2.1, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.export.hashes import parse_hashes
from lineage.export.stix_objects import hive_in_full
from lineage.report.indicators import any_users

if TYPE_CHECKING:
    from lineage.report.indicators import Indicator


def pattern_of(one: Indicator) -> str | None:
    """The pattern that finds an indicator elsewhere; None where none would find it alone.

    A file is known by its content, else by its place; a path or key of one user is any user's.
    """
    match one.kind:
        case "file":
            return _file(one)
        case "domain":
            return f"[domain-name:value = {_text(one.value)}]"
        case "address":
            kind = "ipv6-addr" if ":" in one.value else "ipv4-addr"
            return f"[{kind}:value = {_text(one.value)}]"
        case "registry":
            return _registry(one)


def _file(one: Indicator) -> str | None:
    written = ",".join(f"{name}={digest}" for name, digest in one.hashes.items())
    if hashes := parse_hashes(written):
        tests = [f"file:hashes.'{name}' = {_text(value)}" for name, value in sorted(hashes.items())]
        return f"[{' OR '.join(tests)}]"
    folder, _, name = one.value.replace("/", "\\").rpartition("\\")
    if not folder or not name:
        return None
    place = _place("file:parent_directory_ref.path", folder)
    return f"[file:name = {_text(name)} AND {place}]"


def _registry(one: Indicator) -> str:
    if not one.is_value:
        return f"[{_place('windows-registry-key:key', hive_in_full(one.value))}]"
    key, _, name = one.value.rpartition("\\")
    place = _place("windows-registry-key:key", hive_in_full(key))
    return f"[{place} AND windows-registry-key:values[*].name = {_text(name)}]"


def _place(path: str, place: str) -> str:
    """Equal, or like it but for the one user."""
    anybody = any_users(place)
    if anybody == place:
        return f"{path} = {_text(place)}"
    wild = anybody.replace("%", "_").replace("*", "%", 1)
    return f"{path} LIKE {_text(wild)}"


def _text(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
