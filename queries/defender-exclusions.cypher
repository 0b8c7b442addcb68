// Excluded from Defender
// Use: Hunt, 6
// Question: What was excluded from Microsoft Defender, or switched off in it, and by whom?
// Look at: whole drives, user folders, and exclusions set by a process that is not an installer.
// Limit: the first 300.
WITH
  'default' AS case_name // the case
CALL (case_name) {
  MATCH (what:RegistryValue {case: case_name})
  WHERE toLower(what.path) CONTAINS '\\windows defender\\'
    AND toLower(what.path) =~ '.*\\\\(exclusions\\\\.*|disable[^\\\\]*|submitsamplesconsent|spynetreporting)'
  MATCH (by:Process)-[how:SET|CREATED|DELETED]->(what)
  RETURN by, how, what, what.path AS detail, how.first AS time
  UNION
  MATCH (what:ScriptBlock {case: case_name})
  WHERE toLower(what.text) =~ '(?s).*(add|set)-mppreference.*'
  OPTIONAL MATCH (by:Process)-[how:RAN]->(what)
  RETURN by, how, what, what.text AS detail, how.first AS time
  UNION
  MATCH (what:Process {case: case_name})
  WHERE toLower(what.command_line) =~ '(?s).*((add|set)-mppreference|windows defender.exclusions).*'
  OPTIONAL MATCH (by:Process)-[how:SPAWNED]->(what)
  RETURN by, how, what, what.command_line AS detail, coalesce(how.first, what.start) AS time
}
RETURN by, how, what, detail, time
ORDER BY time, what.id LIMIT 300
