"""Streams that stay open and silent for hours, and are opened again when they end (wire/clouddrive2.md §1.2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from google.protobuf.message import Message

from .caller import Caller
from .errors import CloudDriveError, Kind
from .transport import Replies

SHORT_LIVES = 5


class LongStream:
    """The messages of one stream, opened again as often as it ends. Read by one thread.

    A quiet end is followed by a short pause, a fault by growing ones. `on_open` is told of each opening. Raises
    what cannot pass: refused, not allowed, not known, or taken over by another owner again and again.
    """

    def __init__(
        self, caller: Caller, method: str, request: Message, on_open: Callable[[], None] = lambda: None
    ) -> None:
        self._caller, self._method, self._request = caller, method, request
        self._on_open = on_open
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._replies: Replies | None = None
        self._reset = False
        self._short = self._faults = self._renewals = 0

    def __iter__(self) -> Iterator[bytes]:
        while not self._closing.is_set():
            began, trouble = time.monotonic(), None
            try:
                yield from self._once()
            except CloudDriveError as error:
                trouble = error
            if not self._closing.is_set():
                self._closing.wait(self._pause(trouble, time.monotonic() - began))

    def reset(self) -> None:
        """Opens the stream anew; may be called by any thread."""
        with self._lock:
            self._reset = True
            if self._replies:
                self._replies.close()

    def close(self) -> None:
        """Ends the stream for good; may be called by any thread."""
        self._closing.set()
        with self._lock:
            if self._replies:
                self._replies.close()

    def _once(self) -> Iterator[bytes]:
        replies = self._caller.listen(self._method, self._request)
        with self._lock:
            self._replies, self._reset = replies, False
            if self._closing.is_set():
                replies.close()
                return
        self._on_open()
        try:
            for each in replies:
                self._faults = self._renewals = 0
                yield each
        finally:
            replies.close()

    def _pause(self, trouble: CloudDriveError | None, lived: float) -> float:
        """Seconds until the stream is opened again; raises when that is in vain."""
        tuning = self._caller.tuning
        if self._reset:
            return 0
        if trouble is None:
            self._short = self._short + 1 if lived < tuning.channel_life else 0
            if self._short >= SHORT_LIVES:
                sentence = "Another program takes the upload channel over again and again; it must have one owner."
                raise CloudDriveError(
                    sentence, code="clouddrive_channel_taken", kind=Kind.TRANSIENT, method=self._method
                )
            return tuning.reopen_seconds * (1 + self._short)
        if trouble.kind is Kind.AUTH and not self._renewals:
            self._renewals += 1
            if self._caller.tokens.refused(self._caller.tokens.current()):
                return 0
        if trouble.permanent:
            raise trouble
        self._faults = 1 if lived > tuning.fault_seconds else self._faults + 1
        return min(tuning.fault_seconds * 2 ** (self._faults - 1), tuning.fault_longest)
