"""COND-10: an address or a network. IPv4 host bits are ignored; an IPv6 network with host bits matches nothing.

COND-12: a request's value that is no address satisfies neither form.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cloud_entitlements.policy.condition.family import Compared, Family, Matcher, compared


@lru_cache(16_384)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """None for what matches nothing, netmasks in place of a length among it."""
    _, slash, length = text.partition("/")
    if slash and not (length.isascii() and length.isdigit()):
        return None
    try:
        return ip_network(text, strict=":" in text)
    except ValueError:
        return None


@lru_cache(16_384)
def address(text: str) -> IPv4Address | IPv6Address | None:
    """IPv4 addresses mapped into IPv6 are the IPv4 ones."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _inside(value: str, found: str) -> Compared:
    caller = address(found)
    if caller is None:
        return "neither"
    within = network(value)
    return compared(within is not None and caller.version == within.version and caller in within)


def _inside_any(values: tuple[str, ...]) -> Matcher:
    networks = tuple(one for one in map(network, values) if one is not None)

    def inside(text: str) -> bool | None:
        caller = address(text)
        # a network of the other version has no such address
        return None if caller is None else any(caller in one for one in networks)

    return inside


INSIDE = Family("IP address", _inside, ready=_inside_any)
