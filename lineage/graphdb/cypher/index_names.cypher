// The names of all indexes. A constraint's own index has the constraint's name.
SHOW INDEXES YIELD name RETURN collect(name) AS names
