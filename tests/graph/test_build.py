from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hosts import EXPLORER, SYSTEM32, Host, built, edges, graph_of
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.graph.nodes import (
    DnsNode,
    FileNode,
    HostNode,
    ModuleNode,
    ProcessNode,
    RegistryNode,
    ScriptNode,
    UserNode,
    caption,
)
from lineage.graph.schema import EDGE_SCHEMAS, NODE_SCHEMAS

if TYPE_CHECKING:
    from lineage.graph.provenance import ProvenanceGraph

CMD = SYSTEM32 + "cmd.exe"
WSCRIPT = SYSTEM32 + "wscript.exe"
POWERSHELL = SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe"
SCHTASKS = SYSTEM32 + "schtasks.exe"
MALWARE = r"C:\Users\zoe\AppData\Roaming\a.exe"
SCRIPT = r"C:\Users\zoe\a.vbs"
RUN = r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run\x"


def story() -> Host:
    """A host on which every kind of event happens, told by every source."""
    host = Host()
    explorer = host.run(EXPLORER, seen_by=["security"])
    word = host.run(r"C:\Office\WINWORD.EXE", parent=explorer, User=r"EXAMPLE\zoe")
    host.write(word, SCRIPT)
    script = host.run(WSCRIPT, f'wscript.exe "{SCRIPT}"', parent=word, seen_by=["security"])
    host.see_start(script, "sysmon", late=0.01)
    host.write(script, MALWARE)
    host.load(script, SYSTEM32 + "vbscript.dll")
    malware = host.run(
        MALWARE, parent=script, Hashes="SHA256=AB", LogonId="0x53b2a", seen_by=["falcon", "sysmon"]
    )
    host.set_value(malware, RUN, f'"{MALWARE}" -min')
    host.change_key(malware, r"HKU\S-1-5-21-1\Software\Remote")
    host.change_key(malware, r"HKU\S-1-5-21-1\Software\Remote", "DeleteKey")
    host.ask(malware, "files.example.test")
    host.open(malware, r"C:\Users\zoe\logins.json")
    shell = host.run(POWERSHELL, "powershell -nop", parent=malware)
    host.script(shell, "whoami")
    task = f'schtasks /create /tn t /tr "{MALWARE}" /sc onlogon'
    host.run(SCHTASKS, task, parent=malware)
    host.connect(malware, "203.0.113.7")
    host.connect(malware, "10.0.0.9", None)
    host.did(17, malware, PipeName=r"\a", EventType="CreatePipe")
    host.did(2, malware, TargetFilename=MALWARE)
    host.did(9, malware, Device=r"\Device\HarddiskVolume2")
    host.did(14, malware, TargetObject=RUN, NewName=RUN + "y")
    host.did(15, malware, TargetFilename=MALWARE + ":Zone.Identifier", Contents="ZoneId=3")
    host.did(27, malware, TargetFilename=MALWARE)
    host.access(malware, shell)
    host.access(malware, shell, "0x1fffff")
    host.inject(malware, shell)
    host.replace_image(shell)
    host.record(6, ImageLoaded=SYSTEM32 + r"drivers\a.sys")
    named = {"User": r"EXAMPLE\zoe", "Operation": "Created"}
    host.record(19, Name='"f"', Query='"SELECT *"', EventType="WmiFilterEvent", **named)
    host.record(20, Name='"c"', Destination='"a.exe"', EventType="WmiConsumerEvent", **named)
    host.record(21, Consumer=r' "\\.\ROOT:X.Name=\"c\""', Filter=r' "Y.Name=\"f\""', **named)
    host.wait(3600)
    logon = host.run(EXPLORER, seen_by=["security"])
    again = host.run(MALWARE, f'"{MALWARE}" -min', parent=logon)
    host.run(CMD, f'cmd /c del "{SCRIPT}"', parent=again)
    host.run(CMD, f'cmd /c wmic process call create "{MALWARE}"', parent=again)
    host.run(MALWARE, parent=host.unseen(SYSTEM32 + "wbem\\wmiprvse.exe"))
    return host


