"""Kills pushes in their midst, and the server too, and compares what stands there afterwards.

Run from the checkout: python bench/neo4j_kills.py [--kills 25]

Each round begins a push in a process of its own, kills it (SIGKILL) after another share of its
rows, shows that it was running then and that the case is not whole, pushes again, and compares the
case, node for node and relationship for relationship with all properties, with one that was pushed
undisturbed. Then the server is killed under a push, started again on the same home, and the same is
shown; and once more after a clean stop.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import neo4j_server
from neo4j_killed import Push, content, dump

from lineage.graphdb import push
from lineage.graphdb.connect import Address, connected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=25)
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as folder, neo4j_server.serving(Path(folder)) as server:
        address = Address(server.uri, server.username, server.password, None)
        failed = clients(address, kills)
        failed += servers(address, server)
    print("all equal" if not failed else f"{failed} differ")
    sys.exit(bool(failed))


def clients(address: Address, kills: int) -> int:
    """Kills so many pushes; how many cases differ afterwards, or were not hit."""
    rows = content().rows
    failed = 0
    with connected(address) as database:
        push.push(database, "whole", content())
        whole = dump(database, "whole")
        print(f"{rows} rows, {len(whole[0])} nodes, {len(whole[1])} relationships")
        for number in range(1, kills + 1):
            case = f"killed-{number}"
            going = Push(address, case, rows * number // (kills + 1))
            written = going.reached()
            hit = going.kill()
            cut = dump(database, case)
            push.push(database, case, content())
            equal = dump(database, case) == whole
            partial = len(cut[0]) + len(cut[1]) < len(whole[0]) + len(whole[1])
            failed += not (hit and partial and equal)
            running = "hit a running push" if hit else "MISSED"
            print(
                f"kill {number:2} after {written:3} rows: {running}, {len(cut[0]):2} nodes and "
                f"{len(cut[1]):3} relationships stood there"
                f"{'' if partial else ' (WHOLE)'}; pushed again: {'equal' if equal else 'DIFFERS'}",
                flush=True,
            )
    return failed


def servers(address: Address, server: neo4j_server.Server) -> int:
    """Ends the server under a push, by force and cleanly; how many cases differ afterwards."""
    failed, rows = 0, content().rows
    back = ExitStack()
    for name, sign in (("SIGKILL", signal.SIGKILL), ("SIGTERM", signal.SIGTERM)):
        case = f"server-{name}"
        going = Push(address, case, rows // 2)
        written = going.reached()
        assert server.pid is not None
        os.kill(server.pid, sign)
        os.waitpid(server.pid, 0)
        hit = going.kill()
        server = back.enter_context(neo4j_server.again(server))
        with connected(address) as database:
            cut = dump(database, case)
            push.push(database, case, content())
            equal = dump(database, case) == dump(database, "whole")
            failed += not (hit and equal)
            print(
                f"server {name} after {written} rows, {len(cut[0])} nodes and {len(cut[1])} "
                f"relationships survived; pushed again: {'equal' if equal else 'DIFFERS'}"
            )
    back.close()
    return failed


if __name__ == "__main__":
    main()
