// What one host has and another hasn't
// Use: Who and where, 5
// Question: Which programs, names, autostarts, services and tasks has this host, but not the other?
// Look at: what begins with the chain; then the same the other way round, with the names exchanged.
// Limit: the first 300, kind by kind. What a log of the other host doesn't cover looks absent there.
WITH
  'default' AS case_name, // the case
  '' AS host, // its name; empty for the best chain's first
  '' AS other // name of the host to compare with; empty for all others together
CALL (case_name, host) {
  MATCH (h:Host {case: case_name})
  WHERE toLower(h.host) = toLower(host)
  RETURN toLower(h.host) AS here
  UNION
  WITH case_name, host
  WHERE host = ''
  MATCH (c:Chain {case: case_name})
  RETURN toLower(c.hosts[0]) AS here ORDER BY c.score DESC, c.first_seen, c.id LIMIT 1
}
CALL (case_name) {
  MATCH (p:Process {case: case_name})
  WHERE p.image IS NOT NULL
  RETURN 1 AS place, 'program' AS about, toLower(p.image) AS value, p.host AS at, p.start AS time
  UNION ALL
  MATCH (p:Process {case: case_name})-[asked:QUERIED]->(d:Domain)
  RETURN 2 AS place, 'name' AS about, toLower(d.name) AS value, p.host AS at, asked.first AS time
  UNION ALL
  MATCH (p:Process {case: case_name})-[met:CONNECTED_TO|ACCEPTED]->(e:Endpoint)
  RETURN 3 AS place, 'address' AS about, e.address AS value, p.host AS at, met.first AS time
  UNION ALL
  MATCH (entry:RegistryValue|File {case: case_name})<-[made:SET|CREATED|WROTE]-()
  WHERE entry.autostart
  RETURN 4 AS place, 'autostart' AS about, toLower(entry.path) AS value, entry.host AS at,
    made.first AS time
  UNION ALL
  MATCH (entry:Service|ScheduledTask {case: case_name})
  OPTIONAL MATCH (entry)<-[made:CREATED]-()
  RETURN 5 AS place, CASE WHEN entry:Service THEN 'service' ELSE 'task' END AS about,
    toLower(entry.name) AS value, entry.host AS at, made.first AS time
}
WITH here, other, place, about, value, collect(DISTINCT at) AS hosts, count(*) AS times,
  min(time) AS first_seen
WHERE here IN hosts
  AND CASE WHEN other = '' THEN size(hosts) = 1 ELSE NOT toLower(other) IN hosts END
RETURN about, value, here AS host, times, first_seen
ORDER BY place, first_seen, value LIMIT 300