def facts(graph: ProvenanceGraph) -> object:
    """All that a graph says, in a form that can be compared."""
    return (
        sorted(node.id for node in graph.nodes()),
        sorted(
            (edge.source, edge.kind, edge.target, [graph.events[at] for at in edge.events])
            for edge in graph.edges()
        ),
    )


def test_a_story_has_every_kind_of_node_and_edge_that_happened_in_it() -> None:
    graph = graph_of(story().events)
    assert {kind for kind, count in graph.count_nodes().items() if count} == {
        schema.kind for schema in NODE_SCHEMAS
    } - {"service", "task"}
    assert {kind for kind, count in graph.count_edges().items() if count} == {
        schema.kind for schema in EDGE_SCHEMAS
    } - {"copied", "mapped", "logged_on"}


def test_every_edge_joins_the_kinds_that_the_schema_says() -> None:
    graph = graph_of(story().events)
    allowed = {
        (source, schema.kind, target)
        for schema in EDGE_SCHEMAS
        for source in schema.source
        for target in schema.target
    }
    joined = {
        (graph.node(edge.source).kind, edge.kind, graph.node(edge.target).kind)
        for edge in graph.edges()
    }
    assert joined <= allowed


@given(st.permutations(story().events + story().events[::2]))
@settings(max_examples=40)
def test_neither_order_nor_repetition_changes_the_graph(events: list[object]) -> None:
    assert facts(graph_of(events)) == facts(graph_of(story().events))


# -- what each event says ----------------------------------------------------------------------


def test_a_start_is_a_process_its_parent_its_host_its_account_and_its_program() -> None:
    host = Host("WS01.example.test")
    explorer = host.run(EXPLORER, User=r"EXAMPLE\zoe")
    host.run(CMD, parent=explorer, User=r"example\ZOE")
    assert edges(graph_of(host.events)) == {
        (EXPLORER, "spawned", CMD),
        (EXPLORER, "executed", EXPLORER),
        (CMD, "executed", CMD),
        (EXPLORER, "runs_on", "WS01.example.test"),
        (CMD, "runs_on", "WS01.example.test"),
        (EXPLORER, "runs_as", r"EXAMPLE\zoe"),
        (CMD, "runs_as", r"EXAMPLE\zoe"),
    }


@pytest.mark.parametrize(
    ("event", "kind", "node_type", "called"),
    [
        ("write", "wrote", FileNode, r"C:\X\Y.exe"),
        ("load", "loaded", ModuleNode, r"C:\X\Y.dll"),
        ("ask", "queried", DnsNode, "Files.example.test"),
        ("open", "accessed", FileNode, r"C:\X\logins.json"),
        ("change_key", "created", RegistryNode, r"HKLM\Software\X"),
        ("script", "ran", ScriptNode, "whoami"),
    ],
)
def test_an_action_is_an_edge_to_its_object_in_the_telemetry_s_words(
    event: str, kind: str, node_type: type, called: str
) -> None:
    host = Host()
    program = host.run(MALWARE)
    getattr(host, event)(program, called)
    graph, placed = built(host.events)
    assert edges(graph, kind) == {(MALWARE, kind, called)}
    node = graph.node(placed[-1].object)
    assert isinstance(node, node_type)
    assert placed[-1].actor is placed[0].actor


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("CreateKey", "created"),
        ("RenameKey", "created"),
        ("DeleteKey", "deleted"),
        ("DeleteValue", "deleted"),
        (None, "created"),
    ],
)
def test_registry_changes(how: str, kind: str) -> None:
    host = Host()
    host.change_key(host.run(MALWARE), r"HKLM\Software\X", how)
    assert edges(graph_of(host.events), "created", "deleted") == {
        (MALWARE, kind, r"HKLM\Software\X")
    }


def test_a_value_keeps_the_data_last_set() -> None:
    host = Host()
    program = host.run(MALWARE)
    for data in ("1", "2", None):
        host.set_value(program, r"HKLM\Software\X\v", data)
    graph = graph_of(host.events[:3])
    (value,) = [node for node in graph.nodes() if isinstance(node, RegistryNode)]
    assert value.data == "2"


