"""lineage: reconstructs attack chains from exported Windows telemetry as a provenance graph.

From Python::

    import lineage

    analysis = lineage.analyse(["export.zip"])
    for chain in analysis.chains:
        print(chain.verdict, chain.score, chain.hosts)

Importing the package loads nothing; what is used is loaded when it is asked for.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Results", "__version__", "analyse", "load_report"]

TYPE_CHECKING = False  # as type checkers read it; `typing` itself would have to be loaded
if TYPE_CHECKING:
    from lineage.notebook import Results, analyse
    from lineage.report.saved import load_report

_HOMES = {
    "Results": "lineage.notebook",
    "analyse": "lineage.notebook",
    "load_report": "lineage.report.saved",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
