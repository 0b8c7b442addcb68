from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from events import make
from sigma_rules import load_text, rule_text

from lineage.detect.allow import MOST_RECORDS, Allowances, load
from lineage.detect.engine import RuleEngine
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.allow import Allowance

TODAY = date(2026, 3, 1)
RULE = rule_text("selection: {Image|endswith: '.exe'}\ncondition: selection")
ENTRY = "- {rule: Test rule, reason: ours, expires: 2026-12-31"


def allowed(folder: Path, text: str) -> list[Allowance]:
    path = folder / "allow.yml"
    path.write_text(text, encoding="utf-8")
    return load([path], TODAY)[0]


def left(folder: Path, text: str, **fields: str) -> int:
    """How many matches of the rule an allow file leaves on an event."""
    event = make("sysmon-1", **{"Image": r"C:\Tools\cc.exe", **fields})
    matches = tuple(RuleEngine(load_text(folder, RULE).rules).match(event))
    assert len(matches) == 1
    return 1 - len(Allowances(allowed(folder, text)).taken(event, 1, matches))


CASES = [
    ("by title", ENTRY + "}", 0),
    ("by a part of the title", ENTRY.replace("Test rule", "'test*'") + "}", 0),
    ("another rule", ENTRY.replace("Test rule", "Other rule") + "}", 1),
    ("the host", ENTRY + ", host: 'ws*'}", 0),
    ("another host", ENTRY + ", host: 'srv*'}", 1),
    ("the field's value", ENTRY + ", fields: {Image|startswith: 'C:\\Tools\\'}}", 0),
    ("another value", ENTRY + ", fields: {Image|startswith: 'C:\\Temp\\'}}", 1),
    ("hash", ENTRY + ", fields: {Hashes|contains: 'SHA256=AB'}}", 0),
    ("a field of another log", ENTRY + ", fields: {TargetUserName: x}}", 1),
    ("expired", ENTRY.replace("2026-12-31", "2026-02-28") + "}", 1),
    ("on its last day", ENTRY.replace("2026-12-31", "2026-03-01") + "}", 0),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_an_entry_takes_away(tmp_path: Path, text: str, expected: int) -> None:
    assert left(tmp_path, text, Hashes="MD5=00,SHA256=ABCD") == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rule: a", "must be a list"),
        ("- {rule: a, expires: 2026-01-01}", "reason is missing"),
        ("- {rule: a, reason: '', expires: 2026-01-01}", "reason"),
        ("- {rule: a, reason: b}", "expires is missing"),
        ("- {rule: a, reason: b, expires: soon}", "expires"),
        ("- {rule: a, reason: b, expires: 2026-01-01, hosts: c}", "did you mean host"),
        (ENTRY + ", fields: {ComandLine: x}}", "did you mean CommandLine"),
        (ENTRY + ", fields: {Image|fuzzy: x}}", "fuzzy"),
        ("[", "allow.yml"),
    ],
)
def test_an_allow_file_with_a_mistake_is_refused_whole(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=r"allow\.yml") as raised:
        allowed(tmp_path, text)
    assert words in str(raised.value)


def test_an_expired_entry_is_said(tmp_path: Path) -> None:
    path = tmp_path / "allow.yml"
    path.write_text("- {rule: a, reason: b, expires: 2026-01-01}", encoding="utf-8")
    allowances, (note,) = load([path], TODAY)
    assert allowances == []
    assert "expired on 2026-01-01" in note


def test_all_are_counted_and_the_first_named(tmp_path: Path) -> None:
    event = make("sysmon-1", Image="a.exe")
    matches = tuple(RuleEngine(load_text(tmp_path, RULE).rules).match(event))
    allowances = allowed(tmp_path, ENTRY + "}")
    for fact in (*range(MOST_RECORDS + 5), 0):
        Allowances(allowances).taken(event, fact, matches)
    assert allowances[0].hits == {"Test rule": MOST_RECORDS + 5}
    assert len(allowances[0].records) == MOST_RECORDS
