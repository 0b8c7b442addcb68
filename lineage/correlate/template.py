r"""Chain templates: the story a correlator looks for, as data.

A template names the stages of an attack, what satisfies each, and the order they keep. It is
partially ordered: a stage only says which stages come before it (POIROT aligns query graphs in the
same spirit; Milajerdi et al., CCS 2019). The YAML form::

    name: remcos
    family: Remcos          # named where a chain shows a family mark; may be left out
    stages:
      - tactic: execution   # ATT&CK tactic
        detections: [...]   # titles that satisfy it; left out: all detections of that stage
        correlators: [office_script]  # stage correlators that satisfy it too; may be left out
        after: [initial-access]
        weight: 7           # points when covered; together the stage part's maximum
        entry: true         # it tells how the attack came in or first ran; may be left out
    marks:                  # what only the family leaves, beside its detections; may be left out
      - name: default install folder
        contains: '\remcos\'  # in the canonical path of a program that the attack ran
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import inf
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lineage.detect.detection import Detection

STAGE_POINTS = 40.0
"""Most that a template's weights may add up to: with the score's other parts it makes 100."""


@dataclass(frozen=True, slots=True)
class TemplateStage:
    """A stage of a template.

    Attributes:
        tactic: ATT&CK tactic slug.
        detections: titles of the detections that satisfy it; empty for all of that tactic.
        correlators: names of the stage correlators that satisfy it.
        after: tactics that come before it.
        weight: points when covered.
        entry: whether it tells how the attack came in or first ran.
    """

    tactic: str
    detections: frozenset[str]
    correlators: frozenset[str]
    after: tuple[str, ...]
    weight: float
    entry: bool

    def is_shown_by(self, detection: Detection) -> bool:
        """Whether a hit of this detection satisfies the stage."""
        if self.detections:
            return detection.title in self.detections
        return detection.stage == self.tactic


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that only the family leaves behind, and that no single event's rule can say.

    Attributes:
        name: what it is, in words.
        contains: lower-case part of the canonical path of a program that the attack ran.
    """

    name: str
    contains: str


@dataclass(frozen=True, slots=True)
class Template:
    """A story to align with the graph."""

    name: str
    family: str | None
    stages: tuple[TemplateStage, ...]
    marks: tuple[Mark, ...]


def load(path: Path | Traversable) -> Template:
    """Reads a template file.

    Raises:
        UsageError: it can't be read, isn't YAML, or lacks what a template needs; the message names
            the file and what is wrong.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {_first_line(error)}; not a template") from error
    try:
        return _template(content)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: {_first_line(error)}; not a template") from error


def _first_line(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return str(error).partition("\n")[0]


def _template(content: dict[str, object]) -> Template:
    if not isinstance(content, dict):
        raise TypeError("the file holds no mapping")
    stages = tuple(_stage(stage) for stage in _mappings(content["stages"], "stages"))
    _check(stages)
    family = content.get("family")
    return Template(
        str(content["name"]),
        None if family is None else str(family),
        stages,
        tuple(
            Mark(str(mark["name"]), str(mark["contains"]).lower())
            for mark in _mappings(content.get("marks", []), "marks")
        ),
    )


def _check(stages: tuple[TemplateStage, ...]) -> None:
    tactics = [stage.tactic for stage in stages]
    for stage in stages:
        if tactics.count(stage.tactic) > 1:
            raise ValueError(f"stage {stage.tactic!r} is there twice")
        for before in stage.after:
            if before not in tactics:
                raise ValueError(
                    f"stage {stage.tactic!r} comes after {before!r}, which is no stage"
                )
    try:
        tuple(TopologicalSorter({stage.tactic: stage.after for stage in stages}).static_order())
    except CycleError as error:
        raise ValueError(f"stages come after each other: {', '.join(error.args[1])}") from error
    total = sum(stage.weight for stage in stages)
    if total > STAGE_POINTS:
        raise ValueError(f"the weights add up to {total:g}, more than {STAGE_POINTS:g}")


def _mappings(value: object, name: str) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError(f"{name!r} must be a list of mappings")
    return value


def _stage(stage: dict[str, object]) -> TemplateStage:
    tactic, weight = stage["tactic"], stage["weight"]
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 <= weight < inf:
        raise TypeError(f"'weight' of stage {tactic!r} must be a number of points")
    return TemplateStage(
        str(tactic),
        frozenset(_names(stage, "detections")),
        frozenset(_names(stage, "correlators")),
        tuple(_names(stage, "after")),
        float(weight),
        bool(stage.get("entry", False)),
    )


def _names(stage: dict[str, object], key: str) -> list[str]:
    value = stage.get(key, [])
    if not isinstance(value, list):
        raise TypeError(f"{key!r} of stage {stage.get('tactic')!r} must be a list of names")
    return [str(name) for name in value]
