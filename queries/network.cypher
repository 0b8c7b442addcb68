// Connections
// Use: Who and where, 4
// Question: Which program connected where, or was connected to?
// Look at: tagged programs and those in user folders; addresses that one program alone talks to.
// Limit: 300, those of tagged programs and of chains first, then the addresses that fewest talk to.
WITH
  'default' AS case_name // the case
MATCH (endpoint:Endpoint {case: case_name})<-[met:CONNECTED_TO|ACCEPTED]-(process:Process)
WITH endpoint, collect([process, met]) AS meetings
UNWIND meetings AS meeting
WITH endpoint, size(meetings) AS talkers, meeting[0] AS process, meeting[1] AS met
RETURN process, met, endpoint, process.host AS host, endpoint.name AS name, process.image AS image,
  process:Tagged AS tagged, talkers, met.count AS times, met.first AS time
ORDER BY tagged DESC, process:InChain DESC, talkers, time, endpoint.id, process.id LIMIT 300
