// What survives a reboot
// Use: Follow a chain, 7
// Question: Which autostart entries were made, by whom, and what did they start later?
// Look at: entries that name a program in a user's folder or ProgramData, set by a tagged process;
//   "started" shows that one already worked. Where the entry is a process, its command made a
//   scheduled task or a service.
// Limit: the first 300 entries.
WITH
  'default' AS case_name // the case
CALL (case_name) {
  MATCH (entry:RegistryValue {case: case_name})
  WHERE entry.autostart OR EXISTS { (entry)-[:STARTED]->() }
  MATCH (entry)<-[made:SET|CREATED]-(maker)
  RETURN entry, entry.data AS starts, made, maker
  UNION
  MATCH (entry:File {case: case_name})
  WHERE entry.autostart OR EXISTS { (entry)-[:STARTED]->() }
  MATCH (entry)<-[made:WROTE]-(maker)
  RETURN entry, entry.path AS starts, made, maker
  UNION
  MATCH (maker:Process {case: case_name})-[start:STARTED]->(:Process)
  WITH maker, start ORDER BY start.first
  WITH maker, head(collect(start)) AS made
  RETURN maker AS entry, maker.command_line AS starts, made, maker
}
OPTIONAL MATCH (entry)-[start:STARTED]->(later:Process)
WHERE start.first >= made.first
WITH maker, made, entry, starts, later ORDER BY start.first, later.id
RETURN maker AS by, made, entry, starts, made.first AS time, collect(later) AS started
ORDER BY time, entry.id, by.id LIMIT 300
