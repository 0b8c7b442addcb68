// Chains by score
// Use: Start here, 3
// Question: Which attack chains are in the case, and how sure are we?
// Look at: confirmed chains first; the chain's own properties have the parts of its score.
// Limit: the best 300.
WITH
  'default' AS case_name // the case
MATCH (chain:Chain {case: case_name})
RETURN chain, chain.id AS id, chain.verdict AS verdict, chain.hosts AS hosts,
  chain.first_seen AS first_seen, chain.last_seen AS last_seen, chain.tactics AS tactics,
  COUNT { (:Process)-[:PART_OF]->(chain) } AS processes
ORDER BY chain.score DESC, first_seen, id LIMIT 300
