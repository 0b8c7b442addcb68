"""What the hits of any rules weigh, and which chains the template `intrusion` makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from attacks import CMD, USER, desktop, intrusion
from hosts import SYSTEM32, Host, Program
from sigma_rules import load_text

from correlators import CORRELATORS
from correlators.intrusion import INTRUSION
from lineage.correlate.cluster import tagged_graph
from lineage.correlate.grade import Grades, worth
from lineage.correlate.graded import GradedChain
from lineage.correlate.run import correlate
from lineage.detect.catalog import load_builtin
from lineage.detect.engine import RuleEngine
from lineage.detect.run import tagged as tag
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.correlate.finding import Finding, TaggedGraph

PAYLOAD = USER + "Downloads\\update.exe"
WHOAMI, REG = SYSTEM32 + "whoami.exe", SYSTEM32 + "reg.exe"
CSCRIPT, NETSH = SYSTEM32 + "cscript.exe", SYSTEM32 + "netsh.exe"


def rule(title: str, contains: str, tactic: str, level: str = "high") -> str:
    """A rule on a part of a command line."""
    return (
        f"title: {title}\nlogsource: {{category: process_creation}}\nlevel: {level}\nstatus: test\n"
        f"tags: [attack.{tactic}]\n"
        f"detection: {{s: {{CommandLine|contains: '{contains}'}}, condition: s}}\n"
    )


RULES = "---\n".join(
    [
        rule("Whoami", "whoami", "discovery"),
        rule("Hives", "save hklm", "credential-access"),
        rule("Hives again", "hklm\\sam", "credential-access"),
        rule("Shadow copies", "shadows", "impact"),
    ]
)


def tagged(folder: Path, host: Host, text: str = RULES) -> TaggedGraph:
    """The graph of a host, tagged by the shipped rules and those of a text."""
    events = list(host.events)
    builder = Builder(Hosts({event.host for event in events}))
    engine = RuleEngine([*load_builtin(), *load_builtin("tradecraft"), *load_text(folder, text)[0]])
    hits, *_ = tag(events, Clock(), builder, engine)
    return tagged_graph(builder.graph, hits)


def findings(graph: TaggedGraph) -> list[Finding]:
    return [chain.finding for chain in correlate(graph, CORRELATORS)]


def operator(host: Host, image: str = PAYLOAD) -> Program:
    """Somebody's program looks around, takes hives and removes shadow copies."""
    payload = host.run(image, f'"{image}"', parent=desktop(host))
    host.run(WHOAMI, "whoami /all", parent=payload)
    host.run(REG, r"reg save hklm\sam C:\a", parent=payload)
    host.run(SYSTEM32 + "vssadmin.exe", "vssadmin delete shadows", parent=payload)
    return payload


def test_it_is_the_third_template_and_graded() -> None:
    assert isinstance(INTRUSION, GradedChain)
    assert INTRUSION in CORRELATORS


def test_an_intrusion_of_no_family_is_probable_by_rules_of_any_set(tmp_path: Path) -> None:
    host = Host()
    operator(host)
    (finding,) = findings(tagged(tmp_path, host))
    assert (finding.correlator, finding.verdict) == ("intrusion", "probable")
    assert finding.family is None
    assert finding.score == sum(part.points for part in finding.parts)


def test_without_the_users_rules_it_says_nothing(tmp_path: Path) -> None:
    host = Host()
    operator(host)
    graph = tagged(tmp_path, host, rule("Never", "no such text", "impact"))
    assert not list(INTRUSION(graph))


def test_a_program_at_the_root_where_users_may_write_counts(tmp_path: Path) -> None:
    stages = []
    for image in (PAYLOAD, r"C:\Program Files\Tool\tool.exe"):
        host = Host()
        operator(host, image)
        (finding,) = findings(tagged(tmp_path, host))
        stages.append(next(part for part in finding.parts if part.part == "stages").points)
    assert stages[0] > stages[1]


def test_several_rules_on_one_command_line_are_one_fact(tmp_path: Path) -> None:
    host = Host()
    shell = host.run(CMD, r"cmd /c reg save hklm\sam C:\a", parent=desktop(host))
    host.run(REG, r"reg save hklm\sam C:\a", parent=shell)
    graph = tagged(tmp_path, host)
    (cluster,) = graph.clusters
    assert {hit.detection.title for hit in cluster.hits} >= {"Hives", "Hives again"}
    (fact,) = Grades(graph).facts(cluster)
    assert fact.strength == pytest.approx(0.7)


def test_two_command_lines_are_two_facts(tmp_path: Path) -> None:
    host = Host()
    shell = host.run(CMD, "cmd /k", parent=desktop(host))
    host.run(REG, r"reg save hklm\system C:\a", parent=shell)
    host.run(WHOAMI, "whoami /all", parent=shell)
    graph = tagged(tmp_path, host)
    (cluster,) = graph.clusters
    assert len([fact for fact in Grades(graph).facts(cluster) if fact.strength > 0.5]) == 2


def test_a_rule_counts_once_however_often_it_hits(tmp_path: Path) -> None:
    host = Host()
    payload = host.run(PAYLOAD, f'"{PAYLOAD}"', parent=desktop(host))
    for number in range(9):
        host.run(WHOAMI, f"whoami /all {number}", parent=payload)
    graph = tagged(tmp_path, host)
    (cluster,) = graph.clusters
    strong = [fact for fact in Grades(graph).facts(cluster) if fact.strength > 0.5]
    assert len(strong) == 1
    assert {finding.verdict for finding in findings(graph)} == {"suspicious"}


