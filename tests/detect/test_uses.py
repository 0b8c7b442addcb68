from __future__ import annotations

from attacks import TEMP, tagged
from hosts import EXPLORER, Host

from lineage.detect.uses import Uses
from lineage.graph.nodes import FileNode


def test_writers_and_runners_are_found_by_time() -> None:
    host = Host()
    shell = host.run(EXPLORER)
    path = TEMP + "again.exe"
    for _ in range(3):
        host.write(shell, path)
        host.run(path, parent=shell)
    graph = tagged(host).graph
    (file,) = [n for n in graph.nodes() if isinstance(n, FileNode) and n.path == path]
    uses = Uses(graph)
    writes = uses.of(file.id, frozenset({"wrote"}))
    runs = uses.of(file.id, frozenset({"executed"}))
    assert len(writes) == len(runs) == 3
    assert uses.last(file.id, "wrote", runs[1].ordinal) == writes[1]
    assert uses.last(file.id, "wrote", writes[0].ordinal - 1) is None
    assert uses.following(file.id, "wrote", writes[0].ordinal) == writes[1].ordinal
    assert uses.following(file.id, "wrote", writes[2].ordinal) is None
    between = uses.between(file.id, frozenset({"executed"}), writes[0].ordinal, writes[1].ordinal)
    assert list(between) == [runs[0].node]
