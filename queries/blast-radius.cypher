// Blast radius of a chain
// Question: What else did the chain's processes and files bring about, beyond the chain itself?
// Look at: processes on other branches, files that other programs opened later.
// Limit: the 300 nearest nodes, within 4 causal steps from the chain's processes. Files that nobody
//   wrote since the chain began carry nothing on.
WITH
  'default' AS case_name, // the case
  '' AS chain // id of a chain; empty for the best one
CALL (case_name, chain) {
  MATCH (c:Chain {case: case_name})
  WHERE chain IN ['', c.id]
  RETURN c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
MATCH (member:Process)-[:PART_OF]->(c)
MATCH path = ANY SHORTEST (member) ((cause)-[step]-(effect)
  WHERE step.last >= c.first_seen AND (
    (step.flow = 'forward' AND startNode(step) = cause)
    OR (step.flow = 'backward' AND endNode(step) = cause AND EXISTS {
      (cause)<-[made:WROTE|COPIED_TO|SET|MAPPED_AS]-()
      WHERE made.last >= c.first_seen AND made.first <= step.last
    })
  )){1,4} (reached)
WHERE NOT EXISTS { (reached)-[:PART_OF]->(c) }
WITH reached, min(length(path)) AS steps, min(relationships(path)[-1].first) AS time
RETURN reached, labels(reached)[0] AS kind, steps, time
ORDER BY steps, time, reached.id LIMIT 300
