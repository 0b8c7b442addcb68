// The chains in their order: those that matter in full, the suspicious ones folded, alike ones
// together; found by any of their texts, by verdict, host and account.

const INDEX_SHOWN = 12;
const GROUPS_SHOWN = 100;
const FEW = 2; // up to so many chains need no tools to find one

const ORDERS = {
  best: ["Best first", (a, b) => a.number - b.number],
  first: ["By first time", (a, b) => compareTexts(sortableTime(a.chain.first), sortableTime(b.chain.first))],
  last: ["By last time, newest first", (a, b) => compareTexts(sortableTime(b.chain.last), sortableTime(a.chain.last))],
  host: ["By host", (a, b) => compareTexts(a.chain.hosts.join(" "), b.chain.hosts.join(" ")) || a.number - b.number],
  size: ["By number of processes", (a, b) => processCount(b.chain) - processCount(a.chain)],
};

function compareTexts(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function processCount(chain) {
  return chain.nodes.filter((node) => node.kind === "process" && !node.outside).length;
}

/** The list of chains: `{ element, sections, show(section) }`, sections in the order of the report. */
function chainList(report) {
  const sections = report.chains.map((chain, index) => chainSection(chain, report, index + 1));
  const state = { text: "", verdict: "", host: "", user: "", order: "best", together: true, shown: GROUPS_SHOWN };
  const strong = el("div", { class: "strong-chains" });
  const index = el("div");
  const weak = weakChains(sections);
  const status = el("span", { class: "muted", role: "status" });
  const draw = () => {
    const found = sections.filter((section) => isWanted(section, state)).sort(ORDERS[state.order][1]);
    const [best, rest] = [found.filter(isStrong), found.filter((section) => !isStrong(section))];
    for (const section of sections) section.search = state.text;
    replaceChildren(index, chainIndex(best));
    replaceChildren(strong, best.map((section) => section.element));
    weak.draw(rest, state, draw, !best.length || isNarrowed(state));
    status.textContent = found.length === sections.length ? plural(sections.length, "chain")
      : `${count(found.length)} of ${plural(sections.length, "chain")}`;
  };
  const tools = sections.length > FEW ? listTools(sections, state, draw, status) : null;
  const element = el("main", { id: "chains" }, tools?.element, index, strong, weak.element);
  draw();
  return {
    element, sections, search: tools?.input ?? null,
    /** Makes sure that a chain is in the list, whatever was looked for. */
    show(section) {
      if (!element.contains(section.element)) {
        Object.assign(state, { text: "", verdict: "", host: "", user: "", order: "best", shown: Math.max(state.shown, sections.length) });
        tools?.reset();
        draw();
      }
    },
  };
}

function isStrong({ chain }) {
  return chain.verdict !== "suspicious";
}

function isNarrowed(state) {
  return Boolean(state.text || state.verdict || state.host || state.user);
}

function isWanted(section, { text, verdict, host, user }) {
  const { chain } = section;
  if (verdict && chain.verdict !== verdict) return false;
  if (host && !chain.hosts.includes(host)) return false;
  if (user && !chain.accounts.includes(user)) return false;
  if (!text) return true;
  section.text ??= chainText(chain, section.report.hits);
  return text.split(/\s+/).every((word) => section.text.includes(word));
}

/** All that a search over all chains looks in. */
function chainText(chain, hits) {
  const nodes = chain.nodes.flatMap((node) => [node.value, node.command, node.data, node.pid, ...(node.hashes || []).flat()]);
  const evidence = chain.evidence.flatMap(([hit]) => [hits[hit].detection, hits[hit].record, ...hits[hit].attack]);
  return [chain.id, chain.headline, chain.family, chain.campaign?.name, ...chain.hosts, ...chain.accounts, ...nodes, ...evidence]
    .filter((value) => value !== null && value !== undefined).join("\n").toLowerCase();
}

function listTools(sections, state, draw, status) {
  const input = el("input", {
    type: "search", placeholder: "Search all chains", "aria-label": "Search all chains", spellcheck: "false",
    title: "Programs, command lines, files, keys, hashes, accounts, detections; several words must all be there",
  });
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { change({ text: input.value.trim().toLowerCase() }); }, 120);
  });
  const change = (what) => {
    Object.assign(state, what, { shown: GROUPS_SHOWN });
    draw();
  };
  const values = (of) => [...new Set(sections.flatMap(of))].sort();
  const verdicts = ["confirmed", "probable", "suspicious"].filter((verdict) => sections.some(({ chain }) => chain.verdict === verdict));
  const selects = [
    selectOf("Verdict", [["", "All verdicts"], ...verdicts.map((one) => [one, one])], (verdict) => change({ verdict })),
    selectOf("Host", [["", "All hosts"], ...values(({ chain }) => chain.hosts).map((one) => [one, shorten(one, 40)])], (host) => change({ host })),
    selectOf("Account", [["", "All accounts"], ...values(({ chain }) => chain.accounts).map((one) => [one, shorten(one, 40)])], (user) => change({ user })),
    selectOf("Order", Object.entries(ORDERS).map(([key, [name]]) => [key, name]), (order) => change({ order })),
  ].filter((select) => select.options.length > (select.options[0].value ? 1 : 2));
  const alike = el("input", { type: "checkbox", checked: true, on: { change: () => change({ together: alike.checked }) } });
  const fold = button("Fold all", () => sections.forEach((section) => section.toggle(false)), { title: "Close every chain" });
  return {
    input,
    element: el("div", { class: "toolbar list-tools", role: "search", "aria-label": "Find chains" }, input, selects,
      el("label", { class: "check" }, alike, "alike ones together"), status, el("div", { class: "tools" }, fold)),
    reset() {
      input.value = "";
      for (const select of selects) select.selectedIndex = 0;
    },
  };
}

