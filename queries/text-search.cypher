// Text in command lines and scripts
// Use: Search, 1
// Question: Where do these words stand in command lines, scripts, registry data, tasks and services?
// Look at: the first to use them, and who else did since.
// Limit: the first 300. Only whole words are found, words being runs of letters: "mppreference" finds
//   Add-MpPreference, "preference" doesn't. Text without a letter is looked for in every node.
WITH
  'default' AS case_name, // the case
  'powershell' AS words // the text to find, in any case
CALL (case_name, words) {
  WITH case_name, words
  WHERE words =~ '(?s).*\\p{L}.*'
  CALL db.index.fulltext.queryNodes('lineage_text',
    '"' + replace(replace(words, '\\', '\\\\'), '"', '\\"') + '"') YIELD node
  WHERE node.case = case_name
  RETURN node
  UNION
  WITH case_name, words
  WHERE NOT words =~ '(?s).*\\p{L}.*'
  MATCH (node:Process|ScriptBlock|RegistryValue|Service|ScheduledTask|WmiSubscription {case: case_name})
  RETURN node
}
WITH node, [text IN [node.command_line, node.text, node.data, node.command, node.content]
  WHERE toLower(text) CONTAINS toLower(words)][0] AS text
WHERE text IS NOT NULL
CALL (node) {
  OPTIONAL MATCH (by:Process)-[told:RAN|SET|CREATED]->(node)
  RETURN by, told ORDER BY told.first, by.id LIMIT 1
}
RETURN node, [label IN labels(node) WHERE NOT label IN ['Entity', 'Tagged']][0] AS kind, node.host AS host, by, coalesce(node.start, told.first) AS time, text
ORDER BY time, node.id LIMIT 300