@pytest.mark.parametrize(("kind", "node_type"), [("Key", RegistryNode), ("File", FileNode)])
def test_an_audited_object_is_of_its_kind(kind: str, node_type: type) -> None:
    host = Host()
    host.open(host.run(MALWARE), r"\REGISTRY\MACHINE\Software\X", kind)
    graph, placed = built(host.events)
    assert isinstance(graph.node(placed[-1].object), node_type)


def test_the_same_object_in_other_spellings_is_one_node() -> None:
    host = Host()
    program = host.run(MALWARE)
    for path in (r"C:\X\y.txt", r"c:\x\Y.TXT", r"\\?\C:\X\y.txt", "C:/X/y.txt"):
        host.write(program, path)
    for key in (r"HKLM\Software\X", r"\REGISTRY\MACHINE\SOFTWARE\x"):
        host.change_key(program, key)
    host.open(program, r"\REGISTRY\MACHINE\SOFTWARE\x", "Key")
    for name in ("a.test", "A.TEST", "a.test."):
        host.ask(program, name)
    counts = graph_of(host.events).count_nodes()
    assert (counts["file"], counts["registry"], counts["dns"]) == (2, 1, 1)


def test_files_of_two_hosts_are_two_but_names_and_accounts_are_everybody_s() -> None:
    hosts = [Host("ws01"), Host("ws02", machine=2)]
    for host in hosts:
        program = host.run("a.exe", User=r"EXAMPLE\zoe")
        host.write(program, r"C:\x")
        host.ask(program, "a.test")
    counts = graph_of([event for host in hosts for event in host.events]).count_nodes()
    assert (counts["host"], counts["process"], counts["file"]) == (2, 2, 2)
    assert (counts["user"], counts["dns"]) == (1, 1)


def test_a_device_path_goes_to_the_file_on_the_drive_once_the_host_showed_which() -> None:
    host = Host()
    program = host.run(MALWARE)
    host.see_start(program, "falcon", Image=MALWARE.replace("C:", r"\Device\HarddiskVolume3"))
    host.open(program, r"\Device\HarddiskVolume3\Users\zoe\b.txt")
    host.write(program, r"C:\Users\zoe\b.txt")
    assert graph_of(host.events).count_nodes()["file"] == 2


def test_a_repeated_fact_is_one_edge_with_all_its_records_in_order() -> None:
    host = Host()
    program = host.run(MALWARE)
    for _ in range(3):
        host.write(program, r"C:\x")
        host.ask(program, "a.test")
    graph = graph_of(reversed(host.events))
    (wrote,) = [edge for edge in graph.edges() if edge.kind == "wrote"]
    assert [graph.events[at].record for at in wrote.events] == [2, 4, 6]
    assert wrote.events == sorted(wrote.events)


def test_a_script_block_of_no_known_process_stands_alone() -> None:
    host = Host()
    host.script(None, "whoami")
    graph, placed = built(host.events)
    assert placed[0].actor is None
    assert (len(graph), edges(graph)) == (1, set())


def test_a_script_block_belongs_to_the_process_alive_with_its_pid() -> None:
    host = Host()
    shell = host.run(POWERSHELL)
    host.script(shell, "whoami", ScriptBlockId="B-1", Path=r"C:\a.ps1")
    host.script(shell, "whoami", ScriptBlockId="b-1")
    assert edges(graph_of(host.events), "ran") == {(POWERSHELL, "ran", r"C:\a.ps1")}


def test_a_process_never_seen_to_start_still_runs_its_program() -> None:
    host = Host()
    dropper = host.run(CMD)
    host.write(dropper, MALWARE)
    host.ask(host.unseen(MALWARE), "a.test")
    assert (MALWARE, "executed", MALWARE) in edges(graph_of(host.events))


# -- files that pass something on --------------------------------------------------------------


