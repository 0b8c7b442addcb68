// Writes a batch of what ties detections and chains to nodes: relationships of one type between two
// labels. Parameters: rows, case.
// Times: see node.cypher.
UNWIND $rows AS row
MATCH (source:SOURCE_LABEL {case: $case, id: row.source})
MATCH (target:TARGET_LABEL {case: $case, id: row.target})
MERGE (source)-[r:TYPE {case: $case}]->(target)
SET r += row.properties
FOREACH (name IN keys(row.times) |
  SET r[name] = datetime({
    epochSeconds: row.times[name] / 10000000, nanosecond: row.times[name] % 10000000 * 100
  }))
RETURN count(*) AS written
