// What of a chain is drawn: what repeats becomes one card, so that thousands of nodes stay readable.
//
// A unit is a card of the graph: one process, a group of alike siblings (same program, same
// detections, children of the same unit), or the rest of a unit's children that had no room. A
// group's children are pooled, so that forty times "cmd starts curl" is two cards.

const GROUP_FROM = 3;
const CARDS = 90;
const CHILD_CARDS = 10;
const REVEAL_STEP = 30;
const ROWS_PER_KIND = 3;
const ROWS_WHEN_OPEN = 40;
const QUIET_FROM = 30; // in chains of so many processes those without any hit are drawn as one

/** What the user chose: nodes shown on their own, kinds opened, kinds hidden. */
function newView(model = null) {
  const hidden = new Set(model && foldsQuiet(model) ? ["quiet"] : []);
  return { revealed: new Set(), open: new Set(), hidden };
}

/** Whether a chain is so large that its processes without hits stand in the way. */
function foldsQuiet(model) {
  return model.nodes.filter((node) => node.kind === "process" && !node.outside).length >= QUIET_FROM;
}

/** The units to draw, parents before children. */
function visibleUnits(model, view) {
  const units = [];
  const queue = [{ parent: null, members: roots(model, view) }];
  for (let at = 0; at < queue.length; at += 1) {
    for (const unit of unitsOf(model, view, queue[at], units.length + queue.length - at)) {
      units.push(unit);
      const children = unit.rest ? [] : unit.members.flatMap((index) => model.nodes[index].children);
      if (children.length) queue.push({ parent: unit, members: children });
    }
  }
  for (const unit of units) hangRows(model, view, unit);
  return units;
}

function roots(model, view) {
  const shown = (node) => node.kind === "process" && !(node.outside && view.hidden.has("outside"));
  const isRoot = (node) => node.parent === null || !shown(model.nodes[node.parent]);
  return model.nodes.filter((node) => shown(node) && isRoot(node)).map((node) => node.index);
}

/** The units of one unit's children: alike ones together, the least telling ones left to a rest. */
function unitsOf(model, view, { parent, members }, used) {
  const isQuiet = (index) => view.hidden.has("quiet") && parent && !model.nodes[index].weight && !view.revealed.has(index);
  const quiet = members.filter(isQuiet);
  const loud = quiet.length > 1 ? members.filter((index) => !isQuiet(index)) : members;
  const units = loudUnits(model, view, { parent, members: loud }, used);
  return quiet.length > 1 ? [...units, makeUnit(model, parent, quiet, true, true)].sort(byTime) : units;
}

function loudUnits(model, view, { parent, members }, used) {
  const candidates = bucketed(model, view, members).flatMap((bucket) => cards(model, view, parent, bucket));
  const chosen = (unit) => unit.members.some((index) => view.revealed.has(index));
  const room = Math.max(used >= CARDS ? 0 : 1, Math.min(CHILD_CARDS, CARDS - used));
  if (candidates.length <= room + 1 && room > 0) return candidates.sort(byTime);
  candidates.sort((a, b) => chosen(b) - chosen(a) || b.weight - a.weight || byTime(a, b));
  const kept = candidates.filter((unit, index) => index < room || chosen(unit));
  const left = candidates.filter((unit) => !kept.includes(unit)).flatMap((unit) => unit.members);
  if (left.length) kept.push(makeUnit(model, parent, left, left.length > 1));
  return kept.sort(byTime);
}

function byTime(a, b) {
  return (a.time ?? 0) - (b.time ?? 0) || a.members[0] - b.members[0];
}

function bucketed(model, view, members) {
  const buckets = new Map();
  for (const index of members) {
    const node = model.nodes[index];
    const detections = [...new Set(node.hits.map((hit) => hit.detection))].sort().join("|");
    const key = `${node.host}\n${baseName(node.value).toLowerCase()}\n${detections}`;
    if (!buckets.has(key)) buckets.set(key, []);
    buckets.get(key).push(index);
  }
  return [...buckets.values()];
}

