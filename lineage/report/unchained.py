"""Hits of level critical and high that are on no chain: named, so that none vanishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.detect.detection import LEVELS
from lineage.graph.own_scripts import OwnScripts
from lineage.report import model
from lineage.times import iso

if TYPE_CHECKING:
    from lineage.analysis import Analysis
    from lineage.detect.hit import Hit

SEVERE: Final = frozenset({"high", "critical"})
"""Levels of rules whose hits are named wherever they are."""


Rank = tuple[int, int, int]
"""Level, the strongest first; how many hits; ordinal of the first."""


def unchained(analysis: Analysis) -> list[tuple[Rank, model.Unchained]]:
    """The severe hits on no chain, those of a rule on one host together, each with its rank.

    Critical ones come first, then what was hit seldom, then what was hit first.
    """
    chained = {id(hit) for chain in analysis.chains for hit in chain.hits}
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in analysis.hits:
        if hit.detection.level in SEVERE and id(hit) not in chained:
            groups.setdefault((hit.detection.rule_id, hit.host), []).append(hit)
    scripts = OwnScripts(analysis.graph)
    return [
        (_rank(hits), _unchained(hits, analysis, scripts))
        for hits in sorted(groups.values(), key=_rank)
    ]


def _rank(hits: list[Hit]) -> Rank:
    return -LEVELS.index(hits[0].detection.level), len(hits), hits[0].ordinal


def _unchained(hits: list[Hit], analysis: Analysis, scripts: OwnScripts) -> model.Unchained:
    first = hits[0]
    process = None if first.actor is None else analysis.graph.process(first.actor)
    script = None if first.actor is None else scripts.script_above(first.actor)
    return model.Unchained(
        detection=first.detection.title,
        rule_id=first.detection.rule_id,
        level=first.detection.level,
        host=first.host,
        first_seen=iso(first.record.time),
        image=process.image if process else None,
        records=[
            model.RecordReference(
                event_id=hit.record.event_id,
                source=analysis.inputs[hit.record.source].source,
                record=hit.record.record,
            )
            for hit in hits
        ],
        why=script and f"done by Windows on its own, by its script {script}",
    )


def kept(entries: list[model.Unchained], hits: list[model.DetectionHit]) -> list[model.Unchained]:
    """The entries as far as their hits are among some, for a report that leaves others out."""
    wanted = {(hit.rule_id, hit.source, hit.record) for hit in hits}
    narrowed = []
    for entry in entries:
        records = [r for r in entry.records if (entry.rule_id, r.source, r.record) in wanted]
        if records:
            narrowed.append(entry.model_copy(update={"records": records}))
    return narrowed
