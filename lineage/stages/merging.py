"""Per run: what all groups of hosts come to -> one report."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING

from lineage.correlate.campaign import campaigns
from lineage.detect.allow import MOST_RECORDS
from lineage.detect.coverage import FieldsSeen, correlated, coverage
from lineage.graph.ids import kind_of
from lineage.graph.schema import EDGE_KINDS, NODE_KINDS
from lineage.problems import Problem
from lineage.report import model
from lineage.report.assemble import Summary, of_summary
from lineage.stages.sharing import named_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.detect.alerts.read import AlertFile
    from lineage.detect.allow import Allowance
    from lineage.detect.catalog import RuleSet
    from lineage.detect.coverage import Coverage
    from lineage.detect.detection import RuleProblem
    from lineage.detect.engine import RuleEngine
    from lineage.stages.judging import Judgement, ToldChain
    from lineage.stages.planning import Plan
    from lineage.stages.tracing import TraceFacts


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of the run's own settings.

    Attributes:
        rule_problems: what is wrong with rules of the user's.
        allowances: entries of allow files, as they were given out.
        alert_files: files of other tools' alerts, with what became of those.
        notes: what else there is to say.
    """

    rule_problems: Sequence[RuleProblem] = ()
    allowances: Sequence[Allowance] = ()
    alert_files: Sequence[AlertFile] = ()
    notes: Sequence[str] = ()


def merged(
    plan: Plan,
    facts: Sequence[TraceFacts],
    judgements: Sequence[Judgement],
    coverage: Sequence[Coverage],
    told: Told,
) -> model.Report:
    """The report of a run.

    Args:
        plan: what was read; its ledgers are completed.
        facts: of the groups, in their order.
        judgements: of the groups, in their order.
        coverage: which detections could have fired.
        told: what there is to say of the run's own settings.
    """
    _complete_ledgers(plan, facts)
    named = named_by(facts)
    summary = Summary(
        inputs=plan.ledgers,
        nodes=_nodes(facts, named),
        edges=_summed((each.edges for each in facts), EDGE_KINDS),
        hits=[each.hit for each in merge(*(one.hits for one in judgements), key=lambda h: h.key)],
        chains=_chains(judgements, named),
        rules=_rules(judgements),
        unchained=[
            entry for _, entry in merge(*(one.unchained for one in judgements), key=itemgetter(0))
        ],
        coverage=coverage,
        rule_problems=told.rule_problems,
        allowances=[_allowance(each, n, facts) for n, each in enumerate(told.allowances)],
        alert_files=told.alert_files,
        notes=told.notes,
    )
    return of_summary(summary)


def _complete_ledgers(plan: Plan, facts: Sequence[TraceFacts]) -> None:
    repeats: Counter[int] = Counter()
    for each in facts:
        repeats.update(each.repeats)
        for (source, host), (first, last) in each.doubts.items():
            plan.clock.doubt(source, host, first)
            plan.clock.doubt(source, host, last)
    for source, count in repeats.items():
        plan.ledgers[source].repeated(count)
    remarks = sorted(remark for each in facts for remark in each.remarks)
    for source, remark in (*plan.clock.remarks(), *remarks):
        plan.ledgers[source].reject(Problem(None, remark, lost=0))


def _nodes(facts: Iterable[TraceFacts], named: Iterable[str]) -> dict[str, int]:
    counts: Counter[str] = Counter(str(kind_of(node_id)) for node_id in named)
    for each in facts:
        counts.update(each.nodes)
    return {kind: counts[kind] for kind in NODE_KINDS}


def _summed(counts: Iterable[Mapping[str, int]], kinds: Sequence[str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return {kind: total[kind] for kind in kinds}


def _chains(judgements: Sequence[Judgement], named: Mapping[str, str]) -> list[model.Chain]:
    """All chains, best first, with their campaigns."""
    told = list(merge(*(one.chains for one in judgements), key=lambda each: each.key))
    shared = campaigns([each.traits for each in told])
    return [
        _finished(each, None if campaign is None else model.Campaign.copy_of(campaign), named)
        for index, each in enumerate(told)
        for campaign in (shared.get(index),)
    ]


def _finished(
    told: ToldChain, campaign: model.Campaign | None, named: Mapping[str, str]
) -> model.Chain:
    artifacts = [
        artifact
        if named.get(artifact.node, artifact.value) == artifact.value
        else artifact.model_copy(update={"value": named[artifact.node]})
        for artifact in told.chain.artifacts
    ]
    return told.chain.model_copy(update={"campaign": campaign, "artifacts": artifacts})


def _rules(judgements: Iterable[Judgement]) -> list[model.Rule]:
    fired = {(rule.title, rule.rule_id): rule for one in judgements for rule in one.rules}
    return [rule for _, rule in sorted(fired.items())]


def coverage_of(rules: RuleSet, engine: RuleEngine, facts: Iterable[TraceFacts]) -> list[Coverage]:
    """Which detections could have fired on the events of all groups.

    Args:
        rules: the user's.
        engine: of all rules.
        facts: what the groups' events had.
    """
    requirements = {rule.rule_id: engine.requirements(rule) for rule in engine.detections}
    requirements.update(correlated(rules.correlations, requirements))
    seen = FieldsSeen({})
    fields: defaultdict[str, set[str]] = defaultdict(set)
    for each in facts:
        for source, found in each.seen.items():
            fields[source] |= found
    seen.seen.update(fields)
    detections = (*engine.detections, *(rule.detection for rule in rules.correlations))
    return [
        coverage(rule, requirements[rule.rule_id], seen)
        for rule in detections
        if rule.rule_id not in rules.silent
    ]


def _allowance(allowance: Allowance, number: int, facts: Iterable[TraceFacts]) -> Allowance:
    """An entry with what it took away in all groups."""
    total = allowance.unused()
    parts = [each.allowances[number] for each in facts]
    for part in parts:
        total.hits.update(part.hits)
    told = merge(*(zip(part.places, part.records, strict=True) for part in parts))
    total.records.extend(record for _, record in list(told)[:MOST_RECORDS])
    return total
