"""gRPC-Web over HTTP/1.1, for servers behind proxies without HTTP/2 (wire/clouddrive2.md §5.1)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol
from urllib.parse import unquote

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from core.outbound import Blocked, OutboundError, TimedOut

from .errors import CloudDriveError, Kind, from_status
from .transport import SERVICE, Pending
from .tuning import Tuning

KIND = "application/grpc-web+proto"
TRAILER = 0x80
FOR_EVER = 3600.0
"""Longest silence of a stream without a deadline, in seconds; then it is opened again."""

BROKEN = (requests.RequestException, OutboundError, HTTPError, OSError)
"""What may come out of an HTTP exchange that broke."""

_HTTP = {401: 16, 403: 7, 404: 12, 413: 8, 429: 14, 502: 14, 503: 14, 504: 14}
"""gRPC status for an HTTP status of a proxy or of a server that knows no gRPC-Web."""


class Reader(Protocol):
    """The body of an answer; urllib3's response is one."""

    def read(self, amt: int | None = None, /) -> bytes: ...


class WebTransport:
    """The calls of `Transport` as HTTP requests through `session`, which keeps its connections.

    Redirects are not followed; client streams do not exist here.
    """

    streams_up = False

    def __init__(self, session: requests.Session, origin: str, tuning: Tuning | None = None) -> None:
        self._session = session
        self._base = f"{origin}/{SERVICE}/"
        self._tuning = tuning or Tuning()
        self._pool = ThreadPoolExecutor(self._tuning.window * 4, "clouddrive2-web")

    def unary(self, method: str, body: bytes, token: str, timeout: float) -> bytes:
        replies = _WebReplies(self._post(method, body, token, timeout), method, self._tuning.receive_limit)
        try:
            found = list(replies)
        finally:
            replies.close()
        if len(found) != 1:
            raise _malformed(method)
        return found[0]

    def begin(self, method: str, body: bytes, token: str, timeout: float) -> Pending:
        return _WebPending(self._pool.submit(self.unary, method, body, token, timeout), method)

    def stream(self, method: str, body: bytes, token: str, timeout: float | None) -> _WebReplies:
        return _WebReplies(self._post(method, body, token, timeout), method, self._tuning.receive_limit)

    def upload(self, method: str, bodies: Iterable[bytes], token: str, timeout: float) -> Pending:
        raise from_status(12, "client streams need HTTP/2", method)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def _post(self, method: str, body: bytes, token: str, timeout: float | None) -> requests.Response:
        headers = {"Content-Type": KIND, "Accept": KIND, "X-Grpc-Web": "1", "Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = b"".join((b"\0", len(body).to_bytes(4, "big"), body))
        try:
            return self._session.post(
                self._base + method,
                data=data,
                headers=headers,
                stream=True,
                timeout=(self._tuning.connect_seconds, timeout or FOR_EVER),
                allow_redirects=False,
            )
        except (requests.RequestException, OutboundError) as error:
            raise unreachable(method, error) from None


class _WebPending:
    """A call in the pool. Cancelling lets whoever waits go at once; the request itself runs out."""

    def __init__(self, work: Future[bytes], method: str) -> None:
        self._method = method
        self._outcome: Future[bytes] = Future()
        work.add_done_callback(self._ended)

    def result(self) -> bytes:
        return self._outcome.result()

    def cancel(self) -> None:
        with suppress(InvalidStateError):
            self._outcome.set_exception(from_status(1, "", self._method))

    def _ended(self, work: Future[bytes]) -> None:
        with suppress(InvalidStateError):
            if work.cancelled():
                self._outcome.set_exception(from_status(1, "", self._method))
            elif error := work.exception():
                self._outcome.set_exception(error)
            else:
                self._outcome.set_result(work.result())


class _WebReplies:
    """The messages of an answer, as they arrive; its status is in a last frame or, without any frame, in the head."""

    def __init__(self, response: requests.Response, method: str, limit: int) -> None:
        self._response, self._method, self._limit = response, method, limit
        self._closed = threading.Event()
        self._frames = self._read()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._frames)
        except (*BROKEN, ValueError, AttributeError) as error:
            if self._closed.is_set():  # the body was taken away from under the reader
                raise StopIteration from None
            raise unreachable(self._method, error) from None

    def close(self) -> None:
        self._closed.set()
        with suppress(OSError, HTTPError, AttributeError):
            _shut(self._response)
        self._response.close()

    def _read(self) -> Iterator[bytes]:
        response, method = self._response, self._method
        if response.status_code != 200:
            status = _HTTP.get(response.status_code, 2)
            raise from_status(status, f"HTTP {response.status_code}", method)
        if "grpc-status" in response.headers:
            _check(response.headers["grpc-status"], response.headers.get("grpc-message", ""), method)
        while head := self._exactly(5):
            flag, length = head[0], int.from_bytes(head[1:], "big")
            if length > self._limit:
                raise _malformed(method)
            payload = self._exactly(length) if length else b""
            if flag & TRAILER:
                return _ended(payload, method)
            yield payload
        if "grpc-status" not in response.headers:
            sentence = "CloudDrive2 answered without a status: it refused the sign-in, or a proxy cut the answer."
            raise CloudDriveError(sentence, code="clouddrive_auth", kind=Kind.AUTH, method=method)
        return None

    def _exactly(self, length: int) -> bytes:
        """So many bytes; nothing at the clean end of the body."""
        parts: list[bytes] = []
        missing = length
        raw: Reader = self._response.raw
        while missing:
            part = raw.read(missing)
            if not part:
                if missing == length and length == 5:
                    return b""
                raise unreachable(self._method, EOFError("the answer ended early"))
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


def _shut(response: requests.Response) -> None:
    """Ends a blocked reader in another thread: closing alone would wait for it."""
    connection = getattr(response.raw, "_connection", None)
    sock = getattr(connection, "sock", None)
    if sock is not None:
        sock.shutdown(2)


def _ended(payload: bytes, method: str) -> None:
    lines = (line.partition(":") for line in payload.decode("utf-8", "replace").split("\r\n"))
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    if "grpc-status" not in fields:
        raise _malformed(method)
    _check(fields["grpc-status"], fields.get("grpc-message", ""), method)


def _check(status: str, message: str, method: str) -> None:
    if not status.isdigit():
        raise _malformed(method)
    if int(status):
        raise from_status(int(status), unquote(message), method)


def _malformed(method: str) -> CloudDriveError:
    sentence = "What answered is not a CloudDrive2 server."
    return CloudDriveError(sentence, code="clouddrive_malformed", method=method)


def unreachable(method: str, error: Exception) -> CloudDriveError:
    """The error for an HTTP exchange that broke; the words of HTTP libraries may hold addresses, so none is kept."""
    if isinstance(error, Blocked):
        return CloudDriveError(str(error), code=error.code, method=method)
    timeout = isinstance(error, requests.Timeout | TimedOut | ReadTimeoutError)
    return from_status(4 if timeout else 14, type(error).__name__, method)
