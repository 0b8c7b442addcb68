// Timeline of a chain
// Use: Start here, 5
// Question: What happened in this chain, minute by minute, and on which records does it rest?
// Look at: the gaps; the evidence names source and record to open next. A detection stands at its
//   first time in the case, which for what several chains share may be before this chain.
// Limit: the first 300 lines.
WITH
  'default' AS case_name, // the case
  '' AS chain // id of a chain; empty for the best one
CALL (case_name, chain) {
  MATCH (c:Chain {case: case_name})
  WHERE chain IN ['', c.id]
  RETURN c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
CALL (c) {
  MATCH (member)-[:PART_OF|BYSTANDER_OF]->(c)
  MATCH (member)-[step]-()
  WHERE c.id IN step.chains
  RETURN DISTINCT step.first AS time, startNode(step) AS source, type(step) AS what,
    endNode(step) AS target, step.evidence AS evidence
  UNION
  MATCH (c)-[:EVIDENCED_BY]->(detection)
  MATCH (member)-[:PART_OF]->(c)
  MATCH (member)-[hit:TAGGED_BY]->(detection)
  RETURN hit.first AS time, member AS source, type(hit) AS what, detection AS target,
    hit.evidence AS evidence
}
RETURN time, source, what, target, evidence
ORDER BY time, what, source.id, target.id LIMIT 300
