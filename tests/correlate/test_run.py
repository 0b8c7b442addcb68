from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from attacks import ROAMING, chains, desktop, findings, intrusion, tagged
from hosts import Host

from lineage.correlate.chain import chain_id
from lineage.correlate.finding import Finding, ScorePart, StageFinding, TaggedGraph, Verdict
from lineage.correlate.run import correlate, rank

if TYPE_CHECKING:
    from collections.abc import Iterator


class Opinion:
    """A chain correlator that says one thing of every cluster."""

    tactic: str | None = None

    def __init__(self, name: str, verdict: Verdict, points: float) -> None:
        self.name = name
        self._verdict = verdict
        self._points = points

    def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
        for cluster in tagged.clusters:
            parts = (ScorePart("opinion", self._points, "it says so"),)
            yield Finding(self.name, cluster, self._verdict, None, parts)


@pytest.mark.parametrize(
    ("opinions", "best"),
    [
        ((Opinion("low", "probable", 40), Opinion("high", "probable", 41)), "high"),
        ((Opinion("sure", "confirmed", 10), Opinion("high", "probable", 90)), "sure"),
        ((Opinion("first", "probable", 40), Opinion("second", "probable", 40)), "first"),
    ],
)
def test_each_cluster_is_told_by_its_best_reading(opinions: tuple[Opinion, ...], best: str) -> None:
    host = Host()
    intrusion(host, "nipe")
    assert [chain.finding.correlator for chain in correlate(tagged(host), opinions)] == [best]


def test_chains_come_best_first() -> None:
    host = Host()
    weak = host.run(ROAMING + "tool.exe", parent=desktop(host))
    host.ask(weak, "api.telegram.org")
    plain, marked = intrusion(host, "hoxi"), intrusion(host, "nipe", family="K2QX")
    found = chains(host)
    assert [chain.verdict for chain in found] == ["confirmed", "probable", "suspicious"]
    assert [{p.pid for p in chain.processes} for chain in found] == [
        marked.pids,
        plain.pids,
        {weak.pid},
    ]
    ranks = [rank(each) for each in findings(host)]
    assert ranks == sorted(ranks, reverse=True)


def test_stage_correlators_run_first_wherever_they_stand() -> None:
    seen: list[int] = []

    class Stage:
        name = "stage"
        tactic: str | None = "execution"

        def __call__(self, tagged: TaggedGraph) -> Iterator[StageFinding]:
            for cluster in tagged.clusters:
                yield StageFinding("stage", cluster, "execution", ())

    class Chain:
        name = "chain"
        tactic: str | None = None

        def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
            seen.extend(len(found) for found in tagged.stages.values())
            return iter(())

    host = Host()
    intrusion(host, "nipe")
    assert correlate(tagged(host), [Chain(), Stage()]) == []
    assert seen == [1]


class TestIdentity:
    def test_the_same_records_give_the_same_id_in_any_order(self) -> None:
        ids = []
        for turned in (False, True):
            host = Host()
            intrusion(host, "nipe")
            if turned:
                host.events.reverse()
            ids.append([chain.id for chain in chains(host)])
        assert ids[0] == ids[1]

    def test_fractions_of_seconds_that_an_export_cuts_do_not_matter(self) -> None:
        ids = []
        for fraction in (0, 1234567):
            host = Host(time=Host().time + fraction)
            intrusion(host, "nipe")
            ids.append(chains(host)[0].id)
        assert ids[0] == ids[1]

    def test_two_chains_have_two_ids(self) -> None:
        host = Host()
        intrusion(host, "nipe")
        intrusion(host, "hoxi")
        assert len({chain.id for chain in chains(host)}) == 2

    def test_the_correlator_and_its_verdict_do_not_matter(self) -> None:
        host = Host()
        intrusion(host, "nipe")
        (found,) = findings(host)
        assert chain_id(found) == chain_id(replace(found, correlator="x", verdict="confirmed"))
