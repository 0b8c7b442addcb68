// Kill chain
// Use: Start here, 4
// Question: How did the attack run, from its way in to its goal?
// Look at: the drawing, by the numbers on the discs; a red ring is a detection's hit, a purple one is
//   in the chain without. Double-click a disc for what it wrote, set and asked for.
// Limit: the first 300 steps. Of a chain of more than 16 nodes only those between its processes and
//   what carried the attack from one to the next, unless all steps are asked for.
WITH
  'default' AS case_name, // the case
  '' AS chain, // id of a chain; empty for the best one
  false AS all_steps // true for all that the chain wrote, set and asked for
CALL (case_name, chain) {
  MATCH (c:Chain {case: case_name})
  WHERE chain IN ['', c.id]
  RETURN c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
MATCH (member)-[in_chain:PART_OF|BYSTANDER_OF]->(c)
WITH c, all_steps, collect(member) AS members,
  collect(CASE WHEN all_steps OR in_chain.order IS NOT NULL THEN member END) AS drawn
UNWIND members AS member
MATCH (member)-[step]-()
WHERE c.id IN step.chains AND (all_steps OR (startNode(step) IN drawn AND endNode(step) IN drawn))
WITH DISTINCT step
ORDER BY step.first, startNode(step).id, type(step), endNode(step).id LIMIT 300
RETURN startNode(step) AS source, step, endNode(step) AS target, step.first AS time
