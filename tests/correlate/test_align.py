from __future__ import annotations

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


def covered(*stages: tuple[str, float, int]) -> dict[str, CoveredStage]:
    return {
        tactic: CoveredStage((), (), strength, facts, 0, 0) for tactic, strength, facts in stages
    }


def strong(tactic: str, facts: int = 1) -> tuple[str, float, int]:
    return tactic, 1.0, facts


def weak(tactic: str) -> tuple[str, float, int]:
    return tactic, 0.5, 0


INITIAL, EXECUTION = strong("initial-access"), strong("execution")
PERSISTENCE, COLLECTION = strong("persistence"), strong("collection")
CALLS = strong("command-and-control")
VERDICTS: dict[str, tuple[int, tuple[tuple[str, float, int], ...], int, Verdict | None]] = {
    "two family facts": (1, (PERSISTENCE,), 2, "confirmed"),
    "two family facts and no stage": (1, (), 2, "confirmed"),
    "a family fact alone": (1, (PERSISTENCE,), 1, "probable"),
    "a family fact and weak stages": (2, (weak("execution"), PERSISTENCE), 1, "probable"),
    "no fact, an entry and three strong stages": (
        2, (INITIAL, EXECUTION, PERSISTENCE), 0, "probable",
    ),
    "the same by one process alone": (1, (INITIAL, EXECUTION, PERSISTENCE), 0, None),
    "weak stages count half": (
        2, (INITIAL, weak("execution"), PERSISTENCE, weak("collection")), 0, "probable",
    ),
    "less than three stages' worth": (
        2, (INITIAL, weak("execution"), weak("persistence"), weak("collection")), 0, None,
    ),
    "three strong facts of one stage are two stages' worth": (
        2, (strong("execution", 3), PERSISTENCE), 0, "probable",
    ),
    "two are half a stage more": (2, (strong("execution", 2), PERSISTENCE), 0, None),
    "ten facts of one stage are no story": (2, (strong("execution", 10),), 0, None),
    "three stages and no entry": (2, (PERSISTENCE, COLLECTION, CALLS), 0, None),
    "nothing ran": (0, (INITIAL, EXECUTION, PERSISTENCE), 2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict_rules(name: str) -> None:
    processes, stages, facts, expected = VERDICTS[name]
    marks = {f"fact {number}": FamilyFact("a thing", number) for number in range(facts)}
    judgement = judge(cluster(processes), covered(*stages), TEMPLATE, marks)
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
