"""Defaults of options from `lineage.toml`: whose file it is decides what it may set.

The user's own file, and one that was named, may set every option. A file in the current folder may
have come with the evidence: of it only those are taken that can neither hide a finding, nor write,
nor load anything, and that they are taken is said.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAME: Final = "lineage.toml"
VARIABLE: Final = "LINEAGE_CONFIG"
"""Names the user's file; empty for none."""
ALL: Final = "all"
"""The table of what holds for every command that has the option."""
HARMLESS: Final = frozenset({"details", "fail-on", "strict"})
"""What a file of the current folder may set."""
MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file that defaults may come from.

    Attributes:
        path: where it is or would be.
        whose: what it is, in a few words.
        is_trusted: whether it may set every option.
    """

    path: Path
    whose: str
    is_trusted: bool

    @property
    def exists(self) -> bool:
        """Whether there is such a file, or what can't be told."""
        try:
            return self.path.exists()
        except OSError:
            return True


@dataclass(frozen=True, slots=True)
class Setting:
    """A default that a file sets.

    Attributes:
        option: the option's name, without its hyphens.
        parameter: the command's own name of it.
        value: ready for the command.
        source: where from.
        is_taken: whether it counts; one of the current folder may not.
    """

    option: str
    parameter: str
    value: object
    source: Source
    is_taken: bool


@dataclass(slots=True)
class Defaults:
    """The defaults of one command.

    Attributes:
        settings: in the order in which they count: a later one stands for an earlier one.
    """

    settings: list[Setting] = field(default_factory=list)

    def values(self) -> dict[str, object]:
        """Parameter -> its default."""
        return {one.parameter: one.value for one in self.settings if one.is_taken}


def sources(named: Path | None) -> list[Source]:
    """Where defaults may come from, the weakest first.

    Args:
        named: the file that ``--config`` names; it stands for the user's own and for that of the
            current folder.
    """
    if named is not None:
        return [Source(named, "named with --config", is_trusted=True)]
    found = []
    if (variable := os.environ.get(VARIABLE)) is None:
        import platformdirs

        folder = Path(platformdirs.user_config_dir("lineage-ir", appauthor=False))
        found.append(Source(folder / NAME, "your own", is_trusted=True))
    elif variable:
        found.append(Source(Path(variable), f"named by {VARIABLE}", is_trusted=True))
    found.append(Source(Path(NAME), "of the current folder", is_trusted=False))
    return found


def read(source: Source) -> Mapping[str, Any]:
    """A file's tables; none where there is no file.

    Raises:
        UsageError: it can't be read, or isn't TOML.
    """
    from lineage.user_files import opened

    if not source.exists:
        if source.whose.startswith("named"):
            raise UsageError(f"{source.path}: no such file; name another, or none")
        return {}
    try:
        with opened(source.path) as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{source.path}: {error.strerror or error}; check the path") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{source.path}: larger than {MOST_BYTES >> 20} MiB; it is no settings")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise UsageError(f"{source.path}: no TOML: {reason}") from error


def of_command(
    name: str,
    command: click.Command,
    commands: Sequence[str],
    found: Sequence[Source],
    *,
    verbose: bool,
) -> tuple[dict[str, object], list[str]]:
    """What click takes as a command's defaults, and what is to be said of them.

    Args:
        name: the command's.
        command: it; of a group those of all commands in it are made.
        commands: the names of all commands.
        found: where from, the weakest first.
        verbose: whether what trusted files set is told too.

    Raises:
        UsageError: as `defaults`.
    """
    if not isinstance(command, click.Group):
        made = defaults((name,), command, commands, found)
        return made.values(), list(_told((name,), made, verbose=verbose))
    values: dict[str, object] = {}
    lines: list[str] = []
    defaults((name,), command, commands, found)
    for below, each in command.commands.items():
        made = defaults((name, below), each, commands, found)
        values[below] = made.values()
        lines += _told((name, below), made, verbose=verbose)
    return values, lines


