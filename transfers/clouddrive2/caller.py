"""Calls with a token: typed messages, deadlines, one renewal, retries of what may be repeated."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from protos import clouddrive_pb2 as pb

from .auth import Tokens
from .errors import CloudDriveError, Kind, refused
from .transport import Pending, Replies, Transport
from .tuning import Tuning

R = TypeVar("R", bound=Message)
T = TypeVar("T")


class Caller:
    """Safe to share between threads. `wait(seconds)` pauses between tries and may raise to give up."""

    def __init__(
        self,
        transport: Transport,
        tokens: Tokens,
        tuning: Tuning | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.transport = transport
        self.tokens = tokens
        self.tuning = tuning or Tuning()
        self.wait = wait
        self.missing: set[str] = set()
        """Methods that the server was found to lack, where there is another way."""

    def call(
        self, method: str, request: Message, reply: type[R], *, again: bool = False, timeout: float | None = None
    ) -> R:
        """One request, one reply. `again` allows repeating it: the call changes nothing, or nothing twice."""
        body = request.SerializeToString()
        seconds = timeout or self.tuning.metadata_seconds

        def once(token: str) -> R:
            return parsed(reply, self.transport.unary(method, body, token, seconds), method)

        return self._steadily(lambda: self._renewing(once), again)

    def public(self, method: str, request: Message, reply: type[R]) -> R:
        """A call that needs no token."""
        body = request.SerializeToString()
        seconds = self.tuning.metadata_seconds
        return self._steadily(lambda: parsed(reply, self.transport.unary(method, body, "", seconds), method), True)

    def operate(self, method: str, request: Message, *, again: bool = False) -> list[str]:
        """A call whose reply says whether it succeeded; the resulting paths."""
        answer = self.call(method, request, pb.FileOperationResult, again=again)
        if not answer.success:
            raise refused(answer.errorMessage, method)
        return list(answer.resultFilePaths)

    def stream(self, method: str, request: Message, reply: type[R], *, timeout: float | None) -> Iterator[R]:
        """The replies of a server stream. The token is renewed only before the first."""
        body = request.SerializeToString()

        def once(token: str) -> tuple[Replies, bytes | None]:
            opened = self.transport.stream(method, body, token, timeout)
            return opened, next(opened, None)

        replies, first = self._renewing(once)
        try:
            if first is not None:
                yield parsed(reply, first, method)
            for each in replies:
                yield parsed(reply, each, method)
        finally:
            replies.close()

    def listen(self, method: str, request: Message) -> Replies:
        """A stream that is silent as long as nothing happens; whoever reads it opens it again."""
        return self.transport.stream(method, request.SerializeToString(), self.tokens.current(), None)

    def begin(self, method: str, body: bytes, timeout: float) -> Pending:
        """A serialized request on its way; refusals of the token are the caller's to handle."""
        return self.transport.begin(method, body, self.tokens.current(), timeout)

    def upload(self, method: str, bodies: Iterable[bytes]) -> Pending:
        """A stream of serialized requests on its way; never repeated."""
        return self.transport.upload(method, bodies, self.tokens.current(), self.tuning.segment_seconds)

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return min(self.tuning.base * 2 ** (failures - 1), self.tuning.longest) * random.uniform(0.5, 1)

    def _renewing(self, work: Callable[[str], T]) -> T:
        token = self.tokens.current()
        try:
            return work(token)
        except CloudDriveError as error:
            if error.kind is not Kind.AUTH or not self.tokens.refused(token):
                raise
        return work(self.tokens.current())

    def _steadily(self, work: Callable[[], T], again: bool) -> T:
        failures = 0
        while True:
            try:
                return work()
            except CloudDriveError as error:
                failures += 1
                if not again or error.permanent or failures >= self.tuning.attempts:
                    raise
            self.wait(self.pause(failures))


def parsed(reply: type[R], raw: bytes, method: str) -> R:
    """The message in `raw`; raises `CloudDriveError` when it is none."""
    try:
        return reply.FromString(raw)
    except DecodeError:
        raise CloudDriveError(
            "CloudDrive2 sent something that is no reply.", code="clouddrive_malformed", method=method
        ) from None
