from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hosts import EXPLORER, SYSTEM32, Host, Program, built, edges, graph_of
from raw_records import normalised, security, sysmon

from lineage.graph.identity import Hosts
from lineage.graph.nodes import ProcessNode
from lineage.graph.sysmon_fields import birth, hashes
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event

CMD = SYSTEM32 + "cmd.exe"
DEVICE_CMD = r"\Device\HarddiskVolume3\Windows\System32\cmd.exe"
MALWARE = r"C:\Users\zoe\AppData\Roaming\a.exe"
SOURCES = ("sysmon", "security", "falcon")


def processes(graph: ProvenanceGraph) -> list[ProcessNode]:
    return [node for node in graph.nodes() if isinstance(node, ProcessNode)]


def actors(events: Iterable[Event]) -> list[ProcessNode | None]:
    """Who acted in each event, in order of time."""
    return [placed.actor for placed in built(events)[1]]


# -- one start told by several sources ---------------------------------------------------------


@pytest.mark.parametrize("lag", [(0, 0, 0), (0, 0.002, 0.5), (1.5, 0, 2.9), (0.3, 2.9, 0)])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_start_told_by_three_sources_is_one_process(
    order: tuple[int, ...], lag: tuple[float, ...]
) -> None:
    host = Host()
    parent = host.run(EXPLORER, seen_by=SOURCES)
    child = host.run(CMD, parent=parent, seen_by=())
    for index in order:
        host.see_start(child, SOURCES[index], late=lag[index])
    graph = graph_of(host.events)
    assert [node.image for node in processes(graph)] == [EXPLORER, CMD]
    assert edges(graph, "spawned") == {(EXPLORER, "spawned", CMD)}
    assert not any(node.placeholder for node in processes(graph))


@pytest.mark.parametrize("sources", list(permutations(SOURCES, 2)))
def test_what_either_source_says_is_kept(sources: tuple[str, str]) -> None:
    host = Host()
    program = host.unseen(CMD)
    host.see_start(program, sources[0], CommandLine=None, User="EXAMPLE\\zoe")
    host.see_start(program, sources[1], CommandLine="cmd /c whoami", IntegrityLevel="High")
    (node,) = processes(graph_of(host.events))
    assert (node.command_line, node.user) == ("cmd /c whoami", "EXAMPLE\\zoe")
    assert (node.integrity_level, node.pid, node.image) == ("High", program.pid, CMD)


def test_a_device_path_and_its_drive_path_are_one_program() -> None:
    host = Host()
    program = host.run(CMD)
    host.see_start(program, "falcon", Image=DEVICE_CMD)
    (node,) = processes(graph_of(host.events))
    assert node.image == CMD


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (CMD.upper(), True),
        ("cmd.exe", True),
        (DEVICE_CMD, True),
        (r"C:\Windows\SYSTEM~1\cmd.exe", True),
        (r"D:\Windows\System32\cmd.exe", False),
        (MALWARE, False),
        ("a.exe", False),
        (DEVICE_CMD.replace("cmd", "a"), False),
    ],
)
def test_two_starts_are_one_only_if_the_program_may_be_the_same(other: str, same: bool) -> None:
    host = Host()
    program = host.run(CMD)
    host.see_start(program, "security", Image=other)
    assert len(processes(graph_of(host.events))) == (1 if same else 2)


def test_a_volume_is_known_by_the_drive_that_the_host_showed() -> None:
    host = Host()
    host.see_start(host.run(CMD), "falcon", Image=DEVICE_CMD)
    later = host.run(r"D:\Windows\System32\cmd.exe")
    host.see_start(later, "falcon", Image=DEVICE_CMD)
    assert len(processes(graph_of(host.events))) == 3


@pytest.mark.parametrize("source", SOURCES)
def test_two_starts_told_by_one_source_are_two_processes(source: str) -> None:
    host = Host()
    first = host.run(CMD, seen_by=[source])
    second = Program(**{**_fields(first), "guid": first.guid[:-1] + "f", "falcon": "a1b2:1"})
    host.see_start(second, source, late=0.7)
    assert len(processes(graph_of(host.events))) == 2


