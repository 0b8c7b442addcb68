"""Alerts of other tools: each format is read, and lands on what it is about; the rest is said."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from attacks import USER, desktop, engine
from hosts import SYSTEM32, Host, Program
from hypothesis import given
from hypothesis import strategies as st

from lineage.detect.alerts.mapping import alerts, tool_of, tools, unwrapped
from lineage.detect.alerts.place import AlertBoard
from lineage.detect.alerts.read import AlertFile, read
from lineage.detect.run import tagged
from lineage.errors import UsageError
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock
from lineage.times import TICKS, iso

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.hit import Hit

PAYLOAD = USER + "Downloads\\tool.exe"


class Scene:
    """A host on which a program runs another and writes a file."""

    def __init__(self) -> None:
        self.host = Host()
        self.tool = self.host.run(PAYLOAD, f'"{PAYLOAD}"', parent=desktop(self.host))
        self.whoami = self.host.run(SYSTEM32 + "whoami.exe", "whoami /all", parent=self.tool)
        self.written = self.host.write(self.tool, USER + "a.txt")

    @property
    def start(self) -> Any:
        """The event of the second start."""
        return next(e for e in self.host.events if getattr(e, "Image", "") == self.whoami.image)

    def tag(
        self, folder: Path, text: str, name: str = "alerts.json"
    ) -> tuple[list[Hit], AlertFile]:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        board = AlertBoard(read([path]))
        events = list(self.host.events)
        builder = Builder(Hosts({event.host for event in events}))
        result = tagged(events, Clock(), builder, engine("remcos"), alerts=board)
        hits = [hit for hit in result.hits if hit.layer == "alert"]
        return hits, board.files[0]


def when(ticks: int) -> str:
    return iso(ticks)


def hayabusa(scene: Scene, **more: Any) -> dict[str, Any]:
    event = scene.start
    return {
        "Timestamp": when(event.time).replace("T", " ").replace("Z", " +00:00"),
        "RuleTitle": "Whoami Run",
        "Level": "high",
        "Computer": event.host,
        "Channel": "Sysmon",
        "EventID": event.event_id,
        "RecordID": event.record,
        "MitreTactics": ["Disc", "Evas"],
        "MitreTags": ["T1033"],
        "Details": {"Cmdline": "whoami /all"},
        "RuleID": "r-1",
        **more,
    }


def as_csv(row: dict[str, Any]) -> str:
    text = io.StringIO()
    flat = {
        name: " ¦ ".join(value) if isinstance(value, list) else value for name, value in row.items()
    }
    flat["Details"] = "Cmdline: whoami /all ¦ PID: 7"
    writer = csv.DictWriter(text, flat)
    writer.writeheader()
    writer.writerow(flat)
    return text.getvalue()


def chainsaw(scene: Scene) -> dict[str, Any]:
    event = scene.start
    system = {
        "Computer": event.host,
        "EventRecordID": event.record,
        "EventID": event.event_id,
        "TimeCreated_attributes": {"SystemTime": when(event.time)},
    }
    return {
        "group": "Sigma",
        "kind": "individual",
        "name": "Whoami Run",
        "level": "high",
        "id": "r-1",
        "tags": ["attack.discovery", "attack.t1033"],
        "timestamp": when(event.time),
        "document": {"kind": "evtx", "data": {"Event": {"System": system, "EventData": {}}}},
    }


def zircolite(scene: Scene) -> list[dict[str, Any]]:
    event = scene.start
    match = {"EventRecordID": event.record, "EventID": event.event_id, "Computer": event.host}
    rule = {"title": "Whoami Run", "id": "r-1", "rule_level": "high", "count": 1}
    return [{**rule, "tags": ["attack.discovery", "attack.t1033"], "matches": [match]}]


def splunk_notable(scene: Scene) -> dict[str, Any]:
    row = {
        "rule_title": "Whoami Run",
        "severity": "high",
        "dest": scene.host.name.partition(".")[0].upper(),
        "orig_time": str(scene.start.time / TICKS),
        "process_guid": "{" + scene.whoami.guid.upper() + "}",
        "annotations.mitre_attack.mitre_tactic": ["discovery"],
        "annotations.mitre_attack": ["T1033"],
    }
    return {"preview": False, "result": row}


def splunk_risk(scene: Scene) -> dict[str, Any]:
    return {
        "search_name": "Whoami Run",
        "risk_object": scene.host.name,
        "risk_object_type": "system",
        "risk_score": "64",
        "_time": when(scene.start.time),
        "process_id": str(scene.whoami.pid),
        "mitre_tactic": "discovery",
        "mitre_technique_id": "T1033",
    }


def defender(scene: Scene) -> dict[str, Any]:
    return {
        "id": "da1",
        "title": "Whoami Run",
        "severity": "high",
        "category": "Discovery",
        "mitreTechniques": ["T1033"],
        "evidence": [
            {"@odata.type": "#deviceEvidence", "deviceDnsName": scene.host.name},
            {
                "@odata.type": "#processEvidence",
                "processId": scene.whoami.pid,
                "processCreationDateTime": when(scene.start.time),
            },
        ],
    }


def defender_hunting(scene: Scene) -> dict[str, Any]:
    more = {"ProcessId": scene.whoami.pid, "CreationTimeUtc": when(scene.start.time)}
    return {
        "AlertId": "da1",
        "Title": "Whoami Run",
        "Severity": "High",
        "Categories": '["Discovery"]',
        "AttackTechniques": '["Owner (T1033)"]',
        "EntityType": "Process",
        "DeviceName": scene.host.name,
        "Timestamp": when(scene.start.time + 90 * TICKS),
        "AdditionalFields": json.dumps(more),
    }


def elastic(scene: Scene) -> dict[str, Any]:
    event = scene.start
    return {
        "_index": ".alerts-security.alerts-default",
        "_source": {
            "kibana.alert.rule.name": "Whoami Run",
            "kibana.alert.severity": "high",
            "kibana.alert.rule.threat": [
                {"tactic": {"name": "Discovery"}, "technique": [{"id": "T1033"}]}
            ],
            "kibana.alert.original_time": when(event.time),
            "host": {"name": event.host},
            "winlog": {"record_id": event.record},
            "event": {"code": str(event.event_id)},
        },
    }


def elastic_fields(scene: Scene) -> dict[str, Any]:
    return {
        "fields": {
            "kibana.alert.rule.name": ["Whoami Run"],
            "kibana.alert.severity": ["high"],
            "kibana.alert.rule.threat": [
                {"tactic": {"name": ["Discovery"]}, "technique": [{"id": ["T1033"]}]}
            ],
            "kibana.alert.original_time": [when(scene.start.time)],
            "host.name": [scene.host.name],
            "process.entity_id": ["{" + scene.whoami.guid + "}"],
        }
    }


FORMATS: dict[str, Any] = {
    "hayabusa jsonl": lambda scene: json.dumps(hayabusa(scene)) + "\n",
    "hayabusa json": lambda scene: json.dumps(hayabusa(scene), indent=4) + "\n",
    "hayabusa csv": lambda scene: as_csv(hayabusa(scene)),
    "chainsaw": lambda scene: json.dumps([chainsaw(scene)]),
    "chainsaw jsonl": lambda scene: json.dumps(chainsaw(scene)) + "\n",
    "zircolite": lambda scene: json.dumps(zircolite(scene), indent=1),
    "splunk notable": lambda scene: json.dumps(splunk_notable(scene)) + "\n",
    "splunk risk": lambda scene: json.dumps({"results": [splunk_risk(scene)]}),
    "defender": lambda scene: json.dumps({"value": [defender(scene)]}),
    "defender hunting": lambda scene: json.dumps([defender_hunting(scene)]),
    "elastic": lambda scene: json.dumps({"hits": {"hits": [elastic(scene)]}}),
    "elastic fields": lambda scene: json.dumps(elastic_fields(scene)) + "\n",
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_lands_on_the_process_that_it_is_about(tmp_path: Path, name: str) -> None:
    scene = Scene()
    hits, file = scene.tag(tmp_path, FORMATS[name](scene))
    assert (file.alerts, file.placed, file.unplaced, file.others) == (1, 1, 0, 0), file.problems
    (hit,) = hits
    assert hit.detection.title == "Whoami Run"
    assert hit.detection.level == "high"
    assert "discovery" in hit.detection.tactics
    assert hit.detection.attack == ("T1033",)
    assert (hit.record.record, hit.pid) == (scene.start.record, scene.whoami.pid)
    assert hit.node == hit.actor
    assert hit.by == next(iter(file.tools))
    assert hit.fields["Alert"].endswith("#1")


def test_an_alert_about_a_file_tags_the_file(tmp_path: Path) -> None:
    scene = Scene()
    event = scene.written
    row = hayabusa(scene, EventID=11, RecordID=event.record)
    row["Timestamp"] = when(event.time).replace("T", " ").replace("Z", " +00:00")
    (hit,), _ = scene.tag(tmp_path, json.dumps(row))
    assert hit.node.startswith("file:")
    assert hit.actor is not None


def test_an_aggregate_is_an_alert_for_each_of_its_records(tmp_path: Path) -> None:
    scene = Scene()
    one = chainsaw(scene)
    document = one.pop("document")
    other = json.loads(json.dumps(document))
    system = other["data"]["Event"]["System"]
    system |= {"EventRecordID": scene.written.record, "EventID": 11}
    system["TimeCreated_attributes"]["SystemTime"] = when(scene.written.time)
    whole = {**one, "kind": "aggregate", "documents": [document, other]}
    hits, file = scene.tag(tmp_path, json.dumps([whole]))
    assert (file.alerts, file.placed) == (2, 2)
    assert {hit.record.record for hit in hits} == {scene.start.record, scene.written.record}


UNPLACED: dict[str, tuple[dict[str, Any], str]] = {
    "another host": ({"Computer": "other.example.test"}, "of which nothing was read"),
    "another event of that number": ({"EventID": 4688}, "that was read is that event"),
    "another time": ({"Timestamp": "2001-01-01 00:00:00.000 +00:00"}, "is that event"),
    "a record that isn't there": ({"RecordID": 987_654}, "no record 987654"),
    "nothing": ({"RecordID": None, "Details": {}}, "neither a record nor a process"),
    "a process of nobody": (
        {"RecordID": None, "Details": {"PID": 4_321}},
        "no process with process id 4321",
    ),
}


@pytest.mark.parametrize("name", UNPLACED)
def test_what_cannot_be_placed_is_counted_and_told(tmp_path: Path, name: str) -> None:
    change, reason = UNPLACED[name]
    scene = Scene()
    hits, file = scene.tag(tmp_path, json.dumps(hayabusa(scene, **change)))
    assert hits == []
    assert (file.placed, file.unplaced) == (0, 1)
    (problem,) = file.problems
    assert problem.record == 1
    assert reason in problem.reason


class TestPids:
    """A pid is nobody once its process ended."""

    def alert(self, scene: Scene, program: Program, seconds: float) -> str:
        time = program.start + round(seconds * TICKS)
        return json.dumps({**splunk_risk(scene), "process_id": program.pid, "_time": when(time)})

    def test_while_it_runs_it_is_its(self, tmp_path: Path) -> None:
        scene = Scene()
        hits, _ = scene.tag(tmp_path, self.alert(scene, scene.tool, 25))
        assert [hit.actor for hit in hits] == [hits[0].actor]
        assert hits[0].pid == scene.tool.pid

    def test_before_its_start_it_is_nobody(self, tmp_path: Path) -> None:
        scene = Scene()
        hits, file = scene.tag(tmp_path, self.alert(scene, scene.tool, -60))
        assert (hits, file.unplaced) == ([], 1)

    def test_after_its_end_it_is_nobody(self, tmp_path: Path) -> None:
        scene = Scene()
        scene.host.end(scene.tool)
        hits, file = scene.tag(tmp_path, self.alert(scene, scene.tool, 3_600))
        assert (hits, file.unplaced) == ([], 1)

    def test_who_got_the_pid_next_has_it(self, tmp_path: Path) -> None:
        scene = Scene()
        scene.host.end(scene.tool)
        scene.host.wait(60)
        later = scene.host.run(
            SYSTEM32 + "ping.exe", "ping", parent=desktop(scene.host), pid=scene.tool.pid
        )
        (hit,), _ = scene.tag(tmp_path, self.alert(scene, later, 5))
        assert hit.record.time == later.start


def test_a_file_without_alerts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="no alerts of a tool that is known"):
        list(read([path]))


def test_what_is_no_alert_costs_itself_only(tmp_path: Path) -> None:
    scene = Scene()
    text = f'{json.dumps(hayabusa(scene))}\n{{"a": 1}}\n{{"broken\n{json.dumps(hayabusa(scene))}\n'
    hits, file = scene.tag(tmp_path, text)
    assert (file.alerts, file.placed, file.others) == (2, 2, 2)
    assert len(hits) == 1  # one rule, one event


def test_levels_in_other_words_and_scores() -> None:
    scene = Scene()
    for word, level in {"crit": "critical", "med": "medium", "info": "informational"}.items():
        row = hayabusa(scene, Level=word)
        tool = tool_of(row)
        assert tool is not None
        (alert,) = alerts(1, row, tool)
        assert alert.level == level
    for score, level in {"95": "critical", "12": "informational", "x": "medium"}.items():
        row = {**splunk_risk(scene), "risk_score": score}
        tool = tool_of(row)
        assert tool is not None
        (alert,) = alerts(1, row, tool)
        assert alert.level == level


def test_texts_are_kept_within_bounds() -> None:
    row = hayabusa(Scene(), RuleTitle="x" * 1_000_000, Computer="y" * 1_000_000)
    tool = tool_of(row)
    assert tool is not None
    (alert,) = alerts(1, row, tool)
    assert len(alert.title) <= 2_000
    assert len(alert.host or "") <= 2_000


INNER = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    INNER,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=8), one, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(
    {name for tool in tools() for names in tool.places.values() for name in names}
    | {name for tool in tools() for names in tool.known_by for name in names}
    | {"evidence", "matches", "documents", "result", "_source"}
)), VALUES, max_size=9))  # fmt: skip
def test_no_object_makes_it_raise(row: dict[str, Any]) -> None:
    whole = unwrapped(row)
    tool = tool_of(whole)
    if tool is not None:
        for alert in alerts(1, whole, tool):
            assert alert.title
