// The chains in their order: those that matter in full, the suspicious ones folded, alike ones together.

const INDEX_SHOWN = 12;

/** The list of chains: `{ element, sections }`, sections in the order of the report. */
function chainList(report) {
  const sections = report.chains.map((chain, index) => chainSection(chain, report.hits, index + 1));
  const strong = sections.filter(({ chain }) => chain.verdict !== "suspicious");
  const weak = sections.filter(({ chain }) => chain.verdict === "suspicious");
  const element = el("main", { id: "chains" }, chainIndex(strong, sections), strong.map((section) => section.element),
    weak.length ? weakChains(weak, strong.length > 0) : null);
  return { element, sections };
}

function chainIndex(strong, sections) {
  if (strong.length < 2) return null;
  const entry = ({ chain, element }) => el("li", null, el("a", { href: `#${element.id}`, data: { chain: sections.findIndex((one) => one.chain === chain) } },
    el("span", { class: `verdict ${chain.verdict}` }, chain.verdict),
    el("span", { class: "title" }, shorten(chain.headline, HEADLINE_TEXT)), el("span", { class: "where" }, hostsOf(chain)),
    el("span", { class: "score" }, points(chain.score))));
  return el("nav", { class: "index", "aria-label": "Chains" }, shortList(strong, INDEX_SHOWN, entry, { class: "chain-index" }));
}

/** Suspicious chains: folded where there is something better to look at. */
function weakChains(weak, fold) {
  const groups = alike(weak).map(weakGroup);
  if (!fold) return el("div", { class: "weak", id: "suspicious" }, groups);
  return el("details", { class: "weak", id: "suspicious" },
    el("summary", null, el("span", { class: "verdict suspicious" }, "suspicious"),
      el("span", { class: "title" }, plural(weak.length, "chain")), el("span", { class: "muted" }, WEAK_NOTE)), groups);
}

/** Chains of the same hosts that say the same, as the overview on the terminal has them. */
function alike(sections) {
  const groups = new Map();
  for (const section of sections) {
    const key = JSON.stringify([section.chain.hosts, section.chain.headline]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(section);
  }
  return [...groups.values()];
}

function weakGroup(members) {
  if (members.length === 1) return members[0].element;
  const { chain } = members[0];
  return el("details", { class: "alike" }, el("summary", null,
    el("span", { class: "title" }, shorten(chain.headline, HEADLINE_TEXT)), el("span", { class: "badge" }, `${count(members.length)} alike`),
    el("span", { class: "score" }, points(chain.score)), el("span", { class: "when" }, hostsOf(chain))),
  members.map((section) => section.element));
}
