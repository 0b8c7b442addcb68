"""From which drives programs ran, and since when: what a mounted disk image brought along.

Mounting an image leaves no event among the data sources that are read, and what is in it was never
written on the host. But a drive from which nothing ever ran, and from which a program runs minutes
after an image file was opened, is that image.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.graph.nodes import ProcessNode
from lineage.normalise.paths import canonical_path
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.provenance import ProvenanceGraph

MOUNT_WINDOW = 600 * TICKS
"""How long after an image was opened a program from it may start: ten minutes of a user's
hesitation."""
SYSTEM_DRIVE = "c:"


class Volumes:
    """The drives of a finished graph."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._runs: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for node in graph.nodes():
            if isinstance(node, ProcessNode) and node.start is not None:
                for drive in _drives(node):
                    self._runs[node.host].append((node.start, drive, node.id))
        self._first: dict[tuple[str, str], int] = {}
        for host, runs in self._runs.items():
            runs.sort()
            for start, drive, _ in runs:
                self._first.setdefault((host, drive), start)

    def mounted_programs(self, host: str, opened: int) -> Iterator[str]:
        """Processes that ran from a drive new to the host soon after an image was opened.

        Args:
            host: host key.
            opened: when the image was opened, in ticks.
        """
        runs = self._runs.get(host, [])
        first = bisect_left(runs, (opened, "", ""))
        for index in range(first, len(runs)):
            start, drive, process_id = runs[index]
            if start > opened + MOUNT_WINDOW:
                return
            if self._first[host, drive] >= opened:
                yield process_id


def _drives(process: ProcessNode) -> set[str]:
    """The drives other than the system's that a process runs or works on."""
    places = (process.image, process.current_directory)
    drives = {canonical_path(place)[:2] for place in places if place is not None}
    return {drive for drive in drives if drive[1:] == ":" and drive != SYSTEM_DRIVE}
