// How did this file get here
// Use: Follow a chain, 1
// Question: Which processes and files led to this file?
// Look at: the steps in order of time, the file's own arrival last; the first process that is not
//   part of Windows is where to dig on.
// Limit: the 300 earliest steps, within 8 of the file. Each began before the file was last written;
//   the order of steps among themselves is not checked.
WITH
  'default' AS case_name, // the case
  '' AS file // its id, path or name; empty for the programs that the best chain dropped
CALL (case_name, file) {
  MATCH (f:File {case: case_name, id: file})
  RETURN f
  UNION
  MATCH (f:File {case: case_name, name: toLower(split(file, '\\')[-1])})
  WHERE file <> '' AND toLower(f.path) ENDS WITH toLower(file)
  RETURN f
  UNION
  WITH case_name, file
  WHERE file = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (c)<-[:PART_OF]-(f:File)<-[:EXECUTED]-()
  RETURN f
}
OPTIONAL MATCH (f)<-[arrival:WROTE|COPIED_TO|EXECUTED|INTERPRETED]-()
WITH f, coalesce(max(CASE WHEN arrival:WROTE|COPIED_TO THEN arrival.last END), min(arrival.first))
  AS arrived
MATCH path = ANY SHORTEST (f)
  (()<-[did]-() WHERE did.flow = 'forward' AND did.first <= arrived)*
  (()-[used:EXECUTED|INTERPRETED|LOADED]->() WHERE used.carried <= arrived){0,1}
  (()<-[did2]-() WHERE did2.flow = 'forward' AND did2.first <= arrived)*
  (()-[used2:EXECUTED|INTERPRETED|LOADED]->() WHERE used2.carried <= arrived){0,1}
  (()<-[did3]-() WHERE did3.flow = 'forward' AND did3.first <= arrived)*
  (()-[used3:EXECUTED|INTERPRETED|LOADED]->() WHERE used3.carried <= arrived){0,1}
  (()<-[did4]-() WHERE did4.flow = 'forward' AND did4.first <= arrived)* (cause)
WHERE length(path) <= 8
WITH arrived, collect(cause) AS causes
UNWIND causes AS effect
MATCH (effect)-[step]-(other)
WHERE step.first <= arrived AND (
  (step.flow = 'forward' AND endNode(step) = effect AND other IN causes)
  OR (step:EXECUTED|INTERPRETED AND startNode(step) = effect)
  OR (step:LOADED AND startNode(step) = effect AND other IN causes)
)
WITH DISTINCT step
RETURN startNode(step) AS source, step, endNode(step) AS target, step.first AS time
ORDER BY time, source.id, type(step), target.id LIMIT 300
