"""Every part of a score is recomputed here from what the report tells."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import pytest
from attacks import (
    CMD,
    ROAMING,
    WSCRIPT,
    chains,
    desktop,
    intrusion,
    open_document,
    report,
    run_script,
    settle,
)
from hosts import SYSTEM32, Host

from correlators import CORRELATORS
from correlators.macro_rat import MACRO_RAT
from correlators.remcos_chain import REMCOS_CHAIN
from lineage.correlate.score import quarters
from lineage.pipeline import Request, run
from lineage.report.model import Chain, Report

VERDICT_POINTS = {"suspicious": 0, "probable": 32, "confirmed": 60}
STAGE_POINTS, MOST_WEIGHT = 18, 40
RISK_POINTS, ORDER_POINTS, FAMILY_POINTS, RARITY_POINTS, TIGHTNESS_POINTS = 6, 5, 8, 1.5, 1.5


def part(chain: Chain, name: str) -> float:
    return next(each.points for each in chain.score_parts if each.part == name)


def why(chain: Chain, name: str) -> str:
    return next(each.why for each in chain.score_parts if each.part == name)


def rich() -> Host:
    """A host with an intrusion that shows many stages."""
    host = Host()
    attack = intrusion(host, "nipe", family="K2QX")
    command = f"powershell Add-MpPreference -ExclusionPath '{ROAMING}nipe'"
    host.run(SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe", command, parent=attack.payload)
    host.run(SYSTEM32 + "dxdiag.exe", "dxdiag /t a.txt", parent=attack.payload)
    host.ask(attack.payload, "api.telegram.org")
    host.ask(attack.payload, "c2.example.test")
    host.write(attack.payload, ROAMING + "Screenshots\\a.png")
    host.write(attack.payload, ROAMING + "remcos\\logs.dat")
    host.open(attack.payload, r"C:\Users\zoe\AppData\Local\Google\Chrome\User Data\Default\Cookies")
    return host


SCENES = {
    "bare": lambda: scene("bare"),
    "marked": lambda: scene("marked"),
    "rich": rich,
}


def scene(name: str) -> Host:
    host = Host()
    intrusion(host, "nipe", family="K2QX" if name == "marked" else None)
    return host


@pytest.fixture(params=SCENES)
def chain(request: pytest.FixtureRequest) -> Chain:
    """The best chain of each scene."""
    return chains(SCENES[request.param]())[0]


class TestSum:
    def test_parts_add_up_to_the_score_exactly(self, chain: Chain) -> None:
        assert sum(part.points for part in chain.score_parts) == chain.score
        assert 0 <= chain.score <= 100

    def test_they_still_do_when_read_back_from_json(self) -> None:
        text = report(rich()).model_dump_json(by_alias=True)
        (chain, *_) = Report.model_validate_json(text).chains
        assert sum(part.points for part in chain.score_parts) == chain.score

    def test_every_part_has_a_reason(self, chain: Chain) -> None:
        names = [each.part for each in chain.score_parts]
        assert names == ["verdict", "stages", "risk", "order", "family", "rarity", "tightness"]
        assert all(each.why for each in chain.score_parts)

    def test_the_maxima_of_the_parts_add_up_to_a_hundred(self) -> None:
        rest = STAGE_POINTS + RISK_POINTS + ORDER_POINTS + RARITY_POINTS + TIGHTNESS_POINTS
        assert VERDICT_POINTS["confirmed"] + rest + FAMILY_POINTS == 100
        for template in (REMCOS_CHAIN, MACRO_RAT):
            assert sum(stage.weight for stage in template.template.stages) == MOST_WEIGHT

    def test_no_chain_outranks_one_of_a_stronger_verdict(self) -> None:
        rest = STAGE_POINTS + RISK_POINTS + ORDER_POINTS + RARITY_POINTS + TIGHTNESS_POINTS
        assert rest <= VERDICT_POINTS["probable"]
        assert VERDICT_POINTS["probable"] + rest < VERDICT_POINTS["confirmed"] + 6


class TestByHand:
    def test_verdict(self, chain: Chain) -> None:
        assert part(chain, "verdict") == VERDICT_POINTS[chain.verdict]
        assert why(chain, "verdict").startswith(f"{chain.verdict}: ")

    def test_risk(self, chain: Chain) -> None:
        risks = {hit.detection: hit.risk for hit in chain.evidence}
        expected = RISK_POINTS * (1 - prod(1 - risk / 100 for risk in risks.values()))
        assert part(chain, "risk") == quarters(expected)

    def test_stages(self, chain: Chain) -> None:
        told = re.findall(r"(\S+) ([\d.]+) x ([\d.]+)", why(chain, "stages"))
        assert {tactic for tactic, _, _ in told} >= {"initial-access", "persistence"}
        points = sum(float(weight) * float(strength) for _, weight, strength in told)
        assert part(chain, "stages") == quarters(STAGE_POINTS * points / MOST_WEIGHT)

    def test_order(self, chain: Chain) -> None:
        found = re.match(r"(\d+) of (\d+) .*\((\d+) in all\)", why(chain, "order"))
        assert found is not None
        kept, present, pairs = map(int, found.groups())
        assert kept <= present <= pairs
        assert part(chain, "order") == quarters(ORDER_POINTS * kept / pairs)

    def test_family(self, chain: Chain) -> None:
        facts = {hit.detection for hit in chain.evidence if "registry install" in hit.detection}
        facts |= {
            value for value in ("exepath", "licence") if f"value {value}" in why(chain, "family")
        }
        facts |= {"folder" for hit in chain.evidence if "Remcos Folder" in hit.detection}
        assert part(chain, "family") == {0: 0, 1: 6}.get(len(facts), FAMILY_POINTS)

    def test_rarity(self, chain: Chain) -> None:
        found = re.match(r"mean rarity ([\d.]+) over (\d+) process starts", why(chain, "rarity"))
        assert found is not None
        assert part(chain, "rarity") == quarters(RARITY_POINTS * float(found[1]))

    def test_tightness(self, chain: Chain) -> None:
        found = re.match(r"(\d+) foothold\S* for (\d+) stage", why(chain, "tightness"))
        assert found is not None
        footholds, stages = map(int, found.groups())
        assert part(chain, "tightness") == quarters(
            TIGHTNESS_POINTS * (stages - footholds) / stages
        )


class TestWeakStaysWeak:
    def test_repeats_of_one_hit_add_nothing(self) -> None:
        scores = []
        for repeats in (1, 40):
            host = Host()
            tool = host.run(ROAMING + "tool.exe", parent=desktop(host))
            for _ in range(repeats):
                host.write(tool, ROAMING + "cache\\a.png")
            (chain,) = chains(host)
            scores.append((chain.score, chain.verdict))
        assert scores[0] == scores[1]
        assert scores[0][1] == "suspicious"

    def test_many_children_of_one_script_are_one_detection(self) -> None:
        scores = []
        for children in (1, 30):
            host = Host()
            script = run_script(host, open_document(host, "nipe"), "nipe")
            for _ in range(children):
                host.run(CMD, "cmd.exe", parent=script)
            (chain,) = chains(host)
            scores.append((chain.score, chain.verdict))
        assert scores[1][0] <= scores[0][0]
        assert scores[1][1] == scores[0][1]

    @pytest.mark.parametrize("times", [1, 5])
    def test_a_lone_weak_detection_is_no_chain(self, times: int) -> None:
        host = Host()
        for _ in range(times):
            host.run(SYSTEM32 + "dxdiag.exe", "dxdiag /t a.txt", parent=desktop(host))
        found = report(host)
        assert [hit.type for hit in found.detections] == ["Hunting"] * times
        assert found.chains == []

    def test_a_lone_strong_detection_is_suspicious_and_no_more(self) -> None:
        host = Host()
        script = host.run(
            SYSTEM32 + "wscript.exe", "wscript //e:vbscript a.txt", parent=desktop(host)
        )
        host.load(script, ROAMING + "dynwrapx.dll")
        (chain,) = chains(host)
        assert chain.verdict == "suspicious"
        assert chain.score < 16

    def test_a_weak_stage_counts_half(self) -> None:
        host = Host()
        loader = host.run(SYSTEM32 + "regsvr32.exe", "regsvr32 /s /i a.dll", parent=desktop(host))
        host.ask(host.run(ROAMING + "a.exe", parent=loader), "api.telegram.org")
        assert "defense-evasion 5 x 0.5" in why(chains(host)[0], "stages")

    def test_a_benign_run_key_is_at_most_suspicious(self) -> None:
        host = Host()
        setup = host.run(r"C:\Users\zoe\Downloads\ChatSetup.exe", parent=desktop(host))
        host.write(setup, ROAMING + "Chat\\chat.exe")
        chat = host.run(ROAMING + "Chat\\chat.exe", parent=setup)
        settle(host, chat, "Chat")
        host.write(chat, ROAMING + "Chat\\Cache\\a.png")
        host.wait(86_400)
        host.run(ROAMING + "Chat\\chat.exe", parent=desktop(host))
        assert [found.verdict for found in chains(host)] == ["suspicious"]


@pytest.mark.parametrize(("others", "rarity"), [(0, 1.5), (1, 1.0), (7, 0.75)])
def test_what_others_do_on_the_host_is_less_rare(others: int, rarity: float) -> None:
    host = Host()
    shell = desktop(host)
    for _ in range(others):
        logon = host.run(WSCRIPT, "wscript.exe logon.vbs", parent=shell)
        host.run(r"C:\Program Files\Tools\nipe.exe", parent=logon)
    intrusion(host, "nipe", shell=shell)
    assert part(chains(host)[0], "rarity") == rarity


def test_the_documentations_worked_example_is_what_the_sample_yields() -> None:
    root = Path(__file__).parents[2]
    request = Request([root / "samples" / "remcos-intrusion.zip"], correlators=CORRELATORS)
    best = run(request).report.chains[0]
    sums = re.findall(
        r"^    ([\d.]+(?: \+ [\d.]+){6}) = ([\d.]+)$",
        (root / "docs" / "scoring.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    ((parts, total),) = sums
    assert [float(points) for points in parts.split(" + ")] == [
        each.points for each in best.score_parts
    ]
    assert float(total) == best.score
