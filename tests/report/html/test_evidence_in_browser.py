from __future__ import annotations

import json

import pytest
from sample_records import with_invented_records
from sample_report import full_report, hostile_report, large_report

from lineage.report.model import Rule

TABLE = "#chain-1 .evidence-block"


def column(page, name: str) -> list[str]:
    return page.locator(f"{TABLE} tbody td[data-label={name!r}]").all_inner_texts()


def sort_by(page, name: str) -> None:
    page.locator(f"{TABLE} thead button", has_text=name).click()


def copied(page, label: str) -> str:
    page.locator(TABLE).get_by_text(label).click()
    page.wait_for_selector(".toast.shown")
    return page.evaluate("navigator.clipboard.readText()")


def test_hits_are_in_order_of_time(page):
    times = column(page, "Time (UTC)")
    assert times == sorted(times)


def test_a_heading_sorts_and_sorts_back(page):
    sort_by(page, "Risk")
    risks = [int(risk) for risk in column(page, "Risk")]
    assert risks == sorted(risks, reverse=True)
    head = page.locator(f"{TABLE} th", has_text="Risk")
    assert head.get_attribute("aria-sort") == "descending"
    sort_by(page, "Risk")
    risks = [int(risk) for risk in column(page, "Risk")]
    assert risks == sorted(risks)


def test_the_filter_looks_in_fields_too(page):
    page.locator(f"{TABLE} input").fill("winhlp32")
    titles = column(page, "Detection")
    assert titles
    assert " of " in page.locator(f"{TABLE} .toolbar .muted").inner_text()
    page.locator(f"{TABLE} input").fill("no such thing")
    assert "Nothing matches the filter." in page.locator(f"{TABLE} tbody").inner_text()


def test_the_type_filters(page):
    page.locator(TABLE).get_by_label("Type of detection").select_option("TTP")
    assert set(column(page, "Type")) == {"TTP"}


def test_a_row_opens_to_its_fields(page):
    page.locator(f"{TABLE} tbody .open button").first.click()
    told = page.locator(f"{TABLE} tr.below").inner_text()
    assert "Rule" in told
    assert "Event id" in told
    page.locator(f"{TABLE} tbody .open button").first.click()
    assert page.locator(f"{TABLE} tr.below").count() == 0


def test_a_detection_leads_to_the_graph(page):
    page.locator(f"{TABLE} tbody td.detection a").first.click()
    assert page.locator("#chain-1 .details").is_visible()


def test_long_tables_show_more_on_demand(open_page):
    with open_page(large_report(400)) as page:
        assert len(column(page, "Risk")) == 15
        page.locator(TABLE).get_by_text("Show more").click()
        assert len(column(page, "Risk")) > 15


def test_copied_json_is_what_the_table_shows(page):
    page.locator(TABLE).get_by_label("Type of detection").select_option("TTP")
    entries = json.loads(copied(page, "Copy JSON"))
    assert {entry["type"] for entry in entries} == {"TTP"}
    assert entries[0]["detection"] == column(page, "Detection")[0]


@pytest.mark.parametrize("start", ["=", "@"])
def test_copied_cells_are_no_formulas(open_page, start):
    with open_page(hostile_report()) as page:
        lines = copied(page, "Copy TSV").split("\n")
        cells = [cell for line in lines for cell in line.split("\t")]
        assert len({line.count("\t") for line in lines}) == 1
        assert any(cell.startswith("'" + start) for cell in cells)
        assert not any(cell.startswith(start) for cell in cells)


def test_a_row_tells_process_account_and_what_the_rule_means(open_page):
    report = full_report()
    chain = report.chains[0]
    hit = chain.evidence[0].model_copy(
        update={"image": "C:\\X\\word.exe", "user": "CORP\\dana", "integrity": "High"}
    )
    rule = Rule(
        rule_id=hit.rule_id, title=hit.detection, level="high", description="Means that.",
        false_positives=["Backup of templates"],
    )  # fmt: skip
    chain = chain.model_copy(update={"evidence": [hit, *chain.evidence[1:]]})
    report = report.model_copy(update={"chains": [chain], "rules": [rule], "detections": []})
    with open_page(report) as page:
        assert column(page, "Process")[0] == "word.exe"
        page.locator(f"{TABLE} tbody .open button").first.click()
        told = page.locator(f"{TABLE} tr.below").inner_text()
        for words in ("CORP\\dana, High", "Means that.", "Backup of templates"):
            assert words in told


def test_times_sort_as_times(open_page):
    report = full_report()
    chain = report.chains[0]
    times = ["2024-10-14T10:02:08.82Z", "2024-10-14T10:02:08.8Z", "2024-10-14T10:02:09Z"]
    hits = [
        hit.model_copy(update={"time": time})
        for hit, time in zip(chain.evidence, times, strict=False)
    ]
    chain = chain.model_copy(update={"evidence": hits})
    with open_page(report.model_copy(update={"chains": [chain], "detections": []})) as page:
        shown = [time.rpartition(" ")[2] for time in column(page, "Time (UTC)")]
        assert shown == ["10:02:08.800", "10:02:08.820", "10:02:09.000"]


def test_a_row_shows_its_record_as_logged(open_page):
    report = with_invented_records(full_report(), ParentImage="C:\\<b>parent</b>.exe")
    with open_page(report) as page:
        page.locator("#chain-1 td.open button").first.click()
        page.locator("#chain-1 .record summary").first.click()
        told = page.locator("#chain-1 .logged").first.inner_text()
        assert "C:\\<b>parent</b>.exe" in told
        assert "Microsoft-Windows-Sysmon/Operational" in told
        page.get_by_text("Copy record").first.click()
        copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
        assert copied["data"]["ParentImage"] == "C:\\<b>parent</b>.exe"


def test_a_record_that_is_not_kept_says_how_to_see_it(page):
    page.locator("#chain-1 td.open button").first.click()
    told = page.locator("#chain-1 p.record").first.inner_text()
    assert 'lineage record "' in told


def test_a_record_s_number_is_never_cut(open_page):
    report = full_report()
    long = [hit.model_copy(update={"source": "x" * 80 + ".evtx", "record": 4711})
            for hit in report.detections]  # fmt: skip
    with open_page(report.model_copy(update={"chains": [], "detections": long})) as page:
        page.click("summary:has-text('Hits outside any chain')")
        cell = page.locator("td.record").first
        assert cell.inner_text().endswith("… #4711") or "#4711" in cell.inner_text()
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")
