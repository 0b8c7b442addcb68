// All about a host
// Use: Who and where, 1
// Question: What is known of one host: its chains, detections, accounts, sessions, autostarts?
// Look at: what begins just before the chain; accounts that don't belong on this host; autostart
//   entries, services and tasks that nobody planned.
// Limit: the first 300, kind by kind.
WITH
  'default' AS case_name, // the case
  '' AS host // its name, with or without its domain; empty for the best chain's first
CALL (case_name, host) {
  MATCH (h:Host {case: case_name})
  WHERE host <> '' AND (toLower(h.host) = toLower(host) OR toLower(h.host) STARTS WITH toLower(host) + '.')
  RETURN h
  UNION
  WITH case_name, host
  WHERE host = ''
  MATCH (c:Chain {case: case_name})
  WITH c ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
  MATCH (h:Host {case: c.case})
  WHERE toLower(h.host) = toLower(c.hosts[0])
  RETURN h
}
CALL (h) {
  MATCH (c:Chain {case: h.case})
  WHERE any(each IN c.hosts WHERE toLower(each) = toLower(h.host))
  RETURN 1 AS place, 'chain' AS about, c AS what, c.id AS detail, 1 AS times,
    c.first_seen AS first_seen, c.last_seen AS last_seen
  UNION
  MATCH (d:Detection {case: h.case})<-[hit:TAGGED_BY]-(node)
  WHERE node.host = toLower(h.host)
  RETURN 2 AS place, 'detection' AS about, d AS what, d.type AS detail, sum(hit.count) AS times,
    min(hit.first) AS first_seen, max(hit.last) AS last_seen
  UNION
  MATCH (h)<-[:RUNS_ON]-(process)-[acts:RUNS_AS]->(account)
  RETURN 3 AS place, 'account' AS about, account AS what, account.user AS detail,
    count(DISTINCT process) AS times, min(acts.first) AS first_seen, max(acts.last) AS last_seen
  UNION
  MATCH (session:LogonSession {case: h.case})
  WHERE session.host = toLower(h.host)
  OPTIONAL MATCH (process)-[acts:RUNS_IN]->(session)
  RETURN 4 AS place, 'logon session' AS about, session AS what,
    trim(coalesce(session.user, '') + ' ' + coalesce(session.address, '')) AS detail,
    count(DISTINCT process) AS times, min(acts.first) AS first_seen, max(acts.last) AS last_seen
  UNION
  MATCH (entry:RegistryValue|File|Service|ScheduledTask {case: h.case})
  WHERE entry.host = toLower(h.host) AND (entry:Service OR entry:ScheduledTask OR entry.autostart)
  MATCH (entry)<-[made:SET|CREATED|WROTE]-(by)
  RETURN 5 AS place, 'autostart' AS about, entry AS what,
    coalesce(entry.data, entry.command, entry.path) AS detail, count(DISTINCT by) AS times,
    min(made.first) AS first_seen, max(made.last) AS last_seen
}
RETURN h AS host, about, what, detail, times, first_seen, last_seen
ORDER BY host.id, place, first_seen, what.id LIMIT 300
