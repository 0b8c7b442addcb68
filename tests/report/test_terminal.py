from __future__ import annotations

import io
import re
from functools import cache

import pytest
from rich.cells import cell_len
from rich.console import Console
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import (
    coverage,
    empty_report,
    full_report,
    hostile_report,
    inputs,
    large_report,
    report_of,
)

from lineage.detect.detection import Detection
from lineage.report.model import Campaign, Coverage, Input, InputProblem, Report, RuleProblem, Trait
from lineage.report.terminal import detections_table, explain, render, render_hits

REPORTS = {
    "full": full_report,
    "empty": empty_report,
    "hostile": hostile_report,
    "large": large_report,
}
SHOWN = {"render": render, "render_hits": render_hits}


@cache
def report_named(name: str) -> Report:
    return REPORTS[name]()


def shown(
    report: Report, how: str = "render", width: int = 160, *, details: bool = False
) -> str:  # fmt: skip
    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False)
    SHOWN[how](report, console, details=details)
    return out.getvalue()


def joined(text: str) -> str:
    """Without line breaks and guides, so that a wrapped sentence is found."""
    return re.sub(r"\s+", " ", re.sub(r"[│├└─]", " ", text))


class TestChain:
    def test_headline_tells_verdict_family_score_host_and_span(self) -> None:
        text = joined(shown(report_of([remcos_chain()])))
        assert "CONFIRMED Remcos 94.2 of 100" in text
        assert "host WS-FIN-07.corp.example" in text
        assert "2024-10-14 10:02:07 to 2024-10-15 00:35:59 UTC (14 h 33 min)" in text
        assert "initial access > defense evasion > execution" in text

    @pytest.mark.parametrize("width", [60, 80, 100, 160])
    def test_each_process_stands_in_the_tree_once(self, width: int) -> None:
        text = shown(report_of([remcos_chain()]), width=width)
        for process in remcos_chain().processes:
            assert len(re.findall(rf"\bpid {process.pid}\b", text)) == 1

    def test_detections_hang_on_their_process_with_risk_and_record(self) -> None:
        lines = shown(report_of([remcos_chain()])).splitlines()
        rat = next(n for n, line in enumerate(lines) if "update.exe pid 5300" in line)
        below = "\n".join(lines[rat : rat + 5])
        assert "Winhlp32 Spawning a Process  risk 80  bridge parent-by-pid  Sysmon.evtx#" in below
        assert "Remcos client registry install entry  risk 90  Sysmon.evtx#" in below

    def test_weak_detections_layers_and_other_records_are_told(self) -> None:
        text = joined(shown(report_of([remcos_chain()])))
        assert "Suspicious Path risk 20 anomaly" in text
        assert "risk 64 extension encoded-command" in text
        assert "also Security.evtx#901233" in text
        assert "Suspicious Image Creation In Appdata Folder risk 49 3 times, first" in text

    def test_persistence_is_shown_at_what_it_started(self) -> None:
        assert re.search(r"started by HKU\\\S+\\Run\\Rmc-8K2VQX", shown(full_report()))

    def test_parts_of_the_score_and_their_sum_are_shown(self) -> None:
        text = shown(report_of([remcos_chain()]))
        table = text.partition("\nScore\n")[2].partition("total")[0]
        numbers = [float(number) for number in re.findall(r"^ +(\d+\.\d)  ", table, re.MULTILINE)]
        assert len(numbers) == 6
        assert sum(numbers[:-1]) == pytest.approx(numbers[-1]) == pytest.approx(94.2)

    def test_artifacts_of_every_kind_are_listed(self) -> None:
        text = joined(shown(report_of([remcos_chain()])))
        for artifact in remcos_chain().artifacts:
            assert artifact.value in text
        for kind in ("9 files", "3 registry entries", "2 domains", "2 modules"):
            assert kind in text

    def test_a_hit_on_no_process_of_the_chain_is_shown_apart(self) -> None:
        text = shown(report_of([probable_chain()]))
        apart = text.partition("Detections outside these processes")[2]
        assert "Windows ISO LNK File Creation" in apart.partition("artifacts")[0]

    def test_a_large_chain_is_folded_and_says_so(self) -> None:
        text = shown(report_named("large"), width=100)
        assert len(text.splitlines()) < 300
        assert re.search(r"… and [\d,]+ more processes, \d+ of them with detections", text)

    def test_folded_and_drawn_processes_add_up(self) -> None:
        text = shown(report_named("large"), width=100)
        folded = sum(int(count.replace(",", ""))
                     for count in re.findall(r"and ([\d,]+) more process", text))  # fmt: skip
        assert folded + len(re.findall(r"\bpid \d+  ", text)) == 2000

    def test_details_leave_nothing_out(self) -> None:
        text = shown(report_of([remcos_chain()]), details=True)
        assert "ParentImage: C:\\Windows\\System32\\wscript.exe" in text
        assert "more" not in text.partition("\nread")[0]


