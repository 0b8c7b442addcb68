// Start here
// Use: Start here, 1
// Question: What is in this case, and what to ask first?
// Look at: the rows from top to bottom; each names the favourite to run next.
// Limit: 8 rows. A table: nothing is drawn.
WITH
  'default' AS case_name // the case
CALL (case_name) {
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id
  WITH collect(c) AS chains
  RETURN chains, chains[0] AS best, COUNT { (:Host {case: case_name}) } AS hosts,
    COUNT { (:Process {case: case_name}) } AS processes,
    COUNT { (:Detection {case: case_name}) } AS detections,
    COUNT { (:LogonSession {case: case_name}) } AS sessions
}
WITH * WHERE hosts > 0 OR best IS NOT NULL
UNWIND [
  [1, 'What was pushed', 'hosts: ' + toString(hosts) + ', processes: ' + toString(processes),
    'Cases in the database'],
  [2, 'What was found', 'chains: ' + toString(size(chains)) + ', the best '
    + coalesce(best.caption + ' (' + best.verdict + ') on ' + best.hosts[0], 'none'), 'Chains by score'],
  [3, 'How it ran', coalesce('from ' + toString(best.first_seen) + ' to ' + toString(best.last_seen),
    'no chain to draw'), 'Kill chain'],
  [4, 'On which records it rests', 'the same, minute by minute', 'Timeline of a chain'],
  [5, 'What no chain explains', 'detections that fired in all: ' + toString(detections),
    'Tagged nodes outside every chain'],
  [6, 'How it got in', 'from the dropped program back', 'How did this file get here'],
  [7, 'What it left behind', 'values, tasks and services that start it again',
    'What survives a reboot'],
  [8, 'Who else', 'hosts: ' + toString(hosts) + ', logon sessions: ' + toString(sessions),
    'Shared by several chains']
] AS row
RETURN row[0] AS step, row[1] AS question, row[3] AS run_next, row[2] AS in_this_case
ORDER BY step LIMIT 8
