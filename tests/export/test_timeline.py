from __future__ import annotations

from sample_report import empty_report, full_report, report_of

from lineage.export.timeline import timeline


def test_hits_acts_and_starts_stand_in_order() -> None:
    report = full_report()
    found = timeline(report)
    assert [moment.time for moment in found] == sorted(moment.time for moment in found)
    hits = [moment.hit for moment in found if moment.hit is not None]
    assert len(hits) == len(report.detections)
    edges = sum(len(chain.edges) for chain in report.chains)
    assert sum(moment.record is not None for moment in found) == edges + len(hits)


def test_messages_say_who_did_what() -> None:
    messages = [moment.message for moment in timeline(full_report())]
    assert any(
        message.startswith(r"C:\Windows\System32\wscript.exe started: ")
        and message.endswith("WINWORD.EXE)")
        for message in messages
    )
    assert any("asked for the domain pastebin.com" in message for message in messages)


def test_a_start_that_no_edge_tells_is_there_all_the_same() -> None:
    chain = full_report().chains[0].model_copy(update={"edges": [], "evidence": []})
    found = timeline(report_of([chain]))
    assert {moment.node for moment in found} == {p.node for p in chain.processes if p.start}
    assert {moment.record for moment in found} == {None}


def test_an_unknown_edge_kind_is_called_by_its_name() -> None:
    chain = full_report().chains[0]
    edge = chain.edges[1].model_copy(update={"kind": "teleported"})
    messages = [
        m.message for m in timeline(report_of([chain.model_copy(update={"edges": [edge]})]))
    ]
    assert any(" teleported " in message for message in messages)


def test_nothing_found_is_an_empty_timeline() -> None:
    assert timeline(empty_report()) == []


def test_a_bystanders_own_start_is_no_act_of_the_attack() -> None:
    report = full_report()
    chain = report.chains[0]
    shell = chain.processes[0].model_copy(update={"node": "process:shell", "role": "bystander"})
    changed = report.model_copy(
        update={"chains": [chain.model_copy(update={"bystanders": [shell]})]}
    )
    assert not any(moment.node == "process:shell" for moment in timeline(changed))
