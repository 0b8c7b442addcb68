r"""Chain templates: the story a correlator looks for, as data.

A template names the stages of an attack, what satisfies each, and the order they keep. It is
partially ordered: a stage only says which stages come before it (POIROT aligns query graphs in the
same spirit; Milajerdi et al., CCS 2019). The YAML form::

    name: remcos
    family: Remcos          # named where a chain shows a family mark; may be left out
    weighs: all             # which hits, and how: `all` by type and risk, `shipped` only those of
                            # the package's own rules, `graded` all by level, status, false
                            # positives and rarity; left out: all
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

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lineage import user_yaml
from lineage.detect.detection import Stage
from lineage.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lineage.detect.detection import Detection

MOST_WEIGHT = 40.0
"""Most that a template's weights may add up to; with so much the stage part can be earned whole."""


class _Part(BaseModel):
    """A mapping of the file: a key that it doesn't know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class TemplateStage(_Part):
    """A stage of a template.

    Attributes:
        tactic: ATT&CK tactic slug.
        detections: titles of the detections that satisfy it; empty for all of that tactic.
        correlators: names of the stage correlators that satisfy it.
        after: tactics that come before it.
        weight: points when covered.
        entry: whether it tells how the attack came in or first ran.
    """

    tactic: Stage
    detections: frozenset[str] = frozenset()
    correlators: frozenset[str] = frozenset()
    after: tuple[Stage, ...] = ()
    weight: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
    entry: Annotated[bool, Field(strict=True)] = False

    def is_shown_by(self, detection: Detection) -> bool:
        """Whether a hit of this detection satisfies the stage."""
        if self.detections:
            return detection.title in self.detections
        return self.tactic in detection.tactics


class Mark(_Part):
    """Something that only the family leaves behind, and that no single event's rule can say.

    Attributes:
        name: what it is, in words.
        contains: lower-case part of the canonical path of a program that the attack ran.
    """

    name: str
    contains: Annotated[str, Field(min_length=1), AfterValidator(str.lower)]


class Template(_Part):
    """A story to align with the graph."""

    name: str
    family: str | None = None
    stages: tuple[TemplateStage, ...]
    marks: tuple[Mark, ...] = ()
    weighs: Literal["all", "shipped", "graded"] = "all"

    @model_validator(mode="after")
    def _check(self) -> Self:
        tactics = [stage.tactic for stage in self.stages]
        for stage in self.stages:
            if tactics.count(stage.tactic) > 1:
                raise ValueError(f"stage {stage.tactic!r} is there twice")
            for before in stage.after:
                if before not in tactics:
                    raise ValueError(
                        f"stage {stage.tactic!r} comes after {before!r}, which is no stage"
                    )
        order = TopologicalSorter({stage.tactic: stage.after for stage in self.stages})
        try:
            order.prepare()
        except CycleError as error:
            raise ValueError(f"stages come after each other: {', '.join(error.args[1])}") from error
        total = sum(stage.weight for stage in self.stages)
        if total > MOST_WEIGHT:
            raise ValueError(f"the weights add up to {total:g}, more than {MOST_WEIGHT:g}")
        return self


def load(path: Path | Traversable) -> Template:
    """Reads a template file.

    Raises:
        UsageError: it can't be read, isn't YAML, lacks what a template needs or has what none
            has; the message names the file and what is wrong.
    """
    contents = user_yaml.documents_of(path, "template")
    if len(contents) != 1:
        raise UsageError(f"{path}: {len(contents)} YAML documents, must be one; not a template")
    try:
        return Template.model_validate(contents[0])
    except ValidationError as error:
        raise UsageError(f"{path}: {user_yaml.faults(error, Template)}; not a template") from error
