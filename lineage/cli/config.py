"""`lineage config`: which defaults are taken from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from lineage.cli.defaults import HARMLESS, NAME, defaults, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@click.command("config")
@click.pass_context
def command(context: click.Context) -> None:
    """Tells which defaults are taken from which lineage.toml, and which are not.

    A file has a table for each command, and [all] for every command that has the option; keys are
    the options' long names. What the command line says counts more, then the file in the current
    folder, then your own.

    \b
    Example of a file:
      [all]
      details = true
      [correlate]
      rules = ["sigma/rules/windows"]
      fail-on = "probable"
    """  # noqa: D301 - click takes the control character for "keep these lines"
    from lineage.report.escape import terminal

    named: Path | None = context.find_root().params["config"]
    found = sources(named) if context.find_root().params["use_config"] else []
    for source in found:
        there = "read" if source.exists else "not there"
        click.echo(f"{terminal(str(source.path))} ({source.whose}): {there}")
    if not found:
        click.echo("no file is read: --no-config was given")
    group = cast("click.Group", context.find_root().command)
    commands = group.list_commands(context)
    for names, each in _commands(group, context, ()):
        for setting in defaults(names, each, commands, found).settings:
            taken = f"from {setting.source.path}"
            if not setting.is_taken:
                taken = f"NOT taken from {setting.source.path}: it may have come with the evidence"
            told = f"{' '.join(names)} --{setting.option} = {setting.value!r}  ({taken})"
            click.echo(terminal(told))
    click.echo(
        f"From {NAME} in the current folder only {', '.join(sorted(HARMLESS))} are taken; "
        f"lineage --config {NAME} takes all of it."
    )


def _commands(
    group: click.Group, context: click.Context, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below a group with their names, groups themselves left out."""
    for name in group.list_commands(context):
        each = group.get_command(context, name)
        if isinstance(each, click.Group):
            yield from _commands(each, context, (*above, name))
        elif each is not None:
            yield (*above, name), each
