from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.conftest import Outcome

    from lineage.report.model import Report


def test_the_schema_is_one_and_takes_a_report(
    lineage: Callable[..., Outcome], report: Report
) -> None:
    schema = json.loads(lineage("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    told = json.loads(report.model_dump_json(by_alias=True))
    jsonschema.validate(told, schema)
    assert {"from", "to", "kind"} <= told["chains"][0]["edges"][0].keys()


def test_it_refuses_what_the_contract_does_not_name(
    lineage: Callable[..., Outcome], report: Report
) -> None:
    schema = json.loads(lineage("schema").out)
    told = json.loads(report.model_dump_json(by_alias=True))
    for changed in (told | {"more": 1}, {**told, "chains": [told["chains"][0] | {"score": "x"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed, schema)
