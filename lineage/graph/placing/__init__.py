"""How each type of event comes into the graph: one function a type, by subject."""
