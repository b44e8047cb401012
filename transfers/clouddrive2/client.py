"""The client of one CloudDrive2 server (wire/clouddrive2.md).

    with connect(Endpoint("nas.local"), token="...") as drive:
        for entry in drive.list_dir("/115open"): ...

Synchronous, safe to share between threads. Calls raise `CloudDriveError`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from .auth import FixedToken, PasswordTokens, Tokens
from .caller import Caller
from .chunks import ChunkSize
from .links import LinkCalls
from .mounts import MountCalls
from .offline import OfflineCalls
from .stored import StoredCalls
from .transport import GrpcTransport, Transport
from .tuning import Endpoint, Tuning
from .write import WriteCalls


class CloudDrive(StoredCalls, MountCalls, OfflineCalls, LinkCalls, WriteCalls):
    """`origin` is the server's address for downloads, as `Endpoint.origin` gives it."""

    def __init__(self, caller: Caller, origin: str) -> None:
        self.caller = caller
        self.origin = origin
        self.chunk_size = ChunkSize(caller.tuning)

    def close(self) -> None:
        """Ends the connection and every call on it."""
        self.caller.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(
    endpoint: Endpoint,
    *,
    token: str = "",
    user: str = "",
    password: str = "",
    totp: Callable[[], str] | None = None,
    tuning: Tuning | None = None,
    transport: Transport | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> CloudDrive:
    """A client with an API token, or with a user name and password; nothing is sent yet.

    `transport` is native gRPC unless another is given. `wait(seconds)` pauses between tries.
    """
    tuning = tuning or Tuning()
    transport = transport or GrpcTransport(endpoint, tuning)
    tokens: Tokens = FixedToken(token)
    if not token:
        tokens = PasswordTokens(transport, user, password, totp=totp, timeout=tuning.metadata_seconds)
    return CloudDrive(Caller(transport, tokens, tuning, wait), endpoint.origin)
