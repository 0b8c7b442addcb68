// The layout as Cytoscape elements, and their look in the page's colours.

/** Makes the elements; fills `items` (element id -> what it stands for). */
function drawnElements(layout, items) {
  return [
    ...layout.lanes.flatMap(laneElements),
    ...layout.breaks.flatMap((gap) => breakElements(gap, layout)),
    ...layout.edges.map((edge, index) => unitEdge(edge, index, items)),
    ...layout.units.flatMap((unit) => unitElements(unit, items)),
  ];
}

function laneElements(lane, index) {
  const position = { x: lane.left + lane.width / 2, y: lane.top + lane.height / 2 };
  return [
    { data: { id: `lane${index}`, width: lane.width, height: lane.height }, position, classes: "lane", selectable: false },
    {
      data: { id: `host${index}`, label: lane.host || "host unknown" }, classes: "host", selectable: false,
      position: { x: lane.left + 14, y: lane.top + 17 },
    },
  ];
}

function unitElements(unit, items) {
  const position = { x: unit.x, y: unit.y };
  const known = unit.first;
  items.set(unit.id, { id: unit.id, unit, node: known, x: unit.x, y: unit.y });
  const classes = ["card", unit.members.length > 1 ? "group" : "", known.outside ? "outside" : "", unit.quiet ? "quiet" : "", heat(unit.nodes)];
  return [
    { data: { id: unit.id, unit: unit.id, label: cardTitle(unit) }, position, classes: classes.join(" ") },
    {
      data: { id: `${unit.id}-sub`, unit: unit.id, label: cardDetail(unit) }, classes: "sub", selectable: false,
      position: { x: unit.x, y: unit.y + 10 },
    },
    ...unit.rows.flatMap((row) => rowElements(unit, row, items)),
  ];
}

function rowElements(unit, row, items) {
  const position = { x: row.x, y: row.y };
  const nodes = row.relations.map((relation) => relation.node);
  items.set(row.id, { id: row.id, unit, row, node: nodes[0], x: row.x, y: row.y });
  const corner = { x: unit.x - CARD.width / 2 + 4, y: row.y };
  const start = { x: corner.x, y: unit.y + CARD.height / 2 };
  return [
    { data: { id: row.id, unit: unit.id, label: rowLabel(row) }, position, classes: `row ${row.kind} ${heat(nodes)}` },
    lineElement(`${row.id}-line`, unit, row, [start, corner, { x: row.x - 6, y: row.y }], "twig",
      { source: unit.id, target: row.id, fromUnit: unit.id, toUnit: unit.id }),
  ];
}

/** A band across the lanes where the axis of time is broken: much longer than it is wide. */
function breakElements(gap, layout) {
  return layout.lanes.map((lane, index) => ({
    data: { id: `break${gap.column}-${index}`, height: lane.height - 2 }, classes: "break", selectable: false,
    position: { x: gap.x, y: lane.top + lane.height / 2 },
  }));
}

function unitEdge(edge, index, items) {
  items.lines.set(`e${index}`, { edge, node: edge.via || edge.to.first });
  return lineElement(`e${index}`, edge.from, edge.to, edge.points, edge.kind, {
    source: edge.from.id, target: edge.to.id, fromUnit: edge.from.id, toUnit: edge.to.id,
    label: edge.via ? shorten(`by ${nodeName(edge.via)}`, 28) : "",
  });
}

/** A line through given corners; Cytoscape wants each as a share of, and a distance from, the straight way. */
function lineElement(id, from, to, pointList, classes, data) {
  const [start, end] = [pointList[0], pointList[pointList.length - 1]];
  const way = { x: end.x - start.x, y: end.y - start.y };
  const length = Math.hypot(way.x, way.y) || 1;
  const corners = pointList.length > 2 ? pointList.slice(1, -1)
    : [{ x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }];
  const offset = corners.map((corner) => ({ x: corner.x - start.x, y: corner.y - start.y }));
  return {
    data: {
      ...data, id,
      weights: offset.map((o) => (o.x * way.x + o.y * way.y) / (length * length)),
      distances: offset.map((o) => (o.y * way.x - o.x * way.y) / length),
      startAt: `${start.x - from.x}px ${start.y - from.y}px`,
      endAt: `${end.x - to.x}px ${end.y - to.y}px`,
    },
    classes, selectable: false,
  };
}

/** Worst type of detection on any of the nodes, as a class: for a process, of all that it did. */
function heat(nodes) {
  const told = (node) => (node.kind === "process" ? node.acts : node.hits);
  const types = new Set(nodes.flatMap((node) => told(node).map((hit) => hit.type)));
  if (types.has("TTP")) return "hot";
  return types.size ? "warm" : "";
}

function cardTitle(unit) {
  if (unit.rest) return restTitle(unit);
  const times = unit.members.length > 1 ? `${count(unit.members.length)} × ` : "";
  return times + fitted(nodeName(unit.first), CARD.width - 18 - textWidth(times, TITLE_FONT), TITLE_FONT);
}

/** What a card for the rest of a unit's children is called. */
function restTitle(unit) {
  return unit.quiet ? `${plural(unit.count, "quiet process", "quiet processes")}` : `${plural(unit.count, "more process", "more processes")}`;
}

function cardDetail(unit) {
  const hits = unit.hits ? plural(unit.hits, "hit") : null;
  if (unit.members.length > 1) {
    const times = unit.time === null ? null : `${clockOf(unit.time)}–${clockOf(unit.until)}`;
    return [times, hits].filter(Boolean).join(" · ");
  }
  const { pid, start, outside } = unit.first;
  const known = [pid === null ? null : `pid ${pid}`, start && !outside ? clock(start) : null].filter(Boolean);
  const state = outside ? ["bystander"] : known.length ? [] : ["start not seen"];
  return [...state, ...known, hits].filter(Boolean).join(" · ");
}

