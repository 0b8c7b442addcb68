"""lineage: reconstructs attack chains from exported Windows telemetry as a provenance graph."""

__version__ = "0.1.0"
