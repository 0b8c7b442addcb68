// Writes a batch of the provenance graph's edges, all of one kind. Parameter: push, a mapping of
// rows, case, type and flow (see node.cypher). A row is a list: source, target, first, last, count,
// evidence, chains or null, the keys of the evidence (rows.Record), carried or null, and true
// where the edge is only likely, else null.
// What an earlier push knew of the same edge stays: times widen, records and chains add up. A record
// is known by its key; what it was first called stays. Times: see node.cypher.
// The first SET locks the edge, so that what another client writes meanwhile is read afterwards.
UNWIND $push.rows AS row
MATCH (source:LABEL {case: $push.case, id: row[0]})
MATCH (target:LABEL {case: $push.case, id: row[1]})
MERGE (source)-[r:$($push.type) {case: $push.case}]->(target)
SET r.flow = $push.flow
WITH row, r,
  datetime({epochSeconds: row[2] / 10000000, nanosecond: row[2] % 10000000 * 100}) AS first,
  datetime({epochSeconds: row[3] / 10000000, nanosecond: row[3] % 10000000 * 100}) AS last,
  CASE WHEN row[8] IS NOT NULL THEN
    datetime({epochSeconds: row[8] / 10000000, nanosecond: row[8] % 10000000 * 100})
  END AS carried,
  [i IN range(0, size(row[7]) - 1) WHERE NOT row[7][i] IN r.records] AS new
WITH row, r, first, last, carried,
  coalesce(r.records + [i IN new | row[7][i]], row[7]) AS records,
  CASE WHEN r.records IS NULL THEN row[5] ELSE r.evidence + [i IN new | row[5][i]] END AS evidence
SET r += {
  first: CASE WHEN r.first < first THEN r.first ELSE first END,
  last: CASE WHEN r.last > last THEN r.last ELSE last END,
  carried: CASE WHEN r.carried < carried THEN r.carried ELSE coalesce(carried, r.carried) END,
  count: reduce(most = row[4], each IN [r.count, size(records)] |
    CASE WHEN each > most THEN each ELSE most END),
  evidence: evidence,
  records: records,
  guess: row[9],
  chains: coalesce(r.chains + [each IN row[6] WHERE NOT each IN r.chains], row[6], r.chains)
}
RETURN count(*) AS written