function cards(model, view, parent, bucket) {
  const alone = bucket.filter((index) => view.revealed.has(index));
  const pooled = bucket.filter((index) => !view.revealed.has(index));
  const single = (index) => makeUnit(model, parent, [index], false);
  if (pooled.length < GROUP_FROM) return bucket.map(single);
  return [...alone.map(single), makeUnit(model, parent, pooled, false)];
}

function makeUnit(model, parent, members, rest, quiet = false) {
  const nodes = members.map((index) => model.nodes[index]);
  const times = nodes.map((node) => node.time).filter((time) => time !== null);
  return {
    id: `${members.length > 1 ? "g" : "n"}${members[0]}`, parent, members, rest, quiet, nodes,
    count: rest ? allMembers(model, { members, rest }).length : members.length,
    first: nodes[0], host: nodes[0].host || (parent ? parent.host : ""),
    time: times.length ? times.reduce((a, b) => Math.min(a, b)) : null,
    until: times.length ? times.reduce((a, b) => Math.max(a, b)) : null,
    weight: nodes.reduce((sum, node) => sum + node.weight, 0),
    hits: nodes.reduce((sum, node) => sum + node.acts.length, 0),
    rows: [],
  };
}

/** All processes that a unit stands for: of a rest, the descendants too. */
function allMembers(model, unit) {
  if (!unit.rest) return unit.members;
  const found = [...unit.members];
  for (let at = 0; at < found.length; at += 1) found.push(...model.nodes[found[at]].children);
  return found;
}

/** The rows below a card: things its processes touched, the repeated ones counted. */
function hangRows(model, view, unit) {
  const byKind = new Map();
  for (const index of allMembers(model, unit)) {
    for (const relation of relations(model.nodes, model.nodes[index])) {
      const { kind } = relation.node;
      if (view.hidden.has(kind)) continue;
      if (!byKind.has(kind)) byKind.set(kind, []);
      byKind.get(kind).push(relation);
    }
  }
  for (const [kind, relationsOfKind] of byKind) unit.rows.push(...rowsOf(view, unit, kind, relationsOfKind));
}

function rowsOf(view, unit, kind, found) {
  const key = `${unit.id} ${kind}`;
  const row = (relation) => ({
    id: `${unit.id}-${relation.node.index}-${relation.kind}`, kind, relations: [relation], key,
  });
  const limit = view.open.has(key) ? ROWS_WHEN_OPEN : unit.members.length > 1 ? 0 : ROWS_PER_KIND;
  if (found.length <= Math.max(limit, 1)) return found.map(row);
  const ranked = [...found].sort((a, b) => b.node.hits.length - a.node.hits.length);
  const alone = new Set(ranked.slice(0, limit).filter((one) => view.open.has(key) || one.node.hits.length));
  const rows = found.filter((one) => alone.has(one)).map(row);
  const pooled = found.filter((one) => !alone.has(one));
  if (pooled.length === 1) rows.push(row(pooled[0]));
  else if (pooled.length) rows.push({ id: `${unit.id}-${kind}`, kind, relations: pooled, key, pooled: true });
  return rows;
}

/** Shows the next members of a group on their own. */
function revealMore(view, unit) {
  for (const index of unit.members.slice(0, REVEAL_STEP)) view.revealed.add(index);
}

/** Makes sure that a node has a card or a row of its own. */
function reveal(model, view, node) {
  const process = node.kind === "process" ? node : actorOf(model, node);
  if (node !== process) view.hidden.delete(node.kind);
  if (!process) return;
  if (process.outside) view.hidden.delete("outside");
  for (let at = process; at; at = at.parent === null ? null : model.nodes[at.parent]) {
    view.revealed.add(at.index);
  }
  if (node !== process) view.open.add(`n${process.index} ${node.kind}`);
}

function actorOf(model, node) {
  const edge = node.touchedBy.find((one) => model.nodes[one.from].kind === "process")
    || node.did.find((one) => model.nodes[one.to].kind === "process");
  if (!edge) return null;
  return model.nodes[model.nodes[edge.from].kind === "process" ? edge.from : edge.to];
}
