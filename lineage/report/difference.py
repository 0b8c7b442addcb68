"""What a later report has that an earlier one had not, and the other way round. Pure.

A hit is the same in both where rule, host, event id, record and second are, or where one names a
record of the other's: the file's path may have changed, and a further input may tell the same fact.
A chain is the same where it shares evidence, since its id changes with every hit that it gains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, Literal

from lineage.correlate.finding import VERDICTS, Verdict
from lineage.report.indicators import any_users, indicators
from lineage.report.model import Chain, Count, DetectionHit, Model, Report
from lineage.report.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

Change = Literal["new", "grown", "changed", "same", "gone"]
CHANGES: Final[tuple[Change, ...]] = ("new", "grown", "changed", "gone", "same")
"""In the order in which they are told. A grown chain has evidence that it had not; a changed one
has only lost some, or is judged otherwise."""


class ChainChange(Model):
    """What became of a chain."""

    change: Change
    id: str
    place: Count | None
    """In the list of the report that it is in: of NEW, for a gone one of OLD; from 1."""
    verdict: Verdict
    score: float
    family: str | None
    hosts: list[str]
    was: list[str]
    """Ids that it had in OLD, where that isn't its own id alone: several where they are one now."""
    was_verdict: Verdict | None
    was_score: float | None
    gained: list[str]
    """Detections with hits that OLD's chains had not."""
    gained_hits: Count
    lost_hits: Count
    gained_processes: Count
    why: list[str]
    """Of a gone chain, or of lost hits: what may be the reason."""


class Counts(Model):
    """A thing by its name, and how often."""

    name: str
    count: Count


class FoundIndicator(Model):
    """An indicator that only one of the reports has."""

    kind: str
    value: str
    why: str
    chain: str
    verdict: str


class InputChange(Model):
    """An input that was read in one report only, or with other counts."""

    source: str
    records: Count | None
    """In NEW; null where it wasn't read."""
    was_records: Count | None
    rejected: Count
    was_rejected: Count


class Difference(Model):
    """What differs between two reports."""

    old_version: str
    new_version: str
    chains: list[ChainChange]
    new_hits: list[Counts]
    """Detection -> hits that OLD had not."""
    gone_hits: list[Counts]
    new_indicators: list[FoundIndicator]
    gone_indicators: list[FoundIndicator]
    inputs: list[InputChange]
    same_inputs: Count
    now_evaluable: list[str]
    """Detections that could fire in NEW and couldn't in OLD."""
    no_longer_evaluable: list[str]
    new_rules: list[str]
    """Detections that NEW was judged by and OLD wasn't."""
    gone_rules: list[str]
    remarks: list[str]
    """What else to keep in mind."""

    def count(self, change: Change) -> int:
        """How many chains changed so."""
        return sum(chain.change == change for chain in self.chains)

    def worsened(self, verdict: str) -> bool:
        """Whether a chain reaches a verdict, or a stronger one, that it had not in OLD."""
        least = VERDICTS.index(verdict)
        return any(
            chain.change != "gone"
            and VERDICTS.index(chain.verdict) >= least
            and (chain.was_verdict is None or VERDICTS.index(chain.was_verdict) < least)
            for chain in self.chains
        )


def difference(old: Report, new: Report) -> Difference:
    """What differs between an earlier report and a later one."""
    return _Comparison(old, new).difference()


