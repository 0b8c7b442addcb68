"""The correlators that ship with lineage, through the same entry point that third parties use."""

from correlators.remcos_chain import RemcosChain

CORRELATORS = (RemcosChain(),)
"""In the order in which they run."""
