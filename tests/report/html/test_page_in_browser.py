from __future__ import annotations

import pytest
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_records import with_invented_records
from sample_report import (
    HOSTILE,
    empty_report,
    full_report,
    hostile_report,
    large_report,
    report_of,
)

from lineage.report.story import tell


def text_of(page, selector: str) -> str:
    return page.locator(selector).first.inner_text()


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def hostile_with_records():
    """The hostile report with records whose fields are hostile too, names and values."""
    return with_invented_records(hostile_report(), **{text: text for text in HOSTILE if text})


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "report",
    [
        full_report(),
        empty_report(),
        with_invented_records(hostile_report(), **{text: text for text in HOSTILE if text}),
    ],
)
def test_no_width_scrolls_sideways(open_page, report, width):
    with open_page(report, width) as page:
        page.locator("#chain-1 td.open button").evaluate_all("all => all[0]?.click()")
        for fold in page.locator(".disclosures > details, .record").all():
            fold.evaluate("fold => { fold.open = true; }")
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_top_says_what_was_found(page):
    assert text_of(page, "h1") == "1 confirmed and 1 probable attack chains"
    assert text_of(page, ".subline").startswith("1 suspicious chain: too little was seen")
    assert "WS-FIN-07.corp.example" in text_of(page, ".key-facts")
    assert "153 rejected" in text_of(page, ".key-facts")


def test_only_suspicious_chains_are_not_hidden(open_page):
    with open_page(report_of([suspicious_chain()])) as page:
        assert text_of(page, "h1") == "1 suspicious chain"
        assert page.locator(".chain-body .canvas").is_visible()


def test_an_empty_report_says_why_nothing_was_found(open_page):
    with open_page(empty_report()) as page:
        assert text_of(page, "h1") == "No attack chain found"
        assert "that could have fired on this input did" in text_of(page, ".subline")
    with open_page(report_of([], inputs=[])) as page:
        assert "No event was understood" in text_of(page, ".subline")


def test_the_best_chain_is_open_and_others_are_folded(page):
    chains = page.locator("section.chain")
    expanded = [chain.locator(".headline").get_attribute("aria-expanded") for chain in chains.all()]
    assert expanded == ["true", "false", "false"]
    assert not chains.nth(2).is_visible()


def test_the_link_at_the_top_opens_the_suspicious_chains(page):
    page.click(".to-weak")
    weak = page.locator("#suspicious section.chain")
    assert weak.is_visible()
    weak.locator(".headline").click()
    assert weak.locator(".canvas").is_visible()


def test_alike_suspicious_chains_stand_together(open_page):
    alike = [suspicious_chain().model_copy(update={"id": f"chain-{n}"}) for n in range(3)]
    with open_page(report_of([remcos_chain(), probable_chain(), *alike])) as page:
        page.click(".to-weak")
        assert page.locator("#suspicious .alike").count() == 1
        assert "3 alike" in text_of(page, ".alike > summary")
        page.click(".alike > summary")
        assert page.locator(".alike section.chain").count() == 3


def test_the_index_opens_the_chain_it_names(page):
    page.locator(".chain-index a").nth(1).click()
    assert page.locator("#chain-2 .canvas").is_visible()


def test_rejected_records_are_told_on_demand(page):
    page.click("summary:has-text('What was read')")
    table = page.locator("[aria-label=Inputs]")
    assert "triage/WS-FIN-07.zip!Sysmon.evtx" in table.inner_text()
    assert page.locator("text=time '2024-13-01' is not a date").is_visible()
    assert table.locator("tbody tr").count() == 25
    page.click("text=Show 19 more")
    assert table.locator("tbody tr").count() == 44


def test_coverage_tells_the_blind_spots_first(page):
    page.click("summary:has-text('Coverage')")
    rows = page.locator("[aria-label=Coverage] tbody tr")
    rows.first.wait_for()  # the table is made once it is opened
    blind = [row.locator("td[data-label=Evaluable]").inner_text() for row in rows.all()]
    assert blind == sorted(blind, key=["no", "yes"].index)
    assert blind[0] == "no"


def test_the_theme_button_changes_the_colours(page):
    light = background(page)
    page.click(".theme")
    page.click(".theme")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert background(page) != light


def test_the_theme_follows_the_system(open_page):
    with open_page(full_report(), color_scheme="light") as page:
        light = background(page)
    with open_page(full_report(), color_scheme="dark") as page:
        assert background(page) != light


def test_stages_link_to_their_techniques(page):
    links = page.locator("#chain-1 .stages a").evaluate_all("links => links.map(a => a.href)")
    assert "https://attack.mitre.org/techniques/T1566/001/" in links


def test_the_score_is_told_in_colours_and_in_words(page):
    bar = page.locator("#chain-1 .bar")
    assert (bar.get_attribute("aria-label") or "").startswith("Score 94.2 of 100: stages ")
    page.click("#chain-1 summary:has-text('How the score adds up')")
    assert "94.2" in text_of(page, "[aria-label^='Parts of the score'] tbody tr:last-child")


def test_the_story_leads_to_the_graph(page):
    page.locator("#chain-1 .story a.told.process", has_text="wscript.exe").first.click()
    assert text_of(page, "#chain-1 .details h4") == "wscript.exe"


def test_hostile_text_is_shown_as_text(open_page):
    with open_page(hostile_report()) as page:
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true; }")
        shown = page.locator("body").inner_text()
        assert HOSTILE[0] in shown
        assert "</script><script>alert(document.domain)</script>" in shown
        assert "<U+202E>" in shown
        assert page.locator("img:not(.print-graph)").count() == 0
        assert not {"\x1b", "\u202e", "\u2066"} & set(shown)
        assert "evil.example" not in "".join(
            page.locator("a").evaluate_all("links => links.map(a => a.href)")
        )


def test_a_chain_of_two_thousand_processes_is_usable_within_two_seconds(open_page):
    # The working time of the page's thread: other work on the machine doesn't count.
    with open_page(large_report(2000)) as page:
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        measured = session.send("Performance.getMetrics")["metrics"]
        assert 0 < {entry["name"]: entry["value"] for entry in measured}["ThreadTime"] < 2
        assert page.locator(".canvas canvas").count() > 0


def test_print_shows_the_graph_as_a_picture_and_leaves_tools_out(page):
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#chain-1 .print-graph").is_visible()
    assert page.locator("#chain-1 .print-graph").evaluate("image => image.naturalWidth") > 500
    assert page.locator("#chain-2 .story").is_visible()
    assert not page.locator("#chain-1 .toolbar").first.is_visible()


def test_paper_has_everything_of_strong_chains_and_says_what_it_has_not(open_page):
    report = full_report()
    with open_page(report) as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        printed = page.locator("#chains").inner_text()
        strong = [chain for chain in report.chains if chain.verdict != "suspicious"]
        for number, chain in enumerate(strong, 1):
            rows = page.locator(f"#chain-{number} .evidence tbody tr:not(.below)")
            assert rows.count() == len(chain.evidence)
            fields = page.locator(f"#chain-{number} .evidence tr.below")
            assert fields.count() == len(chain.evidence)
            told = sum(len(passage.sentences) for passage in tell(chain))
            assert page.locator(f"#chain-{number} .story li").count() == told
            assert page.locator(f"#chain-{number} button.more:visible").count() == 0
        note = page.locator("#print-note").inner_text()
        assert "2 confirmed or probable chains" in note
        assert "Not printed: what 1 suspicious chain holds" in note
        assert report.chains[-1].processes[0].image.rpartition("\\")[2] in printed
