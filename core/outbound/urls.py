"""The one URL parser: what it returns is what is checked and what is connected to.

Stricter than RFC 3986 on purpose (row H33): a URL about whose host two parsers could disagree is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from .addresses import IPAddress
from .errors import Blocked

MAX_LENGTH = 16 * 1024
DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(https?)://([^/?#]*)(/[^?#]*)?(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s\[\]:@%]+)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL. `host` is lower-case ASCII without brackets or final dot; `path` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str
    literal: IPAddress | None

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def key(self) -> str:
        """`host:port`, the name under which breakers and budgets know the other side."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def same_origin(self, other: Target) -> bool:
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)


@lru_cache(maxsize=64)  # one request asks for its target five times
def parse_url(url: str) -> Target:
    """The target of an absolute http or https URL; raises `Blocked` for anything ambiguous."""
    _refuse_hidden_characters(url)
    parts = _URL.fullmatch(url)
    authority = parts and _AUTHORITY.fullmatch(parts[2])
    if not parts or not authority:
        raise Blocked
    scheme = parts[1].lower()
    host, literal = parse_host(authority[1])
    port = int(authority[2]) if authority[2] else DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65535:
        raise Blocked
    return Target(scheme, host, port, quote((parts[3] or "/") + (parts[4] or ""), safe=_KEPT), literal)


def resolve_location(base: Target, location: str) -> Target:
    """The target of a Location header, absolute or relative to `base`."""
    _refuse_hidden_characters(location)  # before urljoin, which would drop some of them silently
    return parse_url(urljoin(base.url, location))


def parse_host(text: str) -> tuple[str, IPAddress | None]:
    """`(host, literal)` of a name, an IPv4 address in its one usual form, or an IPv6 address in brackets."""
    if text.startswith("["):
        return _parse_ipv6(text[1:-1])
    host = _to_ascii(text).removesuffix(".")
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):  # 127.1, 0x7f000001, 2130706433, 017700000001: only a.b.c.d is taken
        return _parse_ipv4(host)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Blocked
    return host, None


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Blocked from None


def _parse_ipv4(text: str) -> tuple[str, IPAddress]:
    try:
        address = IPv4Address(text)
    except ValueError:
        raise Blocked from None
    return str(address), address


def _parse_ipv6(text: str) -> tuple[str, IPAddress]:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise Blocked from None
    return str(address), address


def _refuse_hidden_characters(url: str) -> None:
    """Control characters, line separators, lone surrogates, backslashes, outer blanks."""
    if len(url) > MAX_LENGTH or url != url.strip() or "\\" in url:
        raise Blocked
    if url.isascii() and url.isprintable():
        return
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in url):
        raise Blocked
