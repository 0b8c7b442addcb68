from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import full_report, hostile_report, large_report

from lineage.report.html.payload import LONGEST, payload
from lineage.report.model import Artifact, Campaign, ChainProcess, Report, Trait


def with_chain(**changes: object) -> Report:
    report = full_report()
    first = report.chains[0].model_copy(update=changes)
    return report.model_copy(update={"chains": [first, *report.chains[1:]]})


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return []


def test_a_hit_of_a_chain_is_sent_once():
    report = full_report()
    data = payload(report)
    assert len(data["hits"]) == len(report.detections)
    for sent, chain in zip(data["chains"], report.chains, strict=True):
        titles = [data["hits"][number]["detection"] for number, *_ in sent["evidence"]]
        assert titles == [hit.detection for hit in chain.evidence]


def test_a_hit_knows_its_node():
    report = full_report()
    sent, chain = payload(report)["chains"][0], report.chains[0]
    values = {node.node: node.image for node in chain.processes}
    values |= {node.node: node.value for node in chain.artifacts}
    at = [sent["nodes"][node]["value"] for _, node, _ in sent["evidence"]]
    assert at == [values[hit.node] for hit in chain.evidence]


def test_bystanders_are_described_and_marked():
    chain = full_report().chains[0]
    explorer = ChainProcess(
        node="process:bystander", host=chain.hosts[0], pid=77, image=r"C:\Windows\explorer.exe",
        command_line=None, start=None, parent=None, role="bystander",
    )  # fmt: skip
    nodes = payload(with_chain(bystanders=[explorer]))["chains"][0]["nodes"]
    found = [node for node in nodes if node["value"] == r"C:\Windows\explorer.exe"]
    assert [(node["pid"], node["outside"]) for node in found] == [(77, True)]
    assert not any(node.get("outside") for node in nodes[: len(chain.processes)])


def test_a_parent_that_the_report_does_not_name_is_no_parent():
    report = full_report()
    for sent, chain in zip(payload(report)["chains"], report.chains, strict=True):
        known = {process.node for process in chain.processes}
        for node, process in zip(sent["nodes"], chain.processes, strict=False):
            assert (node["parent"] is None) == (process.parent not in known)


def test_hashes_come_with_processes_and_artifacts():
    chain = full_report().chains[0]
    process = chain.processes[0].model_copy(update={"hashes": {"MD5": "AA"}})
    thing = Artifact(node="file:new", kind="file", value="x.exe", hashes={"SHA256": "BB"})
    report = with_chain(
        processes=[process, *chain.processes[1:]], artifacts=[*chain.artifacts, thing]
    )
    hashes = [node.get("hashes") for node in payload(report)["chains"][0]["nodes"]]
    assert [found for found in hashes if found] == [[["MD5", "AA"]], [["SHA256", "BB"]]]


def test_a_campaign_is_told_with_what_its_chains_share():
    campaign = Campaign(name="campaign-1", traits=[Trait(kind="domain", value="c2.example")])
    sent = payload(with_chain(campaign=campaign))["chains"]
    assert sent[0]["campaign"] == {"name": "campaign-1", "traits": [["domain", "c2.example"]]}
    assert sent[1]["campaign"] is None


def test_what_cannot_be_seen_is_written_out():
    unseen = {"\x1b", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u0085"}
    for text in strings(payload(hostile_report())):
        assert not unseen & set(text), text[:80]


def test_a_text_of_millions_of_characters_is_cut_and_says_so():
    chain = full_report().chains[0]
    process = chain.processes[0].model_copy(update={"command_line": "A" * 2_000_000})
    nodes = payload(with_chain(processes=[process, *chain.processes[1:]]))["chains"][0]["nodes"]
    command = nodes[0]["command"]
    assert len(command) < LONGEST + 100
    assert command.endswith("… [1,992,000 more characters in the JSON report]")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_sent(text):
    chain = full_report().chains[0]
    process = chain.processes[0].model_copy(update={"command_line": text, "image": text})
    sent = payload(with_chain(processes=[process, *chain.processes[1:]]))
    json.dumps(sent, ensure_ascii=False)


def test_a_large_chain_is_sent_whole():
    assert len(payload(large_report(500))["chains"][0]["nodes"]) >= 500


def test_a_hit_on_a_thing_counts_for_the_process_that_did_it():
    report = full_report()
    chain = report.chains[0]
    did = {edge.to: edge.from_ for edge in chain.edges if not edge.to.startswith("process:")}
    hits = [hit.model_copy(update={"actor": did.get(hit.node, hit.node)}) for hit in chain.evidence]
    sent = payload(with_chain(evidence=hits))["chains"][0]
    assert any(node != actor for _, node, actor in sent["evidence"])
    assert all(sent["nodes"][actor]["kind"] == "process" for *_, actor in sent["evidence"])
