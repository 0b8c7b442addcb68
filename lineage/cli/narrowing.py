"""Options that narrow what is shown and written, handed on as one `Narrowing`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import isnan
from typing import Any, TypeVar, cast

import click

VERDICTS = ("suspicious", "probable", "confirmed")

Command = TypeVar("Command", bound=Callable[..., Any])


class _Points(click.FloatRange):
    """A number that is one: every comparison with "nan" fails, so that no chain would be kept."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number.

        Raises:
            BadParameter: it is none, or out of range.
        """
        points = float(super().convert(value, param, ctx))
        if isnan(points):
            self.fail(f"{value!r} is not a number", param, ctx)
        return points


_HITS = (
    click.option(
        "--since",
        metavar="TIME",
        help="Leave out what ended before: 2026-02-04T10:15:00Z, 2026-02-04, or -24h (before the"
        " last hit). In UTC, or in --timezone.",
    ),
    click.option("--until", metavar="TIME", help="Leave out what began after."),
    click.option(
        "--host",
        "hosts",
        multiple=True,
        metavar="NAME",
        help="Only this host; * and ? stand for anything. May be given more than once.",
    ),
    click.option(
        "--user",
        "users",
        multiple=True,
        metavar="NAME",
        help="Only this account, alike.",
    ),
)
_CHAINS = (
    click.option(
        "--verdict", type=click.Choice(VERDICTS), help="Only chains of this verdict or a stronger."
    ),
    click.option(
        "--min-score",
        type=_Points(0, 100),
        default=0,
        metavar="POINTS",
        help="Leave out chains below this score (0 to 100).",
    ),
    click.option("--top", type=click.IntRange(1), metavar="N", help="Only the N best chains."),
)


def narrowing(command: Command) -> Command:
    """The options that narrow chains and hits, handed on as `narrowing`; `timezone` goes in too."""
    return _with((*_HITS, *_CHAINS), command)


def narrowing_of_hits(command: Command) -> Command:
    """Those that make sense without chains."""
    return _with(_HITS, command)


def _with(wanted: tuple[Callable[[Any], Any], ...], command: Command) -> Command:
    @wraps(command)
    def narrowed(
        since: str | None,
        until: str | None,
        hosts: tuple[str, ...],
        users: tuple[str, ...],
        verdict: str | None = None,
        min_score: float = 0,
        top: int | None = None,
        timezone: str | None = None,
        **others: Any,
    ) -> Any:
        from lineage.report.narrow import Narrowing

        chosen = Narrowing(since, until, hosts, users, verdict, min_score, top, timezone)
        return command(narrowing=chosen, timezone=timezone, **others)

    for option in reversed(wanted):
        narrowed = option(narrowed)
    return cast("Command", narrowed)
