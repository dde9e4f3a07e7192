"""The network of a client, which stands for the client wherever something is counted per address.

A host, or anybody who rents one, usually has a whole /64 of IPv6 addresses, and could use another one for each try.
"""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_HOST_BITS = 64


@lru_cache(4096)
def network_of(address: str) -> str:
    """Return the /64 of an IPv6 address, and an IPv4 address as it is, also if it is written as an IPv6 one.

    Anything that is not an address is returned as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"
