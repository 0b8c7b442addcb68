// The evidence table: sort, filter, open, copy.

const WORD_OF = {
  type: "TTP: what attacks do. Anomaly: what honest software seldom does. Hunting: worth a look beside other hits.",
  risk: "Impact times confidence, 0 to 100, as the rule has it.",
  layer: "core: the rule itself. bridge, extension: a wider form of it, named behind. tradecraft: rules of any attack's ways in. A user's rule counts as core.",
};
const PAGE_ROWS = 15;
const COLUMNS = [
  { key: "time", name: "Time (UTC)", shown: () => `Time (${ZONE})`, of: (hit) => sortableTime(hit.time), show: (hit) => fullTime(hit.time) },
  { key: "detection", name: "Detection", of: (hit) => hit.detection },
  { key: "type", name: "Type", title: WORD_OF.type, of: (hit) => hit.type },
  { key: "risk", name: "Risk", title: WORD_OF.risk, of: (hit) => hit.risk, numeric: true },
  { key: "attack", name: "ATT&CK", of: (hit) => hit.attack.join(" "), show: (hit) => hit.attack.map(techniqueLink) },
  { key: "host", name: "Host", of: (hit) => hit.host },
  { key: "process", name: "Process", of: (hit) => (hit.image ? baseName(hit.image) : null) },
  { key: "pid", name: "Pid", of: (hit) => hit.pid, numeric: true },
  { key: "layer", name: "Layer", title: WORD_OF.layer, of: (hit) => (hit.by ? `${hit.layer}: ${hit.by}` : hit.layer) },
  { key: "record", name: "Record", of: (hit) => `${hit.source} ${hit.record}`, show: (hit) => recordName(hit.source, hit.record) },
];

/** "Sysmon.evtx #160": a long file name is cut, the number never. */
function recordName(source, number) {
  return el("span", { class: "record-name", title: `${source} #${number}` }, `${shorten(baseName(source), 18)} #${number}`);
}

/** A table of hits. `goTo(hit)` shows a hit's node on the graph, null where there is no graph. */
function evidenceTable(hits, caption, goTo) {
  const state = { sort: "time", down: false, text: "", type: "", shown: PAGE_ROWS };
  const body = el("tbody");
  const status = el("span", { class: "muted", "aria-live": "polite" });
  const more = moreButton("", "", () => { state.shown += 10 * PAGE_ROWS; draw(); });
  const columns = columnsOf(hits);
  const heads = columns.map((column) => sortHead(column, state, () => draw()));
  const rows = () => sorted(hits.filter((hit) => matches(hit, state)), state);
  const draw = () => {
    const found = rows();
    replaceChildren(body, found.slice(0, state.shown).map((hit) => evidenceRow(hit, columns, goTo)));
    if (!found.length) append(body, [emptyRow(hits.length)]);
    for (const { head, key } of heads) head.setAttribute("aria-sort", sortWord(state, key));
    status.textContent = found.length === hits.length ? plural(hits.length, "entry", "entries")
      : `${count(found.length)} of ${plural(hits.length, "entry", "entries")}`;
    more.hidden = found.length <= state.shown;
    const left = count(Math.max(0, found.length - state.shown));
    replaceChildren(more, moreLabel(`Show more (${left} left)`, `${left} more`));
  };
  const table = el("table", { class: "evidence stacking" }, el("caption", { class: "unseen" }, caption),
    el("thead", null, el("tr", null, heads.map(({ head }) => head), el("th", { scope: "col" }, el("span", { class: "unseen" }, "More")))), body);
  const element = el("div", { class: "evidence-block" }, evidenceTools(hits, state, draw, rows, status),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table), more);
  draw();
  return element;
}

/** The table's columns: the host stands in the row's details where all hits have the same. */
function columnsOf(hits) {
  const hosts = new Set(hits.map((hit) => hit.host));
  return COLUMNS.filter((column) => column.key !== "host" || hosts.size > 1);
}

function evidenceTools(hits, state, draw, rows, status) {
  const filter = el("input", {
    type: "search", placeholder: "Filter", "aria-label": "Filter the evidence", spellcheck: "false",
    on: { input: () => { state.text = filter.value.trim().toLowerCase(); draw(); } },
  });
  const types = [...new Set(hits.map((hit) => hit.type))].sort();
  const choice = el("select", { "aria-label": "Type of detection", on: { change: () => { state.type = choice.value; draw(); } } },
    el("option", { value: "" }, "All types"), types.map((type) => el("option", { value: type }, type)));
  const sort = el("select", {
    class: "narrow-only", "aria-label": "Sort by", on: { change: () => { state.sort = sort.value; draw(); } },
  }, COLUMNS.map((column) => el("option", { value: column.key }, `By ${column.name.toLowerCase()}`)));
  return el("div", { class: "toolbar" }, filter, choice, sort, status, el("div", { class: "tools" },
    button("Copy TSV", () => copyText(asTsv(rows()), plural(rows().length, "entry as TSV", "entries as TSV"))),
    button("Copy JSON", () => copyText(JSON.stringify(rows().map(plainHit), null, 2), plural(rows().length, "entry as JSON", "entries as JSON")))));
}

