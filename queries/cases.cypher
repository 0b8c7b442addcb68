// Cases in the database
// Use: Start here, 2
// Question: Which cases were pushed, and what do they hold?
// Look at: the name to give other queries as case_name.
// Limit: the first 300 names.
MATCH (chain_or_host:Host|Chain)
WITH chain_or_host.case AS case_name,
  count(CASE WHEN chain_or_host:Host THEN 1 END) AS hosts,
  count(CASE WHEN chain_or_host:Chain THEN 1 END) AS chains
RETURN case_name, hosts, chains
ORDER BY case_name LIMIT 300
