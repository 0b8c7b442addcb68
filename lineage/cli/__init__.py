"""The command line: one file per command, each parses, calls and prints.

Here: which commands there are, and the boundary at which an error becomes one line and an exit
status (`lineage.cli.status`). A command's module is imported when it is called, so that
`lineage --help` starts at once.
"""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import cast

import click

import lineage
from lineage.cli import status
from lineage.cli.output import discard_output, flush, have_streams
from lineage.errors import LineageError

COMMANDS = {
    "correlate": "Find attack chains in exported telemetry.",
    "inputs": "Say what paths hold, without correlating.",
    "normalise": "Write events as a dataset of Parquet files, which every command reads.",
    "detect": "List what the detections hit, without chains.",
    "detections": "List the detections.",
    "rules": "Tell which Sigma rules cost most.",
    "allow": "Propose entries for a file of what is known to be benign.",
    "timeline": "List everything that was read in order of time, chains marked.",
    "explain": "Tell a chain's story in plain sentences.",
    "diff": "Tell what a later report has that an earlier one had not.",
    "record": "Show a record as it was logged.",
    "render": "Make other outputs from a report.",
    "slice": "Show what led to any node, and what came of it.",
    "neo4j": "Put a case into Neo4j, take it out, or make the pack for its Browser.",
    "query": "Ask a case in Neo4j a saved question.",
    "config": "Tell which defaults are taken from which lineage.toml.",
    "schema": "Print the JSON Schema of the report.",
    "simulate": "Write a labelled sample intrusion in every container format.",
}
"""Command name -> its line in the overview; module `lineage.cli.NAME` holds `command`."""


class _Commands(click.Group):
    """Imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if near := get_close_matches(cmd_name, COMMANDS, 1, 0.6):
                raise click.UsageError(
                    f"no such command {cmd_name!r}; did you mean {near[0]}?", ctx
                )
            return None
        module = import_module(f"lineage.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, value: _version(context) if value else None,
    help="Show the version and the rule packs, and exit.",
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take defaults of options from this lineage.toml alone (see lineage config).",
)
@click.option(
    "--no-config", "use_config", flag_value=False, default=True, help="Take them from no file."
)
@click.option("--verbose", is_flag=True, help="Tell which defaults were taken from where.")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.pass_context
def cli(
    context: click.Context, config: Path | None, use_config: bool, verbose: bool, debug: bool
) -> None:
    """Reconstructs attack chains from exported Windows telemetry, with evidence for every claim.

    Begin with: lineage correlate EXPORT...
    """
    if use_config and context.invoked_subcommand not in {None, "config"}:
        _take_defaults(context, config, verbose=verbose)


def _take_defaults(context: click.Context, named: Path | None, *, verbose: bool) -> None:
    """Gives the command that is going to run its defaults, and says what a stranger's file set."""
    from lineage.cli.defaults import of_command, sources
    from lineage.report.escape import terminal

    name = context.invoked_subcommand or ""
    command = _Commands.get_command(cast("_Commands", context.command), context, name)
    if command is None:
        return
    values, told = of_command(name, command, list(COMMANDS), sources(named), verbose=verbose)
    context.default_map = {name: values}
    for line in told:
        click.echo(f"lineage: {terminal(line)}", err=True)


def _version(context: click.Context) -> None:
    """Prints the version, and which rules the package carries."""
    from lineage.detect.catalog import load_builtin
    from lineage.detect.detection import PACKS

    click.echo(f"lineage, version {lineage.__version__}")
    for pack in PACKS:
        click.echo(f"rules: {pack} {len(load_builtin(pack))}")
    click.echo(f"Python {platform.python_version()} on {platform.system()}")
    context.exit()


def main() -> None:
    """Runs the command line and exits with its status."""
    have_streams()
    outcome = run(sys.argv[1:])
    if not flush():
        outcome = outcome or status.USAGE
    sys.exit(outcome)


def run(arguments: list[str]) -> int:
    """Runs one command.

    Args:
        arguments: without the program's name.

    Returns:
        The exit status; what went wrong has been said on standard error in one line.
    """
    debug = "--debug" in arguments[:1]
    if arguments in ([], ["--debug"]):
        arguments = ["--help"]
    try:
        outcome = cli.main(arguments, prog_name="lineage", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.NoArgsIsHelpError as error:  # a bare group, as lineage itself
        click.echo(error.format_message())
        return status.OK
    except click.ClickException as error:
        where = getattr(error, "ctx", None)
        path = where.command_path if where else "lineage"
        return _say(f"{error.format_message()} See {path} --help.", status.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", status.INTERRUPTED)
    except LineageError as error:
        if debug:
            raise
        return _say(str(error), status.USAGE)
    except SystemExit:  # click's, and only where nobody reads the output any more
        discard_output()
        return status.OK
    except BaseException as error:  # native modules panic with one that is no Exception
        if debug:
            raise
        return _say(*_unforeseen(error))
    return outcome if isinstance(outcome, int) else status.OK


def _unforeseen(error: BaseException) -> tuple[str, int]:
    """What to say of an error that no room turned into one of its own, and the exit status."""
    if _is_interruption(error):
        return "interrupted", status.INTERRUPTED
    if isinstance(error, MemoryError):
        return "out of memory; analyse fewer files at once, or where there is more", status.USAGE
    if isinstance(error, OSError):
        place = error.filename or "a stream or temporary file"
        return f"{place}: {error.strerror or error}; the system stands in the way", status.USAGE
    text = (
        f"{type(error).__name__}: {error}; this is a fault of lineage, not of the input: "
        "run lineage --debug ... and report what it prints"
    )
    return text, status.FAULT


def _is_interruption(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: a native module that was loading tells it as its own."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _say(text: str, code: int) -> int:
    from lineage.report.escape import terminal

    with suppress(OSError):  # nobody can be told that standard error is full
        click.echo(f"lineage: {terminal(' '.join(text.split()))}", err=True)
    return code