def test_two_starts_close_together_pair_with_their_own_second_source() -> None:
    host = Host()
    first = host.run(CMD, "cmd /c one", seen_by=())
    second = Program(
        **{**_fields(first), "guid": first.guid[:-1] + "f", "command_line": "cmd /c 2"}
    )
    for program, late in ((first, 0.0), (second, 1.5)):
        host.see_start(program, "security", late=late)
        host.see_start(program, "sysmon", late=late + 0.01)
    nodes = processes(graph_of(host.events))
    assert [(node.guid, node.command_line) for node in nodes] == [
        (first.guid, "cmd /c one"),
        (second.guid, "cmd /c 2"),
    ]


def test_a_start_exported_twice_in_different_ways_is_one_process() -> None:
    host = Host()
    parent = host.run(EXPLORER, seen_by=["security"])
    program = host.run(CMD, parent=parent, seen_by=["security"])
    host.see_start(program, "security", has_record_id=False)
    graph = graph_of(host.events)
    assert len(processes(graph)) == 2
    assert edges(graph, "spawned") == {(EXPLORER, "spawned", CMD)}


def test_two_sysmon_guids_are_two_processes_even_where_one_was_never_seen_to_start() -> None:
    host = Host()
    first = host.unseen(CMD)
    second = Program(**{**_fields(first), "guid": first.guid[:-1] + "f"})
    host.events.clear()
    host.time = first.start
    host.write(first, r"C:\a.txt")
    host.see_start(second, "sysmon", late=1)
    assert {node.guid for node in processes(graph_of(host.events))} == {first.guid, second.guid}


# -- pids are reused ------------------------------------------------------------------------------


def test_what_is_told_by_pid_belongs_to_the_process_alive_then() -> None:
    host = Host()
    first = host.run(CMD, pid=500)
    host.open(first, r"C:\one")
    second = host.run(CMD, pid=500)
    host.open(second, r"C:\two")
    third = host.run(CMD, pid=500, seen_by=["security"])
    host.open(third, r"C:\three")
    guids = [actor.guid for actor in actors(host.events) if actor is not None]
    assert guids == [first.guid, first.guid, second.guid, second.guid, None, None]


def test_what_a_guid_tells_belongs_to_its_process_even_after_its_pid_was_reused() -> None:
    host = Host()
    first = host.run(CMD, pid=500)
    host.run(MALWARE, pid=500)
    host.write(first, r"C:\late.txt")
    assert edges(graph_of(host.events), "wrote") == {(CMD, "wrote", r"C:\late.txt")}


def test_another_program_with_the_pid_is_a_process_of_its_own() -> None:
    host = Host()
    host.run(CMD, pid=500)
    other = host.unseen(MALWARE, pid=500)
    host.open(other, r"C:\x")
    known, placeholder = processes(graph_of(host.events))
    assert (known.image, known.placeholder) == (CMD, False)
    assert (placeholder.image, placeholder.placeholder) == (MALWARE, True)
    assert placeholder.pid == 500


def test_programs_named_in_turn_under_one_pid_are_not_a_process_each_time() -> None:
    host = Host()
    known = host.run(CMD, pid=500)
    other = host.unseen(MALWARE, pid=500)
    for number in range(6):
        host.open(known if number % 2 else other, rf"C:\{number}")
    assert len(processes(graph_of(host.events))) == 2


def test_nobody_is_there_before_the_start() -> None:
    host = Host()
    early = host.unseen(CMD, pid=500)
    host.open(early, r"C:\early")
    late = host.run(CMD, pid=500, seen_by=["security"])
    host.open(late, r"C:\late")
    before, _, after = actors(host.events)
    assert before is not None
    assert after is not None
    assert before.placeholder
    assert before is not after


