// Chains by score
// Question: Which attack chains are in the case, and how sure are we?
// Look at: confirmed chains first; the score's parts say why.
// Limit: the best 300.
WITH
  'default' AS case_name // the case
MATCH (chain:Chain {case: case_name})
RETURN chain, chain.id AS id, chain.score AS score, chain.verdict AS verdict,
  chain.family AS family, chain.hosts AS hosts, chain.first_seen AS first_seen,
  chain.last_seen AS last_seen, chain.tactics AS tactics, chain.score_parts AS score_parts,
  COUNT { (:Process)-[:PART_OF]->(chain) } AS processes
ORDER BY score DESC, first_seen, id LIMIT 300
