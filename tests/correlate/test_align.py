from __future__ import annotations

from dataclasses import replace

import pytest
from attacks import (
    ROAMING,
    chains,
    desktop,
    findings,
    intrusion,
    open_document,
    settle,
    tagged,
)
from hosts import Host

from correlators import CORRELATORS
from lineage.correlate.align import TemplateChain, judge
from lineage.correlate.family import FamilyFact
from lineage.correlate.finding import Cluster, Verdict
from lineage.correlate.score import CoveredStage
from lineage.correlate.template import Template, TemplateStage
from lineage.correlate.weight import hit_strength
from lineage.detect.catalog import load_builtin
from lineage.detect.hit import Hit
from lineage.graph.provenance import Reference

STAGES = ("initial-access", "execution", "persistence", "collection", "command-and-control")
TEMPLATE = Template(
    name="story",
    family="Nipe",
    stages=tuple(
        TemplateStage(tactic=tactic, weight=8, entry=tactic in {"initial-access", "execution"})
        for tactic in STAGES
    ),
)


def cluster(processes: int, hits: tuple[object, ...] = ()) -> Cluster:
    members = {f"p{number}": 0 for number in range(processes)}
    return Cluster(hits, members, frozenset(), frozenset(), ())  # type: ignore[arg-type]


def hit(ordinal: int, title: str, *, risk: int = 60, kind: str = "TTP") -> Hit:
    """A hit of a detection of the story, changed, on the event of an ordinal."""
    detection = replace(load_builtin()[0].detection, title=title, risk=risk, type=kind)
    event = Reference(ordinal, 0, ordinal, 1)
    return Hit(detection, "core", None, {}, ordinal, event, (), "ws01", 4, "p0", "p0", ())


def strong(tactic: str, *ordinals: int) -> tuple[str, list[Hit]]:
    """A stage with a strong detection for each event."""
    return tactic, [hit(ordinal, f"{tactic} {number}") for number, ordinal in enumerate(ordinals)]


def weak(tactic: str, ordinal: int) -> tuple[str, list[Hit]]:
    return tactic, [hit(ordinal, tactic, kind="Anomaly")]


def covered(*stages: tuple[str, list[Hit]]) -> dict[str, CoveredStage]:
    return {
        tactic: CoveredStage(tuple(hits), (), hit_strength(hits), 0, 0) for tactic, hits in stages
    }


