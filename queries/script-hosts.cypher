// Script hosts and what they dropped
// Use: Hunt, 3
// Question: Which files did script hosts write, from which script, and were they run?
// Look at: programs and libraries among the files; "run" says that one was executed or loaded.
// Limit: the first 300 files.
WITH
  'default' AS case_name // the case
MATCH (host:Process {case: case_name})
WHERE host.program IN ['script-host', 'shell', 'loader', 'build-host', 'runtime']
MATCH (host)-[wrote:WROTE]->(dropped:File)
OPTIONAL MATCH (host)-[:INTERPRETED]->(script:File)
WITH host, wrote, dropped, collect(DISTINCT script.path) AS scripts
RETURN host, wrote, dropped, dropped.path AS path, scripts, wrote.first AS time,
  EXISTS { (dropped)<-[:EXECUTED|INTERPRETED]-() }
  OR EXISTS { (dropped)-[:MAPPED_AS]->()<-[:LOADED]-() } AS run
ORDER BY time, dropped.id LIMIT 300
