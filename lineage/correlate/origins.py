"""What served to bring an attack about: the launcher, requester or downloader that nobody tagged.

An untagged process that started an attack's process, had a service start it, or wrote what it runs
is the attack's own where chance is ruled out. It did its part soon after its start, and either it
started nothing else, or all that it does is one author's: a command line, a script or a program out
of a user's folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph import hubs
from lineage.graph.command_line import named_files
from lineage.graph.nodes import ProcessNode
from lineage.normalise.paths import canonical_path
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from lineage.correlate.flow import Flow, Flows
    from lineage.graph.programs import ProgramKind
    from lineage.graph.provenance import ProvenanceGraph

LAUNCH = 60 * TICKS
"""How long a launcher may have run before it starts the attack."""

SAME_TIME = 600 * TICKS
"""What an untagged cause brought about within this time belongs together: an installer or a script
is done in minutes, downloads included."""

USERS = "c:\\users\\"
"""What lies below it was brought by one user or for one."""

_BRINGING = frozenset({"spawned", "requested", "wrote", "injected"})
"""Kinds of the step by which something brings a process about."""

_BESIDE: frozenset[ProgramKind | None] = frozenset(
    {"console-helper", "browser", "office", "reader"}
)
"""Kinds of programs that say nothing of who started them: consoles, pauses, and what opens the
document that is shown to the victim."""

_INSTALLED_FOR_USER = "\\appdata\\local\\programs\\"
"""Where installers put programs for one user: what lies there wasn't just unpacked."""

_SCRIPTS = tuple(
    ".a3x .au3 .bat .cmd .cpl .dll .hta .jar .js .jse .ocx .ps1 .py .sct .vbe .vbs .wsf".split()
)
"""Endings of words by which a command line names a script or library, wherever it lies."""


class Origins:
    """Finds the origins of an attack's processes.

    Args:
        graph: the provenance graph.
        flows: its flows.
    """

    def __init__(self, graph: ProvenanceGraph, flows: Flows) -> None:
        self._graph = graph
        self._flows = flows
        self._unexplained: dict[str, list[str]] = {}
        """Process -> its children, but for those, at the end, that were the attack's when it was
        looked at: they stay so."""

    def of(self, process_id: str, taken: Mapping[str, int]) -> Iterator[Flow]:
        """The flows from what served to bring a process about.

        Args:
            process_id: the process; objects have no origins.
            taken: nodes that are an attack's, with the ordinal from which each is.
        """
        if not isinstance(self._graph.node(process_id), ProcessNode):
            return
        yield from (flow for flow in self._flows.inward(process_id) if self._brought(flow, taken))

    def _brought(self, flow: Flow, taken: Mapping[str, int]) -> bool:
        if taken.get(flow.source) == 0:
            return flow.steps[0].edge.kind in _BRINGING
        source, step = self._graph.process(flow.source), flow.steps[0]
        did = self._graph.events.time(step.ordinal)
        if (
            step.edge.kind not in _BRINGING
            or source.began is None
            or self._flows.is_bystander(source.id)
        ):
            return False
        age = did - source.began
        again = canonical_path(source.image or "") == self._image(flow.target)
        if self.is_one_authors(source, age, young=SAME_TIME if again else LAUNCH):
            return True
        in_one_go = self._graph.events.time(flow.ordinal) - did <= SAME_TIME
        return in_one_go and self._served(source, age, taken)

    def _image(self, process_id: str) -> str:
        return canonical_path(self._graph.process(process_id).image or "")

    def _served(self, source: ProcessNode, age: int, taken: Container[str]) -> bool:
        """Whether a process of this age, in ticks, started nothing but the attack."""
        if age > (SAME_TIME if hubs.is_given_work(source) else LAUNCH):
            return False
        children = self._unexplained.get(source.id)
        if children is None:
            edges = self._graph.out_edges(source.id)
            children = [edge.target for edge in edges if edge.kind == "spawned"]
            self._unexplained[source.id] = children
        while children and not self._is_foreign(children[-1], taken):
            children.pop()
        return not children

    def _is_foreign(self, child: str, taken: Container[str]) -> bool:
        kind = hubs.program_of(self._graph.process(child)).kind
        return child not in taken and kind not in _BESIDE

    def is_one_authors(self, source: ProcessNode, age: int, young: int) -> bool:
        """Whether all that a process does is one author's doing.

        Not so where it goes on starting things for hours, as terminals and agents do.

        Args:
            source: the process, untagged.
            age: how long it had run when it brought the attack about, in ticks.
            young: how long a program out of a user's folder may have run then.
        """
        if age > SAME_TIME or self._flows.fans_out(source.id):
            return False
        image = canonical_path(source.image or "")
        is_users = image.startswith(USERS) and _INSTALLED_FOR_USER not in image
        if hubs.is_given_work(source):
            return is_users or _runs_users_work(source)
        return age <= young and is_users and hubs.program_of(source).kind is None


def _runs_users_work(process: ProcessNode) -> bool:
    """Whether an interpreter was given a command, or scripts out of users' folders only."""
    text, runs = process.command_line or "", hubs.program_of(process).runs_file
    named = [path for path in named_files(text, process.current_directory) if runs(path)]
    words = (word.strip("\"',;()").lower() for word in text.split()[1:])
    elsewhere = (word for word in words if word.endswith(_SCRIPTS) and "\\" not in word)
    return all(path.startswith(USERS) for path in named) and not any(elsewhere)