INITIAL, EXECUTION = strong("initial-access", 1), strong("execution", 2)
PERSISTENCE, COLLECTION = strong("persistence", 3), strong("collection", 4)
CALLS = strong("command-and-control", 5)
VERDICTS: dict[str, tuple[int, tuple[tuple[str, list[Hit]], ...], int, Verdict | None]] = {
    "two family facts": (1, (PERSISTENCE,), 2, "confirmed"),
    "two family facts and no stage": (1, (), 2, "confirmed"),
    "a family fact alone": (1, (), 1, "probable"),
    "a family fact and a weak detection": (2, (weak("execution", 2),), 1, "probable"),
    "a family fact and a strong one": (2, (EXECUTION,), 1, "confirmed"),
    "no fact, an entry and three strong stages": (
        2, (INITIAL, EXECUTION, PERSISTENCE), 0, "probable",
    ),
    "the same by one process alone": (1, (INITIAL, EXECUTION, PERSISTENCE), 0, "suspicious"),
    "weak stages count half": (
        2, (INITIAL, weak("execution", 2), PERSISTENCE, weak("collection", 4)), 0, "probable",
    ),
    "three strong facts of one stage are two stages' worth": (
        2, (strong("execution", 1, 2, 9), weak("persistence", 3)), 0, "probable",
    ),
    "two are half a stage more": (2, (strong("execution", 1, 2), PERSISTENCE), 0, "probable"),
    "two stages alone": (2, (EXECUTION, PERSISTENCE), 0, "suspicious"),
    "one strong fact and weak ones": (
        2,
        (INITIAL, weak("execution", 2), weak("persistence", 3), weak("collection", 4)),
        0,
        "suspicious",
    ),
    "two detections of one event are one fact": (
        2, (strong("execution", 1, 1, 1), PERSISTENCE), 0, "suspicious",
    ),
    "ten facts of one stage are no story": (
        2, (strong("execution", *range(10)),), 0, "suspicious",
    ),
    "one event that shows three stages is one fact": (
        2, (strong("initial-access", 1), strong("execution", 1), strong("persistence", 1)), 0,
        "suspicious",
    ),
    "a stage has an event of its own where others can take another": (
        2, (strong("initial-access", 1, 2), strong("execution", 1), strong("persistence", 2, 3)),
        0, "probable",
    ),
    "three stages and no entry": (2, (PERSISTENCE, COLLECTION, CALLS), 0, "suspicious"),
    "nothing ran": (0, (INITIAL, EXECUTION, PERSISTENCE), 2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict_rules(name: str) -> None:
    processes, stages, facts, expected = VERDICTS[name]
    marks = {f"fact {number}": FamilyFact("a thing", -1 - number) for number in range(facts)}
    hits = tuple(each for _, shown in stages for each in shown)
    judgement = judge(cluster(processes, hits), covered(*stages), TEMPLATE, marks)
    assert (judgement and judgement.verdict) == expected


class TestOnHosts:
    def verdict(self, host: Host) -> list[str]:
        return [chain.verdict for chain in chains(host)]

    def test_a_whole_story_without_a_mark_is_probable_and_names_no_family(self) -> None:
        host = Host()
        attack = intrusion(host, "nipe")
        host.ask(attack.payload, "api.telegram.org")
        host.write(attack.payload, ROAMING + "Screenshots\\a.png")
        (chain,) = chains(host)
        assert (chain.verdict, chain.family) == ("probable", None)

    def test_with_a_mark_it_is_confirmed_and_names_it(self) -> None:
        host = Host()
        intrusion(host, "nipe", family="K2QX")
        (chain,) = chains(host)
        assert (chain.verdict, chain.family, chain.correlator) == (
            "confirmed",
            "Remcos",
            "remcos_chain",
        )

    def test_a_leftover_key_alone_is_not_confirmed(self) -> None:
        host = Host()
        tool = host.run(ROAMING + "cleaner.exe", parent=desktop(host))
        host.change_key(tool, r"HKU\S-1-5-21-1\Software\Remcos-K2QX", "DeleteKey")
        assert self.verdict(host) == ["suspicious"]

    def test_persistence_of_an_installer_is_not_probable(self) -> None:
        host = Host()
        tool = host.run(ROAMING + "chat.exe", parent=desktop(host))
        settle(host, tool, "Chat")
        host.ask(tool, "api.discord.example")
        host.write(tool, ROAMING + "Cache\\a.png")
        assert self.verdict(host) == ["suspicious"]

    def test_two_weak_detections_of_one_fact_are_no_chain(self) -> None:
        host = Host()
        host.run(r"C:\Windows\System32\regsvr32.exe", "regsvr32 /s /i a.dll", parent=desktop(host))
        assert len(tagged(host).hits) == 2
        assert self.verdict(host) == []

    def test_two_weak_detections_of_two_facts_are_suspicious(self) -> None:
        host = Host()
        loader = host.run(
            r"C:\Windows\System32\regsvr32.exe", "regsvr32 /s a.dll", parent=desktop(host)
        )
        host.run(r"C:\Windows\System32\dxdiag.exe", "dxdiag /t a.txt", parent=loader)
        assert self.verdict(host) == ["suspicious"]

    @pytest.mark.parametrize(
        ("persists_first", "points"), [(True, 0), (False, 0.5)], ids=["after", "before"]
    )
    def test_stages_count_when_they_come_in_the_storys_order(
        self, persists_first: bool, points: float
    ) -> None:
        host = Host()
        dropper = host.run(ROAMING + "dropper.exe", parent=desktop(host))
        if persists_first:
            settle(host, dropper, "nipe", family="K2QX")
        word = open_document(host, "nipe", dropper)
        if not persists_first:
            settle(host, dropper, "nipe", family="K2QX")
        assert word.parent is dropper
        (chain,) = chains(host)
        assert next(p.points for p in chain.score_parts if p.part == "order") == points


def test_another_template_reads_the_same_graph_its_own_way() -> None:
    host = Host()
    intrusion(host, "nipe")
    stages = tuple(
        TemplateStage(tactic=tactic, weight=20, entry=True)
        for tactic in ("initial-access", "persistence")
    )
    own = TemplateChain("own", Template(name="own", stages=stages))
    (finding,) = findings(host, correlators=[own])
    assert finding.correlator == "own"
    assert [part.points for part in finding.parts if part.part == "stages"] == [18]


def test_a_mark_is_found_in_the_path_of_a_program_that_the_attack_ran() -> None:
    host = Host()
    tool = host.run(ROAMING + "Remcos\\remcos.exe", parent=desktop(host))
    host.ask(tool, "api.telegram.org")
    (chain,) = chains(host)
    family = next(part for part in chain.score_parts if part.part == "family")
    assert chain.family == "Remcos"
    assert "default install folder" in family.why
    assert len(CORRELATORS) == len({each.name for each in CORRELATORS})
