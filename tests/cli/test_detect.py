from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]


def test_every_hit_is_a_line_of_json_with_the_fields_that_matched(
    lineage: Lineage, telemetry: Path, report: Report
) -> None:
    done = lineage("detect", telemetry, "--ndjson")
    assert (done.status, done.err) == (0, "")
    hits = [json.loads(line) for line in done.out.splitlines()]
    assert hits == [hit.model_dump(by_alias=True) for hit in report.detections]
    assert all(hit["fields"] for hit in hits)


def test_the_table_names_detections_and_no_chains(lineage: Lineage, telemetry: Path) -> None:
    shown = lineage("detect", telemetry).out
    assert "Remcos client registry install entry" in " ".join(shown.split())
    assert "chain-" not in shown


def test_details_tell_the_fields(lineage: Lineage, telemetry: Path) -> None:
    assert "QueryName: api.telegram.org" in lineage("detect", telemetry, "--details").out


def test_an_input_without_hits_says_so(lineage: Lineage, telemetry: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.json"
    few.write_bytes(b"".join(telemetry.read_bytes().splitlines(keepends=True)[:5]))
    assert "No detection fired." in lineage("detect", few).out
    assert lineage("detect", few, "--ndjson").out == ""


def test_strict_is_3_when_a_record_was_rejected(
    lineage: Lineage, tmp_path: Path, telemetry: Path
) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(telemetry.read_bytes()[:-40])
    assert lineage("detect", path).status == 0
    assert lineage("detect", path, "--strict").status == 3


def test_a_hit_says_who_and_its_rule_what_it_means(lineage: Lineage, telemetry: Path) -> None:
    out = " ".join(lineage("detect", telemetry, "--top", 1).out.split())
    assert re.search(r"WINWORD\.EXE pid \d+", out)
    assert re.search(r"as [A-Z]+\\[a-z.]+, (Medium|High)", out)
    assert "it means: " in out
    assert "it also fires on: " in out
