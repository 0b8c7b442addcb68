"""Report -> tables, one row each of chains, processes, edges ...; pandas frames of them."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from lineage.errors import UsageError
from lineage.report import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    Row = dict[str, Any]
    Key = tuple[str, str, str, int]

Table = Literal[
    "chains",
    "detections",
    "processes",
    "artifacts",
    "edges",
    "score_parts",
    "inputs",
    "coverage",
]
TIMES = frozenset({"first_seen", "last_seen", "time", "start"})
"""Columns that are times: ISO 8601 in the report, time stamps in UTC in a frame."""
CHAIN_COLUMNS = (
    "id", "verdict", "score", "family", "hosts", "first_seen", "last_seen", "tactics", "processes",
    "artifacts", "detections", "correlator", "campaign",
)  # fmt: skip
_OF_CHAINS: dict[str, type[model.Model]] = {
    "processes": model.ChainProcess,
    "artifacts": model.Artifact,
    "edges": model.ChainEdge,
    "score_parts": model.ScorePart,
}
"""Lists of a chain -> what they hold."""
_OF_REPORT: dict[str, type[model.Model]] = {"inputs": model.Input, "coverage": model.Coverage}


def to_pandas(report: model.Report, table: Table = "chains") -> pd.DataFrame:
    """A table of a report as a pandas frame.

    Args:
        report: which.
        table: "chains", "detections" (every hit, with the chains that it is evidence of),
            "processes", "artifacts", "edges" and "score_parts" (of the chains; an entry of two
            chains has two rows), "inputs" or "coverage". Columns are the report's fields, there
            without rows too; times are time stamps in UTC.

    Raises:
        UsageError: pandas isn't installed, or there is no such table.
    """
    if table not in get_args(Table):
        raise UsageError(f"no table {table!r}; there are {', '.join(get_args(Table))}")
    try:
        pandas: Any = import_module("pandas")
    except ImportError as error:
        raise UsageError("pandas isn't installed: pip install 'lineage-ir[pandas]'") from error
    columns, rows = _table(report, table)
    frame: pd.DataFrame = pandas.DataFrame(list(rows), columns=columns)
    for column in TIMES.intersection(columns):
        frame[column] = pandas.to_datetime(frame[column], utc=True, format="ISO8601")
    return frame


def _table(report: model.Report, table: str) -> tuple[list[str], Iterator[Row]]:
    """Columns and rows."""
    if table == "chains":
        return list(CHAIN_COLUMNS), _chains(report)
    if table == "detections":
        return [*_fields(model.DetectionHit), "chains"], _detections(report)
    if table in _OF_CHAINS:
        return ["chain", *_fields(_OF_CHAINS[table])], _of_chains(report, table)
    return _fields(_OF_REPORT[table]), (entry.model_dump() for entry in getattr(report, table))


def _fields(entry: type[model.Model]) -> list[str]:
    return [field.alias or name for name, field in entry.model_fields.items()]


def _chains(report: model.Report) -> Iterator[Row]:
    for chain in report.chains:
        yield {
            **{name: getattr(chain, name) for name in CHAIN_COLUMNS if hasattr(chain, name)},
            "tactics": [stage.tactic for stage in chain.stages],
            "processes": len(chain.processes),
            "artifacts": len(chain.artifacts),
            "detections": len(chain.evidence),
            "campaign": chain.campaign.name if chain.campaign else None,
        }


def _detections(report: model.Report) -> Iterator[Row]:
    chains: defaultdict[Key, list[str]] = defaultdict(list)
    for chain in report.chains:
        for hit in chain.evidence:
            chains[_key(hit)].append(chain.id)
    for hit in report.detections:
        yield hit.model_dump() | {"chains": chains.get(_key(hit), [])}


def _key(hit: model.DetectionHit) -> Key:
    """What tells a hit from all others."""
    return hit.rule_id, hit.node, hit.source, hit.record


def _of_chains(report: model.Report, table: str) -> Iterator[Row]:
    for chain in report.chains:
        for entry in getattr(chain, table):
            yield {"chain": chain.id} | entry.model_dump(by_alias=True)
