// Writes a batch of nodes of one label. Parameters: rows, case.
// A process that an earlier push saw to start isn't made a placeholder again.
// Times come as ticks of 100 ns since 1970, and become temporal values here, because the driver
// packs a temporal value three times slower than the server makes one.
UNWIND $rows AS row
MERGE (n:LABEL {case: $case, id: row.id})
WITH row, n, n.placeholder = false AS started
SET n:$(row.labels), n += row.properties
FOREACH (_ IN CASE WHEN started THEN [1] ELSE [] END | SET n.placeholder = false)
FOREACH (name IN keys(row.times) |
  SET n[name] = datetime({
    epochSeconds: row.times[name] / 10000000, nanosecond: row.times[name] % 10000000 * 100
  }))
RETURN count(*) AS written
