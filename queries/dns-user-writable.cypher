// Names asked from user-writable places
// Use: Hunt, 7
// Question: Which names did programs ask for that lie where a user can write?
// Look at: names that one program alone asks for, dynamic DNS, paste and file sharing sites.
// Limit: the first 300.
WITH
  'default' AS case_name // the case
MATCH (name:Domain {case: case_name})<-[asked:QUERIED]-(process:Process)
WHERE toLower(process.image) =~
  '.*\\\\(users|programdata|temp|tmp|perflogs|\\$recycle\\.bin|windows\\\\tasks|windows\\\\tracing)\\\\.*'
RETURN process, asked, name, process.image AS image, asked.count AS times, asked.first AS time
ORDER BY time, name.id LIMIT 300
