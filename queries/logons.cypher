// Logon sessions
// Use: Who and where, 3
// Question: Which sessions were there, of whom, of which kind, from where, and what ran in them?
// Look at: sessions with hits first; type 3 and 10 from another computer; an account on many hosts;
//   who logged on, where the records of both hosts tell.
// Limit: 300, those with most hits first.
WITH
  'default' AS case_name // the case
MATCH (session:LogonSession {case: case_name})
OPTIONAL MATCH (origin:Process)-[:LOGGED_ON]->(session)
WITH session, collect(DISTINCT origin) AS origins
OPTIONAL MATCH (process:Process)-[acts:RUNS_IN]->(session)
WITH session, origins, collect(DISTINCT process) AS processes, min(acts.first) AS first_seen,
  max(acts.last) AS last_seen
RETURN session.host AS host, session.logon_id AS logon_id,
  coalesce(session.user, [each IN processes WHERE each.user IS NOT NULL | each.user][0]) AS account,
  session.logon_type AS logon_type, session.address AS address, origins AS logged_on_by,
  size(processes) AS processes,
  size([each IN processes WHERE each:Tagged]) AS tagged,
  [each IN processes WHERE each:InChain | each.caption][..5] AS in_chains, first_seen, last_seen
ORDER BY tagged DESC, first_seen, host, logon_id LIMIT 300
