// Same hash under several names
// Use: Search, 3
// Question: Which content lies on disk under more than one file name?
// Look at: system tools under another name, and a dropped program under that of another.
// Limit: the 300 contents with the most names, each by its strongest hash.
WITH
  'default' AS case_name // the case
MATCH (file:File|Module {case: case_name})
WHERE file.hashes IS NOT NULL
UNWIND file.hashes AS hash
WITH hash, file ORDER BY hash DESC, file.id
WHERE NOT hash STARTS WITH 'IMPHASH='
WITH hash, collect(DISTINCT file.name) AS names, collect(DISTINCT file) AS files
WHERE size(names) > 1
WITH names, files, head(collect(hash)) AS hash
RETURN hash, files, [file IN files | file.host + ': ' + file.path] AS paths
ORDER BY size(names) DESC, hash LIMIT 300
