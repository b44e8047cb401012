"""The platform's own outbound stream, allowed to reach loopback."""

from __future__ import annotations

from collections.abc import Mapping

from core.outbound.gate import Policy
from core.outbound.stream import open_stream
from transfers.engine import OpenStream, Stream

LOOPBACK = Policy.parse("127.0.0.1")


def opener(read_timeout: float = 5.0) -> OpenStream:
    def opened(url: str, headers: Mapping[str, str]) -> Stream:
        return open_stream(url, policy=LOOPBACK, headers=headers, read_timeout=read_timeout)

    return opened
