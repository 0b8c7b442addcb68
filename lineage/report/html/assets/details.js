// The panel that tells all about what is selected, and the short note at the pointer.

const RELATED_SHOWN = 12;

/** Fills the panel for a card or row. `actions`: expand, focus, goTo, close. */
function showDetails(panel, model, item, actions) {
  const { node, unit, row } = item;
  const pooled = row ? row.pooled : unit.members.length > 1;
  replaceChildren(panel,
    el("div", { class: "panel-head" },
      el("h4", null, pooled ? pooledTitle(item) : shorten(nodeName(node), 60)),
      button("×", actions.close, { class: "close", "aria-label": "Close details", title: "Close (Esc)" })),
    el("div", { class: "actions" },
      pooled ? button("Expand", actions.expand, { title: "Show these on their own (Enter)" }) : null,
      button("Focus path", actions.focus, { title: "Fade what is neither cause nor effect (F)" }),
      pooled ? null : button(node.command ? "Copy command line" : "Copy", () => copyText(node.command || node.value, node.command ? "the command line" : "the text"))),
    pooled ? pooledDetails(model, item, actions) : nodeDetails(model, node, actions));
  panel.hidden = false;
}

function pooledTitle({ unit, row }) {
  if (row) return plurality(new Set(row.relations.map((one) => one.node)).size, row.kind);
  return unit.rest ? restTitle(unit)
    : `${count(unit.members.length)} × ${nodeName(unit.first)}`;
}

function pooledDetails(model, { unit, row }, actions) {
  const nodes = row ? [...new Set(row.relations.map((one) => one.node))] : unit.nodes;
  const entry = (node) => el("li", null,
    button(shorten(node.kind === "process" ? node.command || node.value || "unknown process" : node.value, 90),
      () => actions.goTo(node), { class: "link mono" }),
    node.kind === "process" ? el("small", null, processPlace(node)) : null);
  return [el("p", { class: "muted" }, row ? "What this process, or several alike, did that to."
    : unit.quiet ? "Nothing fired on them or on what they started; drawn as one card." : "Alike siblings, drawn as one card."), shortList(nodes, RELATED_SHOWN, entry, { class: "plain" })];
}

function processPlace(node) {
  return [node.pid === null ? null : `pid ${node.pid}`, node.start ? fullTime(node.start) : null, node.host]
    .filter(Boolean).join(" · ");
}

function nodeDetails(model, node, actions) {
  const facts = node.kind === "process" ? processFacts(model, node, actions)
    : [["Kind", nouns(node.kind)[0]], ["Value", longCode(node.value)], ["Data", node.data ? longCode(node.data) : null], ...hashFacts(node)];
  return [
    el("dl", { class: "facts-list" }, facts.filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => [el("dt", null, name), el("dd", null, value)])),
    node.hits.length ? [el("h5", null, "Detections"), shortList(node.hits, RELATED_SHOWN, hitEntry, { class: "plain" })] : null,
    relatedList(model, "Did", node.did, "to", actions),
    relatedList(model, node.kind === "process" ? "Done to it" : "Touched by", node.touchedBy, "from", actions),
  ];
}

function processFacts(model, node, actions) {
  const parent = node.parent === null ? null : model.nodes[node.parent];
  return [
    ["Command line", node.command ? longCode(node.command) : null],
    ["Image", node.value ? longCode(node.value) : null],
    ...hashFacts(node),
    ["Process id", node.pid],
    ["Host", node.host],
    ["Account", node.user],
    ["Integrity", node.integrity],
    ["Logon id", node.logon ? code(node.logon) : null],
    ["Started", node.start ? `${fullTime(node.start)} ${ZONE}` : node.outside ? null : "not seen in the input"],
    ["Role", node.outside ? "bystander: not the attack's, causality only went through it" : node.role],
    ["Note", node.guess || null],
    ["Parent", parent ? [button(nodeName(parent), () => actions.goTo(parent), { class: "link mono" }),
      parent.pid === null ? null : el("small", null, ` pid ${parent.pid}`)] : null],
    ["Node", node.outside ? code(shorten(node.id, 120)) : null],
  ];
}

function hashFacts(node) {
  return (node.hashes || []).map(([algorithm, digest]) => [algorithm, code(digest)]);
}

function hitEntry(hit) {
  return el("li", { class: hit.type === "TTP" ? "hot" : "warm" }, el("strong", null, hit.detection),
    el("small", null, `${hit.type} · risk ${hit.risk} · ${clock(hit.time)} `, hit.attack.map(techniqueLink)));
}

function relatedList(model, title, edges, end, actions) {
  if (!edges.length) return null;
  const entry = (edge) => {
    const other = model.nodes[edge[end]];
    return el("li", null, el("span", { class: "verb" }, verbOf(edge.kind, end === "from")),
      button(shorten(nodeName(other), 60), () => actions.goTo(other), { class: "link mono" }),
      el("small", null, edge.guess ? `(${edge.guess}) ` : "",
        `${clock(edge.iso)} · ${baseName(edge.source)} record ${edge.record}`,
        ...edge.also.map(([source, record, time]) => `; ${clock(time)} · ${baseName(source)} record ${record}`)));
  };
  return [el("h5", null, title), shortList(edges, RELATED_SHOWN, entry, { class: "plain" })];
}

/** The note at the pointer: of a card, a row, or a line. */
function showNote(note, item, position) {
  if (!item || !position) {
    note.hidden = true;
    return;
  }
  replaceChildren(note, item.edge ? lineNote(item.edge) : itemNote(item));
  note.hidden = false;
  const room = note.offsetParent ? note.offsetParent.clientWidth : 0;
  note.style.left = `${Math.max(4, Math.min(position.x + 14, room - note.offsetWidth - 4))}px`;
  note.style.top = `${position.y + 16}px`;
}

/** What a line says: who started whom, or what one left that started or fed the other. */
function lineNote({ from, to, via, how }) {
  const name = (unit) => el("strong", null, cardTitle(unit));
  if (!via) return [name(from), ` ${verbOf(WORDS.descent)} `, name(to), el("small", null, to.time === null ? "" : clockOf(to.time))];
  return [el("div", null, name(from), ` ${verbOf(how.left.kind)} `, code(shorten(via.value || "", 90))),
    el("div", null, "and ", name(to), ` ${verbOf(how.taken.kind, how.taken.to === to.first.index)} ${[how.taken.from, how.taken.to].includes(via.index) ? "it" : "by what it made"}`),
    el("small", null, [how.left, how.taken].map((edge) => `${clock(edge.iso)} ${baseName(edge.source)} #${edge.record}`).join(" · "))];
}

function itemNote(item) {
  const { node, unit, row } = item;
  const pooled = row ? row.pooled : unit.members.length > 1;
  return [
    el("strong", null, pooled ? pooledTitle(item) : shorten(node.value || "unknown process", 90)),
    node.kind === "process" && !pooled
      ? [node.command ? code(shorten(node.command, 220), { class: "block" }) : null, el("small", null, processPlace(node))] : null,
    [...new Set((row ? row.relations.map((one) => one.node) : unit.nodes).flatMap((one) => one.hits.map((hit) => hit.detection)))]
      .slice(0, 4).map((title) => el("div", { class: "note-hit" }, title))];
}
