// Seen in any case
// Question: In which cases and on which hosts was this name, address or hash seen, and since when?
// Look at: the first row, the earliest that is known of it; hosts that no chain names.
// Limit: the first 300 hosts. Looks at every name, address and file of the database, without an index.
WITH
  '' AS value // a host name, an IP address, or a digest (MD5, SHA-1, SHA-256), in any case
MATCH (seen:Domain|Endpoint|File|Module|Driver)
WHERE value <> '' AND (
  ((seen:Domain OR seen:Endpoint) AND toLower(value) IN [toLower(seen.name), toLower(seen.address)])
  OR any(hash IN seen.hashes WHERE toLower(split(hash, '=')[1]) = toLower(value))
)
MATCH (seen)-[step:!INFLUENCED]-(by:Process)
WITH seen, step, by ORDER BY step.first, by.id, seen.id
RETURN seen.case AS case_name, by.host AS host, min(step.first) AS first_seen,
  max(step.last) AS last_seen, head(collect(by)) AS first_by, count(DISTINCT by) AS processes,
  collect(DISTINCT seen) AS seen_as
ORDER BY first_seen, case_name, host LIMIT 300
