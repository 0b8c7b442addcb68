// Writes a batch of what ties detections and chains to nodes: relationships of one type.
// Parameter: push, a mapping of rows, case and type (see node.cypher).
// What an earlier push knew of the same one stays: times widen, records add up. See edge.cypher.
// A fact may rest on several records; those of one time are counted as one fact at least.
UNWIND $push.rows AS row
MATCH (source:LABEL {case: $push.case, id: row.source})
MATCH (target:LABEL {case: $push.case, id: row.target})
MERGE (source)-[r:$($push.type) {case: $push.case}]->(target)
SET r.case = $push.case
WITH row, r, properties(r) AS known, row.properties AS more,
  [i IN range(0, size(coalesce(row.properties.records, [])) - 1)
    WHERE NOT row.properties.records[i] IN r.records] AS new
SET r += row.properties
FOREACH (name IN keys(row.times) |
  SET r[name] = datetime({
    epochSeconds: row.times[name] / 10000000, nanosecond: row.times[name] % 10000000 * 100
  }))
FOREACH (_ IN CASE WHEN known.records IS NULL THEN [] ELSE [1] END |
  SET r.evidence = known.evidence + [i IN new | more.evidence[i]],
    r.records = known.records + [i IN new | more.records[i]],
    r.first = CASE WHEN known.first < r.first THEN known.first ELSE r.first END,
    r.last = CASE WHEN known.last > r.last THEN known.last ELSE r.last END
  SET r.count = reduce(most = r.count, each IN [
      known.count,
      size(reduce(times = [], time IN [key IN r.records | split(key, '#')[0]] |
        CASE WHEN time IN times THEN times ELSE times + time END))
    ] | CASE WHEN each > most THEN each ELSE most END))
RETURN count(*) AS written
