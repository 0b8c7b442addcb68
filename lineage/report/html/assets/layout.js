// Where things stand. Columns are stretches of time, left to right, so that a process always stands
// right of its parent and nothing stands left of what came before it; hosts are lanes, one above the
// other. Within a lane dagre's layered layout orders the cards and routes the lines, given our
// columns as its layers.

const CARD = { width: 184, height: 46 };
const ROW = { height: 22, indent: 15, gap: 8 };
const COLUMN = CARD.width + 56;
const BEND = 44; // lines go up and down so far right of a card, clear of its rows
const LANE = { head: 38, foot: 22, gap: 18, side: 16 };

/** Gives every unit its column (`column`), and returns the time at which each column begins. */
function assignColumns(units) {
  settleTimes(units);
  const order = [...units].sort((a, b) => a.at - b.at || a.depth - b.depth || a.members[0] - b.members[0]);
  const starts = [];
  let inColumn = new Set();
  for (const unit of order) {
    if (!starts.length || inColumn.has(unit.parent)) {
      starts.push(unit.at);
      inColumn = new Set();
    }
    unit.column = starts.length - 1;
    inColumn.add(unit);
  }
  return starts;
}

/** A unit's place in time: its own, else its first child's; never before its parent's. */
function settleTimes(units) {
  for (const unit of units) unit.at = unit.time ?? Infinity;
  for (const unit of [...units].reverse()) {
    if (unit.parent && unit.parent.time === null) unit.parent.at = Math.min(unit.parent.at, unit.at);
  }
  for (const unit of units) {
    unit.depth = unit.parent ? unit.parent.depth + 1 : 0;
    if (unit.at === Infinity) unit.at = unit.parent ? unit.parent.at : 0;
    if (unit.parent) unit.at = Math.max(unit.at, unit.parent.at);
  }
}

/** Lines between cards: who started whom, and where a thing that one left started another. */
function unitEdges(model, units) {
  const unitOf = new Map();
  for (const unit of units) for (const index of allMembers(model, unit)) unitOf.set(index, unit);
  const edges = units.filter((unit) => unit.parent)
    .map((unit) => ({ from: unit.parent, to: unit, kind: "descent", via: null }));
  return [...edges, ...carriedEdges(model, unitOf)];
}

/** Whether an edge of a thing says that it influenced the process at the other end. */
function isTakenUp(edge, thing) {
  const cause = WORDS.edges[edge.kind]?.backward ? edge.to : edge.from;
  return cause === thing.index;
}

/** The processes that a thing influenced, itself or by what it made (a logon's service), each with
 * the edge by which. */
function takers(model, thing, seen) {
  if (seen.has(thing.index)) return [];
  seen.add(thing.index);
  return [...thing.touchedBy, ...thing.did].filter((edge) => isTakenUp(edge, thing)).flatMap((edge) => {
    const other = edge.from === thing.index ? edge.to : edge.from;
    const node = model.nodes[other];
    return node.kind === "process" ? [{ taker: other, edge }] : takers(model, node, seen);
  });
}

function carriedEdges(model, unitOf) {
  const found = new Map();
  for (const thing of model.nodes.filter((node) => node.kind !== "process")) {
    const writer = [...thing.touchedBy, ...thing.did].find((edge) => WORDS.edges[edge.kind]?.leaves && edge.to === thing.index);
    const from = writer && unitOf.get(writer.from);
    if (!from) continue;
    for (const { taker, edge } of takers(model, thing, new Set())) {
      const to = unitOf.get(taker);
      if (!to || to === from || descends(to, from)) continue;
      found.set(`${from.id} ${to.id}`, { from, to, kind: "carried", via: thing, how: { left: writer, taken: edge } });
    }
  }
  return [...found.values()];
}

