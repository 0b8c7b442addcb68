"""Simulated facts -> event records -> the containers that real exports come in."""
