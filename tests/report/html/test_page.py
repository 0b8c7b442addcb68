from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import HOSTILE, empty_report, full_report, hostile_report, large_report

from lineage.report.html.page import SCRIPTS, render, script_json


class Outline(HTMLParser):
    """Which elements a browser would make of the markup, scripts not run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'id="report-data">(.*?)</script>', page, re.DOTALL)
    assert found
    loaded = json.loads(found.group(1))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("report", [full_report(), empty_report(), hostile_report()])
def test_the_page_has_the_same_elements_whatever_the_telemetry_says(report):
    def named(page: str) -> list[str]:
        return [tag for tag, _ in Outline(page).tags]

    assert named(render(report)) == named(render(full_report()))


def test_the_page_refers_to_nothing_outside_itself():
    for tag, attributes in Outline(render(full_report())).tags:
        assert "src" not in attributes, tag
        assert tag != "link" or attributes["href"] == "data:,"


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else():
    policies = [
        attributes["content"]
        for tag, attributes in Outline(render(full_report())).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert (policies[0] or "").startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in (policies[0] or "")


def test_the_scripts_define_every_name_once():
    names = Counter(
        name
        for script in SCRIPTS
        for name in re.findall(
            r"^(?:async )?(?:function|class|const|let) (\w+)",
            (files("lineage.report.html") / "assets" / script).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_the_same_report_makes_the_same_page():
    assert render(full_report()) == render(full_report())


def test_a_chain_of_two_thousand_processes_stays_under_five_megabytes():
    assert len(render(large_report(2000)).encode()) < 5_000_000


def test_the_title_says_what_was_found():
    assert "<title>lineage report: confirmed chain on " in render(full_report())
    assert "<title>lineage report: no attack chain</title>" in render(empty_report())


def test_every_chain_is_in_the_data():
    report = full_report()
    chains = data_of(render(report))["chains"]
    assert isinstance(chains, list)
    assert [chain["id"] for chain in chains] == [chain.id for chain in report.chains]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_json_in_a_script_element_cannot_end_it(text):
    written = script_json({text: [text]})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {text: [text]}


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_json_in_a_script_element_reads_back(text):
    assert json.loads(script_json(text)) == text