def test_a_module_is_mapped_from_the_file_that_was_written_before() -> None:
    host = Host()
    program = host.run(MALWARE)
    host.write(program, r"C:\Users\zoe\x.dll")
    host.load(program, r"C:\Users\ZOE\x.dll")
    host.load(program, SYSTEM32 + "vbscript.dll")
    assert edges(graph_of(host.events), "mapped") == {
        (r"C:\Users\zoe\x.dll", "mapped", r"C:\Users\ZOE\x.dll")
    }


def test_the_same_content_under_another_name_is_a_copy() -> None:
    host = Host()
    host.run(MALWARE, Hashes="SHA1=01,SHA256=AB,IMPHASH=99")
    host.run(r"C:\ProgramData\b.exe", Hashes="SHA1=01,SHA256=AB,IMPHASH=99")
    host.run(r"C:\ProgramData\c.exe", Hashes="SHA1=02,SHA256=CD,IMPHASH=99")
    host.run(r"C:\ProgramData\d.exe", Hashes="IMPHASH=99")
    host.run(r"C:\ProgramData\e.exe", Hashes="IMPHASH=99")
    assert edges(graph_of(host.events), "copied") == {(MALWARE, "copied", r"C:\ProgramData\b.exe")}


def test_copies_are_told_of_within_a_host_only() -> None:
    one, two = Host("ws01"), Host("ws02", machine=2)
    one.run(MALWARE, Hashes="SHA256=AB")
    two.run(r"C:\ProgramData\b.exe", Hashes="SHA256=AB")
    assert edges(graph_of(one.events + two.events), "copied") == set()


@pytest.mark.parametrize(
    ("image", "command_line", "named"),
    [
        (WSCRIPT, f'wscript.exe //B "{SCRIPT}"', {("interpreted", SCRIPT)}),
        (CMD, f'cmd.exe /c "{SCRIPT}"', {("interpreted", SCRIPT)}),
        (CMD, f'cmd.exe /c del "{SCRIPT}"', {("deleted", SCRIPT)}),
        (WSCRIPT, "wscript.exe a.vbs", {("interpreted", SCRIPT)}),
        (MALWARE, f'"{MALWARE}"', set()),
        (MALWARE, rf'"{MALWARE}" /log C:\x.dat', set()),
    ],
)
def test_a_command_line_names_what_the_process_works_on(
    image: str, command_line: str, named: set[tuple[str, str]]
) -> None:
    host = Host()
    host.run(image, command_line, CurrentDirectory="C:\\Users\\zoe\\")
    found = edges(graph_of(host.events), "interpreted", "deleted")
    assert {(kind, target) for _, kind, target in found} == named


def test_a_users_folder_by_its_short_name_holds_the_same_files() -> None:
    host = Host()
    temp = "C:\\Users\\administrator\\AppData\\Local\\Temp\\"
    short = "C:\\Users\\ADMINI~1\\AppData\\Local\\Temp\\"
    host.write(host.run(CMD), temp + "a.vbs")
    host.run(WSCRIPT, f'wscript.exe "{short}a.vbs"')
    host.run(short + "b.exe")
    assert edges(graph_of(host.events), "wrote", "interpreted", "executed") >= {
        (CMD, "wrote", temp + "a.vbs"),
        (WSCRIPT, "interpreted", temp + "a.vbs"),
    }
    files = {node.id.rpartition(":")[2] for node in graph_of(host.events).nodes()}
    assert temp.lower()[2:] + "b.exe" in files


def test_a_short_name_that_may_be_two_users_is_nobodys() -> None:
    host = Host()
    for name in ("administrator", "administrative"):
        host.write(host.run(CMD), f"C:\\Users\\{name}\\a.vbs")
    host.run(WSCRIPT, r'wscript.exe "C:\Users\ADMINI~1\a.vbs"')
    assert edges(graph_of(host.events), "interpreted") == {
        (WSCRIPT, "interpreted", r"C:\Users\ADMINI~1\a.vbs")
    }


def test_a_renamed_command_interpreter_deletes_as_well() -> None:
    host = Host()
    line = rf'alpha.pif /c del "{MALWARE}"'
    host.run(r"C:\Users\Public\alpha.pif", line, OriginalFileName="Cmd.Exe")
    assert edges(graph_of(host.events), "deleted", "interpreted") == {
        (r"C:\Users\Public\alpha.pif", "deleted", MALWARE)
    }


