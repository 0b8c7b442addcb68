// Everything between two times
// Use: Follow a chain, 6
// Question: What began on all hosts of the case within these minutes?
// Look at: what stands beside the steps of a chain and belongs to none; then narrow the minutes.
// Limit: the first 300. Each step stands at its first time; when one was repeated is not in the graph.
WITH
  'default' AS case_name, // the case
  '' AS since, // from when on, in UTC, such as 2026-03-02T10:00:00Z; empty for the best chain's start
  10 AS minutes // how long
CALL (case_name, since) {
  WITH since
  WHERE since <> ''
  RETURN datetime(since) AS began
  UNION
  WITH case_name, since
  WHERE since = ''
  MATCH (c:Chain {case: case_name})
  RETURN c.first_seen AS began ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
MATCH (source:Process|User|Host|File|RegistryValue|Service|ScheduledTask|WmiSubscription|LogonSession
  {case: case_name})-[step:!RUNS_ON&!RUNS_AS&!RUNS_IN]->(target)
WHERE step.flow IS NOT NULL AND began <= step.first < began + duration({minutes: minutes})
RETURN source, step, target, step.first AS time
ORDER BY time, source.id, type(step), target.id LIMIT 300
