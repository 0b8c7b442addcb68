"""`lineage schema`: the JSON Schema of the report."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Prints the JSON Schema of `lineage correlate --json`."""
    from lineage.report.model import Report

    click.echo(json.dumps(Report.model_json_schema(by_alias=True), indent=2))
