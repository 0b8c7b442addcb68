"""The report as one self-contained page: no network, all text of the telemetry as text."""
