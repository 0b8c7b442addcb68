// Tagged nodes outside every chain
// Use: Start here, 6
// Question: Which detections fired on something that no chain explains?
// Look at: high risk first; a second hit near one of these would make a chain.
// Limit: the 300 of the highest risk.
WITH
  'default' AS case_name // the case
MATCH (detection:Detection {case: case_name})<-[hit:TAGGED_BY]-(node)
WHERE NOT EXISTS { (node)-[:PART_OF]->(:Chain) }
RETURN node, hit, detection, detection.risk AS risk, hit.count AS times, hit.first AS time,
  hit.evidence AS evidence
ORDER BY risk DESC, time, node.id LIMIT 300
