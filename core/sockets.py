"""How a WebSocket says who it is. `accounts` registers the ways (session, JWT, ticket); core only asks them in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Identity:
    user: int
    session: str = ""
    subprotocol: str | None = None


class SocketRefused(Exception):
    """The credential is there but not good: the socket is closed with the code of `reason`."""

    def __init__(self, reason: str = "unauthenticated") -> None:
        super().__init__(reason)
        self.reason = reason


Authenticate = Callable[[dict[str, Any], dict[str, list[str]]], Identity | None]
authenticators: list[Authenticate] = []
