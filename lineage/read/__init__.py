"""Bytes -> raw records: the only room that opens telemetry.

`read` is the way in; each container format has its own module, and `sniff` lists them.
"""

from lineage.read.inputs import Input, read
from lineage.read.sniff import ALIASES, FORMATS

__all__ = ["ALIASES", "FORMATS", "Input", "read"]
