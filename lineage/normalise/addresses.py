"""One spelling for IP addresses, to compare by."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=65_536)
def canonical_address(written: str) -> str:
    """The form by which addresses are compared; what is no address stays as it is, in lower case.

    IPv6 is compressed (RFC 5952), and an IPv4 address inside one is that address.

    >>> canonical_address("0:0:0:0:0:0:0:1"), canonical_address("::ffff:192.0.2.7")
    ('::1', '192.0.2.7')
    """
    bare = written.strip()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare.lower()
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
