"""Where the bytes of an upload come from, and how an upload is asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .errors import CloudDriveError

Read = Callable[[int, int], bytes]
"""`read(offset, length)` gives exactly those bytes, again and in any order; called from several threads."""


class Stop(Protocol):
    """The reins of an upload; the engine's `Control` is one."""

    def check(self) -> None:
        """Raises when the upload has to stop."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener`, which is quick, when asked to stop; returns the way to unsubscribe."""


class Never:
    """Nobody asks to stop."""

    def check(self) -> None:
        return

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


NEVER = Never()


def exactly(read: Read, offset: int, length: int) -> bytes:
    """The bytes asked for; raises when the source has fewer."""
    data = read(offset, length) if length else b""
    if len(data) != length:
        sentence = f"The source gave {len(data)} bytes at {offset} where {length} were expected."
        raise CloudDriveError(sentence, code="clouddrive_source_short")
    return data
