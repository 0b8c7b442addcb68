// Parents up to great-grandparents
// Use: Follow a chain, 2
// Question: Who started this program, who started that, and who that one?
// Look at: the first name that doesn't belong in the line; a guessed parent is only the likely one.
// Limit: the first 300 processes.
WITH
  'default' AS case_name, // the case
  '' AS process // its id or program name; empty for all of the best chain
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
  RETURN p
}
OPTIONAL MATCH (parent:Process)-[started:SPAWNED]->(p)
OPTIONAL MATCH (grandparent:Process)-[:SPAWNED]->(parent)
OPTIONAL MATCH (great_grandparent:Process)-[:SPAWNED]->(grandparent)
RETURN p AS process, parent, grandparent, great_grandparent,
  coalesce(p.parent_guess, false) AS parent_is_guess, coalesce(p.start, started.first) AS time,
  p.command_line AS command_line
ORDER BY time, process.id, parent.id, grandparent.id, great_grandparent.id LIMIT 300
