// One chain of the report: headline, story, score, graph, stages, evidence.

const STORY_TEXT = 140;

/** Builds a chain's section; its content is made when it is first opened. */
function chainSection(chain, hits, number, startOpen) {
  const body = el("div", { class: "chain-body", id: `chain-${number}-body` });
  const toggle = button(chainHeadline(chain), () => section.toggle(), {
    class: "headline", "aria-expanded": "false", "aria-controls": body.id,
  });
  const element = el("section", { class: `chain ${chain.verdict}`, id: `chain-${number}`, "aria-label": `Chain ${number}` },
    el("h2", null, toggle), body);
  const section = {
    element, panel: null,
    toggle(open = body.hidden) {
      body.hidden = !open;
      toggle.setAttribute("aria-expanded", String(open));
      if (open && !section.panel) fillChain(section, body, chain, hits);
      if (open) section.panel.start();
    },
  };
  body.hidden = true;
  section.open = () => section.toggle(true);
  section.startOpen = startOpen;
  return section;
}

function chainHeadline(chain) {
  const family = chain.family ? `${chain.family} attack chain` : "Attack chain";
  return [
    el("span", { class: `verdict ${chain.verdict}` }, chain.verdict),
    el("span", { class: "title" }, `${family} on ${chain.hosts.join(", ") || "an unknown host"}`),
    el("span", { class: "when" }, span(chain.first, chain.last)),
    el("span", { class: "score", title: "Score, 0 to 100" }, points(chain.score), el("small", null, "/100")),
  ];
}

function fillChain(section, body, chain, hits) {
  const model = chainModel(chain, hits);
  const evidence = el("div");
  section.panel = graphPanel(model);
  const goTo = (index) => {
    section.panel.graph.goTo(model.nodes[index]);
    section.panel.element.scrollIntoView({ block: "start" });
  };
  append(body, [
    el("div", { class: "overview" }, storyBlock(chain, goTo), scoreBlock(chain)),
    el("h3", null, "Attack graph"),
    el("p", { class: "muted lead" }, graphLead(model)),
    section.panel.element,
    el("h3", null, "Stages and techniques"), stagesTable(model),
    el("h3", null, "Evidence"), evidence,
    el("p", { class: "muted chain-id" }, "Chain id ", code(chain.id)),
  ]);
  evidence.append(evidenceTable(model.hits, "Evidence of this chain", (hit) => goTo(hit.at)));
}

function graphLead(model) {
  const processes = model.nodes.filter((node) => node.kind === "process" && !node.outside).length;
  const things = model.nodes.filter((node) => node.kind !== "process").length;
  return `${plural(processes, "process", "processes")} and ${plural(things, "artifact")} over `
    + `${duration(model.first, model.last)}, time from left to right. Red and amber mark detections; what repeats is drawn once.`;
}

/** The story, a passage per stage; what a sentence names leads to the graph. */
function storyBlock(chain, goTo) {
  return el("div", { class: "story" }, el("h3", null, "What happened"), el("p", { class: "lead" }, chain.summary),
    chain.story.map((passage) => el("section", null, el("h4", null, capital(passage.title)),
      el("ol", null, passage.sentences.map((sentence) => el("li", { dir: "ltr" },
        sentence.parts.map((part) => storyPart(part, goTo)), recordsOf(sentence)))))));
}

function storyPart([text, kind, node], goTo) {
  const shown = kind === "command" || kind === "artifact" ? shorten(text, STORY_TEXT) : text;
  if (node === null) return kind === "plain" ? shown : el("span", { class: `told ${kind}` }, shown);
  return button(shown, () => goTo(node), { class: `link told ${kind}`, title: "Show on the graph" });
}

function recordsOf(sentence) {
  if (!sentence.records.length) return null;
  const named = sentence.records.map(([source, record]) => `${baseName(source)} #${record}`);
  return el("small", { class: "records", title: named.join(", ") }, ` ${named[0]}`, named.length > 1 ? ` and ${named.length - 1} more` : null);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function scoreBlock(chain) {
  const parts = chain.parts.filter(([, value]) => value > 0);
  const bar = el("div", {
    class: "bar", role: "img",
    "aria-label": `Score ${points(chain.score)} of 100: ${parts.map(([name, value]) => `${name} ${points(value)}`).join(", ")}`,
  }, parts.map(([name, value], index) => {
    const piece = el("span", { class: `part part-${index % 6}`, title: `${name}: ${points(value)}` });
    piece.style.width = `${Math.max(0, Math.min(100, value))}%`;
    return piece;
  }));
  const key = (name) => parts.findIndex(([part]) => part === name);
  return el("div", { class: "scoring" }, el("h3", null, `Score ${points(chain.score)}`), bar,
    el("ul", { class: "parts" }, chain.parts.map(([name, value, why]) => el("li", null,
      el("span", { class: key(name) < 0 ? "swatch none" : `swatch part-${key(name) % 6}`, "aria-hidden": "true" }),
      el("span", { class: "part-name" }, name), el("span", { class: "part-points" }, points(value)),
      el("span", { class: "part-why" }, why)))));
}

function stagesTable(model) {
  const rows = model.stages.map((stage) => {
    const detections = new Set(stage.detections);
    const hits = model.hits.filter((hit) => detections.has(hit.detection));
    const times = (title) => hits.filter((hit) => hit.detection === title).length;
    return [
      tacticName(stage.tactic), clock(stage.first),
      [...new Set(hits.flatMap((hit) => hit.attack))].sort().map(techniqueLink),
      el("ul", { class: "plain" }, stage.detections.map((title) =>
        el("li", null, title, times(title) > 1 ? el("small", null, ` × ${count(times(title))}`) : null))),
      processNames(model, stage.processes),
    ];
  });
  if (!rows.length) return el("p", { class: "muted" }, "No stage was covered.");
  return plainTable("Stages and ATT&CK techniques", ["Stage", "First seen", "Techniques", "Detections", "Processes"], rows);
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
