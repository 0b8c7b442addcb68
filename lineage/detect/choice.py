"""Which of a user's rules are wanted, and what is done to them before they are read."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from lineage.detect.detection import LEVELS

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.detection import Detection, Level


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to rules before they are read.

    Attributes:
        placeholders: files of YAML, name -> list of values, for `%name%` under `expand`.
        pipelines: files of pySigma processing pipelines, which rename fields and the like.
    """

    placeholders: tuple[Path, ...] = ()
    pipelines: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules are wanted; empty parts want all.

    Attributes:
        level: the least level.
        statuses: Sigma statuses ("stable", "test" ...); a rule that states none is "experimental".
        tags: Sigma tags with `*` and `?`, one of which a rule must have ("attack.t1059*").
        excluded: ids or titles, with `*` and `?`, of rules that are not wanted.
    """

    level: Level | None = None
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def takes(self, detection: Detection) -> bool:
        """Whether a rule is wanted. Letter case doesn't matter."""
        if self.level is not None and LEVELS.index(detection.level) < LEVELS.index(self.level):
            return False
        if self.statuses and detection.status not in self.statuses:
            return False
        if self.tags and not any(_fits(tag, self.tags) for tag in detection.labels):
            return False
        names = (detection.rule_id, detection.title)
        return not any(_fits(name, self.excluded) for name in names)


def _fits(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(text.casefold(), pattern.casefold()) for pattern in patterns)
