// Finds the nodes of a case, and those of a case by a property.
CREATE INDEX INDEX_NAME IF NOT EXISTS FOR (n:LABEL) ON (PROPERTIES)
