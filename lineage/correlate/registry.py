"""Finds correlators: by entry point, for ours and installed ones alike, and by module name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from lineage.correlate.align import TemplateChain
from lineage.correlate.template import load
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.correlate.finding import Correlator

GROUP = "lineage.correlators"


def correlators(
    modules: Sequence[str] = (), templates: Sequence[Path] = ()
) -> tuple[Correlator, ...]:
    """All installed correlators, then those of the modules, then the templates.

    Args:
        modules: importable names, each with a tuple `CORRELATORS`.
        templates: YAML files of chain templates.

    Raises:
        UsageError: a correlator can't be imported, a module has no `CORRELATORS`, or a template
            can't be used.
    """
    found: list[Correlator] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found += _flat(point.load())
        except (ImportError, AttributeError) as error:
            raise UsageError(f"correlator {point.value}: {error}; reinstall its package") from error
    for module in modules:
        found += _of_module(module)
    found += [_of_template(path) for path in templates]
    return tuple(found)


def _of_template(path: Path) -> Correlator:
    template = load(path)
    return TemplateChain(template.name, template)


def _of_module(name: str) -> Sequence[Correlator]:
    try:
        module = import_module(name)
    except ImportError as error:
        raise UsageError(f"--correlator {name}: {error}; name an importable module") from error
    try:
        return _flat(module.CORRELATORS)
    except AttributeError as error:
        raise UsageError(f"--correlator {name}: the module has no tuple CORRELATORS") from error


def _flat(loaded: Correlator | Iterable[Correlator]) -> Sequence[Correlator]:
    return list(loaded) if isinstance(loaded, Iterable) else [loaded]
