"""The rules -> `docs/detections.md`; `pages.py` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.detect.catalog import load_builtin
from lineage.detect.detection import IMAGE_ONLY, NO_HOUR_LIMIT, PARENT_BY_PID, WHOLE_BLOCK
from lineage.detect.engine import RuleEngine
from lineage.detect.fields import DERIVED
from lineage.detect.metadata import RISK_OF_LEVEL, TYPE_OF_LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.detect.catalog import Rule

_INTRODUCTION: Final = f"""\
# Detections

Generated from the rules in `lineage/detect/rules`; change those, not this page.

The 33 detections of the Remcos story come first, the [tradecraft](#tradecraft) rules beside them
after. Each is one Sigma file. Its first document is the **core**; each further one is an
**extension**. An event hits a detection at most once, by the first layer that fits:

1. the core, on the event as it is;
2. a bridge, where the graph fills a gap of the recording: `{IMAGE_ONLY}` (the core asks for the
   start of the process, which isn't in the data; the image in the event is enough) or
   `{PARENT_BY_PID}` (4688 or ProcessRollup2 doesn't say who the parent is; the process that held
   the parent's pid then tells);
3. an extension, among them two that no document spells out: `{NO_HOUR_LIMIT}` (the process started
   in another clock hour) and `{WHOLE_BLOCK}` (no part of a script block meets it, the whole does).

Comparison ignores case. A field that an event lacks meets no comparison, and so meets a negated
one. Values are unescaped first (`&gt;`, `%%TEMP%%`).
"""

_TRADECRAFT: Final = """\
## Tradecraft

{count} rules beside the story's 33, in `lineage/detect/rules/tradecraft`: ways in and first runs
that real campaigns use, whoever they bring. Their hits have the layer `tradecraft` in every output,
and change nothing about those of the 33. None names a family, and none makes more than a suspicious
chain alone. What honest software does too has a low confidence and is an anomaly or for hunting,
which is weak ([scoring.md](scoring.md)).
"""

_YOUR_OWN: Final = """\
## Your own rules

`--rules PATH` takes Sigma files and folders of them; each YAML document is a rule. What a rule
doesn't say itself follows from its level:

| level | type | risk |
|---|---|--:|
{levels}

The stage is the rule's first ATT&CK tactic tag, the techniques are its technique tags, the tagged
node follows from the log source. A `lineage:` mapping with `type`, `risk`, `stage`, `tags`,
`implicates` or `family` overrules that.

Regular expressions are RE2's, without look-around and back-references. A value of `''` or `-` means
a field that the event lacks. Correlations of several events, Sigma filters and `action:` documents
are not used. A rule that can't be used is reported by name and reason; the others run.
"""


def markdown() -> str:
    """The page about the built-in rules, in their order."""
    engine = RuleEngine(load_builtin())
    sections = [
        _INTRODUCTION,
        "## Overview\n",
        "\n".join(_overview(engine.rules)),
        "\n" + "\n".join(line for rule in engine.rules for line in _section(rule, engine)),
        "\n".join(_tradecraft()),
        "## Derived fields\n",
        "\n".join(_derived()),
        "\n" + _YOUR_OWN.format(levels="\n".join(_levels())),
    ]
    return "\n".join(sections).rstrip() + "\n"


def _overview(rules: Iterable[Rule]) -> Iterator[str]:
    yield "| detection | type | risk | stage | techniques |"
    yield "|---|---|--:|---|---|"
    for rule in rules:
        found = rule.detection
        techniques = ", ".join(found.attack)
        yield f"| {found.title} | {found.type} | {found.risk} | {found.stage} | {techniques} |"


def _section(rule: Rule, engine: RuleEngine) -> Iterator[str]:
    found = rule.detection
    yield f"### {found.title}\n"
    yield f"{found.description}\n"
    yield f"- Rule: `{found.path}`, `{found.rule_id}`, level {found.level}"
    yield f"- Risk {found.risk} (impact {found.impact}, confidence {found.confidence})"
    yield f"- Tags the {found.tags} node; implicates: {', '.join(found.implicates)}"
    if found.family:
        yield f"- Specific to {found.family}"
    if found.join:
        yield f"- The core asks for the acting process's own start ({found.join})"
    for source, alternatives in engine.requirements(found).items():
        needed = " or ".join(
            "+".join(f"`{name}`" for name in sorted(need)) for need in alternatives
        )
        yield f"- Needs on {source}: {needed}"
    for layer in rule.layers[1:]:
        yield f"- Extension `{layer.by}`: {layer.description}"
    yield f"- Known false alarms: {'; '.join(found.false_positives)}\n"


def _tradecraft() -> Iterator[str]:
    rules = load_builtin("tradecraft")
    yield _TRADECRAFT.format(count=len(rules))
    yield from _overview(rules)
    yield ""
    for rule in rules:
        found = rule.detection
        yield f"### {found.title}\n"
        yield f"{found.description}\n"
        yield f"- Rule: `{found.path}`, `{found.rule_id}`, level {found.level}"
        yield f"- Risk {found.risk} (impact {found.impact}, confidence {found.confidence})"
        yield f"- On {', '.join(found.sources)}"
        accused = ", ".join(found.implicates) or "nobody else"
        yield f"- Tags the {found.tags} node; implicates: {accused}"
        yield f"- Known false alarms: {'; '.join(found.false_positives)}\n"


def _derived() -> Iterator[str]:
    yield "| field | events | meaning |"
    yield "|---|---|---|"
    for derived in DERIVED:
        yield f"| `{derived.field.name}` | {', '.join(derived.sources)} | {derived.meaning} |"


def _levels() -> Iterator[str]:
    for level, risk in RISK_OF_LEVEL.items():
        yield f"| {level} | {TYPE_OF_LEVEL[level]} | {risk} |"
