// Writes a batch of what ties detections and chains to nodes, and what was made to who used it:
// relationships of one type between two labels. Parameters: rows, case.
// What an earlier push knew of the same one stays: times widen, records add up. See edge.cypher.
UNWIND $rows AS row
MATCH (source:SOURCE_LABEL {case: $case, id: row.source})
MATCH (target:TARGET_LABEL {case: $case, id: row.target})
MERGE (source)-[r:TYPE {case: $case}]->(target)
WITH row, r, properties(r) AS known, row.properties.evidence AS told
SET r += row.properties
FOREACH (name IN keys(row.times) |
  SET r[name] = datetime({
    epochSeconds: row.times[name] / 10000000, nanosecond: row.times[name] % 10000000 * 100
  }))
FOREACH (_ IN CASE WHEN known.evidence IS NULL THEN [] ELSE [1] END |
  SET r.evidence = known.evidence + [each IN told WHERE NOT each IN known.evidence],
    r.first = CASE WHEN known.first < r.first THEN known.first ELSE r.first END,
    r.last = CASE WHEN known.last > r.last THEN known.last ELSE r.last END
  SET r.count = reduce(most = r.count, each IN [known.count, size(r.evidence)] |
    CASE WHEN each > most THEN each ELSE most END))
RETURN count(*) AS written
