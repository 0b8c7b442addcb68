// Rarest parent and child
// Use: Hunt, 4
// Question: Which program was started by a parent that hardly ever starts it?
// Look at: pairs seen once whose child is a shell, a script host or a program in a user's folder.
// Limit: the 300 rarest pairs.
WITH
  'default' AS case_name // the case
MATCH (parent:Process {case: case_name})-[spawned:SPAWNED]->(child:Process)
WITH parent, spawned, child ORDER BY spawned.first, child.id
WITH coalesce(parent.name, '') AS parent, coalesce(child.name, '') AS child,
  count(*) AS times, min(spawned.first) AS first, collect(DISTINCT child.host)[..5] AS hosts,
  collect(child)[0] AS example
RETURN parent, child, times, hosts, example, example.command_line AS command_line, first
ORDER BY times, first, parent, child LIMIT 300
