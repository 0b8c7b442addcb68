// Writes a batch of nodes. Parameter: push, a mapping of rows and case. A mapping, since a server
// plans a text anew for every order of magnitude that a list or text has.
// A process that an earlier push saw to start isn't made a placeholder again.
// Times come as ticks of 100 ns since 1970, and become temporal values here, because the driver
// packs a temporal value three times slower than the server makes one.
UNWIND $push.rows AS row
MERGE (n:LABEL {case: $push.case, id: row.id})
WITH row, n, n.placeholder = false AS started
SET n:$(row.labels), n += row.properties
FOREACH (_ IN CASE WHEN started THEN [1] ELSE [] END | SET n.placeholder = false)
FOREACH (name IN keys(row.times) |
  SET n[name] = datetime({
    epochSeconds: row.times[name] / 10000000, nanosecond: row.times[name] % 10000000 * 100
  }))
RETURN count(*) AS written
