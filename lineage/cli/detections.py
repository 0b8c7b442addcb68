"""`lineage detections`: the built-in detections, with ATT&CK ids, sources, type and risk."""

from __future__ import annotations

import click

from lineage.cli.output import console


@click.command("detections")
def command() -> None:
    """Lists the 33 detections of the Remcos story, then the tradecraft rules beside them."""
    from rich.text import Text

    from lineage.detect.catalog import load_builtin
    from lineage.report.terminal import detections_table

    out = console()
    out.print(detections_table([rule.detection for rule in load_builtin()]))
    beside = [rule.detection for rule in load_builtin("tradecraft")]
    out.print(Text(f"\nTradecraft: {len(beside)} rules of ways in and first runs", style="bold"))
    out.print(detections_table(beside, mark="T"))