def test_a_file_that_is_known_counts_whatever_its_ending() -> None:
    host = Host()
    program = host.run(CMD)
    host.write(program, r"C:\Users\zoe\payload.dat")
    host.run(MALWARE, r'a.exe "C:\Users\zoe\payload.dat"', parent=program)
    assert edges(graph_of(host.events), "interpreted") == {
        (MALWARE, "interpreted", r"C:\Users\zoe\payload.dat")
    }


# -- what starts later ------------------------------------------------------------------------


@pytest.mark.parametrize("data", [MALWARE, f'"{MALWARE}" -min', f"wscript.exe //B {SCRIPT}"])
def test_an_autostart_value_starts_its_program_after_a_reboot(data: str) -> None:
    host = Host()
    host.set_value(host.run(CMD), RUN, data)
    host.wait(86_400)
    later = host.run(WSCRIPT if SCRIPT in data else MALWARE, data)
    assert edges(graph_of(host.events), "started") == {(RUN, "started", later.image)}


def test_a_task_starts_its_program_for_the_process_that_made_it() -> None:
    host = Host()
    host.run(SCHTASKS, f'schtasks /create /tn t /tr "{MALWARE}" /sc onlogon')
    host.run(MALWARE)
    assert edges(graph_of(host.events), "started") == {(SCHTASKS, "started", MALWARE)}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (RUN, CMD),
        (RUN, "not a program"),
        (RUN, None),
        (r"HKLM\Software\Vendor\Settings\path", MALWARE),
    ],
)
def test_what_starts_nothing(path: str, data: str | None) -> None:
    host = Host()
    host.set_value(host.run(CMD), path, data)
    for image in (MALWARE, CMD):
        host.run(image)
    assert edges(graph_of(host.events), "started") == set()


def test_what_ran_before_the_value_was_set_was_not_started_by_it() -> None:
    host = Host()
    host.run(MALWARE)
    host.set_value(host.run(CMD), RUN, MALWARE)
    assert edges(graph_of(host.events), "started") == set()


def test_an_autostart_of_one_host_starts_nothing_on_another() -> None:
    one, two = Host("ws01"), Host("ws02", machine=2)
    one.set_value(one.run(CMD), RUN, MALWARE)
    two.wait(3600)
    two.run(MALWARE)
    assert edges(graph_of(one.events + two.events), "started") == set()


# -- hostile telemetry -------------------------------------------------------------------------


HOSTILE = ["\ud800", "x" * 200_000, "\\" * 50_000, '"' * 50_000, "a:\\" * 20_000, "%" * 10_000]


@pytest.mark.parametrize("text", [*HOSTILE, "\x00", "‮gpj.exe", "/create " * 20_000])
def test_no_text_breaks_the_graph(text: str) -> None:
    host = Host()
    program = host.run(text or "x", text, CurrentDirectory=text, Hashes=text, User=text)
    for act in (host.write, host.load, host.ask, host.change_key, host.open, host.script):
        act(program, text)
    host.set_value(program, text, text)
    host.set_value(program, RUN, text)
    host.run(SCHTASKS, "schtasks " + text)
    host.run(CMD, "cmd /c del " + text)
    graph = graph_of(host.events)
    assert len(graph.events) == len(host.events)
    assert all(caption(node) is not None for node in graph.nodes())


def test_the_largest_record_number_fits() -> None:
    host = Host()
    host.run(CMD, record=2**64 - 1)
    assert graph_of(host.events).events[0].record == 2**64 - 1


def test_placed_says_where_an_event_went() -> None:
    host = Host()
    parent = host.run(EXPLORER)
    host.run(CMD, parent=parent)
    graph, (first, second) = built(host.events)
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert second.parent is first.actor
    assert isinstance(graph.node(second.object), ProcessNode)
    assert {type(node) for node in graph.nodes()} == {ProcessNode, HostNode, FileNode}
    assert not any(isinstance(node, UserNode) for node in graph.nodes())
