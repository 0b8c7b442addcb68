"""A STIX 2.1 bundle of the report, through the stix2 library.

For each chain: its processes, files, registry keys, domain names and script blocks; an
observed-data object per detection; sightings of the techniques, of the malware family and of the
indicators on each host; and a grouping that holds it all together. An indicator is only what the
attack brought (`lineage.report.indicators`); Windows' own and installed programs are observables.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import stix2

from lineage.export.attack import techniques
from lineage.export.hashes import file_hashes
from lineage.export.instant import instant
from lineage.export.stix_objects import (
    Observables,
    attack_pattern,
    host_identity,
    malware,
    producer,
    stix_id,
)
from lineage.export.stix_pattern import pattern_of
from lineage.graph.schema import DESCENT
from lineage.report.indicators import indicators
from lineage.report.wording import verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lineage.report.indicators import Indicator
    from lineage.report.model import Chain, DetectionHit, Report

LONGEST_NAME = 200
"""Characters of an indicator's name; its pattern has the whole."""
_NOT_IN_TYPE = re.compile(r"[^a-z0-9]+")


def render(report: Report) -> str:
    """The bundle, as JSON."""
    return json.dumps(bundle(report), ensure_ascii=False, indent=2) + "\n"


def bundle(report: Report) -> dict[str, Any]:
    """The bundle as values. Only what chains show is in it; lone hits are not intelligence.

    Every object is made, and so checked, by stix2; its `Bundle` would check each a second time.
    """
    made = _Objects()
    made.keep(producer())
    for chain in report.chains:
        _ChainObjects(chain, made).add()
    return {
        "type": "bundle",
        "id": stix_id("bundle", *sorted(made.objects)),
        "objects": [json.loads(item.serialize()) for item in made.objects.values()],
    }