def defaults(
    names: Sequence[str], command: click.Command, commands: Sequence[str], found: Sequence[Source]
) -> Defaults:
    """The defaults of a command.

    Args:
        names: its own, after those of the groups that it is in: ``("neo4j", "push")``.
        command: it.
        commands: the names of all commands, which tables may have.
        found: where from, the weakest first.

    Raises:
        UsageError: a file can't be read, has a key that isn't known, or a value that won't do.
    """
    made = Defaults()
    for source in found:
        tables = read(source)
        for name in tables:
            if name not in (ALL, *commands):
                raise UsageError(f"{source.path}: [{name}] is no command; {_meant(name, commands)}")
        for option, value in _table(source, tables, (ALL,)).items():
            if (parameter := _parameter(command, option)) is not None:
                made.settings.append(_setting(source, (ALL,), parameter, option, value, command))
        for option, value in _table(source, tables, names).items():
            if isinstance(command, click.Group) and option in command.commands:
                continue  # the table of a command below
            parameter = _parameter(command, option)
            if parameter is None:
                place = ".".join((*names, option))
                known = _meant(option, list(_options(command)))
                raise UsageError(f"{source.path}: {place} is no option; {known}")
            made.settings.append(_setting(source, names, parameter, option, value, command))
    return made


def _told(names: Sequence[str], made: Defaults, *, verbose: bool) -> Iterator[str]:
    """What is to be said of a command's defaults: what a file of the current folder set or wanted.

    Args:
        names: of the command.
        made: its defaults.
        verbose: whether those of trusted files are told too.
    """
    for setting in made.settings:
        place = f"{' '.join(names)} --{setting.option}"
        if not setting.is_taken:
            yield (
                f"{setting.source.path}: {place} is not taken, as the file of the current folder "
                f"may have come with the evidence; lineage --config {NAME} takes it"
            )
        elif verbose or not setting.source.is_trusted:
            yield f"{setting.source.path}: {place} = {setting.value!r}"


def _table(source: Source, tables: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    table: Any = tables
    for depth, name in enumerate(names, 1):
        table = table.get(name, {})
        if not isinstance(table, dict):
            place = ".".join(names[:depth])
            raise UsageError(f"{source.path}: {place} is no table; write [{place}] above its keys")
    found: Mapping[str, Any] = table
    return found


def _options(command: click.Command) -> Iterator[str]:
    """The long names of a command's options, without hyphens before them."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (name[2:] for name in parameter.opts if name.startswith("--"))


def _parameter(command: click.Command, option: str) -> click.Option | None:
    wanted = option.replace("_", "-")
    for parameter in command.params:
        if isinstance(parameter, click.Option) and f"--{wanted}" in parameter.opts:
            return parameter
    return None


def _setting(
    source: Source,
    names: Sequence[str],
    parameter: click.Option,
    option: str,
    value: object,
    command: click.Command,
) -> Setting:
    option = option.replace("_", "-")
    is_taken = source.is_trusted or option in HARMLESS
    if is_taken:
        value = _ready(source, ".".join((*names, option)), parameter, value, command)
    return Setting(option, parameter.name or option, value, source, is_taken)


def _ready(
    source: Source, place: str, parameter: click.Option, value: object, command: click.Command
) -> object:
    """A value as the command takes it: checked, and paths from the file's own folder."""
    several = parameter.multiple
    if several is not isinstance(value, list):
        wanted = "a list" if several else "one value"
        raise UsageError(f"{source.path}: {place} is {value!r}; it must be {wanted}")
    if parameter.is_flag and not isinstance(value, bool):
        raise UsageError(f"{source.path}: {place} is {value!r}; it must be true or false")
    if isinstance(parameter.type, click.Path):
        values = value if isinstance(value, list) else [value]
        paths = [str(source.path.parent / one) if one != "-" else one for one in map(str, values)]
        value = paths if several else paths[0]
    try:
        parameter.type_cast_value(click.Context(command), value)
    except click.ClickException as error:
        raise UsageError(f"{source.path}: {place}: {error.message}") from error
    return value


def _meant(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
