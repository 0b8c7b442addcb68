// Shared by several chains
// Question: Which hashes, names and autostart values do chains on different hosts have in common?
// Look at: a hash or a name that only the attack has; what all hosts have says little.
// Limit: the 300 shared by the most hosts.
WITH
  'default' AS case_name // the case
MATCH (chain:Chain {case: case_name})<-[:PART_OF]-(artifact:File|Module|Domain|RegistryValue)
UNWIND CASE
  WHEN artifact:Domain THEN ['name ' + artifact.name]
  WHEN artifact:RegistryValue THEN ['value ' + split(artifact.path, '\\')[-1]]
  ELSE artifact.hashes
END AS shared
WITH shared, collect(DISTINCT chain) AS chains, collect(DISTINCT artifact) AS artifacts
UNWIND chains AS chain
UNWIND chain.hosts AS host
WITH shared, chains, artifacts, collect(DISTINCT host) AS hosts
WHERE size(hosts) > 1
RETURN shared, hosts, chains, artifacts
ORDER BY size(hosts) DESC, shared LIMIT 300
