from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from attacks import (
    ROAMING,
    RUN,
    SVCHOST,
    TEMP,
    VBA,
    WORD,
    WSCRIPT,
    Intrusion,
    desktop,
    intrusion,
    run_script,
    tagged,
)
from hosts import SYSTEM32, Host, Program
from rich.cells import cell_len
from rich.console import Console

from lineage.analysis import Analysis
from lineage.graph.nodes import ProcessNode
from lineage.graph.slicing import Wanted, find, slice_of
from lineage.problems import InputLedger
from lineage.report.slice_view import SHOWN, render

if TYPE_CHECKING:
    from lineage.graph.nodes import Node

SOURCE = "triage/ws01/Sysmon.evtx"


def shown(host: Host, wanted: Wanted, width: int = 200) -> str:
    """The slice of the only node meant, as printed."""
    graph = tagged(host)
    analysis = Analysis([InputLedger(SOURCE)], graph.graph, graph.hits)
    (node,) = find(analysis.graph, wanted)
    out = io.StringIO()
    render(
        slice_of(analysis.graph, node.id), analysis, Console(file=out, width=width, no_color=True)
    )
    return out.getvalue()


def of(host: Host, program: Program, width: int = 200) -> str:
    return shown(host, Wanted(pid=program.pid), width)


def halves(text: str) -> tuple[list[str], list[str]]:
    """The sentences of each half, without times and records."""
    before, _, after = text.partition("What came of it")
    return sentences(before), sentences(after)


def sentences(text: str) -> list[str]:
    found = re.findall(r"^  \d\d:\d\d:\d\d  (.*)$", text, re.MULTILINE)
    return [re.sub(r"  Sysmon\.evtx#\d+$", "", each) for each in found]


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def attack(host: Host) -> Intrusion:
    return intrusion(host, "nipe", family="K2QX")


class TestSentences:
    def test_what_led_to_a_process_reads_as_a_story(self, host: Host, attack: Intrusion) -> None:
        word, script = attack.word.pid, attack.script.pid
        macro = "Office Document Executing Macro Code"
        written = "Executables Or Script Creation In Suspicious Path"
        spawned = "Office Product Spawning Windows Script Host"
        causes, _ = halves(of(host, attack.payload))
        assert causes == [
            rf"C:\Windows\explorer.exe (pid 1004) started {WORD} (pid {word})",
            f"WINWORD.EXE (pid {word}) started with C:\\Users\\zoe\\Downloads\\nipe.docm",
            f"WINWORD.EXE (pid {word}) loaded {VBA} [{macro}]",
            f"WINWORD.EXE (pid {word}) wrote {TEMP}nipe.vbs [{written}]",
            f"WINWORD.EXE (pid {word}) started {WSCRIPT} (pid {script}) [{spawned}]",
            f"wscript.exe (pid {script}) started with nipe.vbs",
            f"wscript.exe (pid {script}) wrote {attack.image}",
            f"wscript.exe (pid {script}) started nipe.exe (pid {attack.payload.pid})",
        ]

    def test_what_came_of_it_too(self, host: Host, attack: Intrusion) -> None:
        host.ask(attack.payload, "c2.example.test")
        host.script(attack.payload, "whoami")
        host.open(attack.payload, ROAMING + "key4.db")
        host.change_key(attack.payload, "HKLM\\Software\\Nipe")
        host.change_key(attack.payload, "HKLM\\Software\\Old", "DeleteKey")
        payload = f"nipe.exe (pid {attack.payload.pid})"
        _, effects = halves(of(host, attack.payload))
        own = [re.sub(r" \[.*\]", "", each) for each in effects]
        assert own[-4:] == [
            f"{payload} asked for the domain c2.example.test",
            f"{payload} ran the script block whoami",
            f"{payload} created the registry entry HKLM\\Software\\Nipe",
            f"{payload} deleted HKLM\\Software\\Old",
        ]
        assert own[1] == f"{payload} set the registry value {RUN}nipe"

    def test_an_autostart_value_starts_its_program(self, host: Host, attack: Intrusion) -> None:
        host.wait(86_400)
        again = host.run(attack.image, parent=desktop(host))
        causes, _ = halves(of(host, again))
        assert f"Run\\nipe had Windows start nipe.exe (pid {again.pid})" in causes
        assert any(each.endswith(f"set the registry value {RUN}nipe [Registry Keys Used For "
                                 "Persistence]") for each in causes)  # fmt: skip

    def test_a_task_is_arranged(self, host: Host) -> None:
        tool = host.run(
            SYSTEM32 + "schtasks.exe",
            f'schtasks /create /tn x /tr "{ROAMING}x.exe"',
            parent=desktop(host),
        )
        scheduler = host.run(SVCHOST, parent=host.unseen(SYSTEM32 + "services.exe"))
        task = host.run(ROAMING + "x.exe", parent=scheduler)
        _, effects = halves(of(host, tool))
        assert f"schtasks.exe (pid {tool.pid}) had Windows start {ROAMING}x.exe " in effects[-1]
        assert f"(pid {task.pid})" in effects[-1]

    def test_a_files_program_is_told_where_its_starter_is_not(self, host: Host) -> None:
        writer = host.run(WSCRIPT, parent=desktop(host))
        host.write(writer, ROAMING + "x.exe")
        runner = host.run(ROAMING + "x.exe")
        _, effects = halves(shown(host, Wanted(file="x.exe")))
        assert effects == [f"{ROAMING}x.exe (pid {runner.pid}) started from x.exe"]


