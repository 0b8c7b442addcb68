// The top of the page: what was found, where, when, from what, and what could not be seen.

function summary(report) {
  return el("header", { class: "summary" },
    el("h1", null, headline(report.chains)),
    el("dl", { class: "key-facts" }, keyFacts(report).map(([name, value, detail]) =>
      el("div", null, el("dt", null, name), el("dd", null, value, detail ? el("small", null, detail) : null)))),
    chainIndex(report.chains),
    el("div", { class: "disclosures" }, inputsDisclosure(report), coverageDisclosure(report),
      ruleDisclosure(report), looseDisclosure(report), countsDisclosure(report)));
}

function headline(chains) {
  if (!chains.length) return "No attack chain found";
  const verdicts = ["confirmed", "probable", "suspicious"]
    .map((verdict) => [verdict, chains.filter((chain) => chain.verdict === verdict).length])
    .filter(([, number]) => number);
  if (verdicts.length === 1) return `${plural(chains.length, `${verdicts[0][0]} attack chain`)}`;
  return `${plural(chains.length, "attack chain")}: ${verdicts.map(([verdict, number]) => `${number} ${verdict}`).join(", ")}`;
}

function keyFacts(report) {
  const hosts = [...new Set(report.chains.flatMap((chain) => chain.hosts))];
  const firsts = report.chains.map((chain) => chain.first).sort();
  const lasts = report.chains.map((chain) => chain.last).sort();
  const sum = (field) => report.inputs.reduce((total, input) => total + input[field], 0);
  const blind = report.coverage.filter((entry) => !entry.evaluable).length;
  const fired = new Set(report.hits.map((hit) => hit.detection)).size;
  return [
    ["Hosts", hosts.length ? hosts.slice(0, 3).join(", ") : "–", hosts.length > 3 ? `and ${hosts.length - 3} more` : null],
    ["Time span", firsts.length ? span(firsts[0], lasts[lasts.length - 1]) : "–",
      firsts.length ? duration(firsts[0], lasts[lasts.length - 1]) : null],
    ["Read", plural(sum("records"), "record"), `${plural(report.inputs.length, "input")}, ${
      sum("rejected") ? `${count(sum("rejected"))} rejected` : "none rejected"}`],
    ["Detections", `${count(fired)} fired`, `${count(report.coverage.length)} known, ${blind ? `${count(blind)} not evaluable` : "all evaluable"}`],
  ];
}

function chainIndex(chains) {
  if (chains.length < 2) {
    return chains.length ? null : el("p", { class: "lead" }, "Nothing in the input lined up causally to more than a lone weak hit. "
      + "What was read, and what could not be evaluated, is below.");
  }
  return el("nav", { "aria-label": "Chains" }, el("ol", { class: "chain-index" }, chains.map((chain, index) =>
    el("li", null, el("a", { href: `#chain-${index + 1}`, data: { chain: index } },
      el("span", { class: `verdict ${chain.verdict}` }, chain.verdict),
      el("span", { class: "title" }, `${chain.family || "Attack"} chain on ${chain.hosts.join(", ")}`),
      el("span", { class: "score" }, points(chain.score)))))));
}

function inputsDisclosure(report) {
  const rejected = report.inputs.reduce((total, input) => total + input.rejected, 0);
  const label = [`What was read: ${plural(report.inputs.length, "input")}`, rejected ? badge(`${count(rejected)} rejected`) : null];
  const columns = ["Source", "Format", "Records", "Events", "Ignored", "Duplicates", "Rejected"];
  return disclosure(label, () => [
    plainTable("Inputs", columns, report.inputs.map((input) => [code(input.source), input.format, count(input.records),
      count(input.events), count(input.ignored), count(input.duplicates), count(input.rejected)]), [2, 3, 4, 5, 6]),
    report.inputs.filter((input) => input.problems.length).map((input) => [
      el("h4", null, code(input.source)),
      shortList(input.problems, 10, (problem) => el("li", null,
        problem.record === null ? "file: " : `record ${problem.record}: `, code(problem.reason)), { class: "plain" }),
      input.rejected > input.problems.length
        ? el("p", { class: "muted" }, `The first ${count(input.problems.length)} of ${count(input.rejected)}.`) : null,
    ]),
  ]);
}

function badge(text) {
  return el("span", { class: "badge" }, text);
}

function coverageDisclosure(report) {
  const blind = report.coverage.filter((entry) => !entry.evaluable);
  const label = ["Coverage", blind.length ? badge(`${count(blind.length)} not evaluable`) : badge("all evaluable")];
  const state = (entry) => (entry.evaluable ? "yes" : el("strong", { class: "warm-text" }, "no"));
  return disclosure(label, () => [
    el("p", { class: "muted" }, "A detection that is not evaluable could not have fired on this input: its silence says nothing."),
    plainTable("Coverage", ["Detection", "Evaluable", "Sources present", "Missing"],
      [...blind, ...report.coverage.filter((entry) => entry.evaluable)].map((entry) =>
        [entry.detection, state(entry), entry.sources_present.join(", ") || "–", entry.missing.join(", ") || "–"])),
  ]);
}

function ruleDisclosure(report) {
  if (!report.rule_problems.length) return null;
  return disclosure(["Rules that could not be used", badge(count(report.rule_problems.length))], () =>
    plainTable("Rules that could not be used", ["Rule", "Why"],
      report.rule_problems.map((problem) => [code(problem.rule), problem.reason])));
}

function looseDisclosure(report) {
  const used = new Set(report.chains.flatMap((chain) => chain.evidence.map(([hit]) => hit)));
  const loose = report.hits.filter((hit, index) => !used.has(index));
  if (!loose.length) return null;
  return disclosure([`Hits outside any chain`, badge(count(loose.length))], () =>
    evidenceTable(loose, "Hits outside any chain", null));
}

function countsDisclosure(report) {
  const rows = (counts) => Object.entries(counts).filter(([, number]) => number).map(([kind, number]) => [kind, count(number)]);
  const total = Object.values(report.graph.nodes).reduce((sum, number) => sum + number, 0);
  return disclosure(`Provenance graph: ${plural(total, "node")}`, () => el("div", { class: "side-by-side" },
    plainTable("Nodes", ["Nodes", "Count"], rows(report.graph.nodes), [1]),
    plainTable("Edges", ["Edges", "Count"], rows(report.graph.edges), [1])));
}
