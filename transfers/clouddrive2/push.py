"""What the server tells by itself (wire/clouddrive2.md §3.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller, parsed
from .streams import LongStream

METHOD = "PushMessage"


class Push:
    """The server's messages, for ever; needs `allow_push_message`.

    Silence is normal. The stream is opened again when it ends, `on_open` is told of it: what happened in between
    nobody tells, so look anew. Iterate in one thread, `close` from any. Unknown types have no member of `data` set.
    """

    def __init__(self, caller: Caller, on_open: Callable[[], None] = lambda: None) -> None:
        self._stream = LongStream(caller, METHOD, Empty(), on_open)

    def __iter__(self) -> Iterator[pb.CloudDrivePushMessage]:
        for raw in self._stream:
            yield parsed(pb.CloudDrivePushMessage, raw, METHOD)

    def close(self) -> None:
        self._stream.close()
