"""Events -> provenance graph: who did what to what, when, on which evidence."""
