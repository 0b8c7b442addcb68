"""Finds correlators: by entry point, for ours and installed ones alike, and by module name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from lineage.correlate.graded import template_chain
from lineage.correlate.template import load
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.correlate.finding import Correlator
    from lineage.correlate.template import Template

GROUP = "lineage.correlators"
DISTRIBUTION = "lineage-ir"
"""Under which name this package is installed (docs/decisions/0005)."""


def correlators(
    modules: Sequence[str] = (), templates: Sequence[Path] = (), *, plugins: bool = True
) -> tuple[Correlator, ...]:
    """All installed correlators, then those of the modules, then the templates.

    Correlators are Python code, and run with the user's rights.

    Args:
        modules: importable names, each with a tuple `CORRELATORS`.
        templates: YAML files of chain templates.
        plugins: whether those that other distributions installed are loaded, or ours alone.

    Raises:
        UsageError: a correlator can't be imported or is none, a module has no `CORRELATORS`, a
            template can't be used, or two correlators have one name.
    """
    loaded: list[Correlator] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if not (plugins or _is_ours(point)):
            continue
        loaded += _loaded(f"correlator {point.value}", point.load, "reinstall its package")
    for name in modules:
        loaded += _loaded(f"--correlator {name}", partial(_of_module, name), "mend or leave out")
    chains = [(path, load(path)) for path in templates]
    loaded += [template_chain(template.name, template) for _, template in chains]
    _check_names(loaded)
    for path, template in chains:
        _check_references(path, template, loaded)
    return tuple(loaded)


def _is_ours(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == DISTRIBUTION


def _of_module(name: str) -> object:
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{error}; name an importable module") from error
    try:
        return module.CORRELATORS
    except AttributeError as error:
        raise UsageError("the module has no tuple CORRELATORS; give it one") from error


def _loaded(place: str, import_: Callable[[], object], remedy: str) -> Sequence[Correlator]:
    """What a plug-in brings. It is others' code: whatever it raises is told, as its own fault."""
    try:
        loaded = import_()
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from error
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"{place}: {' '.join(reason.split())}; {remedy}") from error
    brought = list(loaded) if isinstance(loaded, Iterable) else [loaded]
    for plugin in brought:
        if not (callable(plugin) and hasattr(plugin, "name") and hasattr(plugin, "tactic")):
            raise UsageError(f"{place}: {plugin!r} is no correlator; see lineage.correlate.api")
    return cast("Sequence[Correlator]", brought)


def _check_names(plugins: Sequence[Correlator]) -> None:
    names = [plugin.name for plugin in plugins]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two correlators are called {name!r}; rename one or leave it out")


def _check_references(path: Path, template: Template, plugins: Sequence[Correlator]) -> None:
    known = {plugin.name for plugin in plugins if plugin.tactic is not None}
    for stage in template.stages:
        for name in sorted(stage.correlators - known):
            raise UsageError(
                f"{path}: stage {stage.tactic!r} names the correlator {name!r}, which isn't there; "
                f"there are {', '.join(sorted(known))}"
            )
