"""What a case report tells, and what it says that it leaves out."""

from __future__ import annotations

from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import empty_report, full_report, large_report, report_of

from lineage.export.case import FEW, ROWS, case, defanged, moment
from lineage.report.indicators import indicators


def test_confirmed_and_probable_chains_have_chapters_and_the_rest_is_counted() -> None:
    told = case(full_report())
    assert [chapter.chain.verdict for chapter in told.chapters] == ["confirmed", "probable"]
    assert [(entry.place, entry.is_told) for entry in told.overview] == [
        (1, True), (2, True), (3, False),
    ]  # fmt: skip
    assert any("1 suspicious chain stand" in sentence for sentence in told.left_out)
    assert any("1 detection hit outside any chain" in sentence for sentence in told.left_out)
    assert told.answer == "Found: 1 confirmed chain, 1 probable chain, 1 suspicious chain."


def test_a_few_suspicious_chains_are_told_where_there_is_no_other() -> None:
    chains = [suspicious_chain(number) for number in range(FEW + 1)]
    assert len(case(report_of(chains[:FEW])).chapters) == FEW
    assert case(report_of(chains)).chapters == []
    assert all(chapter.indicators == [] for chapter in case(report_of(chains[:FEW])).chapters)


def test_nothing_found_reassures_nobody() -> None:
    told = case(empty_report())
    assert "what wasn't logged or read can't show" in told.answer
    assert any("couldn't have fired" in sentence for sentence in told.judged)
    assert any(sentence.startswith("Not judged: ") for sentence in told.judged)


def test_a_chapter_has_all_evidence_and_indicators() -> None:
    chain = remcos_chain()
    (chapter,) = case(report_of([chain])).chapters
    assert sorted(chapter.evidence, key=id) == sorted(chain.evidence, key=id)
    assert {branch.process.node for branch, _ in chapter.tree} == {
        process.node for process in chain.processes
    }
    assert chapter.indicators == indicators(chain)
    assert {each.record for each in chapter.moments} >= {hit.record for hit in chain.evidence}


def test_what_a_large_chain_loses_is_counted() -> None:
    (chapter,) = case(large_report(2000)).chapters
    assert len(chapter.tree) == len(chapter.moments) == ROWS
    assert any("1,500 processes" in sentence for sentence in chapter.left_out)


def test_records_are_named_by_their_shortest_ends() -> None:
    told = case(report_of([remcos_chain()]))
    assert told.record("triage/WS-FIN-07.zip!Sysmon.evtx", 4) == "Sysmon.evtx#4"
    assert told.record("elsewhere/x.evtx", 4) == "elsewhere/x.evtx#4"


def test_names_and_addresses_are_defanged_and_paths_are_not() -> None:
    found = indicators(remcos_chain()) + indicators(probable_chain())
    assert {one.kind for one in found} > {"domain", "file"}
    for one in found:
        if one.kind in {"domain", "address"}:
            assert "." not in defanged(one).replace("[.]", "")
        else:
            assert defanged(one) == one.value


def test_times_have_one_width() -> None:
    chapters = case(full_report()).chapters
    times = [moment(each.time) for chapter in chapters for each in chapter.moments]
    assert {len(time) for time in times} == {23}
    assert moment("yesterday") == "yesterday"
