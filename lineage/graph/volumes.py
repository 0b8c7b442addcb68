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
        drives: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(dict)
        for node in graph.nodes():
            if isinstance(node, ProcessNode) and node.start is not None:
                for drive in _drives(node):
                    drives[node.host].setdefault(drive, []).append((node.start, node.id))
        self._runs = {
            host: sorted(sorted(runs) for runs in of_host.values())
            for host, of_host in drives.items()
        }
        """Host -> the runs on each of its drives: when, in ticks, and the process; the drive that
        came first before the others."""

    def mounted_programs(self, host: str, opened: int) -> Iterator[str]:
        """Processes that ran from a drive new to the host soon after an image was opened.

        Args:
            host: host key.
            opened: when the image was opened, in ticks.
        """
        drives = self._runs.get(host, [])
        runs: list[tuple[int, str]] = []
        for index in range(bisect_left(drives, [(opened, "")]), len(drives)):
            if drives[index][0][0] > opened + MOUNT_WINDOW:
                break
            until = bisect_left(drives[index], (opened + MOUNT_WINDOW + 1, ""))
            runs += drives[index][:until]
        yield from (process_id for _, process_id in sorted(runs))


def _drives(process: ProcessNode) -> set[str]:
    """The drives other than the system's that a process runs or works on."""
    places = (process.image, process.current_directory)
    drives = {canonical_path(place)[:2] for place in places if place is not None}
    return {drive for drive in drives if drive[1:] == ":" and drive != SYSTEM_DRIVE}