function sortHead(column, state, draw) {
  const head = el("th", { scope: "col", class: column.numeric ? "number" : null }, button(column.shown ? column.shown() : column.name, () => {
    state.down = state.sort === column.key ? !state.down : Boolean(column.numeric);
    state.sort = column.key;
    draw();
  }, { class: "sort", title: column.title }));
  return { head, key: column.key };
}

function sortWord(state, key) {
  if (state.sort !== key) return "none";
  return state.down ? "descending" : "ascending";
}

function sorted(hits, state) {
  const { of } = COLUMNS.find((column) => column.key === state.sort);
  const sign = state.down ? -1 : 1;
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? 1 : -1;
    return (a < b ? -1 : 1) * sign;
  };
  return [...hits].sort((a, b) => compare(of(a), of(b)) || compare(sortableTime(a.time), sortableTime(b.time)));
}

function matches(hit, state) {
  if (state.type && hit.type !== state.type) return false;
  if (!state.text) return true;
  hit.text ??= [...COLUMNS.map((column) => column.of(hit)), ...hit.fields.flat()].join("\n").toLowerCase();
  return hit.text.includes(state.text);
}

function evidenceRow(hit, columns, goTo) {
  const open = button("▸", () => toggle(), { class: "square", "aria-expanded": "false", "aria-label": `Details of ${hit.detection}` });
  const row = el("tr", null, columns.map((column) => el("td", {
    "data-label": column.name, class: `${column.key}${column.numeric ? " number" : ""}`, dir: "auto",
  }, column.key === "detection" ? detectionCell(hit, goTo) : (column.show || column.of)(hit) ?? "–")),
  el("td", { class: "open" }, open));
  let below = null;
  const toggle = () => {
    open.setAttribute("aria-expanded", String(!below));
    open.textContent = below ? "▸" : "▾";
    if (below) { below.remove(); below = null; return; }
    below = el("tr", { class: "below" }, el("td", { colspan: columns.length + 1 }, hitDetails(hit)));
    row.after(below);
  };
  return row;
}

function detectionCell(hit, goTo) {
  const heat = el("span", { class: `dot ${hit.type === "TTP" ? "hot" : "warm"}`, "aria-hidden": "true" });
  return [heat, goTo ? jump(hit.detection, () => goTo(hit)) : hit.detection];
}

function hitDetails(hit) {
  const facts = [...hit.fields.map(([name, value]) => [name, longCode(value)]),
    ["Process", hit.image ? code(hit.image) : null], ["Account", [hit.user, hit.integrity].filter(Boolean).join(", ")],
    ["Host", hit.host], ["Process id", hit.pid ?? "–"], ["Layer", hit.by ? `${hit.layer}: ${hit.by}` : hit.layer],
    ["Record", [code(hit.source), ` #${hit.record}`]], ["Event id", hit.event_id], ["Rule", [hit.detection, " ", code(hit.rule_id)]],
    ["It means", ruleOf(hit)?.description], ["It also fires on", ruleOf(hit)?.false_positives.join("; ")],
    ...hit.also.map((one) => ["Also told by", `event ${one.event_id}, ${one.source} #${one.record}`])];
  return [el("dl", { class: "facts-list wide" }, facts.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => [el("dt", null, name), el("dd", null, value)])), recordFolds(hit)];
}

// What the rules that fired say of themselves, by title and id. Set by main.js.
const RULES = new Map();

function useRules(rules) {
  for (const rule of rules) RULES.set(`${rule.title}\n${rule.rule_id}`, rule);
}

function ruleOf(hit) {
  return RULES.get(`${hit.detection}\n${hit.rule_id}`);
}

function emptyRow(total) {
  return el("tr", null, el("td", { colspan: COLUMNS.length + 1, class: "empty" },
    total ? "Nothing matches the filter." : "No detections."));
}

function plainHit(hit) {
  const { text, at, logged, ...plain } = hit;
  return { ...plain, fields: Object.fromEntries(hit.fields) };
}

function tsvCell(value) {
  const text = String(value ?? "").replace(/[\t\r\n]+/g, " ");
  return /^\s*[=+\-@]/.test(text) ? `'${text}` : text;
}

/** Tab-separated; a cell that a spreadsheet would take for a formula gets an apostrophe before it. */
function asTsv(hits) {
  const line = (values) => values.map(tsvCell).join("\t");
  return [line(COLUMNS.map((column) => column.name)), ...hits.map((hit) => line(COLUMNS.map((column) => column.of(hit))))].join("\n");
}
