"""The channel of remote uploads: one stream for all uploads of a device (wire/clouddrive2.md §3.4).

Exactly one process may have the channel of a device: a second one ends the first.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from protos import clouddrive_pb2 as pb

from .caller import Caller, parsed
from .errors import CloudDriveError
from .streams import LongStream

STRAYS = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """The channel was opened: the server will repeat what it still wants."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The channel, or work beside it, has failed for good."""

    error: Exception


Event = pb.RemoteUploadChannelReply | Opened | Broken | None
"""What an upload is told; None only wakes it."""

Inbox = Callable[[Event], None]


class Channel:
    """Open while at least one upload takes part, and a little longer; messages go to the inbox of their upload.

    Messages may come before it is known whose they are: they are kept for a few seconds.
    """

    def __init__(self, caller: Caller, device_id: str) -> None:
        self._caller = caller
        self._request = pb.RemoteUploadChannelRequest(device_id=device_id)
        self._lock = threading.Lock()
        self._inboxes: dict[str, Inbox] = {}
        self._members: list[Inbox] = []
        self._strays: deque[tuple[float, pb.RemoteUploadChannelReply]] = deque(maxlen=STRAYS)
        self._stream: LongStream | None = None

    def join(self, inbox: Inbox) -> None:
        """Takes part; the first member opens the channel."""
        with self._lock:
            self._members.append(inbox)
            if self._stream is None:
                stream = LongStream(self._caller, "RemoteUploadChannel", self._request, self._opened)
                self._stream = stream
                threading.Thread(target=self._run, args=[stream], name="clouddrive2-channel", daemon=True).start()

    def leave(self, inbox: Inbox) -> None:
        """Takes part no longer; some time after the last member the channel is closed."""
        with self._lock:
            self._members.remove(inbox)
            self._inboxes = {key: each for key, each in self._inboxes.items() if each != inbox}
            if self._members or self._stream is None:
                return
            timer = threading.Timer(self._caller.tuning.linger_seconds, self.close, [True])
            timer.daemon = True
            timer.start()

    def close(self, only_if_idle: bool = False) -> None:
        """Closes the channel now."""
        with self._lock:
            if only_if_idle and self._members:
                return
            stream, self._stream = self._stream, None
        if stream:
            stream.close()

    def register(self, upload_id: str, inbox: Inbox) -> None:
        """Gives the messages of an upload to an inbox, those that came too early first."""
        with self._lock:
            oldest = time.monotonic() - self._caller.tuning.unknown_seconds
            mine = [each for at, each in self._strays if each.upload_id == upload_id and at >= oldest]
            for each in mine:
                inbox(each)
            self._inboxes[upload_id] = inbox

    def reset(self) -> None:
        """Opens the channel anew, so that the server repeats what it wants."""
        with self._lock:
            stream = self._stream
        if stream:
            stream.reset()

    def _opened(self) -> None:
        self._tell_all(Opened())

    def _tell_all(self, event: Event) -> None:
        with self._lock:
            members = list(self._members)
        for inbox in members:
            inbox(event)

    def _run(self, stream: LongStream) -> None:
        try:
            for raw in stream:
                self._dispatch(parsed(pb.RemoteUploadChannelReply, raw, "RemoteUploadChannel"))
        except CloudDriveError as error:
            self._fail(stream, error)

    def _fail(self, stream: LongStream, error: CloudDriveError) -> None:
        with self._lock:
            if self._stream is not stream:
                return
            self._stream = None
        self._tell_all(Broken(error))

    def _dispatch(self, message: pb.RemoteUploadChannelReply) -> None:
        with self._lock:
            inbox = self._inboxes.get(message.upload_id)
            if inbox is None:
                self._strays.append((time.monotonic(), message))
                return
        inbox(message)
