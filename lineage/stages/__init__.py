"""The steps of a run as functions whose inputs and outputs can travel.

Per input (`reading`), per run (`planning`), per group of hosts (`tracing`), per run (`sharing`),
per group (`judging`), per run (`merging`). `lineage.pipeline` calls them in this order; where each
runs is an engine's business (`lineage.engines`).
"""
