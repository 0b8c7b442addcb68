// Records as they were logged, for the rows of evidence that keep theirs.

// The payload's, in its order. Set by main.js.
let RECORDS = [];

function useRecords(records) {
  RECORDS = records;
}

/** The records that tell a hit, each in a fold; what isn't kept, with the command that shows it. */
function recordFolds(hit) {
  const folds = hit.logged.map((number) => RECORDS[number]).map((record) => disclosure(
    ["Record as logged: ", code(`${baseName(record.source)} #${record.record}`), el("small", null, ` event ${record.event_id}`)],
    () => recordTable(record), { class: "record" }));
  if (hit.logged.length) return folds;
  return el("p", { class: "muted record" }, "This page doesn't keep the record. ",
    code(`lineage record "${hit.source}#${hit.record}"`), " shows it.");
}

function recordTable(record) {
  const head = [["Provider", record.provider], ["Channel", record.channel], ["Event id", record.event_id],
    ["Record", record.record], ["Computer", record.computer], ["Time", record.time], ["Logged by process", record.process_id],
    ["As", record.user], ["Source", record.source]];
  return [
    el("dl", { class: "facts-list wide logged" },
      [...head.filter(([, value]) => value !== null && value !== ""), ...record.data].map(([name, value]) =>
        [el("dt", null, name), el("dd", null, longCode(String(value), 1500))])),
    record.cut ? el("p", { class: "muted" }, "A long field was cut.") : null,
    button("Copy record", () => copyText(JSON.stringify({ ...record, data: Object.fromEntries(record.data) }, null, 2), "the record as JSON")),
  ];
}
