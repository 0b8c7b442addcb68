// Waits until the indexes can be used. Parameter: seconds.
CALL db.awaitIndexes($seconds)
