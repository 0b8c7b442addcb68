"""Everything that was read, in order of time, with its process, its chain and its hits.

Events are noted as they are put into the graph (`journal`); what they came to, which only the
finished run knows, is added when they are read back (`rows`). So only one event is in memory at a
time, beside the run itself.
"""
