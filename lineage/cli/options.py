"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from lineage.errors import UsageError
from lineage.read import ALIASES, FORMATS

if TYPE_CHECKING:
    from lineage.detect.choice import Preparation, Selection
    from lineage.engines.spark import Cluster

LEVELS = ("informational", "low", "medium", "high", "critical")
"""Sigma's levels, from the mildest. (Importing the rules' own would slow every start.)"""
STATUSES = ("stable", "test", "experimental", "deprecated", "unsupported")
"""Sigma's statuses."""

Command = TypeVar("Command", bound=Callable[..., Any])

paths = click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(path_type=Path),
)
container_format = click.option(
    "--format",
    "format_name",
    type=click.Choice((*FORMATS, *ALIASES)),
    help="Read every file as this format. By default each is recognised from its content.",
)
timezone = click.option(
    "--timezone",
    metavar="ZONE",
    help="Zone of times that don't say theirs, such as Europe/Berlin. By default Sysmon's own"
    " times tell it.",
)
shown_timezone = click.option(
    "--timezone",
    metavar="ZONE",
    help="Show times in this zone, such as Europe/Berlin, instead of UTC.",
)
_both_timezones = (
    click.option(
        "--timezone",
        metavar="ZONE",
        help="Show times in this zone, such as Europe/Berlin, instead of UTC, and read those that"
        " don't say theirs as its. (By default Sysmon's own times tell it.)",
    ),
    click.option(
        "--input-timezone",
        metavar="ZONE",
        help="Zone of times that don't say theirs, where it isn't --timezone's.",
    ),
)
dates = click.option(
    "--dates",
    "day_first",
    type=click.Choice(("day-first", "month-first")),
    callback=lambda _context, _parameter, value: value and value == "day-first",
    help="How dates like 3/4/2026 are meant. By default each input's own dates, order and Sysmon"
    " events tell it, as far as they do.",
)
rules = click.option(
    "--rules",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Also run these Sigma rules (file, folder or zip). May be given more than once.",
)
cache = click.option(
    "--cache/--no-cache",
    default=True,
    help="Remember parsed rules in your cache folder (the default), or parse them anew.",
)
allow = click.option(
    "--allow",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take away the hits that this YAML file knows to be benign; they are counted.",
)
alerts = click.option(
    "--alerts",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Put alerts of another tool onto the graph: Hayabusa, Chainsaw, Zircolite, Splunk,"
    " Defender, Elastic. May be given more than once.",
)
_choice = (
    click.option(
        "--level",
        type=click.Choice(LEVELS),
        help="Of the --rules take those of this level and above.",
    ),
    click.option(
        "--status",
        "statuses",
        multiple=True,
        type=click.Choice(STATUSES),
        help="Of the --rules take those of this status. May be given more than once.",
    ),
    click.option(
        "--tag",
        "tags",
        multiple=True,
        metavar="PATTERN",
        help="Of the --rules take those with this tag, such as 'attack.t1059*'.",
    ),
    click.option(
        "--exclude",
        "excluded",
        multiple=True,
        metavar="PATTERN",
        help="Leave out the --rules of this id or title; * and ? stand for anything.",
    ),
    click.option(
        "--placeholders",
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="YAML with the values of the rules' %placeholders%.",
    ),
    click.option(
        "--pipeline",
        "pipelines",
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Put the --rules through this pySigma processing pipeline.",
    ),
)


def rule_choice(command: Command) -> Command:
    """The options that choose among the user's rules, handed on as `selection, preparation`."""

    @wraps(command)
    def chosen(
        level: str | None,
        statuses: tuple[str, ...],
        tags: tuple[str, ...],
        excluded: tuple[str, ...],
        placeholders: tuple[Path, ...],
        pipelines: tuple[Path, ...],
        **others: Any,
    ) -> Any:
        from lineage.detect.choice import Preparation, Selection

        selection = Selection(cast("Any", level), statuses, tags, excluded)
        return command(
            selection=selection, preparation=Preparation(placeholders, pipelines), **others
        )

    for option in reversed(_choice):
        chosen = option(chosen)
    return cast("Command", chosen)


