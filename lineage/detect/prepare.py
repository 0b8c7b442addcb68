"""Filters, placeholders and pySigma pipelines, put on a user's rules before they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.types import SigmaString

from lineage import user_files, user_yaml
from lineage.detect.catalog import one_line
from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sigma.filters import SigmaFilter
    from sigma.types import Placeholder

    from lineage.detect.choice import Preparation


class Prepared:
    """Filters, placeholders and pipelines, put on rules."""

    def __init__(self, wanted: Preparation, filters: Sequence[SigmaFilter]) -> None:
        """Reads what is to be put on rules.

        Raises:
            UsageError: a file of placeholders or a pipeline can't be used.
        """
        self._filters = filters
        self._values = _values(wanted.placeholders)
        self._pipelines = [_pipeline(path) for path in wanted.pipelines]

    def __call__(self, rule: SigmaRule) -> None:
        """Changes a rule accordingly."""
        for sigma_filter in self._filters:
            sigma_filter.apply_on_rule(rule)
        for pipeline in self._pipelines:
            pipeline.apply(rule)
        if self._values:
            for detection in rule.detection.detections.values():
                self._fill(detection)

    def _fill(self, detection: SigmaDetection) -> None:
        for item in detection.detection_items:
            if isinstance(item, SigmaDetection):
                self._fill(item)
            elif isinstance(item, SigmaDetectionItem):
                item.value = [filled for value in item.value for filled in self._filled(value)]

    def _filled(self, value: Any) -> list[Any]:
        if not isinstance(value, SigmaString) or not value.contains_placeholder():
            return [value]
        return list(value.replace_placeholders(self._replacements))

    def _replacements(self, placeholder: Placeholder) -> Iterator[Any]:
        values = self._values.get(placeholder.name)
        yield from (SigmaString(value) for value in values) if values else [placeholder]


def _values(paths: tuple[Path, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for path in paths:
        for document in user_yaml.documents_of(path):
            if not isinstance(document, dict):
                raise UsageError(f"{path}: must be a mapping, name of a placeholder to its values")
            for name, value in document.items():
                listed = value if isinstance(value, list) else [value]
                values.setdefault(str(name), []).extend(str(entry) for entry in listed)
    return values


def _pipeline(path: Path) -> ProcessingPipeline:
    try:
        with user_files.opened(path) as stream:
            data = stream.read(user_yaml.MAX_BYTES + 1)
        user_yaml.documents(data)  # within bounds; pySigma's own reader knows none
        return ProcessingPipeline.from_yaml(data.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error
    except (
        *(SigmaError, yaml.YAMLError, user_yaml.UnusableYamlError),
        *(UnicodeError, ValueError, TypeError, AttributeError, KeyError),
    ) as error:
        raise UsageError(f"{path}: no pipeline of pySigma: {one_line(error)}") from error