class _Comparison:
    def __init__(self, old: Report, new: Report) -> None:
        self._old, self._new = old, new
        self._known = _index(_hits(old))
        self._now = _index(_hits(new))
        self._sources = {entry.source for entry in new.inputs}
        self._rules = set(_evaluable(new))

    def difference(self) -> Difference:
        old, new = self._old, self._new
        could, can = _evaluable(old), _evaluable(new)
        both = could.keys() & can.keys()
        changed, same = _inputs(old, new)
        had, has = _indicators(old), _indicators(new)
        return Difference(
            old_version=old.generator.version,
            new_version=new.generator.version,
            chains=self._chains(),
            new_hits=_counts(hit for hit in new.detections if not _any(hit, self._known)),
            gone_hits=_counts(hit for hit in old.detections if not _any(hit, self._now)),
            new_indicators=[has[key] for key in has if key not in had],
            gone_indicators=[had[key] for key in had if key not in has],
            inputs=changed,
            same_inputs=same,
            now_evaluable=sorted(title for title in both if can[title] and not could[title]),
            no_longer_evaluable=sorted(title for title in both if could[title] and not can[title]),
            new_rules=sorted(can.keys() - could.keys()),
            gone_rules=sorted(could.keys() - can.keys()),
            remarks=list(_remarks(old, new)),
        )

    def _chains(self) -> list[ChainChange]:
        origins = self._origins()
        changes = [
            self._change(place, chain, origins[chain.id])
            for place, chain in enumerate(self._new.chains, 1)
        ]
        kept = {old.id for olds in origins.values() for old in olds}
        changes += [
            self._gone(place, chain)
            for place, chain in enumerate(self._old.chains, 1)
            if chain.id not in kept
        ]
        return sorted(changes, key=lambda change: CHANGES.index(change.change))

    def _origins(self) -> dict[str, list[Chain]]:
        """Id of a chain of NEW -> the chains of OLD that share evidence with it."""
        of_key: dict[Hashable, list[Chain]] = defaultdict(list)
        for chain in self._old.chains:
            for key in {key for hit in chain.evidence for key in _keys(hit)}:
                of_key[key].append(chain)
        return {
            chain.id: list(
                {
                    old.id: old
                    for hit in chain.evidence
                    for key in _keys(hit)
                    for old in of_key.get(key, ())
                }.values()
            )
            for chain in self._new.chains
        }

    def _change(self, place: int, chain: Chain, olds: Sequence[Chain]) -> ChainChange:
        had = _index(hit for old in olds for hit in old.evidence)
        has = _index(chain.evidence)
        gained = [hit for hit in chain.evidence if not _any(hit, had)]
        lost = [hit for old in olds for hit in old.evidence if not _any(hit, has)]
        processes = {process.node for old in olds for process in old.processes}
        best = max(olds, key=lambda old: (VERDICTS.index(old.verdict), old.score), default=None)
        change: Change = "new" if best is None else "grown" if gained else "same"
        if best is not None and change == "same":
            judged = (best.verdict, best.score, best.family)
            if lost or judged != (chain.verdict, chain.score, chain.family):
                change = "changed"
        ids = [old.id for old in olds]
        return ChainChange(
            change=change,
            id=chain.id,
            place=place,
            verdict=chain.verdict,
            score=chain.score,
            family=chain.family,
            hosts=chain.hosts,
            was=[] if ids == [chain.id] else ids,
            was_verdict=best.verdict if best else None,
            was_score=best.score if best else None,
            gained=list(dict.fromkeys(hit.detection for hit in gained)),
            gained_hits=len(gained),
            lost_hits=len(lost),
            gained_processes=sum(each.node not in processes for each in chain.processes),
            why=self._reasons(lost) if lost else [],
        )

    def _gone(self, place: int, chain: Chain) -> ChainChange:
        return ChainChange(
            change="gone",
            id=chain.id,
            place=place,
            verdict=chain.verdict,
            score=chain.score,
            family=chain.family,
            hosts=chain.hosts,
            was=[],
            was_verdict=chain.verdict,
            was_score=chain.score,
            gained=[],
            gained_hits=0,
            lost_hits=len(chain.evidence),
            gained_processes=0,
            why=self._reasons(chain.evidence),
        )

    def _reasons(self, lost: Sequence[DetectionHit]) -> list[str]:
        """What may be why hits, or a chain of them, aren't in NEW."""
        reasons = []
        missing = sorted({hit.source for hit in lost} - self._sources)
        if missing:
            reasons.append(f"NEW did not read {listed(missing, shown=3)}")
        unrun = sorted({hit.detection for hit in lost} - self._rules)
        if unrun:
            reasons.append(f"NEW was not judged by {listed(unrun, shown=3)}")
        allowed = {name for allowance in self._new.allowances for name in allowance.hits}
        taken = sorted({hit.detection for hit in lost} & allowed)
        if taken:
            reasons.append(f"an allow file took hits of {listed(taken, shown=3)} away")
        left = self._new.left_out
        if left is not None and (left.chains or left.hits):
            reasons.append("NEW leaves chains and hits out, as was asked")
        there = sum(_any(hit, self._now) for hit in lost)
        if there:
            reasons.append(
                f"{counted(there, 'of its hits is', 'of its hits are')} still in NEW, outside it"
            )
        return reasons or ["nothing in the reports says why: look at what was read, and how"]


