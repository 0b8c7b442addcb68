"""How time and memory grow with telemetry of awkward shapes: linear is what they should be.

Usage: python bench/growth.py [--events 12500] [--only NAME] [--details] [--brief]

Each shape (`bench/shapes.py`) is made at n, 2n and 4n, in a process of its own: correlated, written
in every output, detected, explained and sliced. The table tells the seconds of CPU of each command
at the three sizes, the exponent e of time ~ n^e from n to 4n, above what an empty run takes, and
the peak memory at 4n. Exponents near 1 are linear; above 1.15 something looks at all it has seen,
again and again. --details gives each output's own line.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from math import log

from shapes import SHAPES, records

from lineage.read import Input

COMMANDS = ("correlate", "outputs", "detect", "explain", "slice")
ALLOWED = 1.15
LEAST_SECONDS = 0.15
"""Growth of less time than this is the clock's and the cache's."""
Seconds = dict[str, float]


def peak() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(shape: str, n: int, *, brief: bool) -> Seconds:
    """CPU seconds of each command on a shape; outputs one by one; "MB" is the peak memory.

    Args:
        shape: its name.
        n: its size.
        brief: correlate only.
    """
    from io import StringIO

    from rich.console import Console

    from lineage.cli.report_files import as_json
    from lineage.export import EXPORTERS
    from lineage.graph.slicing import slice_of
    from lineage.pipeline import Request, Run, run_opened
    from lineage.report import slice_view, terminal
    from lineage.report.html.page import render as page
    from lineage.report.model import Report

    seconds: Seconds = {}

    def timed(name: str, work, *arguments):
        gc.collect()
        before = time.process_time()
        result = work(*arguments)
        seconds[name] = time.process_time() - before
        return result

    def correlate(request: Request):
        return run_opened([Input("growth", "growth", records(shape, n))], request)

    def detect() -> None:
        terminal.render_hits(correlate(Request([], correlators=())).report, console())

    def console() -> Console:
        return Console(file=StringIO(), width=120)

    def explain() -> None:
        for chain in report.chains:
            terminal.explain(chain, console(), details=True)

    def slices(run: Run) -> None:
        graph = run.analysis.graph
        for node in (busiest(graph), *(hit.node for hit in run.analysis.hits[:1])):
            slice_view.render(slice_of(graph, node), run.analysis, console())

    for name in ("made", "again"):  # what a process does once: imports, rules, tables
        timed(name, list, records(shape, n if name == "again" else 1))
    run_opened([Input("growth", "growth", records(shape, 8))], Request([]))
    run: Run = timed("correlate", correlate, Request([]))
    seconds["correlate"] -= seconds["again"]
    if brief:
        return seconds | {"MB": peak()}
    timed("outputs/terminal", terminal.render, run.report, console())
    timed("outputs/html", page, run.report)
    text = timed("outputs/json", as_json, run.report)
    for exporter in EXPORTERS:
        timed(f"outputs/{exporter.name}", exporter.contents, run.report)
    timed("slice", slices, run)
    report = Report.model_validate_json(text)
    del run, text
    timed("explain", explain)
    timed("detect", detect)
    seconds["detect"] -= seconds["again"]
    seconds["outputs"] = sum(s for name, s in seconds.items() if name.startswith("outputs/"))
    return seconds | {"MB": peak()}


def busiest(graph) -> str:
    """The id of the node with the most edges."""
    return max(graph.nodes(), key=lambda node: graph.graph.degree(node.id)).id


def exponent(figures: list[Seconds], name: str) -> float:
    """The e of time ~ n^e from the first size to the last, above what an empty run takes."""
    first, last = figures[0][name], figures[-1][name]
    return log(max(last, LEAST_SECONDS) / max(first, LEAST_SECONDS)) / log(4)


def tell(shape: str, figures: list[Seconds], *, details: bool) -> bool:
    """Prints a shape's lines; whether all of them are linear."""
    names = [name for name in figures[0] if name.startswith("outputs/")]
    rows = [*filter(figures[0].__contains__, COMMANDS)]
    rows += (name for name in names if details or exponent(figures, name) > ALLOWED)
    for row in rows:
        seconds = " ".join(f"{figure[row]:8.2f}" for figure in figures)
        first = row == COMMANDS[0]
        steep = exponent(figures, row)
        memory = f"{figures[-1]['MB']:8,.0f} MB" if first else ""
        mark = "  <-- steep" if steep > ALLOWED else ""
        print(
            f"{shape if first else '':<28}{row:<20}{seconds}{steep:6.2f}{memory}{mark}", flush=True
        )
    return all(exponent(figures, row) <= ALLOWED for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=12_500, help="n (default 12,500)")
    parser.add_argument("--only", default="", help="shapes with this in their names")
    parser.add_argument("--details", action="store_true", help="each output in a line of its own")
    parser.add_argument("--brief", action="store_true", help="correlate only")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(
            json.dumps(
                measure(arguments.measure[0], int(arguments.measure[1]), brief=arguments.brief)
            )
        )
        return
    sizes = [arguments.events, 2 * arguments.events, 4 * arguments.events]
    heads = " ".join(f"{size:8,}" for size in sizes)
    print(f"{'seconds of CPU at n =':<48}{heads}     e")
    steep = []
    for shape in SHAPES:
        if arguments.only not in shape:
            continue
        figures = []
        for size in sizes:
            command = [sys.executable, __file__, "--measure", shape, str(size)]
            command += ["--brief"] if arguments.brief else []
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            figures.append(json.loads(done.stdout))
        if not tell(shape, figures, details=arguments.details):
            steep.append(shape)
    print(f"steeper than n^{ALLOWED}: {', '.join(steep) or 'none'}")


if __name__ == "__main__":
    main()
