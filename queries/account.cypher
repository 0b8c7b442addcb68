// All about an account
// Use: Who and where, 2
// Question: Where did this account act, in which sessions and chains, and which detections fired?
// Look at: hosts where it has no business, the first time on each, sessions from elsewhere.
// Limit: the first 300, kind by kind.
WITH
  'default' AS case_name, // the case
  '' AS account // DOMAIN\name, or the name alone; empty for that of the best chain's first process
CALL (case_name, account) {
  MATCH (u:User {case: case_name})
  WHERE account <> '' AND (toLower(u.user) = toLower(account)
    OR toLower(split(u.user, '\\')[-1]) = toLower(account))
  RETURN u
  UNION
  WITH case_name, account
  WHERE account = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (c)<-[:PART_OF]-(p:Process)-[:RUNS_AS]->(u:User)
  RETURN u ORDER BY p.start, p.id LIMIT 1
}
CALL (u) {
  MATCH (u)<-[acts:RUNS_AS]-(process)-[:RUNS_ON]->(h:Host)
  RETURN 1 AS place, 'host' AS about, h AS what, h.host AS detail, count(DISTINCT process) AS times,
    min(acts.first) AS first_seen, max(acts.last) AS last_seen
  UNION
  MATCH (u)<-[:RUNS_AS]-(process)-[:PART_OF]->(c:Chain)
  RETURN 2 AS place, 'chain' AS about, c AS what, c.id AS detail, count(DISTINCT process) AS times,
    c.first_seen AS first_seen, c.last_seen AS last_seen
  UNION
  MATCH (u)<-[:RUNS_AS]-(process)-[hit:TAGGED_BY]->(d:Detection)
  RETURN 3 AS place, 'detection' AS about, d AS what, d.type AS detail, sum(hit.count) AS times,
    min(hit.first) AS first_seen, max(hit.last) AS last_seen
  UNION
  MATCH (u)<-[acts:RUNS_AS]-(process)-[:RUNS_IN]->(session:LogonSession)
  RETURN 4 AS place, 'logon session' AS about, session AS what,
    trim(session.host + ' ' + coalesce(session.address, '')) AS detail,
    count(DISTINCT process) AS times, min(acts.first) AS first_seen, max(acts.last) AS last_seen
  UNION
  MATCH (u)-[made:CREATED|DELETED]->(thing)
  RETURN 5 AS place, 'made or deleted' AS about, thing AS what, type(made) AS detail,
    made.count AS times, made.first AS first_seen, made.last AS last_seen
}
RETURN u AS account, about, what, detail, times, first_seen, last_seen
ORDER BY account.id, place, first_seen, what.id LIMIT 300
