// One chain of the report: headline, score, graph, story, stages, evidence.

const HEADLINE_TEXT = 180;

/** Builds a chain's section; its content is made when it is first opened. */
function chainSection(chain, report, number) {
  const body = el("div", { class: "chain-body", id: `chain-${number}-body`, hidden: true });
  const toggle = button(chainHeadline(chain, number), () => {
    section.toggle();
    if (!body.hidden) nameInAddress(chain);
  }, {
    class: "headline", "aria-expanded": "false", "aria-controls": body.id,
  });
  const element = el("section", { class: `chain ${chain.verdict}`, id: `chain-${number}`, "aria-label": `Chain ${number}` },
    el("h2", null, toggle), body);
  const section = {
    chain, report, number, element, body, panel: null, search: "",
    toggle(open = body.hidden) {
      body.hidden = !open;
      toggle.setAttribute("aria-expanded", String(open));
      if (open && !section.panel) fillChain(section, body);
      if (open) section.panel.start(section.search);
    },
    /** Opens the chain, and the fold that it may lie in. */
    open() {
      for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      section.toggle(true);
    },
  };
  return section;
}

function chainHeadline(chain, number) {
  return [
    el("span", { class: `verdict ${chain.verdict}` }, chain.verdict),
    el("span", { class: "title" }, shorten(chain.headline, HEADLINE_TEXT)),
    el("span", { class: "score", title: "Score, 0 to 100" }, points(chain.score), el("small", null, "/100")),
    el("span", { class: "when" }, el("span", null, `Chain ${number}`), el("span", null, hostsOf(chain)),
      chain.accounts.length ? el("span", null, accountsOf(chain)) : null, el("span", null, span(chain.first, chain.last))),
  ];
}

function hostsOf(chain) {
  const shown = chain.hosts.slice(0, 3).map((host) => shorten(host, 60)).join(", ") || "unknown host";
  return chain.hosts.length > 3 ? `${shown} and ${count(chain.hosts.length - 3)} more` : shown;
}

function accountsOf({ accounts }) {
  return shorten(accounts[0], 40) + (accounts.length > 1 ? ` and ${count(accounts.length - 1)} more` : "");
}

function fillChain(section, body) {
  const { chain, report } = section;
  const model = chainModel(chain, report.hits);
  section.panel = graphPanel(model);
  const goTo = (index) => {
    section.panel.graph.goTo(model.nodes[index]);
    section.panel.element.scrollIntoView({ block: "start" });
  };
  const { id } = chain;
  const parts = [
    ["graph", "Attack graph", [el("p", { class: "muted lead" }, graphLead(model)), section.panel.element]],
    ["story", "What happened", storyBlock(chain, goTo)],
    ["stages", "Stages and techniques", stagesTable(model, section.number)],
    ["indicators", "Indicators", indicatorBlock(chain, section.number)],
    ["evidence", "Evidence", evidenceTable(model.hits, `Evidence of chain ${section.number}`, (hit) => goTo(hit.at))],
  ];
  append(body, [
    el("p", { class: "lead summary-line" }, chain.summary.map(partText)),
    scoreBlock(chain, section.number),
    campaignBlock(chain, report.chains),
    el("nav", { class: "parts-nav", "aria-label": `Parts of chain ${section.number}` },
      parts.map(([name, title]) => el("a", { href: `#${id}-${name}` }, title))),
    parts.map(([name, title, content]) => [el("h3", { id: `${id}-${name}` }, title), content]),
    el("p", { class: "muted chain-id" }, `Chain ${section.number}, `, code(chain.id), " ",
      button("Copy link", () => { nameInAddress(chain); copyText(location.href, "the link to this chain"); }, { class: "link" }),
      chain.correlator ? [", found by the correlator ", code(chain.correlator)] : null),
  ]);
}

function graphLead(model) {
  const processes = model.nodes.filter((node) => node.kind === "process" && !node.outside).length;
  const things = model.nodes.filter((node) => node.kind !== "process").length;
  return `${plural(processes, "process", "processes")} and ${plural(things, "artifact")} over `
    + `${duration(model.first, model.last)}, time from left to right. Red and amber mark detections; what repeats is drawn once.`;
}

/** The score as a stacked bar of 100, its key, and each part's reason on demand. */
function scoreBlock(chain, number) {
  const parts = chain.parts.filter(([, value]) => value > 0);
  const bar = el("div", {
    class: "bar", role: "img",
    "aria-label": `Score ${points(chain.score)} of 100: ${parts.map(([name, value]) => `${name} ${points(value)}`).join(", ")}`,
  }, parts.map(([name, value]) => scorePiece(name, value)));
  const key = el("ul", { class: "score-key" }, parts.map(([name, value]) => el("li", null,
    el("span", { class: `swatch part-${partColour(name)}`, "aria-hidden": "true" }), shorten(name, 40), " ", el("strong", null, points(value)))));
  const counts = new Set(parts.map(([name]) => name));
  const swatch = (name) => el("span", { class: counts.has(name) ? `swatch part-${partColour(name)}` : "swatch none", "aria-hidden": "true" });
  const reasons = disclosure("How the score adds up", () => plainTable(`Parts of the score of chain ${number}`, ["Part", "Points", "Why"],
    [...chain.parts.map(([name, value, why]) => [[swatch(name), name], points(value), why]),
      [el("strong", null, "total"), el("strong", null, points(chain.score)), "of 100"]], [1]), { class: "reasons" });
  return el("div", { class: "scoring" }, bar, key, reasons);
}

const PARTS = ["verdict", "stages", "risk", "order", "family", "rarity", "tightness"];

/** The colour of a part of the score: the same in every chain. */
function partColour(name) {
  const place = PARTS.indexOf(name);
  return place < 0 ? name.length % PARTS.length : place;
}

function scorePiece(name, value) {
  const piece = el("span", { class: `part part-${partColour(name)}`, title: `${name}: ${points(value)}` });
  piece.style.width = `${Math.max(0, Math.min(100, value))}%`;
  return piece;
}

function stagesTable(model, number) {
  const rows = model.stages.map((stage) => {
    const detections = new Set(stage.detections);
    const hits = model.hits.filter((hit) => detections.has(hit.detection));
    const times = (title) => hits.filter((hit) => hit.detection === title).length;
    return [
      tacticName(stage.tactic), fullTime(stage.first).slice(0, 19),
      [...new Set(hits.flatMap((hit) => hit.attack))].sort().map(techniqueLink),
      el("ul", { class: "plain" }, stage.detections.map((title) =>
        el("li", null, title, times(title) > 1 ? el("small", null, ` × ${count(times(title))}`) : null))),
      processNames(model, stage.processes),
    ];
  });
  if (!rows.length) return el("p", { class: "muted" }, "No stage was covered.");
  return el("div", { class: "stages" },
    plainTable(`Stages and ATT&CK techniques of chain ${number}`, ["Stage", "First seen", "Techniques", "Detections", "Processes"], rows));
}

/** "cmd.exe, 3 × curl.exe". */
function processNames(model, indexes) {
  const counted = new Map();
  for (const index of indexes) {
    const name = nodeName(model.nodes[index]);
    counted.set(name, (counted.get(name) || 0) + 1);
  }
  const names = [...counted].map(([name, times]) => (times > 1 ? `${count(times)} × ` : "") + shorten(name, 60));
  return names.length ? code(names.slice(0, 8).join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "")) : "–";
}