def test_an_action_logged_just_before_the_start_is_its_process_s() -> None:
    host = Host()
    program = host.unseen(CMD)
    host.load(program, r"C:\a.dll", ProcessGuid=None, time=program.start - TICKS // 100)
    host.see_start(program, "sysmon")
    (node,) = processes(graph_of(host.events))
    assert (node.guid, node.start, node.placeholder) == (program.guid, program.start, False)


@pytest.mark.parametrize("told", ["<unknown process>", "&lt;unknown process&gt;", None])
def test_a_program_that_sysmon_does_not_know_is_the_one_that_holds_the_pid(
    told: str | None,
) -> None:
    host = Host()
    program = host.run(CMD)
    host.ask(program, "a.example.test", ProcessGuid=None, Image=told)
    assert edges(graph_of(host.events), "queried") == {(CMD, "queried", "a.example.test")}


def test_pids_of_two_hosts_have_nothing_to_do_with_each_other() -> None:
    one, two = Host("ws01"), Host("ws02")
    one.run(CMD, pid=500)
    two.open(two.unseen(MALWARE, pid=500), r"C:\x")
    assert {(node.host, node.image) for node in processes(graph_of(one.events + two.events))} == {
        ("ws01", CMD),
        ("ws02", MALWARE),
    }


# -- processes never seen to start -------------------------------------------------------------


def test_a_guid_first_met_in_an_action_is_a_placeholder_until_its_start_comes() -> None:
    host = Host()
    program = host.unseen(CMD)
    host.write(program, r"C:\a.txt")
    (node,) = processes(graph_of(host.events))
    assert node.placeholder
    assert (node.guid, node.pid, node.image, node.start) == (program.guid, program.pid, CMD, None)
    assert node.born == program.start // TICKS * TICKS


def test_a_parent_never_seen_to_start_carries_what_its_child_says() -> None:
    host = Host()
    parent = host.unseen(EXPLORER)
    parent.command_line = "explorer.exe /factory"
    host.run(CMD, parent=parent, ParentUser="EXAMPLE\\zoe")
    node = next(node for node in processes(graph_of(host.events)) if node.placeholder)
    assert (node.image, node.command_line) == (EXPLORER, "explorer.exe /factory")
    assert (node.user, node.guid, node.pid) == ("EXAMPLE\\zoe", parent.guid, parent.pid)


@pytest.mark.parametrize("sources", [*permutations(SOURCES, 2), *permutations(SOURCES, 3)])
def test_the_unseen_parent_that_several_sources_name_is_one_process(
    sources: tuple[str, ...],
) -> None:
    host = Host()
    parent = host.unseen(EXPLORER)
    child = host.run(CMD, parent=parent, seen_by=())
    for lag, source in enumerate(sources):
        host.see_start(child, source, late=lag / 100)
    host.write(parent, r"C:\by-guid.txt")
    host.open(parent, r"C:\by-pid.txt")
    graph = graph_of(host.events)
    assert {node.image for node in processes(graph)} == {EXPLORER, CMD}
    assert len(processes(graph)) == 2
    assert edges(graph, "spawned", "wrote", "accessed") == {
        (EXPLORER, "spawned", CMD),
        (EXPLORER, "wrote", r"C:\by-guid.txt"),
        (EXPLORER, "accessed", r"C:\by-pid.txt"),
    }


@pytest.mark.parametrize("guid_first", [True, False])
def test_an_unseen_process_told_by_pid_and_by_guid_is_one(guid_first: bool) -> None:
    host = Host()
    program = host.unseen(MALWARE)
    for by_guid in (guid_first, not guid_first):
        if by_guid:
            host.write(program, r"C:\a.txt")
        else:
            host.open(program, r"C:\b.txt")
    (node,) = processes(graph_of(host.events))
    assert (node.guid, node.pid) == (program.guid, program.pid)


def test_a_guid_born_after_the_pid_was_met_is_another_process() -> None:
    host = Host()
    host.open(host.unseen(MALWARE, pid=500), r"C:\b.txt")
    host.write(host.unseen(MALWARE, pid=500), r"C:\a.txt")
    assert len(processes(graph_of(host.events))) == 2


def test_a_start_that_only_the_security_log_saw_gets_its_sysmon_actions() -> None:
    host = Host()
    program = host.run(MALWARE, seen_by=["security"])
    host.write(program, r"C:\a.txt")
    (node,) = processes(graph_of(host.events))
    assert (node.guid, node.placeholder) == (program.guid, False)


def test_without_pid_and_guid_a_program_is_one_stand_in() -> None:
    host = Host()
    program = host.unseen(MALWARE)
    for name in ("a", "b"):
        host.write(program, name, ProcessGuid=None, ProcessId=None)
    (node,) = processes(graph_of(host.events))
    assert (node.image, node.pid, node.placeholder) == (MALWARE, None, True)


def test_a_process_is_not_its_own_parent() -> None:
    host = Host()
    program = host.unseen(CMD)
    program.parent = program
    host.see_start(program, "sysmon")
    graph = graph_of(host.events)
    assert edges(graph, "spawned") == set()
    assert [node.parent for node in processes(graph)] == [None]


@pytest.mark.parametrize("guid", ["not-a-guid", "a-b-c-d-e", "x" * 10_000, "-" * 4, "5aa13a44"])
def test_a_guid_that_sysmon_never_wrote_still_names_its_process(guid: str) -> None:
    host = Host()
    program = host.unseen(CMD)
    program.guid = guid
    host.write(program, r"C:\a.txt")
    host.see_start(program, "sysmon")
    host.ask(program, "a.example.test")
    assert len(processes(graph_of(host.events))) == 1


def test_one_pid_under_endless_names_stays_quick() -> None:
    host = Host()
    for number in range(3_000):
        host.open(host.unseen(rf"C:\{number}.exe", pid=500), r"C:\x")
    assert len(processes(graph_of(host.events))) == 3_000


# -- hosts, guids, hashes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ({"WS01", "ws01"}, {"ws01"}),
        ({"WS01", "ws01.example.test"}, {"ws01.example.test"}),
        ({"WS01", "ws01.a.test", "ws01.b.test"}, {"ws01", "ws01.a.test", "ws01.b.test"}),
        ({"ws01.example.test", "ws02.example.test"}, {"ws01.example.test", "ws02.example.test"}),
        ({"10.0.0.1", "10.0.0.2"}, {"10.0.0.1", "10.0.0.2"}),
    ],
)
def test_names_of_one_host(names: set[str], keys: set[str]) -> None:
    hosts = Hosts(names)
    assert {hosts.key(name) for name in names} == keys