class TestManyChains:
    def test_suspicious_chains_are_one_line_each_when_there_are_many(self) -> None:
        chains = [remcos_chain(), *map(suspicious_chain, range(1, 9))]
        text = shown(report_of(chains))
        assert text.count("CONFIRMED") == 2  # the chain's headline, and the answer
        assert "SUSPICIOUS" not in text
        for chain in chains:
            assert chain.id in text
        assert shown(report_of(chains), details=True).count("SUSPICIOUS") == 8

    def test_few_chains_are_all_shown_in_full(self) -> None:
        text = shown(full_report())
        assert all(word in text for word in ("CONFIRMED", "PROBABLE", "SUSPICIOUS"))

    def test_the_last_lines_answer_who_where_and_what_next(self) -> None:
        chain = remcos_chain()
        users = [process.model_copy(update={"user": "CORP\\dana"}) for process in chain.processes]
        chain = chain.model_copy(update={"processes": users})
        lines = shown(report_of([chain, *map(suspicious_chain, range(1, 9))]), width=200)
        last = lines.splitlines()[-8:]
        answer = next(line for line in last if line.startswith("1  CONFIRMED"))
        for word in ("Remcos", chain.hosts[0], "CORP\\dana", "2024-10-14 10:02"):
            assert word in answer
        assert any(line.startswith("Next: ") for line in last)
        assert any("doesn't make them honest" in line for line in last)

    def test_many_strong_chains_stay_within_two_screens(self) -> None:
        chains = [remcos_chain().model_copy(update={"id": f"chain-{n:012}"}) for n in range(20)]
        assert len(shown(report_of(chains)).splitlines()) < 90

    def test_the_last_line_sums_up(self) -> None:
        last = joined(shown(full_report(), width=300).splitlines()[-1])
        assert last == (
            "3 chains: 1 confirmed, 1 probable, 1 suspicious; 25 detections fired (30 hits); "
            "153 of 175,431 records rejected; 6 detections not evaluable."
        )


class TestNoChain:
    def test_says_so_and_what_could_have_fired(self) -> None:
        text = joined(shown(empty_report()))
        assert "No attack chain found." in text
        assert "None of the 27 detections that could have fired on this input did." in text

    def test_hits_without_a_chain_are_mentioned(self) -> None:
        lone = report_of([], detections=suspicious_chain().evidence)
        assert "1 detection fired (1 hit), but they don't add up" in joined(shown(lone))

    def test_input_without_events_is_the_reason(self) -> None:
        read = [entry for entry in inputs() if not entry.events]
        text = shown(report_of([], inputs=read, coverage=coverage(())))
        assert "No event was understood in this input" in text
        assert "33 of 33 detections could not have fired" in text
        assert "no known format" in text

    def test_hits_alone_have_a_reason_too(self) -> None:
        text = shown(empty_report(), "render_hits")
        assert "No detection fired." in text
        assert "needs sysmon-7" in text


