// Writes a batch of the provenance graph's edges, of one kind between two labels. Parameters: rows,
// case. A row is a list: source, target, first, last, count, evidence, chains or null.
// What an earlier push knew of the same edge stays: times widen, records and chains add up.
// Times: see node.cypher.
UNWIND $rows AS row
MATCH (source:SOURCE_LABEL {case: $case, id: row[0]})
MATCH (target:TARGET_LABEL {case: $case, id: row[1]})
MERGE (source)-[r:TYPE {case: $case}]->(target)
WITH row, r,
  datetime({epochSeconds: row[2] / 10000000, nanosecond: row[2] % 10000000 * 100}) AS first,
  datetime({epochSeconds: row[3] / 10000000, nanosecond: row[3] % 10000000 * 100}) AS last,
  coalesce(r.evidence + [each IN row[5] WHERE NOT each IN r.evidence], row[5]) AS evidence
SET r += {
  first: CASE WHEN r.first < first THEN r.first ELSE first END,
  last: CASE WHEN r.last > last THEN r.last ELSE last END,
  count: reduce(most = row[4], each IN [r.count, size(evidence)] |
    CASE WHEN each > most THEN each ELSE most END),
  evidence: evidence,
  chains: coalesce(r.chains + [each IN row[6] WHERE NOT each IN r.chains], row[6], r.chains),
  flow: 'FLOW'
}
RETURN count(*) AS written
