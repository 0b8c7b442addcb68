"""House rules over all correlators, and a hit and a near miss for each stage correlator."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

import pytest
from attacks import (
    CMD,
    OUTLOOK,
    ROAMING,
    TEMP,
    USER,
    WORD,
    WSCRIPT,
    desktop,
    findings,
    intrusion,
    open_document,
    run_script,
    settle,
    tagged,
)
from hosts import EXPLORER, SYSTEM32, Host

from correlators import CORRELATORS
from lineage.correlate.align import TemplateChain
from lineage.correlate.finding import Finding, StageFinding, TaggedGraph
from lineage.correlate.run import correlate
from lineage.correlate.stage import Detected, StageCorrelator
from lineage.correlate.template import MOST_WEIGHT
from lineage.detect.catalog import load_builtin
from lineage.detect.detection import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

TACTICS = get_args(Stage)
STAGES = [each for each in CORRELATORS if isinstance(each, StageCorrelator)]
CHAINS = [each for each in CORRELATORS if isinstance(each, TemplateChain)]
MAILED = USER + "AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\Q1\\order.zip"
OUT_OF_ARCHIVE = f'wscript.exe "{TEMP}Temp1_order.zip\\order.js"'


def named_detections() -> set[str]:
    """Titles of all detections that some stage correlator takes for a clue."""
    clues = [clue for correlator in STAGES for clue in correlator.clues]
    named = {title for clue in clues if isinstance(clue, Detected) for title in clue.titles}
    assert len(named) > 10
    return named


def busy() -> TaggedGraph:
    """A graph on which every stage correlator finds something, each case on a host of its own."""
    hosts = []
    for number, case in enumerate(CASES.values()):
        hosts.append(Host(f"ws{number:02}", machine=number))
        case.positive(hosts[-1])
    return tagged(*hosts)


# -- house rules ---------------------------------------------------------------------------------


def test_names_are_unique() -> None:
    assert max(Counter(each.name for each in CORRELATORS).values()) == 1


@pytest.mark.parametrize("correlator", CORRELATORS, ids=lambda each: each.name)
def test_its_tactic_is_one_of_attack_or_it_looks_at_whole_chains(
    correlator: StageCorrelator | TemplateChain,
) -> None:
    assert correlator.tactic in {None, *TACTICS}


@pytest.mark.parametrize("correlator", CORRELATORS, ids=lambda each: each.name)
def test_it_is_pure(correlator: StageCorrelator | TemplateChain) -> None:
    graph = busy()

    def told() -> list[str]:
        return [f"{found.parts} {sorted(found.cluster.processes)}" for found in correlator(graph)]

    def state() -> str:
        edges = list(graph.graph.edges())
        nodes = [[getattr(node, name) for name in node.__slots__] for node in graph.graph.nodes()]
        return f"{edges} {nodes} {graph.hits} {[c.steps for c in graph.clusters]} {graph.stages}"

    before = state()
    assert told() == told()
    assert state() == before


@pytest.mark.parametrize("correlator", CORRELATORS, ids=lambda each: each.name)
def test_it_says_who_it_is_and_why(correlator: StageCorrelator | TemplateChain) -> None:
    for found in correlator(busy()):
        assert isinstance(found, StageFinding if correlator.tactic else Finding)
        assert found.correlator == correlator.name
        assert 0 <= found.score <= 100
        assert all(part.why for part in found.parts)


@pytest.mark.parametrize("correlator", CORRELATORS, ids=lambda each: each.name)
def test_it_finds_nothing_where_nothing_is(correlator: StageCorrelator | TemplateChain) -> None:
    assert list(correlator(tagged())) == []


@pytest.mark.parametrize("chain", CHAINS, ids=lambda each: each.name)
class TestTemplates:
    def test_stages_are_tactics_of_attack(self, chain: TemplateChain) -> None:
        assert {stage.tactic for stage in chain.template.stages} <= set(TACTICS)

    def test_it_names_only_correlators_that_are_there_and_look_for_that_tactic(
        self, chain: TemplateChain
    ) -> None:
        tactics = {each.name: each.tactic for each in STAGES}
        for stage in chain.template.stages:
            assert {tactics[name] for name in stage.correlators} <= {stage.tactic}

    def test_it_names_only_detections_that_are_there(self, chain: TemplateChain) -> None:
        titles = {rule.detection.title for rule in load_builtin()}
        for stage in chain.template.stages:
            assert stage.detections <= titles

    def test_weights_add_up(self, chain: TemplateChain) -> None:
        assert sum(stage.weight for stage in chain.template.stages) == MOST_WEIGHT

    def test_what_comes_after_what_is_no_circle(self, chain: TemplateChain) -> None:
        after = {stage.tactic: set(stage.after) for stage in chain.template.stages}
        done: set[str] = set()
        while len(done) < len(after):
            free = {tactic for tactic, before in after.items() if before <= done} - done
            assert free, f"a circle among {set(after) - done}"
            done |= free

    def test_a_chain_can_be_told_how_it_came_in(self, chain: TemplateChain) -> None:
        assert any(stage.entry for stage in chain.template.stages)


def test_clues_name_only_detections_that_are_there() -> None:
    assert named_detections() <= {rule.detection.title for rule in load_builtin()}


def test_every_detection_of_the_story_but_one_stage_is_some_correlators_clue() -> None:
    named = named_detections()
    without = {rule.detection.stage for rule in load_builtin() if rule.detection.title not in named}
    assert without <= {"execution", "privilege-escalation", "discovery"}


# -- a hit and a near miss -----------------------------------------------------------------------


class Case:
    """What a stage correlator finds, with the clues told, and what it must not find."""

    def __init__(
        self,
        positive: Callable[[Host], None],
        clues: set[str],
        miss: Callable[[Host], None],
        missed: set[str] | None = None,
    ) -> None:
        self.positive = positive
        self.clues = clues
        self.miss = miss
        self.missed = missed or set()


def document(host: Host) -> None:
    intrusion(host, "nipe")


def document_without_a_macro(host: Host) -> None:
    """Word starts an update; a script runs from elsewhere."""
    word = host.run(WORD, f'"{WORD}" "{USER}a.docx"', parent=desktop(host))
    host.run(SYSTEM32 + "splwow64.exe", parent=word)
    host.run(WSCRIPT, "wscript //e:vbscript a.txt", parent=desktop(host))


def mounted_image(host: Host) -> None:
    shell = host.run(EXPLORER, parent=host.unseen(SYSTEM32 + "userinit.exe"))
    host.write(shell, ROAMING + "Microsoft\\Windows\\Recent\\invoice.iso.lnk")
    payload = host.run("E:\\invoice.exe", parent=shell)
    settle(host, payload, "nipe")


def mailed_archive(host: Host) -> None:
    outlook = host.run(OUTLOOK, parent=desktop(host))
    host.write(outlook, MAILED)
    script = host.run(WSCRIPT, OUT_OF_ARCHIVE, parent=desktop(host))
    settle(host, script, "nipe")


def mail_after_the_archive_ran(host: Host) -> None:
    script = host.run(WSCRIPT, OUT_OF_ARCHIVE, parent=desktop(host))
    settle(host, script, "nipe")
    outlook = host.run(OUTLOOK, parent=script)
    host.write(outlook, MAILED)


def excluded(host: Host) -> None:
    attack = intrusion(host, "nipe")
    command = f"powershell Add-MpPreference -ExclusionPath '{ROAMING}nipe'"
    host.run(SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe", command, parent=attack.payload)
    host.run(CMD, f'cmd /c del "{attack.image}"', parent=attack.payload)


def excluded_elsewhere(host: Host) -> None:
    builder = host.run(r"C:\Build\builder.exe", parent=desktop(host))
    command = "powershell Add-MpPreference -ExclusionPath 'D:\\Build'"
    host.run(SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe", command, parent=builder)
    host.run(CMD, 'cmd /c del "D:\\Build\\a.obj"', parent=builder)


def came_back(host: Host) -> None:
    attack = intrusion(host, "nipe", family="K2QX")
    host.wait(86_400)
    host.run(attack.image, parent=desktop(host))


def started_another(host: Host) -> None:
    """A payload that settles nowhere; another program starts at the next logon."""
    script = run_script(host, open_document(host, "nipe"), "nipe")
    host.write(script, ROAMING + "a.exe")
    host.set_value(script, r"HKU\S-1-5-21-1\Software\Other\Setting", ROAMING + "a.exe")
    host.wait(86_400)
    host.run(ROAMING + "a.exe", parent=desktop(host))


def stole(host: Host) -> None:
    attack = intrusion(host, "nipe")
    local = USER + "AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data"
    host.open(attack.payload, local)
    host.open(attack.payload, ROAMING + "Mozilla\\Firefox\\Profiles\\x.default\\logins.json")


def browsed(host: Host) -> None:
    document(host)
    chrome = host.run(
        r"C:\Program Files\Google\Chrome\Application\chrome.exe", parent=desktop(host)
    )
    host.open(chrome, USER + "AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data")


def spied(host: Host) -> None:
    attack = intrusion(host, "nipe")
    host.write(attack.payload, ROAMING + "Screenshots\\a.png")
    host.write(attack.payload, ROAMING + "MicRecords\\a.wav")
    host.write(attack.payload, ROAMING + "remcos\\logs.dat")


def cached(host: Host) -> None:
    document(host)
    player = host.run(r"C:\Program Files\Player\player.exe", parent=desktop(host))
    host.write(player, ROAMING + "Player\\cover.png")
    host.write(player, ROAMING + "Player\\state.dat")


def called_home(host: Host) -> None:
    attack = intrusion(host, "nipe")
    host.ask(attack.payload, "api.telegram.org")
    host.ask(attack.payload, "c2.example.test")


def called_where_others_call(host: Host) -> None:
    attack = intrusion(host, "nipe")
    browser = host.run(
        r"C:\Program Files\Google\Chrome\Application\chrome.exe", parent=desktop(host)
    )
    for asker in (attack.payload, browser):
        host.ask(asker, "api.telegram.org")
        host.ask(asker, "www.example.test")


def unpacked(host: Host) -> None:
    tool = host.run(USER + "Downloads\\tool.exe", parent=desktop(host))
    settle(host, tool, "nipe")


def installed(host: Host) -> None:
    tool = host.run("C:\\Program Files\\Tool\\tool.exe", parent=desktop(host))
    settle(host, tool, "nipe")


OFFICE_CLUES = {"detection", "office started interpreter", "office dropped what ran"}
CASES: dict[str, Case] = {
    "office_script": Case(document, OFFICE_CLUES, document_without_a_macro),
    "container_entry": Case(mounted_image, {"detection", "ran from image"}, document),
    "container_entry (mail)": Case(
        mailed_archive,
        {"detection", "ran from mailed archive"},
        mail_after_the_archive_ran,
        {"detection"},
    ),
    "defense_evasion": Case(
        excluded,
        {"detection", "excluded own program", "deleted own file"},
        excluded_elsewhere,
        {"detection"},
    ),
    "stray_root": Case(unpacked, {"root program"}, installed),
    "persistence": Case(came_back, {"detection", "came back"}, started_another),
    "credential_access": Case(stole, {"detection", "several browsers"}, browsed),
    "collection": Case(spied, {"detection"}, cached),
    "command_and_control": Case(
        called_home, {"detection", "own names"}, called_where_others_call, {"detection"}
    ),
}


def clues(name: str, happens: Callable[[Host], None]) -> set[str]:
    """The clues that a stage correlator tells of a host on which something happens."""
    host = Host()
    happens(host)
    (correlator,) = (each for each in STAGES if each.name == name.partition(" ")[0])
    return {part.part for found in correlator(tagged(host)) for part in found.parts}


@pytest.mark.parametrize("name", CASES)
def test_it_finds_its_clues(name: str) -> None:
    assert clues(name, CASES[name].positive) == CASES[name].clues


@pytest.mark.parametrize("name", CASES)
def test_a_near_miss_shows_less(name: str) -> None:
    assert clues(name, CASES[name].miss) == CASES[name].missed


def test_every_stage_correlator_has_a_case() -> None:
    assert {name.partition(" ")[0] for name in CASES} == {each.name for each in STAGES}


def test_chain_correlators_see_what_stage_correlators_found() -> None:
    read = [chain.finding for chain in correlate(busy(), CORRELATORS)]
    assert {finding.correlator for finding in read} <= {each.name for each in CHAINS}
    assert {finding.verdict for finding in read} == {"confirmed", "probable", "suspicious"}


def test_without_a_family_mark_the_nameless_template_reads_a_macros_story_better() -> None:
    host = Host()
    called_home(host)
    (finding,) = findings(host)
    assert (finding.correlator, finding.family, finding.verdict) == ("macro_rat", None, "probable")
