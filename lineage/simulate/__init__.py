"""Labelled intrusions and benign noise: telemetry whose truth is known."""
