// What to look for elsewhere: the attack's files, names, addresses and keys, to read and to copy.

const IOC_COLUMNS = ["Kind", "Value", "Hashes and data", "Why", "First seen", "Last seen", "Record"];

/** A chain's indicators, or why there are none. */
function indicatorBlock(chain, number) {
  if (chain.indicators.length) return indicatorTable(chain.indicators, `Indicators of chain ${number}`);
  return el("p", { class: "muted" }, chain.verdict === "suspicious"
    ? "None: what a suspicious chain did may well be honest, so nothing of it should be blocked or hunted for."
    : "None: whatever was seen of the attack are programs and names that honest software has too.");
}

/** The indicators of all chains, each thing once. */
function allIndicators(report) {
  const found = new Map();
  for (const chain of report.chains) {
    for (const one of chain.indicators) {
      const key = `${one.kind} ${one.value.toLowerCase()}`;
      if (!found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}

function indicatorsDisclosure(report) {
  const all = allIndicators(report);
  if (!all.length) return null;
  return disclosure(["Indicators to look for", badge(count(all.length))], () => indicatorTable(all, "Indicators of all chains"));
}

function indicatorTable(indicators, caption) {
  const rows = indicators.map((one) => [one.kind, code(one.value),
    [...one.hashes.map(([name, digest]) => el("div", { class: "hash" }, el("span", { class: "muted" }, `${name} `), code(digest))),
      one.data ? code(one.data) : null, one.port ? `port ${one.port}` : null],
    one.why, fullTime(one.first).slice(0, 19), fullTime(one.last).slice(0, 19),
    one.record ? recordName(one.record[0], one.record[1]) : "–"]);
  const lines = () => indicators.flatMap((one) => [one.value, ...strongest(one)]);
  const copy = (label, text, what) => button(label, () => copyText(text(), what));
  return el("div", { class: "indicators" },
    el("div", { class: "toolbar" }, el("span", { class: "muted" }, plural(indicators.length, "indicator")),
      el("div", { class: "tools" },
        copy("Copy list", () => lines().join("\n"), "the values, one a line"),
        copy("Copy defanged", () => indicators.flatMap((one) => [defanged(one), ...strongest(one)]).join("\n"), "the defanged values"),
        copy("Copy TSV", () => indicatorsAsTsv(indicators), "the indicators as TSV"))),
    plainTable(caption, IOC_COLUMNS, rows));
}

/** The digest by which a file is looked for best. */
function strongest(one) {
  const digests = new Map(one.hashes);
  const best = digests.get("SHA256") || digests.get("SHA1") || digests.get("MD5");
  return best ? [best] : [];
}

/** A name or address that nobody follows by mistake. */
function defanged(one) {
  return one.kind === "domain" || one.kind === "address" ? one.value.replaceAll(".", "[.]").replaceAll(":", "[:]") : one.value;
}

function indicatorsAsTsv(indicators) {
  const names = ["MD5", "SHA1", "SHA256"];
  const head = ["kind", "value", ...names.map((name) => name.toLowerCase()), "data", "port", "why", "hosts", "first_seen_utc", "last_seen_utc", "source", "record"];
  const row = (one) => {
    const digests = new Map(one.hashes);
    return [one.kind, one.value, ...names.map((name) => digests.get(name)), one.data, one.port, one.why, one.hosts.join("; "),
      sortableTime(one.first), sortableTime(one.last), ...(one.record || ["", ""])];
  };
  return [head, ...indicators.map(row)].map((values) => values.map(tsvCell).join("\t")).join("\n");
}
