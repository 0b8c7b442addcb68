// Finds text in command lines, scripts, registry data, services, tasks and WMI subscriptions, of all
// cases. The analyzer takes runs of letters as words, so that "powershell" finds powershell.exe.
CREATE FULLTEXT INDEX INDEX_NAME IF NOT EXISTS
FOR (n:Process|ScriptBlock|RegistryValue|Service|ScheduledTask|WmiSubscription)
ON EACH [n.command_line, n.text, n.data, n.command, n.content]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'simple'}}
