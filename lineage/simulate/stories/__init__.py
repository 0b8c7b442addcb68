"""Intrusions as public reports describe them, one function each, with invented names."""
