// Living off the land
// Use: Hunt, 1
// Question: Which of Windows' own programs that attackers borrow were started, by whom, with what?
// Look at: tagged ones first; addresses, encoded text and paths in user folders in the command line;
//   an Office program, a script host or a program in a user's folder as the parent.
// Limit: 300, tagged ones first, then the rarest pairs of program and parent.
WITH
  'default' AS case_name // the case
UNWIND [
  'at.exe', 'bitsadmin.exe', 'certreq.exe', 'certutil.exe', 'cmstp.exe', 'control.exe', 'cscript.exe',
  'csc.exe', 'cmdkey.exe', 'curl.exe', 'desktopimgdownldr.exe', 'diskshadow.exe', 'dnscmd.exe',
  'esentutl.exe', 'eventvwr.exe', 'expand.exe', 'extrac32.exe', 'findstr.exe', 'finger.exe',
  'fodhelper.exe', 'forfiles.exe', 'ftp.exe', 'hh.exe', 'ieexec.exe', 'installutil.exe',
  'mavinject.exe', 'microsoft.workflow.compiler.exe', 'mmc.exe', 'msbuild.exe', 'msdt.exe',
  'mshta.exe', 'msiexec.exe', 'msxsl.exe', 'netsh.exe', 'odbcconf.exe', 'pcalua.exe', 'presentationhost.exe',
  'psr.exe', 'rasautou.exe', 'reg.exe', 'regasm.exe', 'regini.exe', 'regsvcs.exe', 'regsvr32.exe',
  'replace.exe', 'rundll32.exe', 'runscripthelper.exe', 'schtasks.exe', 'sc.exe', 'scrcons.exe',
  'wevtutil.exe', 'wmic.exe', 'wscript.exe', 'wsreset.exe', 'wuauclt.exe', 'xwizard.exe'
] AS program
MATCH (process:Process {case: case_name, name: program})
OPTIONAL MATCH (parent:Process)-[:SPAWNED]->(process)
WITH program, coalesce(parent.name, '') AS parent_name, collect([process, parent]) AS found
UNWIND found AS pair
WITH pair[0] AS process, pair[1] AS parent, size(found) AS times
RETURN process, parent, process.command_line AS command_line, process:Tagged AS tagged,
  times AS times_with_this_parent, process.start AS time
ORDER BY tagged DESC, times_with_this_parent, time, process.id LIMIT 300
