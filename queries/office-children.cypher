// Started by Office
// Question: Which processes did Word, Excel, Outlook and the like start?
// Look at: script hosts, shells, rundll32, regsvr32; Office helpers such as splwow64.exe are usual.
// Limit: the first 300.
WITH
  'default' AS case_name // the case
MATCH (office:Process {case: case_name})
WHERE office.name IN [
  'winword.exe', 'excel.exe', 'powerpnt.exe', 'outlook.exe', 'onenote.exe', 'onenotem.exe',
  'msaccess.exe', 'mspub.exe', 'visio.exe', 'winproj.exe', 'eqnedt32.exe', 'wordpad.exe'
]
MATCH (office)-[spawned:SPAWNED]->(child:Process)
RETURN office, spawned, child, child.command_line AS command_line, spawned.first AS time
ORDER BY time, child.id LIMIT 300
