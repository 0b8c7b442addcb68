// Removes what leaves the nodes of one label of a case. Parameters: case, rows.
// Apart from the nodes, because a host may have a million relationships, too many for one
// transaction.
MATCH (:LABEL {case: $case})-[r]->()
CALL (r) { DELETE r } IN TRANSACTIONS OF $rows ROWS
RETURN count(*) AS dropped
