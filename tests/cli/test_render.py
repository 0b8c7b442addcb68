from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


def test_it_prints_what_correlate_printed(lineage: Lineage, saved: Path, telemetry: Path) -> None:
    assert lineage("render", saved).out == lineage("correlate", telemetry).out


@pytest.mark.parametrize("option", ["json", "html", "dot", "mermaid"])
def test_it_writes_what_correlate_would_have_written(
    lineage: Lineage, telemetry: Path, tmp_path: Path, option: str
) -> None:
    written, now, then = (tmp_path / name for name in ("report.json", "now", "then"))
    lineage("correlate", telemetry, "-q", "--json", written)
    assert lineage("render", written, f"--{option}", now) == (0, "", "")
    lineage("correlate", telemetry, "-q", f"--{option}", then)
    assert now.read_bytes() == then.read_bytes()


def test_the_report_itself_can_be_printed(lineage: Lineage, saved: Path, telemetry: Path) -> None:
    report = orjson.loads(saved.read_bytes())
    assert orjson.loads(lineage("render", saved, "--json", "-").out) == report
    printed = lineage("correlate", telemetry, "--json", "-", "--no-records").out
    assert orjson.loads(printed) == report


def test_other_outputs_cannot_be_printed(lineage: Lineage, saved: Path) -> None:
    done = lineage("render", saved, "--html", "-")
    assert done.status == 2
    assert done.error.endswith("--html -: only --json can be printed; name a file")


def test_a_report_that_is_not_there_is_one_line(lineage: Lineage, tmp_path: Path) -> None:
    done = lineage("render", tmp_path / "none.json")
    assert done.status == 2
    assert done.error.endswith("none.json: No such file or directory; check the path")


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": "99.0.0"},
        {"schema_version": "2.0", "of_version_2": []},
        {"schema_version": "2", "chains": {}},
    ],
)
def test_a_report_of_another_major_version_is_refused(
    lineage: Lineage, saved: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(orjson.dumps(orjson.loads(saved.read_bytes()) | change))
    done = lineage("render", path)
    assert done.status == 2
    version = change["schema_version"]
    assert f"other.json: a report of schema_version '{version}', and this lineage reads 1.x" in (
        done.error
    )


def test_a_report_of_a_later_minor_version_is_read(
    lineage: Lineage, saved: Path, tmp_path: Path
) -> None:
    path = tmp_path / "later.json"
    path.write_bytes(orjson.dumps(orjson.loads(saved.read_bytes()) | {"schema_version": "1.9"}))
    assert lineage("render", path).out == lineage("render", saved).out


@pytest.mark.parametrize("content", ["", "[]", '{"schema_version": 3}', "{" * 5000])
def test_what_is_no_report_is_one_line(lineage: Lineage, tmp_path: Path, content: str) -> None:
    path = tmp_path / "none.json"
    path.write_text(content, encoding="utf-8")
    done = lineage("render", path)
    assert done.status == 2
    assert "name a file written by lineage correlate --json" in done.error