class TestInputs:
    def test_counts_of_each_file_and_their_sum(self) -> None:
        text = joined(shown(full_report()))
        assert "Sysmon.evtx evtx 48,211 46,020 2,188 0 3" in text
        assert "44 files 175,431 60,631 114,297 350 153" in text
        assert "… and 34 more files, see --json" in text

    def test_problems_name_file_and_record(self) -> None:
        text = joined(shown(full_report()))
        assert "triage/WS-FIN-07.zip!Sysmon.evtx: record 4711: time '2024-13-01'" in text
        assert "triage/WS-FIN-07.zip!Sysmon.evtx: chunk 12 is corrupt" in text
        assert "export/notes.bin: no known format" in text

    def test_the_same_problem_is_told_once_with_its_records(self) -> None:
        text = joined(shown(full_report()))
        assert "export/ws-hr-02.ndjson.gz: records 1, 2, 3, 4, 5 and 95 more: line is cut" in text
        assert "export/ws-hr-02.ndjson.gz: 150 records rejected in all" in text

    def test_what_was_read_comes_first_and_other_files_are_counted(self) -> None:
        def entry(name: str, events: int, kind: str | None = None, reason: str = "") -> Input:
            problems = [InputProblem(record=None, reason=reason)] if reason else []
            return Input(
                source=name, format="evtx", kind=kind, records=events, events=events, ignored=0,
                duplicates=0, rejected=0, problems=problems,
            )  # fmt: skip

        others = [entry(f"a{n}.pf", 0, "prefetch file", "a prefetch file") for n in range(30)]
        tables = [entry(f"t{n}.csv", 0, "CSV file", "CSV without an event id") for n in range(9)]
        logs = [entry(f"log{n:02}.evtx", n) for n in range(30)]
        text = shown(report_of([], inputs=[*others, *tables, *logs]))
        assert text.index("log29.evtx") < text.index("log28.evtx")
        assert "39 files aren't telemetry: 30 prefetch files, 9 CSV files" in text
        assert "t0.csv, t1.csv, t2.csv and 6 more: CSV without an event id" in text
        assert "a0.pf" not in text
        assert "--format" not in text

    def test_files_with_problems_are_never_folded_away(self) -> None:
        clean = [entry for entry in inputs() if not entry.problems]
        bad = Input(
            source="small.json", format="nxlog", records=1, events=0, ignored=0, duplicates=0,
            rejected=1, problems=[],
        )  # fmt: skip
        assert "small.json" in shown(report_of([], inputs=[*clean, bad]))

    def test_not_evaluable_detections_tell_what_is_missing(self) -> None:
        text = joined(shown(full_report()))
        assert "Not evaluable: 6 of 33 detections" in text
        needed = (
            "needs sysmon-7 or defender-image Loading Of Dynwrapx Module; Office Document Executing"
        )
        assert needed in text

    def test_a_field_that_lacks_is_told_with_its_source(self) -> None:
        report = full_report()
        poor = report.coverage[0].model_copy(
            update={
                "evaluable": False,
                "missing": ["sysmon-1", "security-4688 without CommandLine"],
            }
        )
        text = joined(shown(report.model_copy(update={"coverage": [poor]}), width=240))
        assert "needs sysmon-1 (security-4688 is there without CommandLine)" in text

    def test_rule_problems_name_the_rule(self) -> None:
        text = joined(shown(full_report()))
        assert "my-rules/a.yml: condition names 'selectoin'" in text


class TestHits:
    def test_every_hit_with_place_layer_record_and_fields(self) -> None:
        text = joined(shown(report_of([probable_chain()]), "render_hits"))
        assert "2024-10-16 13:02:09" in text
        assert "Jscript Execution Using Cscript App risk 49" in text
        assert "CommandLine: cscript.exe //e:jscript E:\\quote.dat" in text
        assert "bridge parent-by-pid" in text
        for hit in probable_chain().evidence:
            assert f"#{hit.record}" in text


