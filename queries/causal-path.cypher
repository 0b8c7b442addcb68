// Shortest causal path
// Use: Follow a chain, 5
// Question: Is there a way by which one tagged node brought about another?
// Look at: each step happens no earlier than the one before it began; a way through explorer.exe or
//   services.exe proves little.
// Limit: 1 path, the first that time allows. Of those on which 0, 1, 2 and 3 times something is used
//   that was made in the case, the 5 shortest each are looked at. Files that nobody wrote in the case
//   carry nothing on, but for the cause itself.
WITH
  'default' AS case_name, // the case
  '' AS source, // id of the cause; empty for the first tagged process of the best chain
  '' AS target // id of the effect; empty for the last tagged process of the best chain
CALL (case_name, source) {
  MATCH (a:Process|File|RegistryValue|Domain|Module|ScriptBlock {case: case_name, id: source})
  RETURN a
  UNION
  WITH case_name, source
  WHERE source = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (c)<-[:PART_OF]-(a:Process&Tagged)-[hit:TAGGED_BY]->()
  RETURN a ORDER BY hit.first, a.id LIMIT 1
}
CALL (case_name, target) {
  MATCH (b:Process|File|RegistryValue|Domain|Module|ScriptBlock {case: case_name, id: target})
  RETURN b
  UNION
  WITH case_name, target
  WHERE target = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (c)<-[:PART_OF]-(b:Process&Tagged)-[hit:TAGGED_BY]->()
  RETURN b ORDER BY hit.first DESC, b.id LIMIT 1
}
CALL (a, b) { // by how often on the way something is used
  MATCH path = SHORTEST 5 (a) (()<-[:EXECUTED|INTERPRETED|LOADED]-()){0,1}
    (()-[did]->() WHERE did.flow = 'forward')* (b)
  RETURN path
  UNION
  MATCH path = SHORTEST 5 (a) (()<-[:EXECUTED|INTERPRETED|LOADED]-()){0,1}
    (()-[did]->() WHERE did.flow = 'forward')*
    (()<-[used]-() WHERE used.carried IS NOT NULL){1} (()-[did2]->() WHERE did2.flow = 'forward')* (b)
  RETURN path
  UNION
  MATCH path = SHORTEST 5 (a) (()<-[:EXECUTED|INTERPRETED|LOADED]-()){0,1}
    (()-[did]->() WHERE did.flow = 'forward')*
    (()<-[used]-() WHERE used.carried IS NOT NULL){1} (()-[did2]->() WHERE did2.flow = 'forward')*
    (()<-[used2]-() WHERE used2.carried IS NOT NULL){1} (()-[did3]->() WHERE did3.flow = 'forward')* (b)
  RETURN path
  UNION
  MATCH path = SHORTEST 5 (a) (()<-[:EXECUTED|INTERPRETED|LOADED]-()){0,1}
    (()-[did]->() WHERE did.flow = 'forward')*
    (()<-[used]-() WHERE used.carried IS NOT NULL){1} (()-[did2]->() WHERE did2.flow = 'forward')*
    (()<-[used2]-() WHERE used2.carried IS NOT NULL){1} (()-[did3]->() WHERE did3.flow = 'forward')*
    (()<-[used3]-() WHERE used3.carried IS NOT NULL){1} (()-[did4]->() WHERE did4.flow = 'forward')* (b)
  RETURN path
}
WITH path, relationships(path) AS steps
WHERE size(steps) > 0 AND all(i IN range(1, size(steps) - 1) WHERE steps[i].last >=
  coalesce(steps[i - 1].carried, steps[i - 1].first))
RETURN path, size(steps) AS steps
ORDER BY steps, last(relationships(path)).first, [each IN nodes(path) | each.id] LIMIT 1