def test_a_host_that_was_not_announced_goes_by_its_name() -> None:
    assert Hosts(set()).key("WS09") == "ws09"


def test_a_short_name_beside_its_only_fqdn_is_the_same_host() -> None:
    host = Host()
    program = host.run(CMD)
    host.see_start(program, "security", host="WS01")
    (node,) = processes(graph_of(host.events))
    assert node.host == "ws01.example.test"


@pytest.mark.parametrize(
    ("guid", "second"),
    [
        ("5aa13a44-0b18-68fd-6336-000000004002", 0x68FD0B18),
        ("a1b2:77001", None),
        ("0b18-68fd", None),
        ("5aa13a44-zzzz-68fd-6336-000000004002", None),
        ("a-ffffffffffffffffffff-ffff-b-c", None),
        ("", None),
    ],
)
def test_the_second_in_a_guid(guid: str, second: int | None) -> None:
    assert birth(guid) == (None if second is None else second * TICKS)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("SHA1=ab,MD5=cd", {"SHA1": "AB", "MD5": "CD"}),
        ("sha256=00AA, IMPHASH=0000", {"SHA256": "00AA"}),
        ("MD5", {}),
        ("", {}),
    ],
)
def test_hashes(written: str, found: dict[str, str]) -> None:
    assert hashes(written) == found


def _fields(program: Program) -> dict[str, Any]:
    return {name: getattr(program, name) for name in Program.__slots__}


# -- ends and boots ----------------------------------------------------------------------------


def parents(host: Host) -> set[tuple[str, str]]:
    """(parent, child) of each start with a known parent, as captions."""
    return {(parent, child) for parent, _, child in edges(graph_of(host.events), "spawned")}


@pytest.mark.parametrize("seen_by", ["sysmon", "security"])
def test_a_pid_whose_holder_ended_is_nobodys_parent(seen_by: str) -> None:
    host = Host()
    malware = host.run(MALWARE, seen_by=["sysmon", "security"])
    host.end(malware, seen_by)
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert parents(host) == {("(unknown program)", CMD)}


def test_falcon_tells_ends_too() -> None:
    host = Host()
    malware = host.run(MALWARE, seen_by=["falcon"])
    host.end(malware, "falcon")
    (node,) = processes(graph_of(host.events))
    assert node.end == host.events[-1].time


def test_a_process_that_lives_is_the_parent_whatever_ended_before_it() -> None:
    host = Host()
    first = host.run(CMD, pid=4000, seen_by=["security"])
    host.end(first, "security")
    second = host.run(MALWARE, pid=4000, seen_by=["security"])
    host.run(CMD, parent=second, seen_by=["security"], ParentImage=None)
    assert parents(host) == {(MALWARE, CMD)}


def test_what_is_logged_seconds_after_an_end_is_still_the_process_s() -> None:
    host = Host()
    shell = host.run(CMD, seen_by=["security"])
    host.end(shell, "security")
    host.time -= 8 * TICKS
    late = host.script(shell, "whoami")
    acted = [placed for placed in built(host.events)[1] if placed.actor]
    assert acted[-1].actor == acted[0].actor
    assert late in host.events


