"""Finds correlators: by entry point, for ours and installed ones alike, and by module name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.correlate.finding import Correlator

GROUP = "lineage.correlators"


def correlators(modules: Sequence[str] = ()) -> tuple[Correlator, ...]:
    """All installed correlators, then those of the modules, each module's `CORRELATORS`.

    Raises:
        UsageError: a correlator can't be imported, or a module has no `CORRELATORS`.
    """
    found: list[Correlator] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found += _flat(point.load())
        except (ImportError, AttributeError) as error:
            raise UsageError(f"correlator {point.value}: {error}; reinstall its package") from error
    for module in modules:
        found += _of_module(module)
    return tuple(found)


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