function descends(unit, ancestor) {
  for (let at = unit.parent; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** Positions all units, rows, lanes and lines. All lengths are in graph units (pixels at zoom 1). */
function layOut(model, view) {
  const units = visibleUnits(model, view);
  const starts = assignColumns(units);
  const edges = unitEdges(model, units);
  const lanes = [];
  let top = 0;
  for (const host of [...new Set(units.map((unit) => unit.host))]) {
    const members = units.filter((unit) => unit.host === host);
    const height = placeLane(members, edges, top + LANE.head);
    lanes.push({
      host, top, height: height + LANE.head + LANE.foot,
      left: -LANE.side, width: Math.max(1, starts.length) * COLUMN - (COLUMN - CARD.width) + 2 * LANE.side,
    });
    top += height + LANE.head + LANE.foot + LANE.gap;
  }
  for (const edge of edges) edge.points = route(edge);
  return { units, edges, lanes, starts, breaks: timeBreaks(starts), scale: timeScale(model, starts) };
}

const BREAK = { least: 30 * 60_000, times: 10 };

/** Where the axis is broken: the gaps that are much longer than the others, though drawn as wide. */
function timeBreaks(starts) {
  const gaps = starts.slice(1).map((time, index) => ({ column: index + 1, time: time - starts[index], x: (index + 1) * COLUMN - (COLUMN - CARD.width) / 2 - 14 }));
  const usual = gaps.map((gap) => gap.time).sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  return gaps.filter((gap) => gap.time >= BREAK.least && (gaps.length < 3 || gap.time >= BREAK.times * usual));
}

function blockHeight(unit) {
  return CARD.height + (unit.rows.length ? ROW.gap + unit.rows.length * ROW.height : 0);
}

/** Runs dagre on the cards of one host; returns the lane's inner height. */
function placeLane(members, edges, top) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  const inLane = new Set(members);
  graph.setGraph({ rankdir: "LR", nodesep: 18, edgesep: 14, ranksep: COLUMN - CARD.width, ranker: byColumn(members) });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const unit of members) {
    graph.setNode(unit.id, { width: CARD.width, height: blockHeight(unit) });
  }
  for (const edge of edges) {
    if (!inLane.has(edge.from) || !inLane.has(edge.to) || edge.from.column >= edge.to.column) continue;
    edge.label = { weight: edge.kind === "descent" ? 3 : 1, minlen: 1 };
    graph.setEdge(edge.from.id, edge.to.id, edge.label, edge.kind);
  }
  dagre.layout(graph);
  return settle(graph, members, edges.filter((edge) => inLane.has(edge.from)), top);
}

/** dagre's layers are our columns; it keeps every second layer for the labels of lines. */
function byColumn(members) {
  const columns = new Map(members.map((unit) => [unit.id, unit.column]));
  return (graph) => {
    for (const id of graph.nodes()) graph.node(id).rank = columns.has(id) ? 2 * columns.get(id) + 1 : 0;
  };
}

function settle(graph, members, edges, top) {
  const boxes = members.map((unit) => ({ unit, box: graph.node(unit.id) }));
  const above = Math.min(...boxes.map(({ box }) => box.y - box.height / 2));
  const below = Math.max(...boxes.map(({ box }) => box.y + box.height / 2));
  const shift = top - above;
  for (const { unit, box } of boxes) {
    unit.x = unit.column * COLUMN + CARD.width / 2;
    unit.y = box.y - box.height / 2 + CARD.height / 2 + shift;
    unit.rows.forEach((row, index) => {
      row.x = unit.x - CARD.width / 2 + ROW.indent;
      row.y = unit.y + CARD.height / 2 + ROW.gap + (index + 0.5) * ROW.height;
    });
  }
  for (const edge of edges) {
    const points = edge.label && edge.label.points;
    edge.passes = points ? passes(edge, points).map((y) => y + shift) : [];
  }
  return below - above;
}

/** The heights at which a long line passes the columns between its ends. */
function passes(edge, points) {
  const heights = [];
  for (let column = edge.from.column + 1; column < edge.to.column; column += 1) {
    heights.push(points[Math.min(points.length - 1, 2 * (column - edge.from.column))].y);
  }
  return heights;
}

/** The corners of a line: level through the columns, up or down only in the gaps between them. */
function route({ from, to, passes: heights = [] }) {
  const start = { x: from.x + CARD.width / 2, y: from.y };
  const end = { x: to.x - CARD.width / 2, y: to.y };
  if (from.column >= to.column) return [start, end];
  const levels = [from.y, ...heights, to.y];
  const corners = [];
  for (let step = 1; step < levels.length; step += 1) {
    if (Math.abs(levels[step] - levels[step - 1]) < 0.5) continue;
    const x = (from.column + step - 1) * COLUMN + CARD.width + BEND;
    corners.push({ x, y: levels[step - 1] }, { x, y: levels[step] });
  }
  return [start, ...corners, end];
}

/** Time (ms) to the graph's x: straight between the starts of columns. */
function timeScale(model, starts) {
  const last = moment(model.last) ?? starts[starts.length - 1] ?? 0;
  const stops = starts.map((time, column) => ({ time, x: column * COLUMN }));
  const end = starts.length * COLUMN - (COLUMN - CARD.width);
  stops.push({ time: Math.max(last, (starts[starts.length - 1] ?? 0) + 1), x: end });
  return (time) => {
    if (time <= stops[0].time) return stops[0].x;
    const next = stops.findIndex((stop) => stop.time > time);
    if (next < 0) return end;
    const [a, b] = [stops[next - 1], stops[next]];
    return a.x + ((time - a.time) / Math.max(1, b.time - a.time)) * (b.x - a.x);
  };
}
