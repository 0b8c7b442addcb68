"""`lineage allow`: proposals for a file of what is known to be benign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.detect.suggest import FEWEST_HOSTS, Seen, suggest

if TYPE_CHECKING:
    from lineage.detect.suggest import Suggestion

LASTS = timedelta(days=90)
"""A proposal's time until it is to be looked at again."""


@click.group("allow", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Helps to keep a file of what is known to be benign."""


@command.command("suggest")
@click.argument("report", metavar="REPORT", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--hosts",
    default=FEWEST_HOSTS,
    show_default=True,
    metavar="N",
    help="Propose what was hit on at least so many hosts.",
)
def suggest_entries(report: Path, hosts: int) -> None:
    """Proposes entries for what repeats over the hosts of REPORT (a JSON report), as YAML.

    Look at each before you keep it: malware that spread repeats over hosts too. An entry without a
    reason is refused by --allow.
    """
    import yaml

    from lineage.report.saved import load_report

    expires = datetime.now(UTC).date() + LASTS
    seen = [Seen(hit.detection, hit.host, hit.fields) for hit in load_report(report).detections]
    suggestions = suggest(seen, hosts)
    if not suggestions:
        click.echo(f"# nothing was hit alike on {hosts} hosts or more")
        return
    for suggestion in suggestions:
        click.echo(f"# {_where(suggestion)}")
        entry = {
            "rule": _literally(suggestion.rule),
            "fields": {name: _as_sigma(value) for name, value in suggestion.fields.items()},
            "reason": "",
            "expires": expires,
        }
        click.echo(yaml.safe_dump([entry], sort_keys=False, allow_unicode=False), nl=False)


def _where(suggestion: Suggestion) -> str:
    names = ", ".join(suggestion.hosts[:5]).encode("unicode_escape").decode()
    more = len(suggestion.hosts) - 5
    return f"{suggestion.hits} hits on {names}{f' and {more} more hosts' if more > 0 else ''}"


def _literally(title: str) -> str:
    """A title as a pattern: its own brackets, stars and question marks stand for themselves."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in title)


def _as_sigma(value: str) -> str:
    """A value as Sigma writes it: its own stars, question marks and backslashes escaped."""
    return "".join("\\" + letter if letter in "*?\\" else letter for letter in value)
