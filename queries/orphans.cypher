// Orphans
// Question: Which processes were never seen to start, or have no known parent?
// Look at: tagged ones first: here the log has a gap, or the process began before it.
// Limit: 300, tagged ones first, then those with the most children.
WITH
  'default' AS case_name // the case
MATCH (process:Process {case: case_name})
WHERE process.placeholder OR NOT EXISTS { (process)<-[:SPAWNED]-() }
RETURN process, process.host AS host, process.placeholder AS never_seen_to_start,
  process:Tagged AS tagged, COUNT { (process)-[:SPAWNED]->() } AS children
ORDER BY tagged DESC, children DESC, process.id LIMIT 300
