"""`lineage detections`: the built-in detections, with ATT&CK ids, sources, type and risk."""

from __future__ import annotations

import click

from lineage.cli.output import console


@click.command("detections")
def command() -> None:
    """Lists the 33 detections of the Remcos story."""
    from lineage.detect.catalog import load_builtin
    from lineage.report.terminal import detections_table

    console().print(detections_table([rule.detection for rule in load_builtin()]))
