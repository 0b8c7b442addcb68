from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sigma_rules import rule_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Lineage = Callable[..., Any]


def test_profile_names_the_dearest_rule_first(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    values = ", ".join(f"'*{number}*x*y*z*'" for number in range(300))
    dear = rule_text(f"selection: {{CommandLine: [{values}]}}\ncondition: selection")
    cheap = rule_text("selection: {Image: nobody}\ncondition: selection")
    (tmp_path / "a.yml").write_text(cheap.replace("Test rule", "Cheap"), encoding="utf-8")
    (tmp_path / "b.yml").write_text(dear.replace("Test rule", "Dear"), encoding="utf-8")
    done = lineage("rules", "profile", telemetry, "--rules", tmp_path, "--top", "1000")
    assert (done.status, done.err) == (0, "")
    titles = [line.split()[-1] for line in done.out.splitlines()]
    assert titles.index("Dear") < titles.index("Cheap")


def test_profile_shows_as_many_as_asked_for(lineage: Lineage, telemetry: Path) -> None:
    assert len(lineage("rules", "profile", telemetry, "--top", "3").out.splitlines()) == 4
