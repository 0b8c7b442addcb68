"""`lineage rules`: what a set of Sigma rules costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.output import console
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.choice import Preparation, Selection


@click.group("rules", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Looks at Sigma rules themselves."""


@command.command("profile")
@options.paths
@options.container_format
@options.rules
@options.cache
@options.rule_choice
@click.option("--top", default=20, show_default=True, metavar="N", help="How many to show.")
def profile(
    paths: tuple[Path, ...],
    format_name: str | None,
    rules: tuple[Path, ...],
    cache: bool,
    selection: Selection,
    preparation: Preparation,
    top: int,
) -> None:
    """Names the rules that cost most on PATH's events: ours, and --rules beside them."""
    from lineage.detect.catalog import load_builtin
    from lineage.detect.profile import costs
    from lineage.detect.rule_cache import FolderCache
    from lineage.detect.user_rules import load_user
    from lineage.pipeline import events
    from lineage.report.hit_view import costs_table

    user = load_user(rules, FolderCache() if cache else None, preparation, selection)
    with progress(paths) as advance:
        sample = list(events(paths, format_name, advance))
    measured = costs((*load_builtin(), *user.rules), sample)
    console().print(costs_table(measured[:top], sum(cost.seconds for cost in measured)))
