// The top of the page: what was found, where, when, from what, and what could not be seen.

const WEAK_NOTE = "too little was seen to call them attacks, which doesn't make them honest";

function summary(report) {
  const verdicts = tally(report.chains);
  const facts = keyFacts(report);
  return el("header", { class: "summary" },
    el("h1", null, headline(verdicts)), el("p", { class: "subline" }, subline(report, verdicts)),
    report.judged.map((sentence) => el("p", { class: "muted judged" }, sentence)),
    el("dl", { class: "key-facts" }, facts.map(([name, value, detail]) =>
      el("div", null, el("dt", null, name), el("dd", null, value, detail ? el("small", null, detail) : null)))),
    el("div", { class: "disclosures" }, inputsDisclosure(report), coverageDisclosure(report),
      unchainedDisclosure(report), ruleDisclosure(report), allowDisclosure(report), alertDisclosure(report), indicatorsDisclosure(report),
      looseDisclosure(report), countsDisclosure(report), wordsDisclosure()));
}

function tally(chains) {
  const verdicts = { confirmed: 0, probable: 0, suspicious: 0 };
  for (const chain of chains) verdicts[chain.verdict] += 1;
  return verdicts;
}

/** What matters most: the confirmed and probable chains; suspicious ones only where they are all. */
function headline({ confirmed, probable, suspicious }) {
  const strong = [[confirmed, "confirmed"], [probable, "probable"]].filter(([number]) => number);
  if (strong.length) {
    const told = strong.map(([number, verdict]) => `${count(number)} ${verdict}`).join(" and ");
    return `${told} attack ${confirmed + probable === 1 ? "chain" : "chains"}`;
  }
  return suspicious ? plural(suspicious, "suspicious chain") : "No attack chain found";
}

function subline(report, { confirmed, probable, suspicious }) {
  if (!report.chains.length) return nothingFound(report);
  if (confirmed + probable === 0) return report.weak;
  if (!suspicious) return null;
  return el("a", { href: "#suspicious", class: "to-weak" }, report.weak);
}

/** Why there is no chain, as far as the report tells. */
function nothingFound(report) {
  if (report.chains_left_out) return "Chains were found, but none is left of those that were asked for.";
  if (!report.inputs.some((input) => input.events)) {
    return "No event was understood in this input, so nothing could be found. See below what was read, and why not.";
  }
  if (report.hits.length) return `${plural(report.hits.length, "detection hit")}, but they don't add up to a chain. They are listed below.`;
  const could = (entries, thing) => {
    const number = entries.filter((entry) => entry.evaluable).length;
    return number ? [plural(number, thing)] : [];
  };
  const told = [...could(report.coverage, "detection"), ...could(report.tradecraft, "tradecraft rule")].join(" and ");
  return `None of the ${told || "detections"} that could have fired on this input did.`;
}

function keyFacts(report) {
  const strong = report.chains.filter((chain) => chain.verdict !== "suspicious");
  const chains = strong.length ? strong : report.chains;
  const hosts = [...new Set(chains.flatMap((chain) => chain.hosts))];
  const firsts = chains.map((chain) => chain.first).sort();
  const lasts = chains.map((chain) => chain.last).sort();
  const accounts = [...new Set(chains.flatMap((chain) => chain.accounts))];
  const sum = (field) => report.inputs.reduce((total, input) => total + input[field], 0);
  return [
    [strong.length ? "Hosts of these chains" : "Hosts", hosts.length ? hosts.slice(0, 3).join(", ") : "–", hosts.length > 3 ? `and ${hosts.length - 3} more` : null],
    [strong.length ? "Their accounts" : "Accounts", accounts.length ? accounts.slice(0, 3).join(", ") : "not logged", accounts.length > 3 ? `and ${accounts.length - 3} more` : null],
    ["First to last step", firsts.length ? unbroken(span(firsts[0], lasts[lasts.length - 1])) : "–",
      firsts.length ? duration(firsts[0], lasts[lasts.length - 1]) : null],
    ["Read", plural(sum("records"), "record"), `${plural(report.inputs.length, "input")}, ${
      sum("rejected") ? `${count(sum("rejected"))} rejected` : "none rejected"}`],
    fired("Detections", report.coverage, report.hits.filter((hit) => hit.layer !== "tradecraft" && hit.layer !== "alert")),
    ...(report.tradecraft.length
      ? [fired("Tradecraft rules", report.tradecraft, report.hits.filter((hit) => hit.layer === "tradecraft"))] : []),
  ];
}

