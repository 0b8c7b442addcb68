from __future__ import annotations

from typing import TYPE_CHECKING

from attacks import ROAMING, TEMP, USER, WSCRIPT, desktop, tagged
from hosts import SYSTEM32, Host, Program

from lineage.correlate.flow import COMMON_PROGRAM, Flow, Flows
from lineage.graph.nodes import caption

if TYPE_CHECKING:
    from lineage.graph.provenance import ProvenanceGraph


class Seen:
    """The flows of a host, told by pids."""

    def __init__(self, host: Host) -> None:
        found = tagged(host)
        self.graph: ProvenanceGraph = found.graph
        self._flows = Flows(found.graph, found.profile)

    def _id(self, program: Program) -> str:
        (found,) = (
            node.id for node in self.graph.nodes() if getattr(node, "guid", None) == program.guid
        )
        return found

    def _pid(self, node_id: str) -> int | None:
        return self.graph.process(node_id).pid

    def onward(self, program: Program, since: int = 0) -> set[int | None]:
        return {self._pid(flow.target) for flow in self._flows.onward(self._id(program), since)}

    def inward(self, program: Program) -> list[Flow]:
        return list(self._flows.inward(self._id(program)))

    def causes(self, program: Program) -> set[int | None]:
        return {self._pid(flow.source) for flow in self.inward(program)}


def test_a_flow_over_a_file_tells_each_step_and_arrives_with_its_use() -> None:
    host = Host()
    shell = desktop(host)
    writer = host.run(WSCRIPT, "wscript.exe a.vbs", parent=shell)
    host.write(writer, ROAMING + "a.exe")
    runner = host.run(ROAMING + "a.exe", parent=shell)
    seen = Seen(host)
    (flow,) = (each for each in seen.inward(runner) if len(each.steps) > 1)
    assert [step.edge.kind for step in flow.steps] == ["wrote", "executed"]
    assert [caption(seen.graph.node(step.edge.target)) for step in flow.steps] == [
        ROAMING + "a.exe"
    ] * 2
    assert flow.ordinal == flow.steps[-1].ordinal > flow.steps[0].ordinal


def test_only_the_last_writer_before_the_use_is_a_cause() -> None:
    host = Host()
    shell = desktop(host)
    first, second, third = (host.run(f"{ROAMING}{n}.exe", parent=shell) for n in range(3))
    host.write(first, ROAMING + "a.exe")
    host.write(second, ROAMING + "a.exe")
    runner = host.run(ROAMING + "a.exe", parent=shell)
    host.write(third, ROAMING + "a.exe")
    seen = Seen(host)
    assert seen.causes(runner) == {shell.pid, second.pid}
    assert seen.onward(first) == seen.onward(third) == set()
    assert seen.onward(second) == {runner.pid}


def test_nothing_flows_from_before_the_moment_asked_for() -> None:
    host = Host()
    parent = host.run(ROAMING + "a.exe", parent=desktop(host))
    host.run(SYSTEM32 + "net.exe", parent=parent)
    later = host.run(SYSTEM32 + "ipconfig.exe", parent=parent)
    assert Seen(host).onward(parent, since=2) == {later.pid}


def test_a_script_host_runs_whatever_it_is_given() -> None:
    host = Host()
    shell = desktop(host)
    writer = host.run(ROAMING + "a.exe", parent=shell)
    host.write(writer, TEMP + "settings.txt")
    notepad = host.run(SYSTEM32 + "notepad.exe", f'notepad.exe "{TEMP}settings.txt"', parent=shell)
    script = host.run(WSCRIPT, f'wscript.exe //e:vbscript "{TEMP}settings.txt"', parent=shell)
    assert Seen(host).onward(writer) == {script.pid}
    assert notepad.pid not in Seen(host).onward(writer)


def test_a_program_that_many_ran_explains_none_of_them() -> None:
    def causes(runs: int) -> bool:
        host = Host()
        shell = desktop(host)
        writer = host.run(USER + "Downloads\\setup.exe", parent=shell)
        host.write(writer, ROAMING + "tool.exe")
        runners = [host.run(ROAMING + "tool.exe", parent=shell) for _ in range(runs)]
        return writer.pid in Seen(host).causes(runners[0])

    assert causes(COMMON_PROGRAM - 1)
    assert not causes(COMMON_PROGRAM)