_scale = (
    click.option(
        "--jobs",
        type=click.IntRange(1, 1024),
        metavar="N",
        help="Share the work among N processes. By default as many as there are processors, for"
        " inputs that are worth it; the report is the same.",
    ),
    click.option(
        "--memory",
        metavar="SIZE",
        help="What events and graphs may take, such as 2G; what is more waits on disk. By default"
        " half of what is free.",
    ),
    click.option(
        "--engine",
        type=click.Choice(("local", "spark")),
        default="local",
        show_default=True,
        help="Where the work is done: on this machine, or on an Apache Spark cluster.",
    ),
    click.option(
        "--master",
        metavar="URL",
        help="With --engine spark: the cluster, as for spark-submit.",
    ),
    click.option(
        "--conf",
        "settings",
        multiple=True,
        metavar="KEY=VALUE",
        help="With --engine spark: a setting of Spark's. May be given more than once.",
    ),
)
plugins = click.option(
    "--plugins/--no-plugins",
    default=True,
    help="Load correlators that other packages installed (the default; they are code), or not.",
)
strict = click.option(
    "--strict", is_flag=True, help="Exit with 3 when a record was rejected or a rule isn't usable."
)


def timezones(command: Command) -> Command:
    """The zone to show times in, as `timezone`; that of times without one, as `read_timezone`."""

    @wraps(command)
    def zoned(timezone: str | None, input_timezone: str | None, **others: Any) -> Any:
        return command(timezone=timezone, read_timezone=input_timezone or timezone, **others)

    for option in reversed(_both_timezones):
        zoned = option(zoned)
    return cast("Command", zoned)


def _cluster(master: str | None, settings: tuple[str, ...]) -> Cluster:
    from lineage.engines.spark import Cluster

    pairs = [setting.partition("=") for setting in settings]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise UsageError(f"--conf {name}: write it as KEY=VALUE")
    return Cluster(master, tuple((name, value) for name, _, value in pairs))


def scale(command: Command) -> Command:
    """The options for how much of the machine is used, handed on as `scale`."""

    @wraps(command)
    def scaled(
        jobs: int | None,
        memory: str | None,
        engine: str,
        master: str | None,
        settings: tuple[str, ...],
        **others: Any,
    ) -> Any:
        from lineage.engines.choice import Scale
        from lineage.engines.memory import size_of

        if engine == "local" and (master is not None or settings):
            raise UsageError("--master and --conf are Spark's; add --engine spark")
        cluster = _cluster(master, settings) if engine == "spark" else None
        size = None if memory is None else size_of(memory)
        return command(scale=Scale(jobs, size, cluster), **others)

    for option in reversed(_scale):
        scaled = option(scaled)
    return cast("Command", scaled)


def telemetry(command: Command) -> Command:
    """The options of commands that read telemetry and judge it.

    They are handed on as `request`, a `lineage.pipeline.Request` to be completed; the zone to show
    times in as `timezone`; and `strict`.
    """

    @wraps(command)
    def requested(
        paths: tuple[Path, ...],
        format_name: str | None,
        read_timezone: str | None,
        day_first: bool | None,
        rules: tuple[Path, ...],
        cache: bool,
        allow: tuple[Path, ...],
        selection: Selection,
        preparation: Preparation,
        **others: Any,
    ) -> Any:
        from lineage.pipeline import Request

        request = Request(
            paths,
            format_name,
            rules,
            cache=cache,
            selection=selection,
            preparation=preparation,
            allow=allow,
            timezone=read_timezone,
            day_first=day_first,
        )
        return command(request=request, **others)

    taking = rule_choice(cast("Command", requested))
    for option in (strict, allow, cache, rules, dates, timezones, container_format, paths):
        taking = option(taking)
    return taking