/** How many of the known detections fired, and how many could not have. */
function fired(name, known, hits) {
  const blind = known.filter((entry) => !entry.evaluable).length;
  const titles = new Set(hits.map((hit) => hit.detection));
  return [name, `${count(titles.size)} fired`, `${count(known.length)} known, ${blind ? `${count(blind)} not evaluable` : "all evaluable"}`];
}

/** A span of time that may break before its "to" only. */
function unbroken(text) {
  return text.split(/(?= to )/).map((half) => [el("span", { class: "unbroken" }, half.trim()), " "]);
}

function inputsDisclosure(report) {
  const rejected = report.inputs.reduce((total, input) => total + input.rejected, 0);
  const label = [`What was read: ${plural(report.inputs.length, "input")}`, rejected ? badge(`${count(rejected)} rejected`) : null];
  const inputs = report.inputs.filter((input) => !input.kind)
    .sort((a, b) => b.events - a.events || b.records - a.records);
  const columns = ["Source", "Format", "Records", "Events", "Ignored", "Duplicates", "Rejected"];
  return disclosure(label, () => [
    plainTable("Inputs", columns, inputs.map((input) => [code(input.source), input.format, count(input.records),
      count(input.events), count(input.ignored), count(input.duplicates), count(input.rejected)]), [2, 3, 4, 5, 6]),
    shortList(inputs.filter((input) => input.problems.length), 10, (input) => el("li", null,
      el("p", { class: "of-input" }, code(input.source)),
      shortList(input.problems, 10, (problem) => el("li", null,
        problem.record === null ? "file: " : `record ${problem.record}: `, code(problem.reason)), { class: "plain" }),
      input.rejected > input.problems.length
        ? el("p", { class: "muted" }, `The first ${count(input.problems.length)} of ${count(input.rejected)}.`) : null), { class: "plain" }),
    otherFiles(report),
  ], { class: "inputs" });
}

/** The files that are no telemetry, by kind. */
function otherFiles(report) {
  const others = report.inputs.filter((input) => input.kind);
  if (!others.length) return null;
  const kinds = new Map();
  for (const input of others) kinds.set(input.kind, (kinds.get(input.kind) || 0) + 1);
  const counts = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, number]) => plural(number, kind));
  return el("p", { class: "muted" },
    `${plural(others.length, "file")} ${others.length === 1 ? "isn't" : "aren't"} telemetry: ${counts.join(", ")}`);
}

function badge(text) {
  return el("span", { class: "badge" }, text);
}

function coverageDisclosure(report) {
  const known = [...report.coverage.map((entry) => ({ ...entry, layer: "core" })),
    ...report.tradecraft.map((entry) => ({ ...entry, layer: "tradecraft" }))];
  const blind = known.filter((entry) => !entry.evaluable);
  const label = ["Coverage", blind.length ? badge(`${count(blind.length)} not evaluable`) : badge("all could have fired")];
  const state = (entry) => (entry.evaluable ? "yes" : el("strong", { class: "warm-text" }, "no"));
  return disclosure(label, () => [
    el("p", { class: "muted" }, "A detection that is not evaluable could not have fired on this input: its silence says nothing."),
    plainTable("Coverage", ["Detection", "Evaluable", "Sources present", "Missing", "Layer"],
      [...blind, ...known.filter((entry) => entry.evaluable)].map((entry) =>
        [entry.detection, state(entry), entry.sources_present.join(", ") || "–", entry.missing.join(", ") || "–", entry.layer])),
  ]);
}

function ruleDisclosure(report) {
  if (!report.rule_problems.length) return null;
  return disclosure(["Rules that could not be used", badge(count(report.rule_problems.length))], () =>
    plainTable("Rules that could not be used", ["Rule", "Why"],
      report.rule_problems.map((problem) => [code(problem.rule), problem.reason])));
}

