"""A user's rule files: what is used, and what is said of the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from events import make
from sigma_rules import FILE, load_one, load_text, rule_text

from lineage.detect.catalog import load_builtin
from lineage.detect.engine import RuleEngine
from lineage.detect.user_rules import load_user
from lineage.user_yaml import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

GOOD = rule_text("selection: {CommandLine: whoami}\ncondition: selection")
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

UNUSABLE = [
    # what is wrong, the file's text, words that the reason has
    ("empty", "", ["no rule"]),
    ("comment", "# nothing", ["no rule"]),
    ("not a mapping", "- a\n- b", ["not a mapping"]),
    ("broken yaml", GOOD + "\n  x: [", ["file not used"]),
    ("tab", "title: a\n\tb: c", ["file not used"]),
    ("duplicate key", "title: a\ntitle: b", ["title", "file not used"]),
    ("unsafe tag", "title: !!python/object/apply:os.system [ls]", ["file not used"]),
    ("no title", GOOD.replace("title: Test rule\n", ""), ["title"]),
    (
        "no log source",
        GOOD.replace("logsource:\n  category: process_creation\n", ""),
        ["log source"],
    ),
    ("no detection", GOOD.split("detection:")[0], ["detection"]),
    ("detection is a list", GOOD.split("detection:")[0] + "detection: [a]", ["rule not used"]),
    ("no condition", GOOD.replace("condition: selection", ""), ["condition"]),
    ("misspelt name", GOOD.replace("condition: selection", "condition: selectoin"), ["selectoin"]),
    (
        "name of none",
        GOOD.replace("condition: selection", "condition: 1 of filter_*"),
        ["filter_*"],
    ),
    ("bad syntax", GOOD.replace("condition: selection", "condition: selection and"), ["not used"]),
    ("aggregation", GOOD.replace("condition: selection", "condition: selection | count() > 5"), []),
    ("unknown modifier", GOOD.replace("CommandLine:", "CommandLine|has:"), ["has"]),
    ("bad expression", GOOD.replace("CommandLine: whoami", "CommandLine|re: '(a'"), ["(a"]),
    ("look-ahead", GOOD.replace("CommandLine: whoami", "CommandLine|re: '(?=a)b'"), ["(?=a)b"]),
    (
        "placeholder",
        GOOD.replace("CommandLine: whoami", "CommandLine|expand: '%who%'"),
        ["placeholder"],
    ),
    ("bad network", GOOD.replace("CommandLine: whoami", "CommandLine|cidr: 10.0.0.1/8"), ["CIDR"]),
    ("bad level", GOOD + "level: awful", ["awful"]),
    ("bad id", GOOD + "id: 17", ["not used"]),
    (
        "other category",
        GOOD.replace("process_creation", "antivirus"),
        ["no such events are read", "antivirus"],
    ),
    (
        "other product",
        GOOD.replace("category: process_creation", "product: linux\n  category: process_creation"),
        ["no such events are read", "linux"],
    ),
    (
        "other service",
        rule_text("selection: {EventID: 1}\ncondition: selection", logsource="service: contoso"),
        ["no such events are read", "contoso"],
    ),
    (
        "field of other events",
        GOOD.replace("CommandLine: whoami", "DestinationPort: 443"),
        ["DestinationPort", "can't fire"],
    ),
    (
        "correlation",
        "title: a\ncorrelation: {type: event_count, rules: [b], timespan: 1m, condition: {gte: 5}}",
        ["correlates b, which isn't there"],
    ),
    (
        "filter without a log source",
        "title: a\nfilter: {rules: [b], selection: {a: b}, condition: selection}",
        ["filter", "log source"],
    ),
    ("action", "action: global\n" + GOOD, ["action"]),
    ("our block: bad type", GOOD + "lineage: {type: Alarm}", ["lineage.type", "TTP"]),
    ("our block: bad risk", GOOD + "lineage: {risk: 400}", ["lineage.risk", "100"]),
    ("our block: bad stage", GOOD + "lineage: {stage: endgame}", ["lineage.stage"]),
    ("our block: bad implicates", GOOD + "lineage: {implicates: [me]}", ["lineage.implicates"]),
    (
        "our block: near misses",
        GOOD + "lineage: {risc: 99, satge: persistence, implicate: [actor], tag: file}",
        [
            "lineage.risc is unknown; did you mean risk?",
            "lineage.satge is unknown; did you mean stage?",
            "lineage.implicate is unknown; did you mean implicates?",
            "and 1 more",
        ],
    ),
    ("our block: a word of its own", GOOD + "lineage: {x: 1}", ["must be one of type, impact"]),
    (
        "our block: bad source",
        GOOD + "lineage: {sources: [sysmon-999]}",
        ["lineage.sources[1]", "sysmon-1,"],
    ),
    (
        "our block: near value",
        GOOD + "lineage: {stage: persistance}",
        ["lineage.stage", "persistence?"],
    ),
    ("our block: list wanted", GOOD + "lineage: {implicates: actor}", ["list"]),
    ("our block: text", GOOD + "lineage: yes", ["lineage"]),
    (
        "very deep condition",
        GOOD.replace("condition: selection", "condition: " + "not " * 20_000 + "selection"),
        ["not used"],
    ),
    ("alias bomb", BOMB + GOOD, ["alias"]),
    ("deep nesting", "a: " + "[" * 100, ["nested"]),
    ("very deep nesting", "a: " + "[" * 50_000, ["nest"]),
    ("deep blocks", "- " * 50_000 + "a", ["file not used"]),
    (
        "deep condition",
        GOOD.replace("condition: selection", "condition: " + "not " * 60 + "selection"),
        ["condition", "nested"],
    ),
    ("a key that is a list", "? [a, b]\n: 1\n" + GOOD, ["unhashable"]),
    ("a date that is none", GOOD + "date: 2026-99-99", ["month"]),
    ("giant number", GOOD + f"x: {'9' * 5000}", ["5000 digits"]),
    ("giant number of base 60", GOOD + f"x: {':'.join(['1'] * 5000)}", ["digits"]),
    ("a tag's value that is none", GOOD + "x: !!timestamp x", ["file not used"]),
    ("huge", "#" * (MAX_BYTES + 1), ["MiB"]),
]


@pytest.mark.parametrize(
    ("text", "words"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE]
)
def test_unusable_rule_is_reported_and_the_others_run(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yml").write_text(GOOD.replace("Test", "Other"), encoding="utf-8")
    rules, problems, *_ = load_user([tmp_path])
    assert [rule.detection.title for rule in rules] == ["Other rule"]
    (problem,) = problems
    assert problem.path == str(tmp_path / "a.yml")
    assert problem.fatal
    assert "\n" not in problem.reason
    assert all(word.lower() in problem.reason.lower() for word in words), problem.reason


def test_title_is_named_where_it_can_be_read(tmp_path: Path) -> None:
    _, (problem,), *_ = load_text(tmp_path, GOOD.replace("selection\n", "selectoin\n"))
    assert problem.title == "Test rule"


def test_unknown_field_is_doubted_but_the_rule_runs(tmp_path: Path) -> None:
    text = rule_text(
        "selection: {CommandLine: a}\nfilter: {Colour: red}\ncondition: selection and not filter"
    )
    rules, (problem,), *_ = load_text(tmp_path, text)
    assert not problem.fatal
    assert "Colour" in problem.reason
    assert RuleEngine(rules).match(make(1, CommandLine="a"))


def test_one_broken_document_costs_no_other(tmp_path: Path) -> None:
    broken = GOOD.replace("selection\n", "selectoin\n")
    rules, problems, *_ = load_text(tmp_path, "---\n".join([GOOD, broken, GOOD, ""]))
    assert [rule.detection.rule_id for rule in rules] == [
        f"{tmp_path / FILE}#1",
        f"{tmp_path / FILE}#3",
    ]
    assert len(problems) == 1


def test_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    assert load_one(tmp_path, "\ufeff" + GOOD).detection.title == "Test rule"


def test_other_encodings_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(GOOD.encode("utf-16"))
    rules, (problem,), *_ = load_user([tmp_path])
    assert rules == ()
    assert "file not used" in problem.reason


def test_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    for name in ("z/a.yml", "b.yaml", "a/c.YML", "a.txt", "c.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(GOOD.replace("Test", name), encoding="utf-8")
    titles = [rule.detection.title for rule in load_user([tmp_path]).rules]
    assert titles == ["a/c.YML rule", "b.yaml rule", "z/a.yml rule"]


def test_paths_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    rules, problems, *_ = load_user([tmp_path / "none.yml", empty])
    assert rules == ()
    assert [problem.path for problem in problems] == [str(tmp_path / "none.yml"), str(empty)]
    assert "can't be read" in problems[0].reason
    assert "no rule files" in problems[1].reason


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert len(load_user([tmp_path]).rules) == 1


def test_same_id_twice_is_used_once(tmp_path: Path) -> None:
    with_id = GOOD + "id: 0e95725d-7320-415d-80f7-004da920fc11\n"
    rules, (problem,), *_ = load_text(tmp_path, with_id + "---\n" + with_id)
    assert len(rules) == 1
    assert "already used" in problem.reason


def test_id_of_a_builtin_rule_is_taken(tmp_path: Path) -> None:
    taken = load_builtin()[0].detection
    rules, (problem,), *_ = load_text(tmp_path, GOOD + f"id: {taken.rule_id}\n")
    assert rules == ()
    assert taken.path in problem.reason


@pytest.mark.parametrize(
    ("level", "kind", "risk"),
    [
        ("informational", "Hunting", 5),
        ("low", "Hunting", 20),
        ("medium", "Anomaly", 40),
        ("high", "TTP", 70),
        ("critical", "TTP", 90),
        (None, "Anomaly", 40),
    ],
)
def test_type_and_risk_follow_from_the_level(
    tmp_path: Path, level: str | None, kind: str, risk: int
) -> None:
    found = load_one(tmp_path, GOOD + (f"level: {level}\n" if level else "")).detection
    assert (found.type, found.risk) == (kind, risk)
    assert found.pack is None


def test_techniques_and_stage_follow_from_the_tags(tmp_path: Path) -> None:
    tags = "attack.t1059.001, attack.defense_evasion, attack.execution, cve.2024-1, attack.s0332"
    found = load_one(tmp_path, GOOD + f"tags: [{tags}]\n").detection
    assert found.attack == ("T1059.001",)
    assert found.stage == "defense-evasion"
    assert found.tactics == ("defense-evasion", "execution")


@pytest.mark.parametrize("tag", ["stealth", "defense-impairment", "defense_impairment"])
def test_newer_tactics_of_attack_are_parts_of_defense_evasion(tmp_path: Path, tag: str) -> None:
    found = load_one(tmp_path, GOOD + f"tags: [attack.{tag}]\n").detection
    assert found.tactics == ("defense-evasion",)


@pytest.mark.parametrize(
    ("category", "selection", "node", "implicates", "sources"),
    [
        (
            "image_load",
            "ImageLoaded: a",
            "module",
            ("actor",),
            ("sysmon-7", "crowdstrike-classifiedmoduleload", "defender-image"),
        ),
        (
            "file_event",
            "TargetFilename: a",
            "file",
            ("actor",),
            ("sysmon-11", "crowdstrike-filewritten", "defender-file"),
        ),
        (
            "registry_set",
            "TargetObject: a",
            "registry",
            ("actor",),
            ("sysmon-13", "crowdstrike-asepvalueupdate", "defender-registry"),
        ),
        (
            "dns_query",
            "QueryName: a",
            "dns",
            ("actor",),
            ("sysmon-22", "crowdstrike-dnsrequest", "defender-dnsqueryresponse"),
        ),
        (
            "ps_script",
            "ScriptBlockText: a",
            "script",
            ("actor",),
            (
                "powershell-4104",
                "crowdstrike-scriptcontrolscaninfo",
                "defender-powershellcommand",
            ),
        ),
        (
            "process_creation",
            "OriginalFileName: a",
            "process",
            ("parent",),
            (
                "sysmon-1",
                "security-4688",
                "crowdstrike-processrollup2",
                "defender-process",
            ),
        ),
    ],
)
def test_node_and_sources_follow_from_the_log_source(
    tmp_path: Path,
    category: str,
    selection: str,
    node: str,
    implicates: tuple[str, ...],
    sources: tuple[str, ...],
) -> None:
    text = rule_text(
        f"selection: {{{selection}}}\ncondition: selection", logsource=f"category: {category}"
    )
    found = load_one(tmp_path, text).detection
    assert (found.tags, found.implicates) == (node, implicates)
    assert set(found.sources) == set(sources)


def test_our_block_says_more(tmp_path: Path) -> None:
    block = "type: TTP, risk: 33, stage: collection, family: X, implicates: [actor, parent]"
    found = load_one(tmp_path, GOOD + f"lineage: {{{block}}}\n").detection
    assert (found.type, found.risk, found.stage, found.family) == ("TTP", 33, "collection", "X")
    assert found.implicates == ("actor", "parent")


def test_a_layer_of_the_packages_own_is_said_to_be_none(tmp_path: Path) -> None:
    rules, (problem,), *_ = load_text(tmp_path, GOOD + "lineage: {layer: extension, by: me}\n")
    assert [rule.layers[0].layer for rule in rules] == ["core"]
    assert not problem.fatal
    assert "lineage.layer" in problem.reason
