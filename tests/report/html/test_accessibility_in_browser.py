"""axe-core finds nothing in the page, with all of it open."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from sample_records import with_invented_records
from sample_report import empty_report, full_report

from lineage.report.model import Campaign, Trait

CAMPAIGN = Campaign(name="campaign-1", traits=[Trait(kind="domain", value="c2.example")])
OPEN = """() => {
  for (let round = 0; round < 3; round += 1) {
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    document.querySelectorAll('.headline[aria-expanded=false]').forEach((one) => one.click());
  }
  document.querySelectorAll('#chain-1 td.open button').forEach((one) => one.click());
  const canvas = document.querySelector('.canvas');
  if (canvas) canvas._cyreg.cy.nodes('.card')[1].emit('tap');
}"""


def whole():
    """A report with everything that the page can show."""
    report = full_report()
    chains = [chain.model_copy(update={"campaign": CAMPAIGN}) for chain in report.chains[:2]]
    chains += report.chains[2:]
    return with_invented_records(report.model_copy(update={"chains": chains}))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("report", [whole(), empty_report()], ids=["whole", "empty"])
def test_axe_finds_nothing(open_page, report, theme):
    with open_page(report, color_scheme=theme, bypass_csp=True) as page:
        page.evaluate(OPEN)
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found
        ] == []
