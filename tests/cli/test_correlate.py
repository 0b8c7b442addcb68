from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sigma_rules import rule_text

from lineage.export import EXPORTERS
from lineage.report.model import Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]

RULE_FOR_SCRIPT_HOSTS = rule_text(
    """
    selection:
      Image|endswith: '\\wscript.exe'
    condition: selection
    """
)
OUTPUTS = {
    "markdown": "# Case report",
    "docx": "PK",
    "xlsx": "PK",
    "json": "{",
    "html": "<!",
    "graphml": "<?xml",
    "dot": "digraph",
    "navigator": "{",
    "stix": "{",
    "attack-flow": "{",
    "timesketch": "{",
    "mermaid": "",
    "iocs": "\ufeffkind,value",
    "misp": "{",
}


def saved(path: Path) -> Report:
    return Report.model_validate_json(path.read_bytes())


def truncated(telemetry: Path, folder: Path) -> Path:
    """The telemetry with one line cut in half."""
    lines = telemetry.read_bytes().splitlines(keepends=True)
    lines[9] = lines[9][:80] + b"\n"
    path = folder / "cut.json"
    path.write_bytes(b"".join(lines))
    return path


class TestHappyPath:
    def test_prints_the_chain_and_what_was_read(self, lineage: Lineage, telemetry: Path) -> None:
        done = lineage("correlate", telemetry)
        assert (done.status, done.err) == (0, "")
        assert re.search(r"(?i)confirmed.*\n?.*remcos", done.out)
        assert "WINWORD.EXE" in done.out
        assert re.search(
            r"(?s)\d chains: 1 confirmed, \d suspicious; .* 0 of 1,275\s+records", done.out
        )

    def test_piped_it_is_plain_text_of_a_fixed_width(
        self, lineage: Lineage, telemetry: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("COLUMNS", raising=False)
        lines = lineage("correlate", telemetry).out.splitlines()
        assert max(map(len, lines)) <= 120
        assert not any("\x1b" in line for line in lines)
        monkeypatch.setenv("COLUMNS", "80")
        assert max(map(len, lineage("correlate", telemetry).out.splitlines())) <= 80

    def test_quiet_prints_nothing(self, lineage: Lineage, telemetry: Path) -> None:
        assert lineage("correlate", telemetry, "--quiet") == (0, "", "")

    def test_details_tell_the_fields(self, lineage: Lineage, telemetry: Path) -> None:
        brief = lineage("correlate", telemetry).out
        details = lineage("correlate", telemetry, "--details").out
        assert "ParentImage: " in details
        assert "ParentImage: " not in brief

    def test_a_folder_is_walked(self, lineage: Lineage, simulated: Path) -> None:
        done = lineage("correlate", simulated / "evtx")
        assert done.status == 0
        assert done.out.count(".evtx") >= 6


class TestOutputs:
    @pytest.mark.parametrize("name", OUTPUTS)
    def test_each_is_written_whole(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path, name: str
    ) -> None:
        path = tmp_path / "out"
        done = lineage("correlate", telemetry, "-q", f"--{name}", path)
        assert done == (0, "", "")
        assert path.read_bytes().startswith(OUTPUTS[name].encode())
        assert [each.name for each in tmp_path.iterdir()] == ["out"]

    def test_csv_is_a_folder_that_is_made(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        done = lineage("correlate", telemetry, "-q", "--csv", tmp_path / "a" / "b")
        assert done.status == 0
        written = {each.suffix for each in (tmp_path / "a" / "b").iterdir()}
        assert written == {".csv", ".jsonl"}

    def test_every_exporter_is_tried_here(self) -> None:
        assert {each.name for each in EXPORTERS} | {"json", "html"} == {*OUTPUTS, "csv"}

    def test_several_at_once(self, lineage: Lineage, telemetry: Path, tmp_path: Path) -> None:
        one, other = tmp_path / "a.json", tmp_path / "a.dot"
        assert lineage("correlate", telemetry, "-q", "--json", one, "--dot", other).status == 0
        assert one.exists()
        assert other.exists()

    def test_json_fits_the_schema(self, lineage: Lineage, telemetry: Path, tmp_path: Path) -> None:
        lineage("correlate", telemetry, "-q", "--json", tmp_path / "r.json")
        schema = json.loads(lineage("schema").out)
        jsonschema.validate(json.loads((tmp_path / "r.json").read_bytes()), schema)

    def test_the_same_input_gives_the_same_bytes(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        for name in ("one", "other"):
            lineage("correlate", telemetry, "-q", "--json", tmp_path / name)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()

    @pytest.mark.parametrize("name", ["json", "html", "stix"])
    def test_a_place_that_cannot_be_written_is_named(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path, name: str
    ) -> None:
        path = tmp_path / "none" / "out"
        done = lineage("correlate", telemetry, "-q", f"--{name}", path)
        assert done.status == 2
        assert done.error.startswith(f"lineage: {path}: No such file or directory; ")

    def test_what_was_there_stays_until_the_new_file_is_whole(
        self, lineage: Lineage, tmp_path: Path
    ) -> None:
        path = tmp_path / "r.json"
        path.write_text("old", encoding="utf-8")
        assert lineage("correlate", tmp_path / "none", "--json", path).status == 2
        assert path.read_text(encoding="utf-8") == "old"


class TestExitStatus:
    @pytest.mark.parametrize("verdict", ["suspicious", "probable", "confirmed"])
    def test_fail_on_a_verdict_that_is_reached_is_1(
        self, lineage: Lineage, telemetry: Path, verdict: str
    ) -> None:
        assert lineage("correlate", telemetry, "-q", "--fail-on", verdict).status == 1

    def test_fail_on_a_verdict_that_is_not_reached_is_0(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        few = tmp_path / "few.json"
        few.write_bytes(b"".join(telemetry.read_bytes().splitlines(keepends=True)[:20]))
        assert lineage("correlate", few, "-q", "--fail-on", "suspicious").status == 0

    def test_fail_on_counts_only_chains_above_min_score(
        self, lineage: Lineage, telemetry: Path
    ) -> None:
        options = ("-q", "--fail-on", "suspicious", "--min-score", 99)
        assert lineage("correlate", telemetry, *options).status == 0

    def test_strict_is_3_when_a_record_was_rejected(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        cut = truncated(telemetry, tmp_path)
        assert lineage("correlate", cut, "-q").status == 0
        assert lineage("correlate", cut, "-q", "--strict").status == 3
        assert lineage("correlate", telemetry, "-q", "--strict").status == 0

    def test_rejected_records_come_before_verdicts(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        options = ("-q", "--strict", "--fail-on", "suspicious")
        assert lineage("correlate", truncated(telemetry, tmp_path), *options).status == 3

    def test_outputs_are_written_whatever_the_status(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "r.json"
        assert (
            lineage("correlate", telemetry, "-q", "--fail-on", "probable", "--json", path)[0] == 1
        )
        assert saved(path).chains[0].verdict == "confirmed"


class TestOptions:
    def test_min_score_leaves_chains_out_and_their_hits_in(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "r.json"
        lineage("correlate", telemetry, "-q", "--min-score", 50, "--json", path)
        report = saved(path)
        assert [chain.verdict for chain in report.chains] == ["confirmed"]
        assert len(report.detections) > len(report.chains[0].evidence)

    def test_format_is_believed(self, lineage: Lineage, telemetry: Path, tmp_path: Path) -> None:
        assert lineage("correlate", telemetry, "-q", "--format", "nxlog").status == 0
        done = lineage("correlate", telemetry, "-q", "--format", "evtx")
        assert done.status == 2
        assert str(telemetry) in done.error

    def test_the_ending_of_a_name_does_not_matter(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "export.evtx"
        shutil.copy(telemetry, path)
        assert lineage("correlate", path, "-q", "--fail-on", "confirmed").status == 1


class TestRules:
    def test_users_rules_run_beside_ours(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        rules, path = tmp_path / "rules", tmp_path / "r.json"
        rules.mkdir()
        (rules / "own.yml").write_text(RULE_FOR_SCRIPT_HOSTS, encoding="utf-8")
        assert lineage("correlate", telemetry, "-q", "--rules", rules, "--json", path).status == 0
        report = saved(path)
        assert "Test rule" in {hit.detection for hit in report.detections}
        assert report.rule_problems == []

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("title: [", "while parsing"),
            ("title: Broken\nlogsource: {category: process_creation}\n", "detection"),
            (RULE_FOR_SCRIPT_HOSTS.replace("condition: sel", "condition: sle"), "sle"),
            (RULE_FOR_SCRIPT_HOSTS.replace("|endswith", "|endsin"), "endsin"),
        ],
        ids=["no YAML", "no detection", "wrong name", "wrong modifier"],
    )
    def test_a_bad_rule_is_told_by_name_and_reason_and_the_others_run(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path, text: str, reason: str
    ) -> None:
        rules, path = tmp_path / "rules", tmp_path / "r.json"
        rules.mkdir()
        (rules / "a-bad.yml").write_text(text, encoding="utf-8")
        good = RULE_FOR_SCRIPT_HOSTS.replace("Test rule", "Good rule")
        (rules / "b-good.yml").write_text(good, encoding="utf-8")
        done = lineage("correlate", telemetry, "--rules", rules, "--json", path)
        assert done.status == 0
        report = saved(path)
        assert "Good rule" in {hit.detection for hit in report.detections}
        (problem,) = report.rule_problems
        assert reason in problem.reason
        assert problem.rule in {str(rules / "a-bad.yml"), "Broken", "Test rule"}
        assert reason in done.out

    def test_rules_that_cannot_be_used_are_told_by_reason(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        rules, table = tmp_path / "rules", tmp_path / "rules.csv"
        rules.mkdir()
        for number in range(60):
            reason = number % 30
            text = RULE_FOR_SCRIPT_HOSTS.replace("condition: ", f"condition: nothing{reason} or ")
            (rules / f"{number:02}.yml").write_text(text, encoding="utf-8")
        done = lineage("correlate", telemetry, "--rules", rules, "--rules-report", table)
        lines = done.out.partition("Rules: ")[2].splitlines()
        assert lines[0] == "60 rules not used"
        assert "2 rules: Detection 'nothing" in lines[1]
        assert "and 12 more reasons; all of them with --rules-report FILE" in lines[19]
        text = table.read_text(encoding="utf-8-sig")
        assert len(text.splitlines()) == 61
        assert str(rules / "59.yml") in text

    def test_strict_fails_for_a_rule_that_cannot_be_used(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        rule = tmp_path / "rule.yml"
        rule.write_text("title: no rule", encoding="utf-8")
        assert lineage("correlate", telemetry, "-q", "--rules", rule).status == 0
        assert lineage("correlate", telemetry, "-q", "--rules", rule, "--strict").status == 3

    def test_a_folder_without_rules_is_told(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        rules = tmp_path / "rules"
        rules.mkdir()
        assert "no rule" in lineage("correlate", telemetry, "--rules", rules).out


class TestPlugins:
    def test_a_users_template_reads_the_chain_its_own_way(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        template, path = tmp_path / "own.yaml", tmp_path / "r.json"
        template.write_text(
            "name: own\nfamily: Remcos\nstages:\n"
            "  - {tactic: initial-access, weight: 20, entry: true}\n"
            "  - {tactic: persistence, weight: 10, after: [initial-access]}\n"
            "  - {tactic: collection, weight: 10, after: [persistence]}\n",
            encoding="utf-8",
        )
        lineage("correlate", telemetry, "-q", "--template", template, "--json", path)
        chain = saved(path).chains[0]
        assert (chain.correlator, chain.verdict) == ("own", "confirmed")
        assert sum(part.points for part in chain.score_parts) == chain.score

    def test_a_broken_template_is_one_line(
        self, lineage: Lineage, telemetry: Path, tmp_path: Path
    ) -> None:
        template = tmp_path / "own.yaml"
        template.write_text("stages: {", encoding="utf-8")
        done = lineage("correlate", telemetry, "--template", template)
        assert done.status == 2
        assert done.error.startswith(f"lineage: {template}: ")

    def test_a_module_that_is_not_there_is_one_line(
        self, lineage: Lineage, telemetry: Path
    ) -> None:
        done = lineage("correlate", telemetry, "--correlator", "their_none")
        assert done.status == 2
        assert "their_none" in done.error

    def test_a_correlator_that_fails_is_named_as_the_fault(
        self,
        lineage: Lineage,
        telemetry: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        code = (
            "class Bad:\n    name = 'their-bad'\n    tactic = None\n"
            "    def __call__(self, tagged):\n        raise KeyError('x')\n"
            "CORRELATORS = (Bad(),)\n"
        )
        (tmp_path / "their_failing.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        done = lineage("correlate", telemetry, "--correlator", "their_failing")
        assert done.status == 2
        assert done.error == (
            "lineage: correlator 'their-bad': KeyError: 'x'; run without it, and tell its author"
        )


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("correlate",), "Missing argument 'PATH...'"),
            (("correlate", "x", "--fail-on", "maybe"), "'maybe' is not one of"),
            (("correlate", "x", "--min-score", "101"), "not in the range"),
            (("correlate", "x", "--format", "pcap"), "'pcap' is not one of"),
            (("correlate", "x", "--rules", "none"), "'none' does not exist"),
            (("correlate", "x", "--nope"), "No such option"),
            (("corelate",), "no such command 'corelate'; did you mean correlate?"),
        ],
    )
    def test_a_wrong_command_line_is_2_and_says_what(
        self, lineage: Lineage, arguments: tuple[str, ...], said: str
    ) -> None:
        done = lineage(*arguments)
        assert (done.status, done.out) == (2, "")
        assert said in done.err.splitlines()[-1]

    @pytest.mark.parametrize("command", ["correlate", "detect"])
    def test_a_path_that_is_not_there_is_2(
        self, lineage: Lineage, tmp_path: Path, command: str
    ) -> None:
        done = lineage(command, tmp_path / "none.evtx")
        assert done.status == 2
        assert done.error == (
            f"lineage: {tmp_path / 'none.evtx'}: no such file or folder; check the path"
        )

    def test_a_fault_of_ours_is_70_and_one_line(
        self, lineage: Lineage, telemetry: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> None:
            raise RuntimeError("two\nlines")

        monkeypatch.setattr("lineage.pipeline.report", broken)
        done = lineage("correlate", telemetry)
        assert done.status == 70
        assert done.error.startswith("lineage: RuntimeError: two lines; this is a fault of lineage")
        with pytest.raises(RuntimeError):
            lineage("--debug", "correlate", telemetry)

    def test_interrupted_is_130(
        self, lineage: Lineage, telemetry: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("lineage.pipeline.report", interrupted)
        done = lineage("correlate", telemetry)
        assert (done.status, done.err.strip()) == (130, "lineage: interrupted")
