"""Which IP addresses belong to the public internet.

`ipaddress.is_global` alone is not enough: it accepts multicast, IPv4 hidden in IPv6, and ranges assigned
after its tables were made. Sources: IANA special-purpose registries for IPv4 and IPv6; RFC 6052 (NAT64),
RFC 3056 (6to4), RFC 4380 (Teredo).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_SPECIAL_V4 = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL_V6 = (
    IPv6Network("2001::/23"),  # IETF protocol assignments: Teredo, ORCHID, benchmarks
    IPv6Network("3fff::/20"),  # documentation
)
_LAST_32_BITS = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    IPv6Network("::/96"),  # IPv4-compatible; holds :: and ::1 as well
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated
    IPv6Network("64:ff9b::/96"),  # NAT64
)
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")


def destinations(address: IPAddress) -> tuple[IPAddress, ...]:
    """The addresses that a packet to `address` can end at: itself, or the IPv4 addresses embedded in it."""
    if isinstance(address, IPv4Address):
        return (address,)
    bits = int(address)
    if address.is_loopback:
        return (address,)
    if any(address in network for network in _LAST_32_BITS):
        return (IPv4Address(bits & 0xFFFFFFFF),)
    if address in _SIX_TO_FOUR:
        return (IPv4Address(bits >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:
        return (IPv4Address(bits >> 64 & 0xFFFFFFFF), IPv4Address(~bits & 0xFFFFFFFF), address)
    return (address,)


def is_public(address: IPAddress) -> bool:
    """Whether everything behind `address` is public unicast."""
    return all(_is_public_unicast(destination) for destination in destinations(address))


def _is_public_unicast(address: IPAddress) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_V6)
