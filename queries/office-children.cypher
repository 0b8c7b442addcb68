// Started by Office
// Use: Hunt, 2
// Question: Which processes did Office, mail programs and document readers start?
// Look at: script hosts, shells, rundll32, regsvr32; Office helpers such as splwow64.exe are usual.
// Limit: the first 300.
WITH
  'default' AS case_name // the case
MATCH (office:Process {case: case_name})
WHERE office.program IN ['office', 'mail', 'reader']
MATCH (office)-[spawned:SPAWNED]->(child:Process)
RETURN office, spawned, child, child.command_line AS command_line, spawned.first AS time
ORDER BY time, child.id LIMIT 300
