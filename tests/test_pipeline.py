"""Whole runs over simulated companies: the layouts and traps, held against the truth."""

from __future__ import annotations

import gc
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from raw_records import POWERSHELL, SYSMON, record, sysmon

from lineage.errors import InputError
from lineage.pipeline import Request, run, run_opened
from lineage.problems import Problem
from lineage.read import Input
from lineage.simulate import cases
from lineage.simulate.benign.traps import TRAPS
from lineage.simulate.damage import DAMAGES, unlogged
from lineage.simulate.scenario import clean, textbook
from lineage.simulate.truth import GroundTruth
from lineage.simulate.write.raw import windows_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lineage.read.record import RawRecord
    from lineage.report.model import Chain, Report
    from lineage.simulate.facts import Fact
    from lineage.simulate.scenario import Scenario

Process = tuple[str, int | None, str]
SEED = 77


def reported(records: Iterable[RawRecord | Problem], *more: Iterable[RawRecord]) -> Report:
    inputs = [Input(f"in-{n}", "memory", iter(each)) for n, each in enumerate((records, *more))]
    return run_opened(inputs, Request([])).report


class Known(NamedTuple):
    """A simulated company: what is logged, and what is true."""

    facts: list[Fact]
    truth: dict[str, Any]

    def records(self) -> list[RawRecord]:
        return list(windows_records(self.facts))

    def intrusions(self) -> list[set[Process]]:
        """The processes of each intrusion."""
        return [
            {(each["host"].lower(), each["pid"], each["start"][:19]) for each in told["processes"]}
            for told in self.truth["chains"]
        ]


def known(scenario: Scenario) -> Known:
    truth = GroundTruth(SEED)
    truth.announce(scenario.hosts, scenario.plans)
    facts = []
    for fact in scenario.facts():
        truth.observe(fact)
        facts.append(fact)
    return Known(facts, truth.document())


def processes(chain: Chain) -> set[Process]:
    return {(each.host.lower(), each.pid, (each.start or "")[:19]) for each in chain.processes}


def strong(report: Report) -> list[Chain]:
    """Confirmed and probable chains."""
    return [chain for chain in report.chains if chain.verdict != "suspicious"]


def exactly(report: Report, company: Known) -> None:
    """Each intrusion is one chain with exactly its processes, and no other chain is strong."""
    found = sorted((processes(chain) for chain in strong(report)), key=sorted)
    assert found == sorted(company.intrusions(), key=sorted)


class TestLayouts:
    def test_two_intrusions_on_one_host_are_two_chains(self) -> None:
        company = known(cases.two_on_one_host(SEED, "small"))
        report = reported(company.records())
        assert len(company.intrusions()) == 2
        exactly(report, company)
        assert [chain.campaign for chain in strong(report)] == [None, None]

    def test_one_on_three_hosts_is_three_chains_of_one_campaign(self) -> None:
        company = known(cases.campaign(SEED, noise="small"))
        report = reported(company.records())
        exactly(report, company)
        chains = strong(report)
        assert len(chains) == 3
        assert len({chain.hosts[0] for chain in chains}) == 3
        campaigns = [chain.campaign for chain in chains]
        assert campaigns[0] is not None
        assert campaigns.count(campaigns[0]) == 3
        assert campaigns[0].traits

    def test_it_goes_on_over_the_reboot(self) -> None:
        company = known(textbook(SEED, "small"))
        report = reported(company.records())
        exactly(report, company)
        (chain,) = strong(report)
        assert chain.first_seen[:10] < chain.last_seen[:10]
        assert "persisted program" in {each.role for each in chain.processes}

    @pytest.mark.parametrize("trap", TRAPS)
    def test_a_trap_beside_an_intrusion_changes_nothing(self, trap: str) -> None:
        company = known(cases.single(SEED, trap=trap, noise="small"))
        exactly(reported(company.records()), company)

    @pytest.mark.parametrize("trap", TRAPS)
    def test_a_trap_alone_is_no_strong_chain(self, trap: str) -> None:
        assert strong(reported(known(cases.trapped(SEED, trap, "small")).records())) == []

    def test_clean_hosts_have_no_strong_chain(self) -> None:
        assert strong(reported(known(clean(SEED, "small", hosts=2)).records())) == []


class TestDamage:
    @pytest.mark.parametrize("damage", ["duplicates", "disorder", "only-sysmon"])
    def test_what_loses_nothing_needed_changes_no_chain(self, damage: str) -> None:
        company = known(cases.single(SEED, noise="small"))
        records: Iterator[RawRecord] = DAMAGES[damage](iter(company.records()), Random(SEED))
        exactly(reported(records), company)

    @pytest.mark.parametrize("role", ["payload file", "delivery", "script", "script wrapper"])
    def test_files_that_nobody_logged_leave_it_whole(self, role: str) -> None:
        company = known(textbook(SEED, "small"))
        facts = list(unlogged(iter(company.facts), roles=frozenset({role})))
        assert len(facts) < len(company.facts)
        exactly(reported(windows_records(facts)), company)

    def test_a_dropper_whose_start_nobody_logged_leaves_a_placeholder_not_two_chains(self) -> None:
        company = known(textbook(SEED, "small"))
        dropper = next(
            each
            for each in company.truth["chains"][0]["processes"]
            if each["image"].endswith("wscript.exe")
        )
        records = [
            each
            for each in company.records()
            if not (
                each.event_id in {1, 4688}
                and str(each.data.get("CommandLine")) == dropper["command_line"]
            )
        ]
        assert len(records) == len(company.records()) - 2
        (chain,) = strong(reported(records))
        unseen = [each for each in chain.processes if each.start is None]
        assert [each.pid for each in unseen] == [dropper["pid"]]
        assert {pid for _, pid, _ in processes(chain)} == {
            pid for _, pid, _ in company.intrusions()[0]
        }

    def test_the_order_of_the_inputs_does_not_matter(self) -> None:
        company = known(textbook(SEED, "small"))
        halves = [
            [each for each in company.records() if (each.event_id == 4688) == which]
            for which in (True, False)
        ]
        told = []
        for first, second in (halves, halves[::-1]):
            report = reported(first, second)
            told.append([(chain.id, chain.score, processes(chain)) for chain in report.chains])
        assert told[0] == told[1]


