// Everything under a process
// Use: Follow a chain, 3
// Question: What did this process and all that it started, or had Windows start, write, set and ask for?
// Look at: what was written and then run, registry values that start programs, names asked.
// Limit: the first 300 steps. What an autostart entry or a task started later has its own tree.
WITH
  'default' AS case_name, // the case
  '' AS process // its id or program name; empty for the first process of the best chain
CALL (case_name, process) {
  MATCH (p:Process {case: case_name, id: process})
  RETURN p
  UNION
  MATCH (p:Process {case: case_name, name: toLower(process)})
  RETURN p
  UNION
  WITH case_name, process
  WHERE process = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (p:Process)-[:PART_OF]->(c)
  RETURN p ORDER BY p.start, p.id LIMIT 1
}
MATCH (p)-[:SPAWNED|REQUESTED*0..]->(member:Process)
WITH DISTINCT member
MATCH (member)-[step]->(target)
WHERE step.flow <> 'none'
RETURN member AS process, step, target, step.first AS time
ORDER BY time, target.id LIMIT 300
