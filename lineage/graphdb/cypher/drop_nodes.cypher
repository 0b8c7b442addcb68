// Removes the nodes of one label of a case. Parameters: case, rows.
MATCH (n:LABEL {case: $case})
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF $rows ROWS
RETURN count(*) AS dropped
