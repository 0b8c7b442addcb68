// A chain's graph with all around it: tools, search, legend, details, timeline, the tree as text.

/** Builds the panel; the canvas is made when `start` is called, once the panel is on the page. */
function graphPanel(model) {
  const canvas = el("div", {
    class: "canvas", tabindex: 0, role: "application",
    "aria-label": "Attack graph. Arrow keys move between nodes, Enter expands a group, F focuses on a path, "
      + "plus and minus zoom, 0 fits, Escape clears.",
  });
  const details = el("aside", { class: "details", hidden: true, "aria-label": "Details" });
  const note = el("div", { class: "note", hidden: true });
  const print = el("img", { class: "print-graph", alt: "The attack graph" });
  const overview = overviewMap();
  const stage = el("div", { class: "stage" }, canvas, overview.element, note, details, print);
  const panel = { graph: null };
  const time = timeline(model, (hit) => panel.graph.goTo(model.nodes[hit.at]));
  const search = searchBox(model, (node) => panel.graph.goTo(node));
  panel.search = search.input;
  panel.element = el("div", { class: "graph" },
    graphTools(model, panel, search), stage, time.element, legend(model), keysHint(), treeDisclosure(model));
  panel.start = (text = "") => {
    if (text && !search.input.value) search.prefill(text);
    if (panel.graph) return;
    panel.graph = new AttackGraph(canvas, model, {
      select: (item) => selected(panel, model, details, item),
      free: () => freeArea(canvas, details),
      hover: (item, position) => showNote(note, item, position),
      moved: () => {
        if (!panel.graph) return;
        if (panel.graph.layout === panel.drawn) time.draw();
        else drawAnew(panel, time);
        overview.draw(panel.graph);
      },
    });
    drawAnew(panel, time);
    overview.draw(panel.graph);
  };
  panel.restyle = () => {
    if (!panel.graph) return;
    panel.graph.restyle();
    overview.draw(panel.graph);
  };
  panel.picture = () => { print.src = panel.graph.picture(); };
  return panel;
}

/** Where the canvas ends or the details begin: at its right, or on a narrow page at its bottom. */
function freeArea(canvas, details) {
  const whole = { right: canvas.clientWidth, bottom: canvas.clientHeight };
  if (details.hidden) return whole;
  return details.offsetWidth < whole.right * 0.7 ? { ...whole, right: details.offsetLeft } : { ...whole, bottom: details.offsetTop };
}

function drawAnew(panel, time) {
  panel.drawn = panel.graph.layout;
  time.relayout(panel.graph);
}

function selected(panel, model, details, item) {
  if (!item) {
    details.hidden = true;
    return;
  }
  const { graph } = panel;
  showDetails(details, model, item, {
    expand: () => { details.hidden = true; graph.expand(item.id); },
    focus: () => graph.focusPath(item),
    goTo: (node) => graph.goTo(node),
    close: () => { graph.clear(); graph.container.focus({ preventScroll: true }); },
  });
  const name = item.unit.members.length > 1 && !item.row ? pooledTitle(item) : nodeName(item.node);
  announceQuietly(`${name}, ${plural(item.node.hits.length, "detection")}`);
}

function announceQuietly(text) {
  document.getElementById("spoken").textContent = text;
}

function graphTools(model, panel, search) {
  const tool = (label, title, act, attributes) => button(label, () => act(panel.graph), { title, "aria-label": title, ...attributes });
  return el("div", { class: "toolbar", role: "toolbar", "aria-label": "Graph tools" },
    search.element,
    el("div", { class: "kinds", role: "group", "aria-label": "Show or hide kinds" }, kindToggles(model, panel)),
    el("div", { class: "tools" },
      tool("−", "Zoom out", (graph) => graph.zoomBy(0.8), { class: "square" }),
      tool("+", "Zoom in", (graph) => graph.zoomBy(1.25), { class: "square" }),
      tool("Fit", "Fit the whole graph", (graph) => graph.fit()),
      tool("Focus path", "Focus path: fade all but the selected node's causes and effects", focusSelected),
      tool("Collapse", "Collapse what was expanded", (graph) => graph.collapseAll())));
}

function focusSelected(graph) {
  if (graph.focused) graph.clear();
  else if (graph.selected) graph.focusPath(graph.selected);
  else announce("Select a node first");
}

