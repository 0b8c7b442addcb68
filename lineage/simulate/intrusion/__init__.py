"""Labelled intrusions: how they come in, hide, stay, and what they are after."""
