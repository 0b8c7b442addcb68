// A node of a case is known by its case and its id.
CREATE CONSTRAINT CONSTRAINT_NAME IF NOT EXISTS
FOR (n:LABEL) REQUIRE (n.case, n.id) IS UNIQUE