/** Other tools' alerts: how many were placed, and why others weren't. */
function alertDisclosure(report) {
  if (!report.alert_files.length) return null;
  const total = report.alert_files.reduce((sum, file) => sum + file.alerts, 0);
  return disclosure(["Alerts of other tools", badge(count(total))], () => [
    plainTable("Files of alerts", ["File", "Tools", "Alerts", "Placed", "Not placed", "No alerts"],
      report.alert_files.map((file) => [code(file.source), file.tools.join(", "), count(file.alerts), count(file.placed),
        count(file.unplaced), count(file.others)]), [2, 3, 4, 5]),
    report.alert_files.map((file) => shortList(file.problems, 10, (problem) => el("li", null,
      problem.record === null ? "file: " : `entry ${problem.record}: `, code(problem.reason)), { class: "plain" })),
  ]);
}

function allowDisclosure(report) {
  if (!report.allowances.length) return null;
  const hits = (entry) => Object.values(entry.hits).reduce((sum, number) => sum + number, 0);
  const total = report.allowances.reduce((sum, entry) => sum + hits(entry), 0);
  return disclosure(["Known to be benign", badge(count(total))], () =>
    plainTable("Hits taken away as known to be benign", ["Hits", "Rule", "Reason", "Until", "Entry"],
      report.allowances.map((entry) =>
        [count(hits(entry)), code(entry.rule), entry.reason, entry.expires, code(entry.place)])));
}

/** What rules of level critical and high hit outside of all chains: open where no chain is stronger. */
function unchainedDisclosure(report) {
  if (!report.unchained.length) return null;
  const hits = report.unchained.reduce((sum, entry) => sum + entry.records.length, 0);
  const title = "Critical and high hits on no chain";
  const record = ({ source, record }) => [code(source), ` #${record}`];
  return disclosure([title, badge(count(hits))], () => plainTable(title,
    ["Level", "Rule", "Host", `First (${ZONE})`, "Program", "Hits", "First record", "Why on none"],
    report.unchained.map((entry) => [entry.level, entry.detection, entry.host, fullTime(entry.first_seen),
      entry.image ? code(entry.image) : "–", count(entry.records.length), record(entry.records[0]), entry.why || "–"]), [5]), { class: "unchained", open: !report.chains.some((chain) => chain.verdict !== "suspicious") });
}

function looseDisclosure(report) {
  const used = new Set(report.chains.flatMap((chain) => chain.evidence.map(([hit]) => hit)));
  const loose = report.hits.filter((hit, index) => !used.has(index));
  if (!loose.length) return null;
  return disclosure([`Hits outside any chain`, badge(count(loose.length))], () =>
    evidenceTable(loose, "Hits outside any chain", null));
}

/** What the page's own words mean. */
function wordsDisclosure() {
  const words = [
    ["confirmed", "Two facts that only the family leaves, or one and another strong fact."],
    ["probable", "One such fact, or strong facts of several stages that follow from one another."],
    ["suspicious", "Less than that. Neither an attack nor honest, as far as was seen."],
    ["score", "0 to 100; its parts add up and say why."],
    ["bystander", "A process that causality only went through: a shell, a service host, a browser. Not the attack's."],
    ["type", WORD_OF.type], ["risk", WORD_OF.risk], ["layer", WORD_OF.layer],
    ["not evaluable", "The input has no records that could have shown it: silence says nothing."],
    ["guess", "A parent that is only the likely one: who was known to hold the process id last."],
  ];
  return disclosure("Words", () => el("dl", { class: "facts-list wide" }, words.map(([word, meaning]) => [el("dt", null, word), el("dd", null, meaning)])));
}

function countsDisclosure(report) {
  const rows = (counts, name) => Object.entries(counts).filter(([, number]) => number).map(([kind, number]) => [name(kind), count(number)]);
  const total = Object.values(report.graph.nodes).reduce((sum, number) => sum + number, 0);
  return disclosure(`Provenance graph: ${plural(total, "node")}`, () => el("div", { class: "side-by-side" },
    plainTable("Nodes", ["Nodes", "Count"], rows(report.graph.nodes, (kind) => nouns(kind)[1]), [1]),
    plainTable("Edges", ["Edges", "Count"], rows(report.graph.edges, (kind) => verbOf(kind)), [1])));
}
