from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.simulate.cases import honest, reported
from lineage.simulate.facts import ProcessStart, ValueSet
from lineage.simulate.stories.catalogue import STORIES
from lineage.simulate.stories.honest import HONEST
from lineage.simulate.stories.scene import BETWEEN
from lineage.simulate.truth import GroundTruth

if TYPE_CHECKING:
    from lineage.simulate.facts import Fact


def facts_of(story: str) -> list[Fact]:
    return list(reported(5, story, noise="small").facts())


def test_there_are_stories_of_the_family_and_of_others() -> None:
    remcos = [name for name, story in STORIES.items() if story.family]
    assert len(remcos) >= 25
    assert len(STORIES) - len(remcos) >= 5


def test_every_story_names_its_report() -> None:
    assert [name for name, story in STORIES.items() if not story.source[-60:].strip()] == []
    assert len({story.source for story in STORIES.values()}) == len(STORIES)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_one_intrusion_whose_processes_descend_from_its_lure(story: str) -> None:
    scenario = reported(5, story, noise="small")
    truth = GroundTruth(5)
    truth.announce(scenario.hosts, scenario.plans)
    facts = list(scenario.facts())
    for fact in facts:
        truth.observe(fact)
    (chain,) = truth.document()["chains"]  # type: ignore[misc, index, union-attr, attr-defined]
    own = [process for process in chain["processes"] if process["role"] != BETWEEN]  # type: ignore[index]
    assert len(own) >= 2
    assert len(chain["hosts"]) == 1  # type: ignore[index]


@pytest.mark.parametrize("story", [name for name, story in STORIES.items() if story.family])
def test_remcos_leaves_its_key_s_values(story: str) -> None:
    names = {
        fact.path.rsplit("\\", 1)[-1]
        for fact in facts_of(story)
        if isinstance(fact, ValueSet) and fact.label and fact.label.role == "family key"
    }
    assert {"exepath", "licence"} <= names


@pytest.mark.parametrize("story", [name for name, story in STORIES.items() if not story.family])
def test_other_malware_leaves_none_of_its_marks(story: str) -> None:
    assert not [fact for fact in facts_of(story) if fact.label and fact.label.role == "family key"]


@pytest.mark.parametrize("story", ["hta-fileless", "shortcut-side-loading", "renamed-tools"])
def test_a_persistent_story_comes_back_on_the_next_day(story: str) -> None:
    starts = [fact for fact in facts_of(story) if isinstance(fact, ProcessStart) and fact.label]
    again = [fact for fact in starts if fact.label and fact.label.role == "autostarted"]
    assert again
    assert any(fact.process.parent in [one.process for one in again] for fact in starts)


@pytest.mark.parametrize("counterpart", HONEST)
def test_an_honest_counterpart_is_nobody_s_intrusion(counterpart: str) -> None:
    scenario = honest(5, counterpart, noise="small")
    assert scenario.plans == []
    assert all(fact.label is None for fact in scenario.facts())


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = facts_of("xls-hta-dropper"), facts_of("xls-hta-dropper")
    assert [fact[0] for fact in first] == [fact[0] for fact in second]
