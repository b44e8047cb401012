"""What is known about the request in hand, for logs, audit lines and errors."""

from __future__ import annotations

import ipaddress
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


@dataclass(frozen=True)
class RequestInfo:
    request_id: str = ""
    address: str | None = None
    surface: str = "script"
    bulk: bool = False  # work that nobody sits and waits for: where calls are rationed, others go first


NOWHERE = RequestInfo()
_current: ContextVar[RequestInfo] = ContextVar("request", default=NOWHERE)


def current() -> RequestInfo:
    return _current.get()


def enter(info: RequestInfo) -> Any:
    return _current.set(info)


def leave(token: Any) -> None:
    _current.reset(token)


def request_id(given: str) -> str:
    """The caller's id when it is well-formed, else a new one."""
    return given if ID.match(given) else secrets.token_hex(8)


@cache
def _proxies() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(item, strict=False) for item in settings.TRUSTED_PROXIES)


def from_proxy(peer: str) -> bool:
    """Whether the connection comes from one of our proxies, whose X-Forwarded-* headers are believed."""
    address = _address(peer)
    return address is not None and any(address in network for network in _proxies())


def client_address(peer: str, forwarded: str) -> str | None:
    """The caller's address: the nearest one in X-Forwarded-For that is no proxy of ours, believed only from our proxies (H10)."""
    address = _address(peer)
    for hop in reversed(forwarded.split(",") if forwarded else []):
        if address is None or not any(address in network for network in _proxies()):
            break
        address = _address(hop.strip()) or address
    return str(address) if address else None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network_prefix(address: str | None) -> str:
    """The network that shares a limit: an IPv4 address, or an IPv6 /64 (H10)."""
    known = _address(address or "")
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known or "unknown")
