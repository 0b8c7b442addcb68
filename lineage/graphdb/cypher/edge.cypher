// Writes a batch of the provenance graph's edges, of one kind between two labels. Parameters: rows,
// case. A row is a list: source, target, first, last, count, evidence, chains or null.
// Times: see node.cypher.
UNWIND $rows AS row
MATCH (source:SOURCE_LABEL {case: $case, id: row[0]})
MATCH (target:TARGET_LABEL {case: $case, id: row[1]})
MERGE (source)-[r:TYPE {case: $case}]->(target)
SET r += {
  first: datetime({
    epochSeconds: row[2] / 10000000, nanosecond: row[2] % 10000000 * 100
  }),
  last: datetime({
    epochSeconds: row[3] / 10000000, nanosecond: row[3] % 10000000 * 100
  }),
  count: row[4], evidence: row[5], chains: coalesce(row[6], r.chains), flow: 'FLOW'
}
RETURN count(*) AS written
