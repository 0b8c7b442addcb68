// Process id reuse
// Use: Hunt, 9
// Question: Which process ids stood for several processes, so that a log by pid alone misleads?
// Look at: ids that a chain's process had; compare the start times before believing another tool.
// Limit: 300 ids, those of chains first. A table: nothing is drawn.
WITH
  'default' AS case_name // the case
MATCH (process:Process {case: case_name})
WHERE process.pid IS NOT NULL
WITH process ORDER BY process.start, process.id
WITH process.host AS host, process.pid AS pid, collect(process) AS processes
WHERE size(processes) > 1
WITH host, pid, processes,
  any(process IN processes WHERE EXISTS { (process)-[:PART_OF]->(:Chain) }) AS in_chain
RETURN host, pid, in_chain, [process IN processes | process.caption] AS programs,
  [process IN processes | coalesce(toString(process.start), '?')] AS starts,
  [process IN processes | process.id] AS ids
ORDER BY in_chain DESC, size(processes) DESC, host, pid LIMIT 300
