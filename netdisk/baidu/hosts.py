"""Which hosts may be sent an access token (wire/baidu-netdisk.md §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

BAIDU_HOSTS = ("baidu.com", "baidupcs.com")

_PLAIN_URL = re.compile(r"https?://[!-\[\]-~]+")  # visible ASCII without the backslash


class TrustedHosts:
    """An allow-list of three kinds of entry.

    `baidu.com`: that host and those below it, https on the standard port only. `host:port`: exactly this one,
    http too.
    A bare IP address or `localhost`: any port, http too (for a stand-in on this machine).
    """

    def __init__(self, entries: Iterable[str]) -> None:
        entries = {entry.lower() for entry in entries}
        self._machines = {entry for entry in entries if _is_machine(entry)}
        self._exact = {entry for entry in entries - self._machines if ":" in entry}
        self._domains = entries - self._machines - self._exact

    def __contains__(self, url: str) -> bool:
        parsed = _parse(url)
        if parsed is None or parsed.host is None:
            return False
        secure = parsed.scheme == "https"
        port = parsed.port or (443 if secure else 80)
        host = parsed.host.strip("[]").lower()
        if host in self._machines or f"{parsed.host.lower()}:{port}" in self._exact:
            return True
        return secure and port == 443 and any(_within(host, domain) for domain in self._domains)


@lru_cache(maxsize=16)
def trusted_hosts(*entries: str) -> TrustedHosts:
    """The same hosts again, for the next client of the same service."""
    return TrustedHosts(entries)


def _parse(url: str) -> Url | None:
    """Parsed as the HTTP library does it.

    None for what parsers read differently (user info, backslash, controls).
    """
    if not _PLAIN_URL.fullmatch(url):
        return None
    try:
        parsed = parse_url(url)
    except LocationParseError:
        return None
    return None if parsed.auth is not None else parsed


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _is_machine(entry: str) -> bool:
    if entry == "localhost":
        return True
    try:
        ip_address(entry)
    except ValueError:
        return False
    return True
