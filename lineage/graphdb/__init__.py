"""Report and graph -> Neo4j: push, drop, and the saved queries."""