def _hits(report: Report) -> Iterator[DetectionHit]:
    yield from report.detections
    for chain in report.chains:
        yield from chain.evidence


def _keys(hit: DetectionHit) -> Iterator[Hashable]:
    """What a hit is known by; one is enough."""
    yield hit.rule_id, hit.host.lower(), str(hit.event_id), hit.record, hit.time[:19]
    yield hit.rule_id, hit.source, hit.record
    for reference in hit.also:
        yield hit.rule_id, reference.source, reference.record


def _index(hits: Iterable[DetectionHit]) -> set[Hashable]:
    return {key for hit in hits for key in _keys(hit)}


def _any(hit: DetectionHit, known: set[Hashable]) -> bool:
    return any(key in known for key in _keys(hit))


def _counts(hits: Iterable[DetectionHit]) -> list[Counts]:
    counts = Counter(hit.detection for hit in hits)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Counts(name=name, count=count) for name, count in ranked]


def _indicators(report: Report) -> dict[tuple[str, str], FoundIndicator]:
    found: dict[tuple[str, str], FoundIndicator] = {}
    for chain in report.chains:
        for one in indicators(chain):
            made = FoundIndicator(
                kind=one.kind, value=one.value, why=one.why, chain=one.chain, verdict=one.verdict
            )
            found.setdefault((one.kind, any_users(one.value).lower()), made)
    return found


def _evaluable(report: Report) -> dict[str, bool]:
    """Detection -> whether it could have fired."""
    entries = (*report.coverage, *report.tradecraft_coverage)
    return {entry.detection: entry.evaluable for entry in entries}


def _inputs(old: Report, new: Report) -> tuple[list[InputChange], int]:
    """The inputs that differ, and how many don't."""
    had = {entry.source: entry for entry in old.inputs}
    has = {entry.source: entry for entry in new.inputs}
    changed, same = [], 0
    for source in dict.fromkeys((*has, *had)):
        before, now = had.get(source), has.get(source)
        if before and now and before == now:
            same += 1
            continue
        changed.append(
            InputChange(
                source=source,
                records=now.records if now else None,
                was_records=before.records if before else None,
                rejected=now.rejected if now else 0,
                was_rejected=before.rejected if before else 0,
            )
        )
    return changed, same


def _remarks(old: Report, new: Report) -> Iterator[str]:
    if old.generator != new.generator:
        yield (
            f"the reports were made by lineage {old.generator.version} and {new.generator.version}:"
            " what differs may be the program's doing"
        )
    if not {entry.source for entry in old.inputs} & {entry.source for entry in new.inputs}:
        yield "the reports have no input in common by its path"
    for name, report in (("OLD", old), ("NEW", new)):
        if report.left_out is not None and (report.left_out.chains or report.left_out.hits):
            told = counted(report.left_out.chains, "chain")
            yield f"{name} leaves out, as was asked: {told}, {counted(report.left_out.hits, 'hit')}"
