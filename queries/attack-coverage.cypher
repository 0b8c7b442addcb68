// ATT&CK techniques
// Use: Start here, 7
// Question: Which techniques were seen, by which detections, how often, in chains or not?
// Look at: techniques seen in no chain, and those with many hits on one node.
// Limit: 300 techniques.
WITH
  'default' AS case_name // the case
MATCH (detection:Detection {case: case_name})
UNWIND detection.attack AS technique
MATCH (detection)<-[hit:TAGGED_BY]-(node)
WITH technique, collect(DISTINCT detection.title) AS detections, sum(hit.count) AS hits,
  count(DISTINCT node) AS nodes, collect(DISTINCT detection) AS fired
RETURN technique, detections, hits, nodes,
  COUNT {
    MATCH (chain:Chain)-[:EVIDENCED_BY]->(detection) WHERE detection IN fired
    RETURN DISTINCT chain
  } AS chains
ORDER BY technique LIMIT 300
