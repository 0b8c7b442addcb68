// Orphans
// Use: Hunt, 8
// Question: Which processes were never seen to start, or have no known parent?
// Look at: tagged ones first: here the log has a gap, or the process began before it.
// Limit: 300, tagged ones first, then those with the most children. A table: nothing is drawn.
WITH
  'default' AS case_name // the case
MATCH (process:Process {case: case_name})
WHERE process.placeholder OR NOT EXISTS { (process)<-[:SPAWNED]-() }
RETURN process.host AS host, process.pid AS pid, coalesce(process.image, process.caption) AS program,
  process.placeholder AS never_seen_to_start, process:Tagged AS tagged,
  COUNT { (process)-[:SPAWNED]->() } AS children, process.start AS start, process.id AS id
ORDER BY tagged DESC, children DESC, id LIMIT 300
