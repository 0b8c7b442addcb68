"""What Windows does on its own by a script: no attack's, though rules know each of its commands.

Attacks run such scripts too; then something of theirs started it, and causality comes from there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lineage.graph.command_line import named_files
from lineage.graph.hubs import program_name, program_of
from lineage.graph.ids import NodeId
from lineage.graph.programs import scripts
from lineage.normalise.paths import canonical_path, is_provided

if TYPE_CHECKING:
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph

DEEPEST: Final = 8
"""Generations below a script that are looked at."""


class OwnScripts:
    """Finds what descends from Windows' own scripts.

    Args:
        graph: a finished graph.
    """

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self.script_above = lru_cache(maxsize=None)(self._script_above)

    def _script_above(self, process_id: str) -> str | None:
        """The script of Windows that a process runs, or that started it through others; or None."""
        process: ProcessNode | None = self._graph.process(process_id)
        for _ in range(DEEPEST):
            if process is None:
                return None
            script = self._script(process)
            if script is not None:
                return script
            process = self._graph.process(process.parent) if process.parent else None
        return None

    def _script(self, process: ProcessNode) -> str | None:
        if program_of(process).kind != "script-host" or process.parent is None:
            return None
        parent = self._graph.process(process.parent)
        if not is_provided(canonical_path(parent.image or "")):
            return None
        for path in named_files(process.command_line or "", process.current_directory):
            if program_name(parent) in scripts().get(path, ()) and not self._is_written(
                process.host, path
            ):
                return path
        return None

    def _is_written(self, host: str, path: str) -> bool:
        """Whether somebody was seen to write a file, which then may hold anything."""
        file_id = str(NodeId("file", host, path))
        edges = self._graph.in_edges(file_id) if file_id in self._graph else ()
        return any(edge.kind == "wrote" for edge in edges)
