from __future__ import annotations

import pytest
from sample_intrusion import remcos_chain
from sample_report import full_report, large_report, report_of

CY = "document.querySelector('.canvas')._cyreg.cy"


@pytest.fixture
def large(open_page):
    with open_page(large_report(400)) as page:
        yield page


def labels(page, selector: str) -> list[str]:
    return page.evaluate(f"{CY}.nodes({selector!r}).map(node => node.data('label'))")


def details(page) -> str:
    return page.locator("#chain-1 .details").inner_text()


def find(page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def rest(page) -> None:
    """Brings the graph into view; waits, as Cytoscape leaves the wheel to a page that scrolls."""
    page.locator("#chain-1 .canvas").scroll_into_view_if_needed()
    scrolls = f"new Promise(requestAnimationFrame).then(() => {CY}.renderer().scrollingPage)"
    while page.evaluate(scrolls):
        pass


def click_on(page, label: str) -> None:
    spot = page.evaluate(
        f"""label => {{
          const node = {CY}.nodes('.card, .row').filter(one => one.data('label') === label)[0];
          return node.renderedPosition();
        }}""",
        label,
    )
    rest(page)
    page.locator("#chain-1 .canvas").click(position=spot)


def turn_wheel(page, canvas) -> None:
    canvas.hover()
    rest(page)
    for _ in range(5):
        page.mouse.wheel(0, 20)
        page.evaluate("new Promise(requestAnimationFrame)")


def test_time_runs_from_left_to_right(page):
    places = page.evaluate(
        f"{CY}.edges('.descent').map(edge => edge.target().position('x')"
        " - edge.source().position('x'))"
    )
    assert len(places) > 5
    assert min(places) > 0


def test_no_card_lies_on_another(page):
    boxes = page.evaluate(
        f"{CY}.nodes('.card').map(node => node.boundingBox({{includeLabels: false}}))"
    )
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = one["x2"] <= other["x1"] or other["x2"] <= one["x1"]
            assert apart or one["y2"] <= other["y1"] or other["y2"] <= one["y1"]


def test_hosts_are_lanes(page):
    assert "WS-FIN-07.corp.example" in labels(page, ".host")


def test_slash_searches_and_enter_goes_to_the_next_match(page):
    find(page, "update.exe")
    assert page.locator("#chain-1 .details h4").inner_text() == "update.exe"
    assert page.locator("#chain-1 .search .muted").inner_text().startswith("1 of ")
    page.keyboard.press("Enter")
    assert page.locator("#chain-1 .search .muted").inner_text().startswith("2 of ")


def test_a_search_without_a_match_says_so(page):
    find(page, "nowhere-to-be-found")
    assert page.locator("#chain-1 .search .muted").inner_text() == "no match"


def test_a_click_tells_all_about_a_process(page):
    click_on(page, "wscript.exe")
    told = details(page)
    assert "Command line" in told
    assert "//E:vbscript" in told or "//e:vbscript" in told
    assert "Detections" in told


@pytest.mark.parametrize("width", [390, 1280])
def test_the_details_do_not_cover_what_they_tell(open_page, width):
    with open_page(full_report(), width) as page:
        find(page, "WAV")
        free = page.evaluate(
            f"""() => {{
              const panel = document.querySelector('.details');
              const box = {CY}.nodes('.selected').renderedBoundingBox({{includeLabels: false}});
              return box.x2 <= panel.offsetLeft || box.y2 <= panel.offsetTop;
            }}"""
        )
        assert free


def test_a_pointer_above_a_card_tells_in_short(page):
    spot = page.evaluate(
        f"{CY}.nodes('.card').filter('[label=\"wscript.exe\"]').renderedPosition()"
    )
    rest(page)
    page.locator("#chain-1 .canvas").hover(position=spot)
    note = page.locator("#chain-1 .note")
    note.wait_for(state="visible")
    assert "wscript.exe" in note.inner_text()


def test_escape_clears(page):
    click_on(page, "wscript.exe")
    page.keyboard.press("Escape")
    assert not page.locator("#chain-1 .details").is_visible()


def test_kinds_are_hidden_and_shown_again(page):
    before = labels(page, ".row.file")
    assert before
    toggle = page.locator("#chain-1 .kind[data-kind=file]")
    toggle.click()
    assert labels(page, ".row.file") == []
    assert toggle.get_attribute("aria-pressed") == "false"
    toggle.click()
    assert labels(page, ".row.file") == before


def test_focus_fades_what_is_neither_cause_nor_effect(page):
    find(page, "reg.exe")
    page.locator("#chain-1 .details").get_by_text("Focus path").click()
    faded = labels(page, ".card.faded")
    assert faded
    assert "reg.exe" not in faded
    assert "wscript.exe" not in faded
    page.locator("#chain-1 .canvas").focus()
    page.keyboard.press("Escape")
    assert labels(page, ".faded") == []


def test_arrow_keys_move_along_the_graph(page):
    page.locator("#chain-1 .canvas").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#chain-1 .details h4").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#chain-1 .details h4").inner_text() != first


@pytest.mark.parametrize(("key", "grows"), [("+", True), ("-", False)])
def test_keys_zoom(page, key, grows):
    before = page.evaluate(f"{CY}.zoom()")
    page.locator("#chain-1 .canvas").focus()
    page.keyboard.press(key)
    assert (page.evaluate(f"{CY}.zoom()") > before) is grows


def test_the_wheel_scrolls_the_page_until_the_graph_has_the_focus(page):
    canvas = page.locator("#chain-1 .canvas")
    canvas.scroll_into_view_if_needed()
    before = page.evaluate(f"{CY}.zoom()")
    turn_wheel(page, canvas)
    assert page.evaluate(f"{CY}.zoom()") == before
    assert page.evaluate("scrollY") > 0
    canvas.focus()
    turn_wheel(page, canvas)
    assert page.evaluate(f"{CY}.zoom()") < before


def test_what_repeats_is_one_card_that_opens(large):
    large.get_by_role("button", name="processes without hits").click()
    assert len(labels(large, ".card")) < 120
    before = labels(large, ".card").count("reg.exe")
    large.get_by_label("Fit the whole graph").click()
    click_on(large, "35 × reg.exe")
    large.locator(".details").get_by_text("Expand", exact=True).click()
    assert labels(large, ".card").count("reg.exe") >= before + 20
    large.get_by_label("Collapse what was expanded").click()
    assert "35 × reg.exe" in labels(large, ".card")


def test_search_opens_what_hides_a_node(large):
    find(large, "step 399 ")
    assert "step 399 " in details(large)
    assert large.evaluate(f"{CY}.nodes('.card.selected').length") == 1


def test_the_timeline_stands_under_the_graph(page):
    offsets = page.evaluate(
        f"""() => {{
          const left = document.querySelector('.canvas').getBoundingClientRect().left;
          const card = {CY}.nodes('.card').filter('[label="wscript.exe"]')[0];
          const mark = [...document.querySelectorAll('.mark')].find(
            one => one.title.startsWith('Office Product Spawning'));
          const box = mark.getBoundingClientRect();
          return [card.renderedBoundingBox({{includeLabels: false}}).x1,
            box.left + box.width / 2 - left];
        }}"""
    )
    assert abs(offsets[0] - offsets[1]) < 12


def test_a_mark_of_the_timeline_leads_to_the_graph(page):
    page.locator("#chain-1 .mark").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("#chain-1 .details").is_visible()


def test_the_tree_can_be_read_as_text(page):
    page.click("#chain-1 summary:has-text('Process tree as text')")
    tree = page.locator("#chain-1 .tree").inner_text()
    assert tree.index("WINWORD.EXE") < tree.index("wscript.exe")


def test_hosts_and_processes_are_reachable_on_a_phone(open_page):
    with open_page(full_report(), 390, 844, has_touch=True) as page:
        page.locator("#chain-1 .canvas").scroll_into_view_if_needed()
        page.locator("#chain-1 .search input").fill("wscript.exe")
        page.keyboard.press("Enter")
        box = page.locator("#chain-1 .details").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_large_graph_opens_on_what_weighs_most_and_can_be_read(large):
    state = large.evaluate(
        f"""() => {{
          const cy = {CY};
          const hot = cy.nodes('.card.hot').map(one => one.renderedPosition());
          const inside = at => at.x > 0 && at.x < cy.width() && at.y > 0 && at.y < cy.height();
          const seen = hot.filter(inside);
          return {{ zoom: cy.zoom(), seen: seen.length }};
        }}"""
    )
    assert state["zoom"] >= 0.8
    assert state["seen"] >= 1
    assert large.locator("#chain-1 .overview").is_visible()


def test_processes_without_hits_are_one_card_until_asked_for(large):
    quiet = [label for label in labels(large, ".card") if "quiet process" in label]
    assert quiet
    assert len(labels(large, ".card")) < 100
    shown = len(labels(large, ".card"))
    large.get_by_role("button", name="processes without hits").click()
    assert not [label for label in labels(large, ".card") if "quiet process" in label]
    assert len(labels(large, ".card")) != shown


def test_a_small_graph_hides_nothing_and_needs_no_map(page):
    assert not [label for label in labels(page, ".card") if "quiet" in label]
    assert not page.get_by_role("button", name="processes without hits").is_visible()


def test_a_long_gap_is_marked_on_the_axis(page):
    marks = page.locator("#chain-1 .axis .gap").all_inner_texts()
    assert marks
    assert all(mark.startswith("// ") for mark in marks)
    assert page.evaluate(f"{CY}.nodes('.break').length") >= len(marks)


def test_the_legend_knows_every_kind_of_line(page):
    drawn = page.evaluate(f"[...new Set({CY}.edges().map(edge => edge.classes()[0]))]")
    told = page.locator("#chain-1 .legend .sample.line").evaluate_all(
        "all => all.map(one => one.className)"
    )
    assert {f"sample line {kind}" for kind in drawn} <= set(told)


def test_a_line_tells_what_it_is(page):
    note = page.locator("#chain-1 .note")
    for kind, words in (("descent", " started "), ("carried", "and ")):
        event = "{type: 'mouseover', renderedPosition: {x: 9, y: 9}}"
        page.evaluate(f"void {CY}.edges('.{kind}')[0].emit({event})")
        assert words in note.inner_text()


def test_what_would_fold_one_thing_shows_it(page):
    assert not [label for label in labels(page, ".row") if label.startswith("1 ")]


def test_a_card_counts_what_fired_on_all_that_its_process_did(open_page):
    chain = remcos_chain()
    last = chain.processes[-1]
    own = {process.node for process in chain.processes}
    evidence = [
        hit if hit.node in own else hit.model_copy(update={"actor": last.node})
        for hit in chain.evidence
    ]
    count = sum(last.node in (hit.actor, hit.node) for hit in evidence)
    assert count > sum(hit.node == last.node for hit in evidence), "some are on things"
    with open_page(report_of([chain.model_copy(update={"evidence": evidence})])) as page:
        told = [label for label in labels(page, ".sub") if label.startswith(f"pid {last.pid} ")]
        assert told[0].endswith(f"{count} hits")
