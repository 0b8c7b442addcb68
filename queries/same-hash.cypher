// Same hash under several names
// Question: Which content lies on disk under more than one file name?
// Look at: copies in user folders or ProgramData of a program from elsewhere, and system tools
//   under another name.
// Limit: the 300 hashes with the most names.
WITH
  'default' AS case_name // the case
MATCH (file:File|Module {case: case_name})
WHERE file.hashes IS NOT NULL
UNWIND file.hashes AS hash
WITH hash, collect(DISTINCT file.name) AS names, collect(DISTINCT file) AS files
WHERE size(names) > 1
RETURN hash, files, [file IN files | file.host + ': ' + file.path] AS paths
ORDER BY size(names) DESC, hash LIMIT 300
