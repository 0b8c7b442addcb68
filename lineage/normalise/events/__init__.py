"""The types of events by subject; `lineage.normalise.event` has them all."""