function selectOf(label, options, choose) {
  const select = el("select", { "aria-label": label, on: { change: () => choose(select.value) } },
    options.map(([value, name]) => el("option", { value }, name)));
  return select;
}

function chainIndex(strong) {
  if (strong.length < 2) return null;
  const entry = ({ chain, number }) => el("li", null, el("a", { href: `#${chain.id}` },
    el("span", { class: `verdict ${chain.verdict}` }, chain.verdict),
    el("span", { class: "title" }, el("span", { class: "muted" }, `${number} `), shorten(chain.headline, HEADLINE_TEXT)),
    el("span", { class: "where" }, hostsOf(chain)), el("span", { class: "score" }, points(chain.score))));
  return el("nav", { class: "index", "aria-label": "Chains" }, shortList(strong, INDEX_SHOWN, entry, { class: "chain-index" }));
}

/** The place of the suspicious chains: folded where there is something better to look at. */
function weakChains(sections) {
  const folds = sections.some(isStrong);
  const title = el("span", { class: "title" });
  const groups = el("div", { class: "weak-groups" });
  const element = folds
    ? el("details", { class: "weak", id: "suspicious" }, el("summary", null,
      el("span", { class: "verdict suspicious" }, "suspicious"), title, el("span", { class: "muted" }, WEAK_NOTE)), groups)
    : el("div", { class: "weak", id: "suspicious" }, groups);
  return {
    element,
    draw(weak, state, redraw, open) {
      element.hidden = !weak.length;
      title.textContent = plural(weak.length, "chain");
      if (folds && open && element instanceof HTMLDetailsElement) element.open = true;
      const rows = state.together ? alike(weak) : weak.map((section) => [section]);
      const more = moreButton(`Show more (${count(Math.max(0, rows.length - state.shown))} left)`,
        `${count(rows.length - state.shown)} more`, () => { state.shown += 5 * GROUPS_SHOWN; redraw(); });
      replaceChildren(groups, rows.slice(0, state.shown).map(weakGroup), rows.length > state.shown ? more : null);
    },
  };
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
  const { chain, number } = members[0];
  return el("details", { class: "alike" }, el("summary", null,
    el("span", { class: "title" }, shorten(chain.headline, HEADLINE_TEXT)), el("span", { class: "badge" }, `${count(members.length)} alike`),
    el("span", { class: "score" }, points(chain.score)), el("span", { class: "when" }, `from chain ${count(number)} on, ${hostsOf(chain)}`)),
  members.map((section) => section.element));
}
