"""Python's collector of reference cycles, switched off where it only costs time."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def off() -> Iterator[None]:
    """Switches the cycle collector off.

    A run makes millions of objects and hardly a cycle, and each collection walks all of them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # with unfreeze(): all objects count as old, so that the next collection of
        gc.unfreeze()  # young ones doesn't walk the whole graph (a tenth of a run's time)
        if enabled:
            gc.enable()
