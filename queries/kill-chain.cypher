// Kill chain
// Question: How did the attack run, from its way in to its goal?
// Look at: the drawing, from the document or download along the arrows; red rings are what
//   detections tagged. In the table, the steps from top to bottom in order of time.
// Limit: the first 300 steps of the chain, as Browser draws 300 nodes.
WITH
  'default' AS case_name, // the case
  '' AS chain // id of a chain; empty for the best one
CALL (case_name, chain) {
  MATCH (c:Chain {case: case_name})
  WHERE chain IN ['', c.id]
  RETURN c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
MATCH (member)-[:PART_OF|BYSTANDER_OF]->(c)
MATCH (member)-[step]-()
WHERE c.id IN step.chains
WITH DISTINCT step
ORDER BY step.first, startNode(step).id, type(step), endNode(step).id LIMIT 300
RETURN startNode(step) AS source, step, endNode(step) AS target, step.first AS time
