// Shared by several chains
// Use: Search, 4
// Question: Which hashes, names and autostart values do chains on different hosts have in common?
// Look at: a hash or a name that only the attack has; the campaign that lineage made of them.
// Limit: the 300 shared by the most hosts; programs of Windows and of Program Files left out.
WITH
  'default' AS case_name // the case
MATCH (chain:Chain {case: case_name})<-[:PART_OF]-(artifact:File|Module|Domain|RegistryValue)
WHERE NOT coalesce(toLower(artifact.path) =~ '[a-z]:\\\\(windows|program files( \\(x86\\))?)\\\\.*', false)
UNWIND CASE
  WHEN artifact:Domain THEN ['name ' + artifact.name]
  WHEN artifact:RegistryValue THEN ['value ' + split(artifact.path, '\\')[-1]]
  ELSE [hash IN artifact.hashes WHERE NOT hash STARTS WITH 'IMPHASH=']
END AS shared
UNWIND chain.hosts AS host
WITH shared, chain, artifact, host
ORDER BY host, chain.score DESC, chain.id, artifact.id
WITH shared, collect(DISTINCT host) AS hosts, collect(DISTINCT chain) AS chains,
  collect(DISTINCT artifact) AS artifacts
WHERE size(hosts) > 1 AND size(chains) > 1
WITH hosts, chains, artifacts, shared ORDER BY shared DESC
WITH hosts, chains, artifacts, head(collect(shared)) AS shared
RETURN shared, hosts, chains, [each IN chains WHERE each.campaign IS NOT NULL | each.campaign][0]
  AS campaign, artifacts
ORDER BY size(hosts) DESC, shared LIMIT 300
