"""The matching language of Sigma, one row per feature, through both matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from events import make
from sigma_rules import load_one, rule_text

from lineage.detect import compile as compiler
from lineage.detect.compile import Predicates
from lineage.detect.match import explain, matches

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.normalise.event import Event

CMD = "C:\\Windows\\System32\\cmd.exe"


def both(folder: Path, text: str, event: Event) -> bool:
    """What both matchers say; they must say the same."""
    condition = load_one(folder, text).layers[0].condition
    fast = Predicates([condition], event.origin).true_on(event) == (0,)
    slow = matches(condition, event)
    assert fast == slow, "the matchers disagree"
    assert bool(explain(condition, event)) <= slow
    return fast


def one(selection: str) -> str:
    return rule_text(f"selection:\n  {selection}\ncondition: selection")


TEXT: list[tuple[str, str, str, str | None, bool]] = [
    # feature, selection item, field, its value, whether it matches
    ("plain", "CommandLine: whoami", "CommandLine", "WhoAmI", True),
    ("plain is whole", "CommandLine: whoami", "CommandLine", "whoami /all", False),
    ("folded sharp s", "CommandLine: STRASSE", "CommandLine", "straße", True),
    ("list", "CommandLine: [a, b]", "CommandLine", "b", True),
    ("wildcard star", "CommandLine: 'a*c'", "CommandLine", "abbc", True),
    ("star takes nothing", "CommandLine: 'a*c'", "CommandLine", "ac", True),
    ("star takes line breaks", "CommandLine: 'a*c'", "CommandLine", "a\r\nc", True),
    ("star overlap", "CommandLine: 'ab*ba'", "CommandLine", "aba", False),
    ("stars in order", "CommandLine: '*a*b*'", "CommandLine", "xxbxxa", False),
    ("question mark", "CommandLine: 'a?c'", "CommandLine", "a\nc", True),
    ("question mark needs one", "CommandLine: 'a?c'", "CommandLine", "ac", False),
    ("question mark and star", "CommandLine: '*b?d*'", "CommandLine", "aBcDe", True),
    ("question mark at the end", "CommandLine: 'a*c?'", "CommandLine", "abcd", True),
    ("escaped star", r"CommandLine: 'a\*c'", "CommandLine", "a*c", True),
    ("escaped star is literal", r"CommandLine: 'a\*c'", "CommandLine", "abc", False),
    ("backslash", r"CommandLine: 'C:\a'", "CommandLine", "c:\\A", True),
    ("double backslash", r"CommandLine: '\\\\srv'", "CommandLine", "\\\\srv", True),
    ("only a star", "CommandLine: '*'", "CommandLine", "x", True),
    ("only a star, lacking", "CommandLine: '*'", "CommandLine", None, False),
    ("contains", "CommandLine|contains: ' -ENC'", "CommandLine", "x -enc y", True),
    ("contains, not", "CommandLine|contains: ' -enc'", "CommandLine", "x-enc y", False),
    ("startswith", "CommandLine|startswith: CMD", "CommandLine", "cmd /c", True),
    ("startswith, shorter value", "CommandLine|startswith: cmd", "CommandLine", "cm", False),
    ("endswith", r"CommandLine|endswith: '\a.EXE'", "CommandLine", "C:\\A.exe", True),
    ("endswith, not", r"CommandLine|endswith: '\a.exe'", "CommandLine", "C:\\ba.exe", False),
    ("contains with wildcard", "CommandLine|contains: 'a*d'", "CommandLine", "xabcdx", True),
    ("all", "CommandLine|contains|all: [a, b]", "CommandLine", "b a", True),
    ("all, one lacks", "CommandLine|contains|all: [a, b]", "CommandLine", "a", False),
    ("cased", "CommandLine|cased: WhoAmI", "CommandLine", "WhoAmI", True),
    ("cased, other case", "CommandLine|cased: WhoAmI", "CommandLine", "whoami", False),
    ("cased contains", "CommandLine|contains|cased: Am", "CommandLine", "WhoAmI", True),
    ("cased contains, other", "CommandLine|contains|cased: Am", "CommandLine", "whoami", False),
    ("neq", "CommandLine|neq: whoami", "CommandLine", "hostname", True),
    ("neq, equal", "CommandLine|neq: whoami", "CommandLine", "whoami", False),
    ("re searches", "CommandLine|re: 'w.o'", "CommandLine", "a whoami", True),
    ("re is cased", "CommandLine|re: 'who'", "CommandLine", "WHOAMI", False),
    ("re i", "CommandLine|re|i: 'who'", "CommandLine", "WHOAMI", True),
    ("re m", "CommandLine|re|m: '^b$'", "CommandLine", "a\nb", True),
    ("re without m", "CommandLine|re: '^b$'", "CommandLine", "a\nb", False),
    ("re s", "CommandLine|re|s: 'a.b'", "CommandLine", "a\nb", True),
    ("re without s", "CommandLine|re: 'a.b'", "CommandLine", "a\nb", False),
    ("re i m s", "CommandLine|re|i|m|s: '^A.b'", "CommandLine", "x\na\nB", True),
    ("re beyond ascii", "CommandLine|re: '^..$'", "CommandLine", "äö", True),
    ("re on lone surrogate", "CommandLine|re: 'b$'", "CommandLine", "\ud800b", True),
    ("re contains", "CommandLine|re|contains: 'b|c'", "CommandLine", "xcx", True),
    ("windash dash", "CommandLine|windash|contains: ' -f '", "CommandLine", "x -f y", True),
    ("windash slash", "CommandLine|windash|contains: ' -f '", "CommandLine", "x /f y", True),
    ("windash en dash", "CommandLine|windash|contains: ' -f '", "CommandLine", "x –f y", True),
    (
        "windash all",
        "CommandLine|windash|contains|all: [' -f', ' -g']",
        "CommandLine",
        "x /f -g",
        True,
    ),
    ("base64", "CommandLine|base64|contains: 'foobar'", "CommandLine", "x Zm9vYmFy", True),
    (
        "base64offset",
        "CommandLine|base64offset|contains: foobar",
        "CommandLine",
        "eGZvb2Jhcg",
        True,
    ),
    ("base64 wide", "CommandLine|wide|base64offset|contains: ab", "CommandLine", "YQBiAA==", True),
    ("base64 utf16be", "CommandLine|utf16be|base64|contains: ab", "CommandLine", "AGEAYg==", True),
    ("base64 utf16", "CommandLine|utf16|base64|contains: ab", "CommandLine", "//5hAGIA", True),
    ("exists", "CommandLine|exists: true", "CommandLine", "x", True),
    ("exists, lacking", "CommandLine|exists: true", "CommandLine", None, False),
    ("exists false", "CommandLine|exists: false", "CommandLine", None, True),
    ("null", "CommandLine: null", "CommandLine", None, True),
    ("null, present", "CommandLine: null", "CommandLine", "x", False),
    ("empty text is lacking", "CommandLine: ''", "CommandLine", None, True),
    ("lone dash is lacking", "CommandLine: '-'", "CommandLine", None, True),
    ("empty list is null", "CommandLine: []", "CommandLine", None, True),
    ("null or value", "CommandLine: [null, x]", "CommandLine", "x", True),
    ("number on text", "IntegrityLevel: 12288", "IntegrityLevel", "12288", True),
    ("number on hexadecimal text", "LogonId: 999", "LogonId", "0x3e7", True),
    ("number on other text", "LogonId: 999", "LogonId", "x999", False),
    ("truth on text", "Description: true", "Description", "TRUE", True),
    ("lt", "LogonId|lt: 1000", "LogonId", "0x3e7", True),
    ("lte", "LogonId|lte: 999", "LogonId", "999", True),
    ("gt", "LogonId|gt: 999", "LogonId", "999", False),
    ("gte", "LogonId|gte: 998.5", "LogonId", "999", True),
    ("gt on text", "LogonId|gt: 1", "LogonId", "many", False),
    ("cidr", "Description|cidr: 10.0.0.0/8", "Description", "10.1.2.3", True),
    ("cidr, outside", "Description|cidr: 10.0.0.0/8", "Description", "11.1.2.3", False),
    ("cidr, mapped", "Description|cidr: 10.0.0.0/8", "Description", "::ffff:10.1.2.3", True),
    ("cidr v6", "Description|cidr: 'fe80::/10'", "Description", "fe80::1", True),
    ("cidr on text", "Description|cidr: 10.0.0.0/8", "Description", "10.0.0.x", False),
    ("minute", "Description|minute: 5", "Description", "2026-02-04 10:05:00", True),
    ("hour in utc", "Description|hour: 8", "Description", "2026-02-04T10:05:00+02:00", True),
    ("day", "Description|day: 4", "Description", "2026-02-04", True),
    ("week", "Description|week: 6", "Description", "2026-02-04", True),
    ("month", "Description|month: 3", "Description", "2026-02-04", False),
    ("year", "Description|year: 2026", "Description", "2026-02-04", True),
    ("year on text", "Description|year: 2026", "Description", "last year", False),
    ("own time", "UtcTime|hour: 10", "Description", None, True),
    ("hash", "md5: ABCD", "Hashes", "SHA1=00,MD5=abcd", True),
    ("hash of another kind", "sha256: ABCD", "Hashes", "SHA1=00,MD5=abcd", False),
    ("hashes as text", "Hashes|contains: 'MD5=AB'", "Hashes", "SHA1=00,MD5=abcd", True),
    ("xml escapes undone", "CommandLine: 'a > b & c'", "CommandLine", "a &gt; b &amp; c", True),
    ("escapes undone once", "CommandLine: 'a &lt; b'", "CommandLine", "a &amp;lt; b", True),
    ("percent undone", "CommandLine: '%TEMP%\\a'", "CommandLine", "%%TEMP%%\\a", True),
    (
        "percent in the rule undone",
        "Image: '%%SystemRoot%%\\a'",
        "Image",
        "%%SystemRoot%%\\a",
        True,
    ),
    ("message id stays", "Description: '%%1936'", "Description", "%%1936", True),
    ("computer", "Computer: ws1", "Description", None, True),
    ("event id", "EventID: 1", "Description", None, True),
]


@pytest.mark.parametrize(
    ("selection", "field", "value", "expected"),
    [row[1:] for row in TEXT],
    ids=[row[0] for row in TEXT],
)
def test_comparison(
    tmp_path: Path, selection: str, field: str, value: str | None, expected: bool
) -> None:
    assert both(tmp_path, one(selection), make(1, **{field: value})) is expected


CONDITIONS = [
    ("and", "a and b", False),
    ("or", "a or b", True),
    ("not", "not b", True),
    ("not of both", "not (a and b)", True),
    ("precedence", "a or b and b", True),
    ("nested", "not (not a or (b and not b))", True),
    ("one of", "1 of sel_*", True),
    ("all of", "all of sel_*", False),
    ("all of them", "all of them", False),
    ("any of them", "any of them", True),
    ("none of", "not 1 of other_*", True),
]


@pytest.mark.parametrize(
    ("condition", "expected"), [row[1:] for row in CONDITIONS], ids=[row[0] for row in CONDITIONS]
)
def test_condition(tmp_path: Path, condition: str, expected: bool) -> None:
    text = rule_text(
        f"""
        a: {{CommandLine|contains: who}}
        b: {{CommandLine|contains: host}}
        sel_1: {{CommandLine: whoami}}
        sel_2: {{CommandLine: hostname}}
        other_1: {{CommandLine: x}}
        condition: {condition}
        """
    )
    assert both(tmp_path, text, make(1, CommandLine="whoami")) is expected


SHAPES: list[tuple[str, str, dict[str, Any], bool]] = [
    ("list of maps", "[{CommandLine: a}, {Image: b, CommandLine: c}]", {"CommandLine": "a"}, True),
    ("map in list is and", "[{Image: b, CommandLine: c}]", {"CommandLine": "c"}, False),
    ("keywords", "[whoami, hostname]", {"CommandLine": "x /c WhoAmI"}, True),
    ("keyword in any field", "[acme]", {"Company": "Acme Ltd"}, True),
    ("keyword, not", "[whoami]", {"CommandLine": "hostname", "Image": CMD}, False),
    ("keyword with wildcard", "['a*d']", {"CommandLine": "xabcdx"}, True),
    ("keyword number", "[4711]", {"CommandLine": "x 4711 y"}, True),
    ("keyword on a number", "[4711]", {"ProcessId": 4711}, True),
    ("keyword re", "{'|re': 'w.o'}", {"CommandLine": "a whoami"}, True),
    ("keywords all", "{'|all': [who, '/c']}", {"CommandLine": "x /c", "Image": "who"}, True),
    ("keywords all, one lacks", "{'|all': [who, '/d']}", {"CommandLine": "x /c whoami"}, False),
    ("fieldref", "{Image|fieldref: ParentImage}", {"Image": "A", "ParentImage": "a"}, True),
    ("fieldref, other", "{Image|fieldref: ParentImage}", {"Image": "b", "ParentImage": "a"}, False),
    ("fieldref, lacking", "{Image|fieldref: ParentImage}", {"Image": "b"}, False),
    ("fieldref, both lack", "{Image|fieldref: ParentImage}", {}, False),
    (
        "fieldref contains",
        "{CommandLine|fieldref|contains: ParentImage}",
        {"CommandLine": "del A.EXE /q", "ParentImage": "a.exe"},
        True,
    ),
    (
        "fieldref startswith",
        "{CommandLine|fieldref|startswith: Image}",
        {"CommandLine": "a.exe /q", "Image": "a.exe"},
        True,
    ),
    (
        "fieldref endswith",
        "{Image|fieldref|endswith: OriginalFileName}",
        {"Image": CMD, "OriginalFileName": "Cmd.Exe"},
        True,
    ),
    (
        "fieldref to derived",
        "{OriginalFileName|fieldref: ImageName}",
        {"Image": CMD, "OriginalFileName": "Cmd.Exe"},
        True,
    ),
    ("process id", "{ProcessId: 4}", {"ProcessId": 4}, True),
    ("process id as text", "{ProcessId: '4'}", {"ProcessId": 4}, True),
    ("process id compared", "{ProcessId|gte: 4}", {"ProcessId": 3}, False),
]


@pytest.mark.parametrize(
    ("selection", "fields", "expected"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES]
)
def test_selection(tmp_path: Path, selection: str, fields: dict[str, Any], expected: bool) -> None:
    text = rule_text(f"selection: {selection}\ncondition: selection")
    assert both(tmp_path, text, make(1, **fields)) is expected


@pytest.mark.parametrize("value", [None, "C:\\other.exe"])
def test_negated_comparison_holds_where_the_field_is_lacking(
    tmp_path: Path, value: str | None
) -> None:
    text = rule_text("filter: {ParentImage: 'C:\\a.exe'}\ncondition: not filter")
    assert both(tmp_path, text, make(1, ParentImage=value))


def test_several_conditions_are_alternatives(tmp_path: Path) -> None:
    text = rule_text("a: {CommandLine: x}\nb: {CommandLine: y}\ncondition: [a, b]")
    assert both(tmp_path, text, make(1, CommandLine="y"))


@pytest.mark.parametrize(
    ("logsource", "detection", "event", "expected"),
    [
        ("category: registry_event", "TargetObject|endswith: a", make(12, TargetObject="a"), True),
        ("category: registry_set", "TargetObject: a", make(12, TargetObject="a"), False),
        (
            "category: registry_add",
            "TargetObject: a",
            make(12, TargetObject="a", EventType="CreateKey"),
            True,
        ),
        (
            "category: registry_add",
            "TargetObject: a",
            make(12, TargetObject="a", EventType="DeleteKey"),
            False,
        ),
        (
            "category: registry_delete",
            "TargetObject: a",
            make(12, TargetObject="a", EventType="DeleteValue"),
            True,
        ),
        ("service: sysmon", "EventID: 11", make(11), True),
        ("service: sysmon", "EventID: [1, 11]", make(13), False),
        ("service: security", "{EventID: 4688, NewProcessName: a}", make(4688, Image="a"), True),
        ("service: security", "{EventID: 4688, ProcessId: 7}", make(4688, ParentProcessId=7), True),
        (
            "service: security",
            "{EventID: 4688, SubjectUserName: dana}",
            make(4688, User="CORP\\dana"),
            True,
        ),
        ("service: security", "{EventID: 4688, NewProcessName: a}", make(1, Image="a"), False),
        ("service: powershell", "EventID: 4104", make(4104, ScriptBlockText="x"), True),
        ("category: dns_query", "QueryName: a", make(22, QueryName="A"), True),
        ("category: process_creation", "Image: a", make("ProcessRollup2", Image="a"), True),
        ("category: file_event", "FileName: a.exe", make(11, TargetFilename="C:\\a.exe"), True),
    ],
)
def test_log_source(
    tmp_path: Path, logsource: str, detection: str, event: Event, expected: bool
) -> None:
    text = rule_text(f"selection:\n  {detection}\ncondition: selection", logsource=logsource)
    if detection.startswith("{"):
        text = rule_text(f"selection: {detection}\ncondition: selection", logsource=logsource)
    condition = load_one(tmp_path, text).layers[0].condition
    assert bool(Predicates([condition], event.origin).true_on(event)) is expected
    assert matches(condition, event) is expected


def test_many_conditions_keep_their_places(tmp_path: Path) -> None:
    conditions = [
        load_one(tmp_path, one(f"CommandLine|contains: '{word}'")).layers[0].condition
        for word in ("a", "b", "a", "c")
    ]
    assert Predicates(conditions, "sysmon-1").true_on(make(1, CommandLine="xaxc")) == (0, 2, 3)


def test_answers_stay_right_when_the_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "CACHE_BYTES", 0)
    condition = load_one(tmp_path, one("CommandLine|contains: '7'")).layers[0].condition
    predicates = Predicates([condition], "sysmon-1")
    events = [make(1, CommandLine=str(number)) for number in range(600)]
    for event in (*events, *reversed(events)):
        assert bool(predicates.true_on(event)) is ("7" in str(event.CommandLine))


def test_long_values_are_compared_but_not_kept(tmp_path: Path) -> None:
    condition = load_one(tmp_path, one("CommandLine|endswith: 'end'")).layers[0].condition
    event = make(1, CommandLine="x" * 2_000_000 + "END")
    assert Predicates([condition], "sysmon-1").true_on(event) == (0,)


def test_hostile_pattern_takes_linear_time(tmp_path: Path) -> None:
    condition = load_one(tmp_path, one("CommandLine|re: '(a+)+$'")).layers[0].condition
    assert Predicates([condition], "sysmon-1").true_on(make(1, CommandLine="a" * 5000 + "b")) == ()
