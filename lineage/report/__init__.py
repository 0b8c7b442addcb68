"""Chains -> what people read: the report model and its renderings."""