class TestLedger:
    def test_every_record_is_counted_once(self) -> None:
        records: list[RawRecord | Problem] = [
            sysmon(1, record_id=1),
            sysmon(1, record_id=1),
            sysmon(11, record_id=2),
            record(SYSMON, 77, {}, record_id=3),
            sysmon(1, {"ProcessId": "twelve"}, record_id=4),
            record("Some-Other-Provider", 1, {}, record_id=5),
            Problem(7, "not JSON"),
            Problem(None, "chunk 3 is damaged", lost=12),
            Problem(None, "the header is damaged", lost=0),
        ]
        (entry,) = reported(records).inputs
        assert (entry.events, entry.ignored, entry.duplicates, entry.rejected) == (2, 2, 1, 14)
        assert entry.records == 19
        assert [each.record for each in entry.problems] == [4, 7, None, None]

    @pytest.mark.parametrize(
        ("record_of", "remark"),
        [
            (sysmon(4, {"State": "Stopped"}), "was stopped"),
            (sysmon(16), "got another configuration"),
            (sysmon(255), "reports an error of its own"),
            (sysmon(4), None),
        ],
    )
    def test_what_sysmon_says_of_its_own_gaps_is_a_remark(
        self, record_of: RawRecord, remark: str | None
    ) -> None:
        (entry,) = reported([record_of, sysmon(1, record_id=9)]).inputs
        assert (entry.events, entry.rejected) == (2, 0)
        reasons = [problem.reason for problem in entry.problems]
        wanted = f"Sysmon of WS01.example.test {remark}: what it didn't record can't show"
        assert reasons == ([wanted] if remark else [])

    def test_a_record_that_another_input_gave_is_its_duplicate(self) -> None:
        records = [sysmon(1, record_id=number) for number in range(1, 4)]
        first, second = reported(records, records).inputs
        assert sorted([first.events, second.events]) == [0, 3]
        assert first.duplicates + second.duplicates == 3

    def test_parts_of_a_script_block_are_records_each(self) -> None:
        block = {"ScriptBlockId": "b", "MessageTotal": "2"}
        parts = [
            record(
                POWERSHELL,
                4104,
                block | {"MessageNumber": str(number), "ScriptBlockText": "a"},
                record_id=number,
            )
            for number in (1, 2)
        ]
        (entry,) = reported(parts).inputs
        assert (entry.records, entry.events) == (2, 2)


class TestRun:
    def test_coverage_tells_what_could_not_have_fired(self) -> None:
        report = reported([sysmon(22, record_id=1)])
        told = {each.detection: each for each in report.coverage}
        assert len(told) == 33
        assert told["Suspicious Process DNS Query Known Abuse Web Services"].evaluable
        macro = told["Office Document Executing Macro Code"]
        assert (macro.evaluable, macro.missing) == (False, ["sysmon-7", "defender-image"])

    def test_nothing_to_read_is_an_error_that_says_why(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="the paths hold no telemetry"):
            run(Request([tmp_path]))
        (tmp_path / "a.txt").write_text("x", encoding="utf-8")
        with pytest.raises(InputError, match=r"a\.txt: text without events; not telemetry"):
            run(Request([tmp_path]))

    def test_the_collector_is_as_it_was_afterwards(self, tmp_path: Path) -> None:
        assert gc.isenabled()
        reported([sysmon(1, record_id=1)])
        with pytest.raises(InputError):
            run(Request([tmp_path]))
        assert gc.isenabled()

    def test_two_runs_say_the_same(self) -> None:
        company = known(textbook(SEED, "small"))
        assert reported(company.records()) == reported(company.records())


def test_a_repetition_is_told_of_its_own_host_alone() -> None:
    """Two hosts in one export both have a record of that number."""

    def starts(number: int) -> list[RawRecord]:
        word = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
        image = {"Image": "C:\\Windows\\System32\\cmd.exe", "ParentImage": word}
        guid = "{{11111111-0000-0000-0000-00000000000{}}}"
        return [
            sysmon(
                1,
                image | {"ProcessGuid": guid.format(host)},
                computer=f"WS{host}",
                record_id=7,
                number=number + host,
            )
            for host in (1, 2)
        ]

    report = reported(starts(0), starts(4))
    hits = [hit for hit in report.detections if hit.detection == "Office Product Spawn CMD Process"]
    assert {hit.host for hit in hits} == {"WS1", "WS2"}
    assert [len(hit.also) for hit in hits] == [1, 1]