function kindToggles(model, panel) {
  const present = markedKinds().filter(([kind]) => model.nodes.some((node) => node.kind === kind));
  const toggles = present.map(([kind, { noun, shape }]) => [kind, noun[1], shape]);
  if (model.nodes.some((node) => node.outside)) toggles.push(["outside", "bystanders", ""]);
  if (foldsQuiet(model)) toggles.push(["quiet", "processes without hits", ""]);
  return toggles.map(([kind, label, shape]) => {
    const toggle = button([el("span", { class: `glyph ${kind} ${shape}`, "aria-hidden": "true" }), label], () => {
      const { hidden } = panel.graph.view;
      if (!hidden.delete(kind)) hidden.add(kind);
      toggle.setAttribute("aria-pressed", String(!hidden.has(kind)));
      panel.graph.rebuild();
    }, { class: "kind", "aria-pressed": String(kind !== "quiet"), data: { kind } });
    return toggle;
  });
}

/** Finds nodes by any of their texts; Enter goes to the next, Shift+Enter to the one before. */
function searchBox(model, goTo) {
  const result = el("span", { class: "muted", "aria-live": "polite" });
  const input = el("input", {
    type: "search", placeholder: "Search the graph", "aria-label": "Search the graph", spellcheck: "false",
    title: "Press / to search; Enter for the next match",
  });
  let found = [];
  let at = -1;
  const show = () => {
    result.textContent = input.value.trim() ? (found.length ? `${at + 1 || ""}${at < 0 ? "" : " of "}${count(found.length)}` : "no match") : "";
  };
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    found = wanted ? model.nodes.filter((node) => nodeText(node).includes(wanted)) : [];
    at = -1;
    show();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; input.dispatchEvent(new Event("input")); input.blur(); }
    if (event.key !== "Enter" || !found.length) return;
    at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    if (at < 0) at = found.length - 1;
    show();
    goTo(found[at]);
  });
  /** Looks for what was looked for in all chains; Enter goes to the first. */
  const prefill = (text) => { input.value = text; input.dispatchEvent(new Event("input")); };
  return { input, prefill, element: el("div", { class: "search" }, input, result) };
}

/** What the lines, boxes and marks mean; only of those that the chain can have. */
function legend(model) {
  const has = (test) => model.nodes.some(test);
  const entries = [
    ["line descent", "parent and child"],
    ["line carried", "started or fed by what another left: a file, an autostart entry"],
    ["line twig", "did something to"],
    ["box hot", "TTP fired"], ["box warm", "weaker hits"],
    has((node) => node.outside) ? ["box outside", "bystander"] : null,
    ["box group", "several alike"],
    ["box gap", "long gap, drawn short"],
    ["dot hot", "hit"], ["dot hot many", "several hits"],
  ].filter(Boolean);
  return el("ul", { class: "legend", "aria-label": "Legend" }, entries.map(([mark, words]) =>
    el("li", null, el("span", { class: `sample ${mark}`, "aria-hidden": "true" }), words)));
}

function keysHint() {
  return el("p", { class: "hint muted" }, "Click or focus the graph to zoom with the wheel. Arrow keys move, ",
    el("kbd", null, "Enter"), " expands, ", el("kbd", null, "F"), " focuses a path, ", el("kbd", null, "0"), " fits, ",
    el("kbd", null, "/"), " searches, ", el("kbd", null, "Esc"), " clears.");
}

const TREE_LINES = 400;

/** The process tree as nested lists: for screen readers, print, and those who prefer to read. */
function treeDisclosure(model) {
  return disclosure("Process tree as text", () => {
    const units = visibleUnits(model, newView()).slice(0, TREE_LINES);
    const lists = new Map([[null, el("ul", { class: "tree" })]]);
    for (const unit of units) {
      const children = el("ul");
      lists.set(unit, children);
      const entry = el("li", null, treeLine(unit), unit.rows.length
        ? el("ul", { class: "things" }, unit.rows.map((row) => el("li", null, rowLabel(row)))) : null, children);
      lists.get(unit.parent).append(entry);
    }
    return lists.get(null);
  }, { class: "tree-text" });
}

function treeLine(unit) {
  const pooled = unit.members.length > 1;
  return [el("strong", null, cardTitle(unit)), " ", el("small", null, cardDetail(unit)),
    !pooled && unit.first.command ? longCode(unit.first.command, 200) : null];
}
