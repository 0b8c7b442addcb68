"""Finding a chain in the page: search, filters, order, addresses, campaigns."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import full_report, report_of

from lineage.report.model import Campaign, Trait

FIRST, SECOND = remcos_chain(), probable_chain()


def weak(number: int, host: str = "WS-OPS-01"):
    """A suspicious chain that differs from others."""
    chain = suspicious_chain()
    program = rf"C:\Users\dana\Downloads\tool-{number:04d}.exe"
    processes = [one.model_copy(update={"image": program, "user": f"CORP\\user{number % 2}"})
                 for one in chain.processes]  # fmt: skip
    return chain.model_copy(
        update={"id": f"chain-{number:012x}", "processes": processes, "hosts": [host]}
    )


def status(page) -> str:
    return page.locator(".list-tools [role=status]").inner_text()


def shown(page) -> list[str]:
    """The numbers of the chains in the list."""
    return page.locator("section.chain").evaluate_all("all => all.map(one => one.id)")


@pytest.fixture
def several(open_page):
    chains = [FIRST, SECOND, weak(1), weak(2, "SRV-02"), weak(3)]
    with open_page(report_of(chains)) as page:
        yield page


def test_a_search_over_all_chains_leaves_those_that_have_every_word(several):
    assert status(several) == "5 chains"
    several.get_by_label("Search all chains").fill("TOOL-0002 downloads")
    expect(several.locator("section.chain")).to_have_count(1)
    assert shown(several) == ["chain-4"]
    assert status(several) == "1 of 5 chains"
    assert several.locator("#chain-4").is_visible(), "the fold that it lies in is open"
    several.locator("#chain-4 .headline").click()
    assert several.locator("#chain-4").get_by_label("Search the graph").input_value() == (
        "tool-0002 downloads"
    )


def test_verdict_host_account_and_order(several):
    several.get_by_label("Verdict", exact=True).select_option("suspicious")
    assert shown(several) == ["chain-3", "chain-4", "chain-5"]
    several.get_by_label("Host", exact=True).select_option("SRV-02")
    assert shown(several) == ["chain-4"]
    several.get_by_label("Host", exact=True).select_option("")
    several.get_by_label("Order").select_option("host")
    assert shown(several)[0] == "chain-4"
    several.get_by_label("Verdict", exact=True).select_option("")
    several.get_by_label("Account", exact=True).select_option("CORP\\user1")
    assert set(shown(several)) == {"chain-3", "chain-5"}


def test_all_can_be_folded(several):
    several.get_by_text("Fold all").click()
    assert several.locator(".headline[aria-expanded=true]").count() == 0


def test_an_address_opens_its_chain_and_back_leads_back(several):
    several.evaluate("id => { location.hash = id; }", SECOND.id)
    several.locator("#chain-2 .canvas").wait_for()
    several.evaluate("id => { location.hash = id; }", weak(3).id + "-evidence")
    several.locator("#chain-5 .evidence").first.wait_for()
    heading = several.locator(f"[id='{weak(3).id}-evidence']")
    assert -5 <= heading.bounding_box()["y"] < 900
    several.go_back()
    expect(several.locator("#chain-2 .headline")).to_be_in_viewport()


def test_a_page_opened_at_an_address_begins_there(several):
    several.evaluate("id => { location.hash = id; }", weak(2).id)
    several.reload()
    several.locator("#chain-4 .canvas").wait_for()
    assert several.locator("#chain-1 .headline").get_attribute("aria-expanded") == "false"


def test_an_address_shows_a_chain_that_was_filtered_out(several):
    several.get_by_label("Verdict", exact=True).select_option("confirmed")
    assert shown(several) == ["chain-1"]
    several.evaluate("id => { location.hash = id; }", weak(2).id)
    several.locator("#chain-4 .canvas").wait_for()
    assert several.get_by_label("Verdict", exact=True).input_value() == ""


def test_a_chain_that_is_opened_stands_in_the_address(several):
    several.locator("#chain-2 .headline").click()
    assert several.evaluate("location.hash") == f"#{SECOND.id}"
    several.locator("#chain-2").get_by_text("Copy link").click()
    copied = several.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"report.html#{SECOND.id}")


def test_many_chains_are_made_as_they_are_asked_for(open_page):
    with open_page(report_of([FIRST, *map(weak, range(250))])) as page:
        page.click(".to-weak")
        assert page.locator("#suspicious section.chain").count() == 100
        page.get_by_text("Show more (150 left)").click()
        assert page.locator("#suspicious section.chain").count() == 250
        page.evaluate("id => { location.hash = id; }", weak(249).id)
        page.locator("#chain-251 .canvas").wait_for()


def test_times_in_the_reader_s_zone(open_page):
    with open_page(full_report(), timezone_id="Asia/Tokyo") as page:
        table = page.locator("#chain-1 table.evidence")
        summary = page.locator("#chain-1 .summary-line")
        before = summary.inner_text()
        assert " UTC: " in before
        assert "Time (UTC)" in table.inner_text()
        page.get_by_label("Time zone of all times").select_option("Asia/Tokyo")
        after = summary.inner_text()
        assert " Asia/Tokyo: " in after
        assert "Time (Asia/Tokyo)" in table.inner_text()
        hour = int(before.split(", ")[1][11:13])
        assert int(after.split(", ")[1][11:13]) == (hour + 9) % 24
        page.locator("#chain-1 .evidence-block").get_by_text("Copy TSV").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert FIRST.evidence[0].time[:19] in copied, "what is copied keeps to UTC"


def test_a_campaign_is_drawn_over_hosts_and_leads_to_its_chains(open_page):
    campaign = Campaign(name="campaign-1", traits=[Trait(kind="domain", value="c2.example")])
    chains = [one.model_copy(update={"campaign": campaign}) for one in (FIRST, SECOND)]
    with open_page(report_of(chains)) as page:
        drawn = page.locator(".campaign-map")
        hosts = {host for chain in chains for host in chain.hosts}
        assert f"One campaign: 2 chains on {len(hosts)} host" in drawn.inner_text()
        assert drawn.locator(".campaign-host").all_inner_texts() == list(hosts) or len(hosts) > 1
        assert drawn.locator("svg path").count() >= 1
        assert "c2.example" in drawn.inner_text()
        drawn.locator("a", has_text="Chain 2").click()
        page.locator("#chain-2 .canvas").wait_for()
        link = page.locator("#chain-2 .campaign a")
        assert link.inner_text() == "Chain 1"
        link.click()
        assert page.evaluate("location.hash") == f"#{FIRST.id}"


def test_indicators_are_listed_and_copied(open_page):
    report = report_of([FIRST, suspicious_chain()])
    with open_page(report) as page:
        block = page.locator("#chain-1 .indicators")
        assert "update.exe" in block.inner_text()
        block.get_by_text("Copy defanged").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "[.]" in copied
        block.get_by_text("Copy list").click()
        assert "[.]" not in page.evaluate("navigator.clipboard.readText()")
        block.get_by_text("Copy TSV").click()
        assert page.evaluate("navigator.clipboard.readText()").startswith("kind\tvalue\tmd5")
        page.evaluate("location.hash = 'chain-2'")
        page.locator("#chain-2 .canvas").wait_for()
        assert "None: what a suspicious chain did" in page.locator("#chain-2").inner_text()
