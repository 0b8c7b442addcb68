// Blast radius of a chain
// Use: Follow a chain, 4
// Question: What else did the chain's processes and files bring about, beyond the chain itself?
// Look at: processes on other branches, files that other programs opened later.
// Limit: the 300 nearest nodes, within 4 causal steps from the chain's processes, each step after the
//   chain began; the order of steps among themselves is not checked.
WITH
  'default' AS case_name, // the case
  '' AS chain // id of a chain; empty for the best one
CALL (case_name, chain) {
  MATCH (c:Chain {case: case_name})
  WHERE chain IN ['', c.id]
  RETURN c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
MATCH path = ANY SHORTEST (c)<-[:PART_OF]-(:Process)
  (()-[did]->() WHERE did.flow = 'forward' AND did.last >= c.first_seen){0,4}
  (()<-[used]-() WHERE used.carried IS NOT NULL AND used.last >= c.first_seen){0,1}
  (()-[did2]->() WHERE did2.flow = 'forward' AND did2.last >= c.first_seen){0,3}
  (()<-[used2]-() WHERE used2.carried IS NOT NULL AND used2.last >= c.first_seen){0,1}
  (()-[did3]->() WHERE did3.flow = 'forward' AND did3.last >= c.first_seen){0,2} (reached)
WHERE 1 < length(path) <= 5 AND NOT EXISTS { (reached)-[:PART_OF]->(c) }
RETURN reached, [label IN labels(reached) WHERE NOT label IN ['Entity', 'Tagged']][0] AS kind,
  length(path) - 1 AS steps, coalesce(relationships(path)[-1].carried, relationships(path)[-1].first) AS time
ORDER BY steps, time, reached.id LIMIT 300
