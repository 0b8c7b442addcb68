// Seen in any case
// Use: Search, 2
// Question: In which cases and on which hosts was this name, address or hash seen, and since when?
// Look at: the first row, the earliest that is known of it; hosts that no chain names.
// Limit: the first 300 hosts. Of addresses every one of the database is looked at, without an index.
WITH
  '' AS value // a host name, an IP address, or a digest (MD5, SHA-1, SHA-256, IMPHASH), in any case
CALL (value) {
  MATCH (host:Host)
  WITH value, collect(DISTINCT host.case) AS cases
  UNWIND cases AS case_name
  MATCH (seen:Entity {case: case_name, id: 'dns:' + toLower(value)})
  RETURN seen
  UNION
  MATCH (seen:Endpoint)
  WHERE value <> '' AND toLower(value) IN [toLower(seen.name), toLower(seen.address)]
  RETURN seen
  UNION
  MATCH (seen:Entity {sha256: toLower(value)}) WHERE NOT seen:Process RETURN seen
  UNION
  MATCH (seen:Entity {sha1: toLower(value)}) WHERE NOT seen:Process RETURN seen
  UNION
  MATCH (seen:Entity {md5: toLower(value)}) WHERE NOT seen:Process RETURN seen
  UNION
  MATCH (seen:Entity {imphash: toLower(value)}) WHERE NOT seen:Process RETURN seen
}
MATCH (seen)-[step]-(by:Process|Host)
WITH seen, step, by ORDER BY step.first, by.id, seen.id
RETURN seen.case AS case_name, toLower(by.host) AS host, min(step.first) AS first_seen,
  max(step.last) AS last_seen, head(collect(by)) AS first_by, count(DISTINCT by) AS processes,
  collect(DISTINCT seen) AS seen_as
ORDER BY first_seen, case_name, host LIMIT 300
