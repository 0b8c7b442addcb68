"""Alerts of other tools, put onto the nodes that they are about."""