function rowLabel(row) {
  const { kind, passive, node } = row.relations[0];
  if (row.pooled) return plurality(new Set(row.relations.map((one) => one.node)).size, row.kind);
  const verb = `${verbOf(kind, passive)} `;
  return verb + fitted(nodeName(node), ROW_TEXT - textWidth(verb, ROW_FONT), ROW_FONT);
}

const TITLE_FONT = 14.5;
const ROW_FONT = 13;
const ROW_TEXT = CARD.width + BEND - ROW.indent - 12;
const ruler = document.createElement("canvas").getContext("2d");

/** Width of a text on the graph, in graph units, as if it were bold. */
function textWidth(text, size) {
  ruler.font = `600 ${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

/** The text shortened, if need be, to a width. */
function fitted(text, width, size) {
  let limit = 60;
  let shown = shorten(text, limit);
  while (limit > 6 && textWidth(shown, size) > width) {
    limit -= 2;
    shown = shorten(text, limit);
  }
  return shown;
}

/** The stylesheet of the canvas, from the page's custom properties. */
function graphStyle() {
  const page = getComputedStyle(document.documentElement);
  const color = (name) => page.getPropertyValue(`--${name}`).trim();
  const text = { "font-family": FONT, color: color("ink"), "min-zoomed-font-size": 5 };
  const accent = (name) => ({
    "background-gradient-stop-colors": [color(name), color(name), color("surface"), color("surface")].join(" "),
  });
  return [
    { selector: "node", style: { ...text, label: "data(label)", "text-wrap": "none", "overlay-opacity": 0 } },
    { selector: ".lane", style: {
      shape: "round-rectangle", "corner-radius": 10, width: "data(width)", height: "data(height)", label: "",
      "background-color": color("lane"), "border-width": 1, "border-color": color("line"), events: "no",
      "z-compound-depth": "bottom",
    } },
    { selector: ".break", style: {
      shape: "rectangle", width: 7, height: "data(height)", label: "", "background-color": color("page"), "border-width": 1,
      "border-style": "dashed", "border-color": color("edge"), events: "no", "z-compound-depth": "bottom",
    } },
    { selector: ".host", style: {
      width: 1, height: 1, "background-opacity": 0, events: "no", "text-halign": "right", "text-valign": "center",
      "font-size": 13, "font-weight": 600, color: color("muted"),
    } },
    { selector: ".card", style: {
      shape: "round-rectangle", "corner-radius": 7, width: CARD.width, height: CARD.height, "font-size": TITLE_FONT,
      "font-weight": 600, "text-valign": "center", "text-margin-y": -8, "border-width": 1,
      "border-color": color("edge"), "background-fill": "linear-gradient",
      "background-gradient-direction": "to-right", "background-gradient-stop-positions": "0% 2.6% 2.6% 100%",
      ...accent("surface"),
    } },
    { selector: ".card.hot", style: accent("hot") },
    { selector: ".card.warm", style: accent("warm") },
    { selector: ".card.outside", style: { "border-style": "dashed", "font-weight": 400, color: color("muted") } },
    { selector: ".card.quiet", style: { color: color("muted"), "font-weight": 400 } },
    { selector: ".card.group", style: { ghost: "yes", "ghost-offset-x": 4, "ghost-offset-y": 4, "ghost-opacity": 0.35 } },
    { selector: ".sub", style: {
      width: 1, height: 1, "background-opacity": 0, events: "no", "font-size": 12, color: color("muted"), "text-valign": "center",
    } },
    { selector: ".row", style: {
      width: 11, height: 11, "font-size": ROW_FONT, "text-halign": "right", "text-valign": "center", "text-margin-x": 6,
      "text-events": "yes", "background-color": color("muted"), "border-width": 0,
    } },
    ...markedKinds().map(([kind, { shape }]) => (
      { selector: `.row.${kind}`, style: { shape, "background-color": color(`kind-${kind}`) } })),
    { selector: ".row.hot", style: { "font-weight": 600, color: color("hot-ink") } },
    { selector: ".row.warm", style: { color: color("warm-ink") } },
    { selector: "edge", style: {
      "curve-style": "round-segments", "segment-weights": "data(weights)", "segment-distances": "data(distances)",
      "segment-radii": 8, "edge-distances": "endpoints", "source-endpoint": "data(startAt)",
      "target-endpoint": "data(endAt)", width: 1.5, "line-color": color("edge"), "overlay-opacity": 0,
    } },
    { selector: "edge.descent", style: {
      "target-arrow-shape": "triangle", "target-arrow-color": color("edge"), "arrow-scale": 0.8,
    } },
    { selector: "edge.carried", style: {
      ...text, "line-style": "dashed", "line-color": color("accent"), "target-arrow-shape": "triangle",
      "target-arrow-color": color("accent"), "arrow-scale": 0.8,
    } },
    { selector: "edge.twig", style: { width: 1, "line-color": color("line"), "segment-radii": 4, events: "no" } },
    { selector: ".related", style: { "border-width": 2, "border-color": color("accent") } },
    { selector: ".card.selected", style: { "border-width": 2.5, "border-color": color("accent") } },
    { selector: ".row.selected", style: {
      "border-width": 2, "border-color": color("accent"), "text-background-color": color("accent-soft"),
      "text-background-opacity": 1, "text-background-padding": 3, "text-background-shape": "round-rectangle",
    } },
    { selector: ".faded", style: { opacity: 0.16 } },
  ];
}
