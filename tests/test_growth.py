"""What happens often costs in proportion: steps are counted, nothing is timed.

`bench/growth.py` measures the same shapes (`bench/shapes.py`) at sizes where it hurts.
"""

from __future__ import annotations

import importlib.util
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lineage.export import EXPORTERS
from lineage.pipeline import Request, run_opened
from lineage.read import Input
from lineage.report import terminal

if TYPE_CHECKING:
    from types import FrameType, ModuleType

_PATH = Path(__file__).resolve().parents[1] / "bench" / "shapes.py"
pytestmark = pytest.mark.skipif(not _PATH.exists(), reason="bench/ isn't there")
SIZES = (70, 140, 280)
WRITTEN = ("attack-flow", "iocs", "mermaid")
"""Outputs that are cheap enough; the others make an object of every node by others' code."""
LINEAR = 2.25
"""Twice as much more of a thing takes twice as many more steps, give or take; a step for each pair
would take four times as many."""


def _shapes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_shapes", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _steps(shapes: ModuleType, shape: str, n: int) -> int:
    """Lines of the product that a run takes, with its outputs and stories."""
    records = list(shapes.records(shape, n))
    lines = 0

    def trace(frame: FrameType, event: str, argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return trace if "lineage" in frame.f_code.co_filename else None

    sys.settrace(trace)
    try:
        report = run_opened([Input("growth", "growth", iter(records))], Request([])).report
        console = Console(file=StringIO(), width=100)
        terminal.render(report, console)
        for exporter in EXPORTERS:
            if exporter.name in WRITTEN:
                exporter.contents(report)
        for chain in report.chains[:3]:
            terminal.explain(chain, console, details=True)
    finally:
        sys.settrace(None)
    return lines


@pytest.mark.parametrize(
    "shape",
    [
        "archive_members",
        "brood",
        "confirmed",
        "hosts_of_one_campaign",
        "ladder",
        "loaders_of_one_file",
        "nested",
        "one_start_told_often",
        "requests_to_wmi",
        "writers_and_runs",
    ],
)
def test_steps_grow_with_the_telemetry(shape: str) -> None:
    shapes = _shapes()
    _steps(shapes, shape, 8)  # what is done once: imports, rules, tables
    few, more, most = (_steps(shapes, shape, n) for n in SIZES)
    assert (most - more) / (more - few) < LINEAR
