"""The gate for server-side requests: resolve, check every address, hand out those (rows H30-H35)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

from .addresses import IPAddress, IPNetwork, destinations, is_public
from .errors import Blocked, DnsFailed
from .resolve import Resolver, lookup
from .urls import Target, parse_host

_ENTRY = re.compile(
    r"\[(?P<six>[^\]]+)\](?::(?P<six_port>[0-9]{1,5}))?"
    r"|(?P<host>[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?"
    r"|(?P<bare_six>[^\[\]]+)"
)


@dataclass(frozen=True, slots=True)
class HostPort:
    """A host name or a network, and a port (`None`: every port)."""

    host: str | IPNetwork
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> HostPort:
        """Read `nas.lan:8096`, `192.168.1.0/24`, `10.0.0.7:80` or `[fd00::/8]:443`; raises `ValueError`."""
        entry = _ENTRY.fullmatch(text)
        if not entry:
            raise ValueError(f"{text!r} is not host, host:port, network or network:port.")
        port = entry["six_port"] or entry["port"]
        if port is not None and not 1 <= int(port) <= 65535:
            raise ValueError(f"{text!r}: the port must be between 1 and 65535.")
        host = entry["six"] or entry["bare_six"] or entry["host"]
        return cls(_parse_network_or_name(host, text), int(port) if port else None)

    def covers(self, host: str, port: int, address: IPAddress) -> bool:
        """Whether this entry names the host, or its network holds `address`; both at this port."""
        if self.port not in (None, port):
            return False
        return self.host == host if isinstance(self.host, str) else address in self.host


def _parse_network_or_name(host: str, entry: str) -> str | IPNetwork:
    if "/" in host or ":" in host or re.fullmatch(r"[0-9.]+", host):
        try:
            return ip_network(host)
        except ValueError as error:
            raise ValueError(f"{entry!r}: {error}.") from None
    try:
        return parse_host(host)[0]
    except Blocked:
        raise ValueError(f"{entry!r}: {host!r} is not a host name.") from None


@dataclass(frozen=True, slots=True)
class Policy:
    """Where calls may go: the public internet, plus what staff allow, minus what they deny (`deny` wins).

    `deny` is for names of the platform itself that resolve to public addresses.
    """

    allow: frozenset[HostPort] = frozenset()
    deny: frozenset[HostPort] = frozenset()
    max_redirects: int = 5

    @classmethod
    def parse(cls, allow: str | Iterable[str], deny: str | Iterable[str] = (), *, max_redirects: int = 5) -> Policy:
        """Entries separated by commas or blanks, or already split; `ValueError` names a bad entry."""
        return cls(_parse_entries(allow), _parse_entries(deny), max_redirects)

    def check(self, target: Target, addresses: Sequence[IPAddress]) -> None:
        """Raise `Blocked` unless the target may be reached at every one of `addresses`."""
        for address in addresses:
            if not all(self._permits(target, destination) for destination in destinations(address)):
                raise Blocked

    def _permits(self, target: Target, address: IPAddress) -> bool:
        if any(entry.covers(target.host, target.port, address) for entry in self.deny):
            return False
        return is_public(address) or any(entry.covers(target.host, target.port, address) for entry in self.allow)


def _parse_entries(entries: str | Iterable[str]) -> frozenset[HostPort]:
    texts = re.split(r"[\s,]+", entries) if isinstance(entries, str) else entries
    return frozenset(HostPort.parse(text.strip()) for text in texts if text.strip())


def checked_addresses(target: Target, policy: Policy, *, resolver: Resolver, timeout: float) -> list[IPAddress]:
    """Every address of the target, all of them allowed: connect to these and to nothing else (row H31).

    Raises `Blocked`, `DnsFailed`, `TimedOut`. `timeout` in seconds.
    """
    if target.literal:
        addresses: list[IPAddress] = [target.literal]
    else:
        addresses = [_without_mapping(ip_address(text)) for text in lookup(resolver, target.host, timeout)]
    if not addresses:
        raise DnsFailed
    policy.check(target, addresses)
    return addresses


def _without_mapping(address: IPAddress) -> IPAddress:
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return mapped or address
