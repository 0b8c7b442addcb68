from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from attacks import findings, intrusion
from hosts import Host

from correlators import CORRELATORS
from lineage.correlate.registry import correlators
from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = '''\
"""Somebody else's correlator: every cluster on one process is a finding of theirs."""

from lineage.correlate.api import Finding, ScorePart


class Own:
    name = "own"
    tactic = None

    def __call__(self, tagged):
        for cluster in tagged.clusters:
            yield Finding("own", cluster, "confirmed", "Theirs", (ScorePart("own", 99, "sure"),))


CORRELATORS = (Own(),)
'''
TEMPLATE = "name: small\nstages: [{tactic: initial-access, weight: 40, entry: true}]\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of importable modules, empty."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("their_"):
            del sys.modules[name]


def plugin(site: Path, name: str, text: str = PLUGIN) -> str:
    (site / f"{name}.py").write_text(text, encoding="utf-8")
    return name


def installed(site: Path, entry_points: str) -> None:
    """What pip leaves behind: a distribution's metadata."""
    folder = site / "their_correlators-1.0.dist-info"
    folder.mkdir()
    metadata = "Metadata-Version: 2.1\nName: their-correlators\nVersion: 1.0\n"
    (folder / "METADATA").write_text(metadata, encoding="utf-8")
    (folder / "entry_points.txt").write_text(entry_points, encoding="utf-8")


def test_the_shipped_ones_come_by_entry_point_in_their_order() -> None:
    assert [each.name for each in correlators()][: len(CORRELATORS)] == [
        each.name for each in CORRELATORS
    ]


def test_a_module_adds_its_own(site: Path) -> None:
    found = correlators([plugin(site, "their_module")])
    assert [each.name for each in found][-1] == "own"
    host = Host()
    intrusion(host, "nipe")
    (finding,) = findings(host, correlators=found)
    assert (finding.correlator, finding.family, finding.score) == ("own", "Theirs", 99)


@pytest.mark.parametrize("target", ["their_package:CORRELATORS", "their_package:CORRELATORS_ONE"])
def test_an_installed_distribution_adds_its_own(site: Path, target: str) -> None:
    plugin(site, "their_package", PLUGIN + "\nCORRELATORS_ONE = CORRELATORS[0]\n")
    installed(site, f"[lineage.correlators]\ntheirs = {target}\n")
    assert "own" in [each.name for each in correlators()]


def test_a_distribution_that_is_broken_is_named(site: Path) -> None:
    installed(site, "[lineage.correlators]\ntheirs = their_missing:CORRELATORS\n")
    with pytest.raises(UsageError, match=r"correlator their_missing:CORRELATORS: .*reinstall"):
        correlators()


def test_a_template_file_adds_a_chain_correlator_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    found = correlators(templates=[path])
    assert (found[-1].name, found[-1].tactic) == ("small", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "No module named 'their_broken'; name an importable module"),
        ("x = 1\n", "no tuple CORRELATORS"),
        ("CORRELATORS = (\n", "their_broken"),
        ("1 / 0\n", "division by zero"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
        ("CORRELATORS = (1,)\n", "1 is no correlator"),
        ("CORRELATORS = 7\n", "7 is no correlator"),
    ],
)
def test_a_module_that_is_no_use_is_one_line(site: Path, text: str | None, expected: str) -> None:
    if text is not None:
        plugin(site, "their_broken", text)
    with pytest.raises(UsageError) as raised:
        correlators(["their_broken"])
    assert str(raised.value).startswith("--correlator their_broken: ")
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_correlators_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "taken.yaml"
    path.write_text(TEMPLATE.replace("small", "remcos_chain"), encoding="utf-8")
    with pytest.raises(UsageError, match="two correlators are called 'remcos_chain'"):
        correlators(templates=[path])


def test_a_template_that_names_a_correlator_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "typing.yaml"
    stage = "{tactic: initial-access, weight: 40, correlators: [offce_script]}"
    path.write_text(f"name: typing\nstages: [{stage}]\n", encoding="utf-8")
    with pytest.raises(UsageError, match="names the correlator 'offce_script', which isn't there"):
        correlators(templates=[path])


def test_others_plug_ins_can_be_left_out_and_are_not_even_imported(site: Path) -> None:
    plugin(site, "their_hostile", "raise SystemExit(3)\n")
    installed(site, "[lineage.correlators]\ntheirs = their_hostile:CORRELATORS\n")
    with pytest.raises(UsageError, match="SystemExit: 3"):
        correlators()
    names = {correlator.name for correlator in correlators(plugins=False)}
    assert names == {correlator.name for correlator in CORRELATORS}
    assert "their_hostile" not in sys.modules