class TestAnyConsole:
    @pytest.mark.parametrize("name", REPORTS)
    @pytest.mark.parametrize("how", SHOWN)
    @pytest.mark.parametrize("width", [40, 80, 160])
    def test_lines_fit_and_hold_no_control_characters(
        self, name: str, how: str, width: int
    ) -> None:
        for line in shown(report_named(name), how, width).split("\n"):
            assert line.isprintable()
            assert cell_len(line) <= width
            assert line == line.rstrip(" ")

    def test_hostile_text_cannot_leave_the_tree(self) -> None:
        text = shown(hostile_report(), width=80)
        assert "<U+001B>[2J" in text
        assert not any(line.startswith("forged") for line in text.splitlines())
        assert "[red]markup[/red]" in text

    @pytest.mark.parametrize("name", ["full", "hostile"])
    @pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
    def test_a_poor_encoding_gets_what_it_can_print(self, name: str, encoding: str) -> None:
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
        console = Console(file=file, width=80, highlight=False)
        render(report_named(name), console)
        explain(report_named(name).chains[0], console)
        file.seek(0)
        assert "pid" in file.read()

    def test_colour_adds_nothing_to_the_words(self) -> None:
        out = io.StringIO()
        console = Console(file=out, width=100, force_terminal=True, highlight=False)
        render(full_report(), console)
        assert "\x1b[" in out.getvalue()
        plain = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
        assert plain == shown(full_report(), width=100)


def test_explain_tells_the_story_with_records() -> None:
    out = io.StringIO()
    explain(remcos_chain(), Console(file=out, width=100, highlight=False))
    text = joined(out.getvalue())
    assert "A confirmed Remcos chain on WS-FIN-07.corp.example" in text
    assert "Initial access On 2024-10-14 10:02:11 WINWORD.EXE (pid 4312" in text
    assert "[Winhlp32 Spawning a Process]. Sysmon.evtx#" in text


def test_detections_table_lists_number_techniques_sources_type_and_risk() -> None:
    detection = Detection(
        title="Loading Of Dynwrapx Module", rule_id="x", type="TTP", risk=80, impact=80,
        confidence=100, level="high", attack=("T1055", "T1055.001"), tactics=("execution",),
        tags="module", implicates=("actor",), family=None, sources=("sysmon-7",), join=None,
        extensions=(), pack="remcos", path="x.yml", description="",
    )  # fmt: skip
    out = io.StringIO()
    Console(file=out, width=120, highlight=False).print(detections_table([detection] * 2))
    row = joined(out.getvalue().splitlines()[2])
    assert row == " 2 Loading Of Dynwrapx Module T1055 T1055.001 sysmon-7 TTP 80"


def test_a_triage_folder_with_many_rules_and_chains_keeps_to_two_screens() -> None:
    blind = [
        Coverage(
            detection=f"Rule {need}.{number} " + "of a long title " * 4,
            evaluable=False,
            sources_present=[],
            missing=[f"channel-{need:02d}"],
        )
        for need in range(60)
        for number in range(1 + need % 7)
    ]
    problems = [RuleProblem(rule=f"Rule {n}", reason=f"reason {n % 9}") for n in range(400)]
    files = [
        Input(
            source=f"triage/{kind} {number}", format="unrecognised", kind=kind, records=0, events=0,
            ignored=0, duplicates=0, rejected=0, problems=[],
        )
        for kind in ("prefetch file", "shortcut", "registry hive", "$MFT file")
        for number in range(60)
    ]  # fmt: skip
    chains = [
        chain.model_copy(update={"id": f"chain-{number:012x}"})
        for number, chain in enumerate([probable_chain()] * 10 + [suspicious_chain()] * 55)
    ]
    report = report_of(chains, coverage=blind, rule_problems=problems)
    report = report.model_copy(update={"inputs": [*report.inputs, *files]})
    lines = shown(report, width=120).splitlines()
    assert len(lines) <= 90
    assert any("needs channel-06" in line for line in lines), "what most wait for comes first"
    assert lines[-1].endswith("."), "the answer is last"


def test_a_campaign_is_told_with_its_chains_and_what_they_share() -> None:
    campaign = Campaign(name="campaign-1", traits=[Trait(kind="name", value="c2.example")])
    chains = [
        chain.model_copy(update={"campaign": campaign})
        for chain in (remcos_chain(), probable_chain())
    ]
    text = joined(shown(report_of([*chains, suspicious_chain()])))
    assert "One campaign (campaign-1): chains 1, 2 share name c2.example." in text
    assert "campaign campaign-1, with other chains: name c2.example" in text
    out = io.StringIO()
    explain(chains[0], Console(file=out, width=160, no_color=True))
    assert "Other chains of campaign-1 share its name c2.example." in out.getvalue()
