// How did this file get here
// Question: Which processes and files led to this file?
// Look at: from the file backward, each step the cause of the one before it; the first process
//   that is not part of Windows is where to dig on.
// Limit: the 300 earliest steps, within 8 of the file.
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
WITH f, min(arrival.first) AS arrived
MATCH path = ALL SHORTEST (f) ((effect)-[step]-(cause)
  WHERE step.first <= arrived AND (
    (step.flow = 'forward' AND endNode(step) = effect)
    OR (step.flow = 'backward' AND startNode(step) = effect AND NOT step:ACCESSED)
  )){1,8} (origin)
UNWIND relationships(path) AS led
WITH DISTINCT led
RETURN startNode(led) AS source, led AS step, endNode(led) AS target, led.first AS time
ORDER BY time, source.id, target.id LIMIT 300
