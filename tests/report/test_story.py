from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import full_report, hostile_report, large_report

from lineage.report.story import SENTENCES, Passage, Sentence, summary, tell

if TYPE_CHECKING:
    from lineage.report.model import Chain

CHAINS = [remcos_chain(), probable_chain(), suspicious_chain(), hostile_report().chains[0]]


def sentences(chain: Chain) -> list[Sentence]:
    return [sentence for passage in tell(chain) for sentence in passage.sentences]


def told(chain: Chain, *words: str) -> list[Sentence]:
    return [each for each in sentences(chain) if all(word in each.text for word in words)]


def passage(chain: Chain, tactic: str) -> Passage:
    return next(passage for passage in tell(chain) if passage.tactic == tactic)


def test_summary_has_verdict_family_host_span_and_score() -> None:
    text = summary(remcos_chain()).text
    for part in ("confirmed Remcos", "WS-FIN-07", "2024-10-14 10:02:07", "12 processes", "94.2"):
        assert part in text


def test_summary_names_no_family_where_none_is_known() -> None:
    assert summary(probable_chain()).text.startswith("A probable chain on WS-HR-02")


def test_stages_come_in_the_reports_order() -> None:
    chain = remcos_chain()
    tactics = [passage.tactic for passage in tell(chain) if passage.tactic]
    assert tactics == [stage.tactic for stage in chain.stages]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.verdict)
def test_every_detection_of_a_stage_is_told_in_it(chain: Chain) -> None:
    for stage in chain.stages:
        parts = [part for each in passage(chain, stage.tactic).sentences for part in each.parts]
        named = {part.text for part in parts if part.kind == "detection"}
        assert named == set(stage.detections)


def test_every_piece_of_evidence_is_referred_to() -> None:
    chain = remcos_chain()
    referred = {ref for sentence in sentences(chain) for ref in sentence.references}
    assert {(hit.source, hit.record) for hit in chain.evidence} <= referred
    assert ("triage/WS-FIN-07.zip!Security.evtx", 901_233) in referred


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.verdict)
def test_every_process_is_told(chain: Chain) -> None:
    nodes = {node for sentence in sentences(chain) for node in sentence.nodes}
    assert {process.node for process in chain.processes} <= nodes


def test_nothing_is_named_that_the_chain_does_not_hold() -> None:
    chain = remcos_chain()
    held = {process.node for process in chain.processes}
    held |= {artifact.node for artifact in chain.artifacts}
    assert {node for sentence in sentences(chain) for node in sentence.nodes} <= held


@pytest.mark.parametrize(
    "words",
    [
        ("10:02:13 WINWORD.EXE (pid 4312) started wscript.exe (pid 4980)", "//e:vbscript"),
        ("WINWORD.EXE (pid 4312, started at 10:02:08, its input file", "Invoice_8841.docm"),
        ("winhlp32.exe (pid 5240, started at 10:02:33 by wscript.exe (pid 4980))",),
        ("update.exe (pid 5300)", "its program written by winhlp32.exe (pid 5240) at 10:02:35"),
        ("On 2024-10-15 00:05:51 update.exe (pid 3120", "by the autostart entry HKU"),
        ("wrote 3 files", "time_20241015_0.png", "At 00:15:53 to 00:35:55"),
        ("asked for the domain home.office-sync.example",),
    ],
)
def test_tells_what_happened(words: tuple[str, ...]) -> None:
    assert told(remcos_chain(), *words)


def test_a_start_is_told_once_and_then_referred_to() -> None:
    chain = remcos_chain()
    assert len(told(chain, "started wscript.exe")) == 1
    assert told(chain, "the start of wscript.exe (pid 4980), told above", "Vbscript Execution")


def test_an_unseen_start_is_said() -> None:
    assert told(suspicious_chain(), "deploy.exe (pid 640, start not recorded) started regsvr32.exe")


def test_an_actor_outside_the_chain_is_not_invented() -> None:
    assert told(probable_chain(), "a process outside the chain wrote", "Quotation.iso.lnk")


def test_without_edges_the_parent_field_tells_who_started_it() -> None:
    bare = remcos_chain().model_copy(update={"edges": []})
    assert told(bare, "WINWORD.EXE (pid 4312", "started wscript.exe (pid 4980)")


def test_a_hit_without_a_stage_is_not_lost() -> None:
    chain = remcos_chain().model_copy(update={"stages": []})
    named = {part.text for each in sentences(chain) for part in each.parts}
    assert {hit.detection for hit in chain.evidence} <= named


def test_a_large_chain_stays_readable() -> None:
    passages = tell(large_report().chains[0])
    assert all(len(passage.sentences) <= SENTENCES + 1 for passage in passages)
    assert "more steps are in the report" in passages[-1].sentences[-1].text


def test_text_is_the_telemetrys_own() -> None:
    text = "".join(each.text for each in sentences(hostile_report().chains[0]))
    assert "\x1b[2J" in text


def test_the_same_report_tells_the_same_story() -> None:
    assert tell(full_report().chains[0]) == tell(full_report().chains[0])
