"""House rules over the 33 detections and the tradecraft rules, and every recorded case of them."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
import yaml
from detection_cases import Case, cases

import lineage.detect
from lineage.detect.catalog import Rule, load_builtin
from lineage.detect.condition import named_fields
from lineage.detect.detection import LEVELS, Detection
from lineage.detect.engine import RuleEngine
from lineage.detect.fields import fields_of
from lineage.detect.match import explain

STORY, TRADECRAFT = load_builtin(), load_builtin("tradecraft")
RULES = (*STORY, *TRADECRAFT)
FOLDER = Path(lineage.detect.__file__).parent / "rules"

EXPECTED = {
    title: (kind, tuple(techniques.split()), int(impact), int(confidence), stage)
    for title, kind, techniques, impact, confidence, stage in (
        line.split("|")
        for line in """\
Add or Set Windows Defender Exclusion|TTP|T1562.001 T1562|80|80|defense-evasion
Detect Outlook exe writing a zip file|TTP|T1566 T1566.001|50|50|initial-access
Disabling Remote User Account Control|TTP|T1548.002 T1548|70|60|privilege-escalation
Executables Or Script Creation In Suspicious Path|Anomaly|T1036|40|50|defense-evasion
Jscript Execution Using Cscript App|TTP|T1059 T1059.007|70|70|execution
Loading Of Dynwrapx Module|TTP|T1055 T1055.001|80|100|execution
Malicious InProcServer32 Modification|TTP|T1218.010 T1112|80|100|defense-evasion
Non Chrome Process Accessing Chrome Default Dir|Anomaly|T1555 T1555.003|50|70|credential-access
Non Firefox Process Access Firefox Profile Dir|Anomaly|T1555 T1555.003|50|70|credential-access
Office Document Executing Macro Code|TTP|T1566 T1566.001|70|50|initial-access
Office Product Spawn CMD Process|TTP|T1566 T1566.001|70|80|initial-access
Office Product Spawning Windows Script Host|TTP|T1566 T1566.001|70|90|initial-access
Possible Browser Pass View Parameter|Hunting|T1555.003 T1555|40|40|credential-access
Powershell Windows Defender Exclusion Commands|TTP|T1562.001 T1562|80|80|defense-evasion
Process Deleting Its Process File Path|TTP|T1070|60|100|defense-evasion
Process Writing DynamicWrapperX|Hunting|T1059 T1559.001|80|100|execution
Registry Keys Used For Persistence|TTP|T1547.001 T1547|80|95|persistence
Regsvr32 Silent and Install Param Dll Loading|Anomaly|T1218 T1218.010|60|60|defense-evasion
Regsvr32 with Known Silent Switch Cmdline|Anomaly|T1218 T1218.010|70|80|defense-evasion
Remcos client registry install entry|TTP|T1112|90|100|persistence
Remcos RAT File Creation in Remcos Folder|TTP|T1113|100|100|collection
Suspicious Image Creation In Appdata Folder|TTP|T1113|70|70|collection
Suspicious Process DNS Query Known Abuse Web Services|TTP|T1059.005 T1059|80|80|command-and-control
Suspicious Process Executed From Container File|TTP|T1204.002 T1036.008|80|20|execution
Suspicious Process File Path|TTP|T1543|70|50|defense-evasion
Suspicious WAV file in Appdata Folder|TTP|T1113|70|70|collection
System Info Gathering Using Dxdiag Application|Hunting|T1592|50|50|discovery
Vbscript Execution Using Wscript App|TTP|T1059.005 T1059|70|70|execution
Windows Defender Exclusion Registry Entry|TTP|T1562.001 T1562|80|80|defense-evasion
Windows ISO LNK File Creation|Hunting|T1566.001 T1566 T1204.001 T1204|80|50|initial-access
Windows Phishing Recent ISO Exec Registry|Hunting|T1566.001 T1566|50|80|initial-access
Winhlp32 Spawning a Process|TTP|T1055|80|100|defense-evasion
Wscript Or Cscript Suspicious Child Process|TTP|T1055 T1543 T1134.004 T1134|70|70|execution
""".splitlines()
    )
}
"""Title -> type, techniques, impact, confidence, stage."""

CANNOT_FIRE = {("Disabling Remote User Account Control", "sysmon-12")}
"""Sources that are named for a detection, but lack what it needs."""


def by_title(rule: Rule) -> str:
    return rule.detection.title


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine(RULES)


def test_the_catalog_is_the_story() -> None:
    assert {rule.detection.title for rule in STORY} == set(EXPECTED)
    assert len(STORY) == 33


@pytest.mark.parametrize("rule", STORY, ids=by_title)
def test_says_of_itself_what_the_story_says(rule: Rule) -> None:
    found = rule.detection
    said = (found.type, found.attack, found.impact, found.confidence, found.stage)
    assert said == EXPECTED[found.title]


def test_titles_and_files_are_unique_over_both_packs() -> None:
    assert len({rule.detection.title for rule in RULES}) == len(RULES)
    assert len({rule.detection.path for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", TRADECRAFT, ids=by_title)
class TestTradecraft:
    def test_says_all_that_it_means(self, rule: Rule) -> None:
        found = rule.detection
        assert found.pack == "tradecraft"
        assert found.family is None
        assert found.stage is not None
        assert found.attack
        assert found.join is None

    def test_what_honest_software_does_too_is_weak(self, rule: Rule) -> None:
        found = rule.detection
        assert found.confidence is not None
        if found.type != "TTP":
            assert found.confidence <= 60
        if found.false_positives != ("None known",) and found.type == "TTP":
            assert found.confidence <= 80

    def test_a_hit_alone_is_no_more_than_a_weak_chain(self, rule: Rule) -> None:
        mine = [case for case in cases() if case.file == rule.detection.path and case.hit]
        assert {case.layer for case in mine} == {"tradecraft"}


@pytest.mark.parametrize("rule", RULES, ids=by_title)
class TestRule:
    def test_file_is_named_after_the_title(self, rule: Rule) -> None:
        slug = re.sub(r"[^a-z0-9]+", "-", rule.detection.title.lower()).strip("-")
        assert rule.detection.path == f"{slug}.yml"

    def test_risk_is_impact_by_confidence_and_fits_the_level(self, rule: Rule) -> None:
        found = rule.detection
        assert found.impact is not None
        assert found.confidence is not None
        assert found.risk == found.impact * found.confidence // 100
        floors = dict(zip(LEVELS, (0, 10, 21, 49, 80), strict=True))
        fitting = [level for level in LEVELS if found.risk >= floors[level]]
        assert found.level == fitting[-1]

    def test_names_only_fields_that_its_events_have(self, rule: Rule) -> None:
        for layer in rule.layers:
            known = {
                name
                for origin in layer.condition.sources
                for name in fields_of(origin, layer.condition.dialect)
            }
            assert named_fields(layer.condition) <= known

    def test_can_fire_on_its_sources_and_on_no_other(self, rule: Rule, engine: RuleEngine) -> None:
        named = {
            source
            for source in rule.detection.sources
            if (rule.detection.title, source) not in CANNOT_FIRE
        }
        assert set(engine.requirements(rule.detection)) == named

    def test_has_a_hit_and_a_near_miss_per_source(self, rule: Rule) -> None:
        mine = [case for case in cases() if case.file == rule.detection.path]
        for source in rule.detection.sources:
            outcomes = {case.hit for case in mine if case.source == source}
            assert outcomes >= {False}, source
            assert True in outcomes or (rule.detection.title, source) in CANNOT_FIRE, source

    def test_has_a_hit_per_layer(self, rule: Rule) -> None:
        mine = [case for case in cases() if case.file == rule.detection.path and case.hit]
        assert {case.by for case in mine} >= set(rule.detection.extensions)
        core = "tradecraft" if rule.detection.pack == "tradecraft" else "core"
        assert any(case.layer == core for case in mine)

    def test_extensions_have_names_of_their_own(self, rule: Rule) -> None:
        names = [layer.by for layer in rule.layers]
        assert names[0] is None
        assert len(set(names)) == len(names)
        assert all(layer.layer == "extension" for layer in rule.layers[1:])


def test_ids_are_uuids_and_unique() -> None:
    ids = [layer.rule_id for rule in RULES for layer in rule.layers]
    assert len(set(ids)) == len(ids)
    assert all(uuid.UUID(rule_id).version == 4 for rule_id in ids)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yml")), ids=lambda path: path.name)
def test_rule_file_is_complete(path: Path) -> None:
    core, *extensions = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    for key in ("description", "references", "falsepositives", "author", "date", "status"):
        assert core.get(key), key
    pages = ["https://attack.mitre.org/software/S0332/"] if path.parent.name == "remcos" else []
    pages += [
        f"https://attack.mitre.org/techniques/{tag[7:].upper().replace('.', '/')}/"
        for tag in core["tags"]
        if re.match(r"attack\.t\d", tag)
    ]
    assert sorted(core["references"]) == sorted(pages)
    assert all(extension["title"] == core["title"] for extension in extensions)
    assert all(extension["description"] for extension in extensions)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_case(case: Case, engine: RuleEngine) -> None:
    found = [
        (match.layer, match.by)
        for match in engine.match(case.event, case.context)
        if match.detection.path == case.file
    ]
    assert found == ([(case.layer, case.by)] if case.hit else [])


@pytest.mark.parametrize("case", [case for case in cases() if case.hit], ids=lambda case: case.id)
def test_hit_is_explained_by_fields_that_the_event_has(case: Case, engine: RuleEngine) -> None:
    (match,) = [
        match
        for match in engine.match(case.event, case.context)
        if match.detection.path == case.file
    ]
    told = {str(value) for value in (*case.event, *case.context, *getattr(case.event, "parts", ()))}
    shown = {name: value for name, value in match.fields.items() if not name.startswith("Decoded")}
    assert shown
    assert set(shown.values()) <= told


@pytest.mark.parametrize("case", [case for case in cases() if not case.hit], ids=lambda c: c.id)
def test_near_miss_explains_nothing(case: Case) -> None:
    (rule,) = [rule for rule in RULES if rule.detection.path == case.file]
    assert all(explain(layer.condition, case.event) == {} for layer in rule.layers)


@pytest.mark.parametrize(
    ("title", "source", "fields"),
    [
        ("Add or Set Windows Defender Exclusion", "security-4688", [{"CommandLine"}]),
        ("Office Product Spawning Windows Script Host", "security-4688", [{"Image"}]),
        ("Jscript Execution Using Cscript App", "security-4688", [{"Image", "CommandLine"}]),
        (
            "Loading Of Dynwrapx Module",
            "sysmon-7",
            [{"ImageLoaded"}, {"OriginalFileName"}, {"Product"}],
        ),
        (
            "Non Chrome Process Accessing Chrome Default Dir",
            "security-4663",
            [{"ProcessName", "ObjectName"}],
        ),
    ],
)
def test_required_fields_follow_from_the_condition(
    engine: RuleEngine, title: str, source: str, fields: list[set[str]]
) -> None:
    (detection,) = [found for found in engine.detections if found.title == title]
    assert list(engine.requirements(detection)[source]) == fields


def test_requirements_are_of_its_own_rules_only(engine: RuleEngine) -> None:
    stranger: Detection = RuleEngine(load_builtin.__wrapped__()).detections[0]
    with pytest.raises(KeyError, match="Add or Set"):
        engine.requirements(stranger)
