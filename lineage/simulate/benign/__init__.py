"""The honest life of a workstation, with everything in it that looks bad and isn't."""
