"""What fields of Sysmon say in one text: when a process started, digests by algorithm."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Mapping


def birth(guid: str) -> int | None:
    """When a Sysmon ProcessGuid says that its process started, in ticks, to the second.

    A ProcessGuid is made of the machine's id (4 bytes), the start time in Unix seconds (the next
    two groups), and the logon token's id.

    >>> birth("5aa13a44-0b18-68fd-6336-000000004002")
    17614139120000000
    """
    groups = guid.split("-")
    if [*map(len, groups)] != [8, 4, 4, 4, 12]:
        return None
    try:
        return int(groups[2] + groups[1], 16) * TICKS
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def hashes(written: str) -> Mapping[str, str]:
    """Sysmon's `SHA1=...,MD5=...` as algorithm -> digest, both in upper case, zeros left out.

    Equal texts give the same mapping, so that the processes of one program share it.

    >>> hashes("MD5=ab12,SHA256=00")
    {'MD5': 'AB12'}
    """
    pairs = (part.partition("=") for part in written.split(","))
    return {
        algorithm.strip().upper(): digest.strip().upper()
        for algorithm, _, digest in pairs
        if digest.strip("0 ")
    }