class _Objects:
    """Objects by id, in order of making; what two chains share is there once."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}

    def keep(self, made: Any) -> str:
        """Adds an object; gives its id."""
        self.objects.setdefault(made.id, made)
        return str(made.id)


class _ChainObjects:
    """Makes the objects of one chain."""

    def __init__(self, chain: Chain, into: _Objects) -> None:
        self.chain = chain
        self.into = into
        self.mine: dict[str, None] = {}
        self.hashes = file_hashes(chain)
        self.observables = Observables()
        self.common = {
            "created": instant(chain.first_seen),
            "modified": instant(chain.last_seen),
            "created_by_ref": producer().id,
            "confidence": round(chain.score),
        }

    def add(self) -> None:
        """Adds them all."""
        self.observables.add_chain(self.chain, self.hashes)
        for made in self.observables.objects.values():
            self._keep(made)
        self._acts()
        observed = self._observed()
        family = self._keep(malware(self.chain.family)) if self.chain.family else None
        if family:
            self._sightings(family, observed)
        self._techniques(family, observed)
        self._indicators(family, observed)
        self._grouping()

    def _keep(self, made: Any) -> str:
        self.mine[self.into.keep(made)] = None
        return str(made.id)

    def _acts(self) -> None:
        """What processes did, as relationships; descent is in the processes' own `parent_ref`.

        A guess is left out: whoever takes a bundle acts on it.
        """
        for edge in self.chain.edges:
            source = self.observables.of_node.get(edge.from_)
            target = self.observables.of_node.get(edge.to)
            told = edge.kind != DESCENT and not edge.guess
            if told and source and target and source != target:
                kind = _NOT_IN_TYPE.sub("-", edge.kind.lower()).strip("-") or "related-to"
                self._relate(source, kind, target, instant(edge.time))

    def _relate(self, source: str, kind: str, target: str, start: datetime | None = None) -> None:
        made = stix2.Relationship(
            id=stix_id("relationship", self.chain.id, source, kind, target),
            relationship_type=kind,
            source_ref=source,
            target_ref=target,
            start_time=start,
            **self.common,
        )
        self._keep(made)

    def _observed(self) -> list[tuple[DetectionHit, str]]:
        """An observed-data object for each hit whose node is among the observables."""
        found = []
        for hit in self.chain.evidence:
            about = self.observables.of_node.get(hit.node)
            if about is not None:
                found.append((hit, self._keep(self._observation(hit, about))))
        return found

    def _observation(self, hit: DetectionHit, about: str) -> stix2.ObservedData:
        records = [f"{hit.source}#{hit.record}"]
        records += [f"{also.source}#{also.record}" for also in hit.also]
        told = f"{hit.detection} ({hit.type}, risk {hit.risk}): {', '.join(records)}"
        return stix2.ObservedData(
            id=stix_id("observed-data", hit.rule_id, hit.detection, hit.node, *records),
            first_observed=instant(hit.time),
            last_observed=instant(hit.time),
            number_observed=len(records),
            object_refs=[about],
            external_references=[
                {"source_name": "lineage", "external_id": hit.rule_id, "description": told}
            ],
            **(self.common | {"created": instant(hit.time), "modified": instant(hit.time)}),
        )

    def _sightings(self, of: str, observed: Sequence[tuple[DetectionHit, str]]) -> None:
        """That this was seen, on each host."""
        by_host: dict[str, list[tuple[DetectionHit, str]]] = defaultdict(list)
        for hit, observation in observed:
            by_host[hit.host].append((hit, observation))
        for host, seen in by_host.items():
            times = [instant(hit.time) for hit, _ in seen]
            made = stix2.Sighting(
                id=stix_id("sighting", self.chain.id, of, host),
                sighting_of_ref=of,
                where_sighted_refs=[self._keep(host_identity(host))],
                observed_data_refs=list(dict.fromkeys(observation for _, observation in seen)),
                first_seen=min(times),
                last_seen=max(times),
                count=len(seen),
                **self.common,
            )
            self._keep(made)

    def _techniques(self, family: str | None, observed: Iterable[tuple[DetectionHit, str]]) -> None:
        by_technique: dict[str, list[tuple[DetectionHit, str]]] = defaultdict(list)
        for hit, observation in observed:
            for technique in techniques(hit.attack):
                by_technique[technique].append((hit, observation))
        for technique, seen in by_technique.items():
            pattern = self._keep(attack_pattern(technique))
            self._sightings(pattern, seen)
            if family:
                self._relate(family, "uses", pattern)

    def _indicators(self, family: str | None, observed: Sequence[tuple[DetectionHit, str]]) -> None:
        """The attack's own files, names, addresses and keys; sighted where they were detected."""
        of_node: dict[str, list[int]] = defaultdict(list)
        for number, (hit, _) in enumerate(observed):
            of_node[hit.node].append(number)
        for one in indicators(self.chain):
            pattern = pattern_of(one)
            if pattern is None:
                continue
            indicator = self._keep(self._indicator(one, pattern))
            seen = sorted(number for node in set(one.nodes) for number in of_node.get(node, ()))
            self._sightings(indicator, [observed[number] for number in seen])
            if family:
                self._relate(indicator, "indicates", family)

    def _indicator(self, one: Indicator, pattern: str) -> stix2.Indicator:
        malicious = self.chain.verdict == "confirmed"
        return stix2.Indicator(
            id=stix_id("indicator", self.chain.id, pattern),
            name=f"{one.kind} of attack chain {self.chain.id}: {one.value}"[:LONGEST_NAME],
            description=f"{one.why}, on {', '.join(one.hosts)}" if one.hosts else one.why,
            indicator_types=["malicious-activity" if malicious else "anomalous-activity"],
            pattern=pattern,
            pattern_type="stix",
            valid_from=instant(one.first_seen),
            **self.common,
        )

    def _grouping(self) -> None:
        chain = self.chain
        parts = "\n".join(f"{part.points:g} {part.part}: {part.why}" for part in chain.score_parts)
        made = stix2.Grouping(
            id=stix_id("grouping", chain.id),
            name=f"Attack chain {chain.id}: {chain.verdict}, {chain.family or 'no family'}",
            description=f"{verdict_line(chain)}\n{parts}",
            context="suspicious-activity",
            object_refs=list(self.mine) or [producer().id],
            labels=[chain.verdict],
            **self.common,
        )
        self.into.keep(made)