def test_the_end_of_a_process_never_seen_to_start_makes_it_known() -> None:
    host = Host()
    host.end(host.unseen(MALWARE))
    (node,) = processes(graph_of(host.events))
    assert (node.image, node.placeholder, node.end is not None) == (MALWARE, True, True)


@pytest.mark.parametrize("marker", ["kernel", 6005, 4608, 4])
def test_after_a_boot_no_process_from_before_is_anybodys_parent(marker: int | str) -> None:
    host = Host()
    malware = host.run(MALWARE, seen_by=["security"])
    host.wait(600)
    if marker == "kernel":
        host.run(
            SYSTEM32 + "smss.exe", seen_by=["security"], ParentProcessId=4, ParentImage="System"
        )
    else:
        host.record(marker, **({"State": "Started"} if marker == 4 else {}))
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert (MALWARE, CMD) not in parents(host)


@pytest.mark.parametrize(("marker", "fields"), [(4, {"State": "Stopped"}), (16, {}), (255, {})])
def test_what_sysmon_says_of_itself_else_is_no_boot(marker: int, fields: dict[str, Any]) -> None:
    host = Host()
    malware = host.run(MALWARE, seen_by=["security"])
    host.wait(600)
    host.record(marker, **fields)
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert (MALWARE, CMD) in parents(host)


def test_logs_that_tell_of_a_boot_late_end_nothing_that_it_brought() -> None:
    host = Host()
    host.run(SYSTEM32 + "smss.exe", ParentProcessId=4, ParentImage="System")
    malware = host.run(MALWARE, seen_by=["security"])
    host.record(6005)
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert (MALWARE, CMD) in parents(host)


def test_a_session_s_own_session_manager_is_no_boot() -> None:
    host = Host()
    smss = host.run(SYSTEM32 + "smss.exe")
    malware = host.run(MALWARE, seen_by=["security"])
    host.run(SYSTEM32 + "smss.exe", "smss.exe 000000a4", parent=smss)
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert (MALWARE, CMD) in parents(host)


@pytest.mark.parametrize(
    ("hours", "fields", "guess"),
    [
        (0.5, {"ParentImage": None}, False),
        (2, {"ParentImage": None}, True),
        (2, {}, False),
    ],
)
def test_a_pid_alone_names_a_parent_surely_for_an_hour(
    hours: float, fields: dict[str, Any], guess: bool
) -> None:
    host = Host()
    malware = host.run(MALWARE, seen_by=["security"])
    host.wait(hours * 3600)
    host.run(CMD, parent=malware, seen_by=["security"], **fields)
    _, child = processes(graph_of(host.events))
    assert child.parent_is_guess is guess


def test_where_ends_are_recorded_a_pid_is_sure() -> None:
    host = Host()
    host.end(host.run(CMD, seen_by=["security"]), "security")
    malware = host.run(MALWARE, seen_by=["security"])
    host.wait(7200)
    host.run(CMD, parent=malware, seen_by=["security"], ParentImage=None)
    assert not processes(graph_of(host.events))[-1].parent_is_guess


def test_a_source_that_is_sure_corrects_a_guess() -> None:
    host = Host()
    other = host.run(MALWARE, pid=4000, seen_by=["security"])
    host.wait(7200)
    parent = host.unseen(EXPLORER, pid=4000)
    child = host.unseen(CMD, parent=parent)
    host.see_start(child, "security", ParentImage=None)
    host.see_start(child, "sysmon", late=0.5)
    assert parents(host) == {(EXPLORER, CMD)}
    assert other.pid == parent.pid
    assert not processes(graph_of(host.events))[-1].parent_is_guess


@pytest.mark.parametrize("pid", ["0", "0x0", "-"])
def test_an_empty_or_zero_parent_is_no_parent(pid: str) -> None:
    nobody = {
        "ParentProcessGuid": "{00000000-0000-0000-0000-000000000000}",
        "ParentProcessId": pid,
        "ParentImage": "-",
    }
    assert edges(graph_of([normalised(sysmon(1, nobody))]), "spawned") == set()
    creator = {"ProcessId": pid, "ParentProcessName": ""}
    assert edges(graph_of([normalised(security(4688, creator))]), "spawned") == set()