def test_a_rule_that_fires_on_everything_weighs_little(tmp_path: Path) -> None:
    def wide(strangers: int) -> float:
        host = Host()
        for number in range(strangers):
            image = f"C:\\Program Files\\App{number}\\app{number}.exe"
            host.run(image, f"{image} --serve", parent=desktop(host))
            host.wait(4_000)
        host.run(PAYLOAD, f'"{PAYLOAD}"', parent=desktop(host))
        graph = tagged(tmp_path, host, rule("Wide", "e", "execution"))
        (cluster,) = (
            cluster
            for cluster in graph.clusters
            if any(graph.graph.process(each).image == PAYLOAD for each in cluster.processes)
        )
        return Grades(graph).facts(cluster)[0].strength

    assert wide(1) == pytest.approx(0.7)
    assert wide(8) == pytest.approx(0.7 / 4)


STATED = {
    "critical": ("level: critical\nstatus: test\n", 0.9),
    "informational": ("level: informational\nstatus: test\n", 0.05),
    "stable": ("level: high\nstatus: stable\n", 0.7),
    "experimental": ("level: high\nstatus: experimental\n", 0.56),
    "deprecated": ("level: high\nstatus: deprecated\n", 0.35),
    "unknown": ("level: high\nstatus: test\nfalsepositives: [Unknown, Unlikely]\n", 0.7),
    "named": ("level: high\nstatus: test\nfalsepositives: [Administrators]\n", 0.56),
    "likely": ("level: high\nstatus: test\nfalsepositives: [Likely on servers]\n", 0.35),
}


@pytest.mark.parametrize("name", STATED)
def test_what_a_rule_says_of_itself_counts(tmp_path: Path, name: str) -> None:
    more, expected = STATED[name]
    text = rule("A", "a", "impact").replace("level: high\nstatus: test\n", more)
    (loaded,) = load_text(tmp_path, text).rules
    assert worth(loaded.detection) == pytest.approx(expected)


def test_the_packages_own_rules_are_worth_their_stated_risk() -> None:
    detection = load_builtin("tradecraft")[0].detection
    named = replace(detection, status="experimental", false_positives=("Likely",))
    assert worth(named) == detection.risk / 100


class TestTemplatesOfTheStory:
    """They weigh the shipped rules alone, whatever else hit."""

    def came_back(self, host: Host) -> None:
        """Somebody's program, that only the user's rules hit, settles and comes back."""
        payload = operator(host)
        link = USER + (
            "AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\update.exe"
        )
        host.write(payload, link)
        host.wait(86_400)
        host.run(link, f'"{link}"', parent=desktop(host))

    def test_a_chain_of_other_rules_hits_is_none_of_theirs(self, tmp_path: Path) -> None:
        host = Host()
        self.came_back(host)
        graph = tagged(tmp_path, host)
        others = [hit for hit in graph.hits if hit.detection.pack is None]
        alone = tagged_graph(graph.graph, others)
        assert {found.correlator for found in findings(alone)} == {"intrusion"}

    def test_other_rules_change_nothing_of_what_they_say(self, tmp_path: Path) -> None:
        host = Host()
        intrusion(host, "nipe", family="K2QX")
        (with_rules,) = findings(tagged(tmp_path, host, rule("Wide", "e", "execution")))
        (without,) = findings(tagged(tmp_path, host, rule("Never", "no such text", "impact")))
        assert with_rules.verdict == without.verdict == "confirmed"
        assert with_rules.parts == without.parts


class TestScriptsOfWindows:
    """`gatherNetworkInfo.vbs`, which Windows runs on its own, and attacks have run."""

    def script(self, host: Host, starter: Program) -> None:
        script = SYSTEM32 + "gatherNetworkInfo.vbs"
        host_process = host.run(CSCRIPT, f"cscript.exe {script}", parent=starter)
        shell = host.run(CMD, r"cmd /c reg save hklm\sam C:\a", parent=host_process)
        host.run(REG, r"reg save hklm\sam C:\a", parent=shell)
        host.run(CMD, "cmd /c vssadmin list shadows", parent=host_process)

    def test_it_makes_no_chain(self, tmp_path: Path) -> None:
        host = Host()
        self.script(host, host.run(NETSH, "netsh trace stop", parent=desktop(host)))
        graph = tagged(tmp_path, host)
        assert {hit.detection.title for hit in graph.hits} >= {"Hives", "Shadow copies"}
        assert findings(graph) == []

    def test_an_attack_that_has_it_run_owns_it(self, tmp_path: Path) -> None:
        host = Host()
        payload = operator(host)
        self.script(host, host.run(NETSH, "netsh trace stop", parent=payload))
        (finding,) = findings(tagged(tmp_path, host))
        assert len([hit for hit in finding.cluster.hits if hit.detection.title == "Hives"]) == 3

    def test_a_program_elsewhere_called_netsh_starts_nothing_of_windows(
        self, tmp_path: Path
    ) -> None:
        host = Host()
        self.script(host, host.run(USER + "netsh.exe", "netsh trace stop", parent=desktop(host)))
        assert findings(tagged(tmp_path, host))

    def test_nor_does_it_once_somebody_wrote_it(self, tmp_path: Path) -> None:
        host = Host()
        writer = host.run(CMD, "cmd /k", parent=desktop(host))
        host.write(writer, SYSTEM32 + "gatherNetworkInfo.vbs")
        self.script(host, host.run(NETSH, "netsh trace stop", parent=desktop(host)))
        assert findings(tagged(tmp_path, host))