class TestShape:
    def test_the_heading_says_what_it_is(self, host: Host, attack: Intrusion) -> None:
        head = of(host, attack.payload).splitlines()[:4]
        assert head[0] == f"{attack.image} (pid {attack.payload.pid}) on ws01.example.test"
        assert head[1] == f'  "{attack.image}"'
        assert re.fullmatch(r"  started 2026-03-02 10:0\d:\d\d UTC", head[2])
        assert head[3].startswith("  node process:ws01.example.test:")

    def test_a_path_is_told_in_full_once(self, host: Host, attack: Intrusion) -> None:
        text = of(host, attack.payload)
        body = text.partition("What led to it")[2]
        for path in (WORD, WSCRIPT, f"{TEMP}nipe.vbs", f"{RUN}nipe"):
            assert body.count(path) == 1

    def test_days_stand_above_their_steps(self, host: Host, attack: Intrusion) -> None:
        host.wait(86_400)
        host.run(SYSTEM32 + "net.exe", parent=attack.payload)
        after = of(host, attack.payload).partition("What came of it")[2]
        days = re.findall(r"^(2026-\d\d-\d\d) \(UTC\)$", after, re.MULTILINE)
        assert days == ["2026-03-02", "2026-03-03"]

    def test_every_step_names_its_record(self, host: Host, attack: Intrusion) -> None:
        text = of(host, attack.payload)
        steps = re.findall(r"^  \d\d:\d\d:\d\d ", text, re.MULTILINE)
        assert len(re.findall(r"Sysmon\.evtx#\d+", text)) == len(steps) > 8

    @pytest.mark.parametrize("width", [40, 80, 100, 160])
    def test_it_keeps_to_its_width(self, host: Host, attack: Intrusion, width: int) -> None:
        lines = of(host, attack.payload, width).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert not any(line.endswith(" ") for line in lines)

    def test_nothing_known_is_said(self, host: Host) -> None:
        lone = host.run(ROAMING + "x.exe")
        text = of(host, lone)
        assert "What led to it: nothing that was recorded" in text
        assert "What came of it: nothing that was recorded" in text

    def test_a_process_never_seen_to_start_says_so(self, host: Host) -> None:
        shell = desktop(host)
        child = host.run(ROAMING + "x.exe", parent=shell)
        assert "start not recorded" in of(host, shell)
        assert f"started {ROAMING}x.exe (pid {child.pid})" in of(host, shell)

    def test_long_halves_are_cut_and_counted(self, host: Host) -> None:
        busy = host.run(ROAMING + "x.exe")
        for number in range(SHOWN + 7):
            host.write(busy, f"{ROAMING}cache\\{number}.bin")
        text = of(host, busy)
        assert f"What came of it: {SHOWN + 7} steps" in text
        assert "… and 7 more steps" in text
        assert text.count(".bin") == SHOWN

    def test_hostile_names_do_no_harm(self, host: Host) -> None:
        bad = host.run(ROAMING + "a\x1b[2J\u202e.exe", "x\r\nforged [bold]line[/bold]")
        run_script(host, bad, "\x07bell")
        text = of(host, bad)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
        assert "<U+001B>[2J<U+202E>" in text
        assert "[bold]line[/bold]" in text


def test_all_ways_between_the_nodes_are_told_not_only_the_first(host: Host) -> None:
    """What wrote the script is told beside who started the script host."""
    word = host.run(WORD, parent=desktop(host))
    script = run_script(host, word, "nipe")
    causes, _ = halves(of(host, script))
    assert [each.partition(" [")[0] for each in causes][-3:] == [
        f"WINWORD.EXE (pid {word.pid}) wrote {TEMP}nipe.vbs",
        f"WINWORD.EXE (pid {word.pid}) started wscript.exe (pid {script.pid})",
        f"wscript.exe (pid {script.pid}) started with nipe.vbs",
    ]


def test_what_happened_after_its_effect_is_no_cause(host: Host) -> None:
    word = host.run(WORD, parent=desktop(host))
    script = run_script(host, word, "nipe")
    host.load(word, ROAMING + "later.dll")
    causes, _ = halves(of(host, script))
    assert not any("later.dll" in each for each in causes)


def test_slices_end_at_hubs(host: Host) -> None:
    shell = desktop(host)
    host.run(SYSTEM32 + "notepad.exe", parent=shell)
    attack = intrusion(host, "nipe", shell=shell)
    graph = tagged(host).graph
    nodes: list[Node] = [
        node for node in graph.nodes() if isinstance(node, ProcessNode) and node.pid == shell.pid
    ]
    assert len(nodes) == 1
    assert "notepad" not in of(host, attack.payload)
