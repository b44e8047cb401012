"""Bulk downloads as cheap as curl: the socket writes straight into the caller's buffer."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from .breaker import BreakerRegistry
from .calls import OnCall, call_to, observed
from .clock import SYSTEM_CLOCK, Clock
from .dial import dial
from .errors import (
    Aborted,
    ProtocolBroken,
    Surplus,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Truncated,
)
from .gate import Policy
from .redirects import headers_for, redirect_target
from .resolve import Resolver, system_resolver
from .urls import Target, parse_url
from .wire import TimedResponse, tls_context, tls_failed

OnRedirect = Callable[[str], Mapping[str, str] | None]
"""Given the URL of the next hop: the headers to send there, or `None` for the rule of `headers_for`.

It may raise to refuse the hop.
"""

SMALL_READ = 64 * 1024


def open_stream(
    url: str,
    *,
    policy: Policy,
    headers: Mapping[str, str] | None = None,
    connect_timeout: float = 5.0,
    read_timeout: float = 30.0,
    max_redirects: int | None = None,
    on_redirect: OnRedirect | None = None,
    resolver: Resolver = system_resolver,
    ca_bundle: str | None = None,
    breaker: BreakerRegistry | None = None,
    on_call: OnCall | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Stream:
    """GET `url` and return the final answer, whatever its status, with the body unread.

    Redirects are followed through the gate (at most `max_redirects`, by default the policy's). Always sent:
    `Accept-Encoding: identity` and `Connection: close`. Times in seconds: `connect_timeout` for DNS, TCP and
    TLS together, `read_timeout` for the whole head and for every pause in the body. Raises `OutboundError`.
    """
    limit = policy.max_redirects if max_redirects is None else max_redirects
    target = parse_url(url)
    sent = dict(headers or {})
    for _ in range(limit + 1):
        with observed(call_to(target, "GET"), target, breakers=breaker, on_call=on_call, clock=clock) as call:
            sock = _connect(target, policy, connect_timeout, resolver, ca_bundle)
            stream = _request(sock, target, sent, read_timeout)
            call.status = stream.status
        try:
            following = redirect_target(target, stream.status, stream.headers.get("Location"))
        except BaseException:
            stream.close()
            raise
        if following is None:
            return stream
        stream.close()
        chosen = on_redirect(following.url) if on_redirect else None
        sent = headers_for(target, following, sent) if chosen is None else dict(chosen)
        target = following
    raise TooManyRedirects


def _connect(
    target: Target, policy: Policy, timeout: float, resolver: Resolver, ca_bundle: str | None
) -> socket.socket:
    sock = dial(target, policy, timeout=timeout, resolver=resolver)
    if target.scheme == "http":
        return sock
    try:
        # TLS that ends without its closing alert is an error: it may be a cut body of unknown length.
        return tls_context(ca_bundle).wrap_socket(sock, server_hostname=target.host, suppress_ragged_eofs=False)
    except TimeoutError:
        sock.close()
        raise TimedOut from None
    except OSError as error:  # ssl.SSLError is one
        sock.close()
        raise tls_failed(error) from error


def _request(sock: socket.socket, target: Target, headers: Mapping[str, str], read_timeout: float) -> Stream:
    connection = _Connection(target.host, target.port)
    connection.sock = sock
    sock.settimeout(read_timeout)
    fixed = {"Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"}
    names = {name.lower() for name in fixed}
    try:
        connection.request(
            "GET", target.path, headers=fixed | {k: v for k, v in headers.items() if k.lower() not in names}
        )
        return Stream(target.url, sock, connection.getresponse())
    except TimeoutError:
        sock.close()
        raise TimedOut from None
    except (OSError, http.client.HTTPException) as error:
        sock.close()
        raise ProtocolBroken from error
    except BaseException:
        sock.close()
        raise


class _Connection(http.client.HTTPConnection):
    response_class = TimedResponse
    auto_open = 0


class Stream:
    """An answer whose body is read into the caller's buffer, by one thread; any thread may `close` it."""

    def __init__(self, url: str, sock: socket.socket, response: http.client.HTTPResponse) -> None:
        self.url = url
        self.status = response.status
        self.headers = response.headers
        """Names are case-insensitive: `headers.get("etag")`."""
        self.length = _announced_length(response)
        """Bytes of the body, or `None` when the server did not say."""
        self._sock = sock
        self._response = response
        self._file = response.fp
        self._left = self.length
        self._direct = False  # whether the reader behind the head is empty, so that the socket can be read itself
        self._closed = False
        self._reading = threading.RLock()

    def readinto(self, buffer: memoryview) -> int:
        """Fill the start of `buffer` with what has arrived, at least one byte; 0 is the clean end.

        Raises `Truncated` when the body ends early, `TimedOut` when nothing comes for the read time-out,
        `Aborted` when the stream was closed, `ProtocolBroken` for malformed chunks.
        """
        with self._reading:
            if self._closed:
                raise Aborted
            try:
                count = self._receive(buffer)
            except TimeoutError:
                raise TimedOut from None
            except (http.client.IncompleteRead, EOFError, OSError) as error:
                raise (Aborted if self._closed else Truncated) from error
            except (http.client.HTTPException, ValueError) as error:
                raise (Aborted if self._closed else ProtocolBroken) from error
        if self._closed:
            raise Aborted
        return count

    def read(self, limit: int) -> bytes:
        """The rest of a small body, such as an error answer; raises `TooLarge` above `limit` bytes."""
        body = bytearray()
        piece = memoryview(bytearray(min(limit + 1, SMALL_READ)))
        while count := self.readinto(piece):
            body += piece[:count]
            if len(body) > limit:
                raise TooLarge
        return bytes(body)

    def expect_end(self, wait: float = 1.0) -> None:
        """Check that nothing follows the announced body; raises `Truncated` before its end, else `Surplus`.

        Waits up to `wait` seconds for the server to close: silence counts as the end.
        """
        if self._left is None:
            return
        if self._left:
            raise Truncated
        with self._reading:
            if self._closed:
                raise Aborted
            try:
                self._sock.settimeout(wait)
                surplus = self._file.read1(1) if self._file else b""
            except OSError:
                return  # silence, a reset or a ragged TLS end: all of them after the complete body
        if surplus:
            raise Surplus

    def close(self) -> None:
        """Give the connection up; a read that waits in another thread ends at once with `Aborted`."""
        if self._closed:
            return
        self._closed = True
        with suppress(OSError):  # the plain one: SSLSocket's own would pull TLS away from the reader
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        with self._reading:
            self._response.close()
            if self._file:
                self._file.close()
            self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self, buffer: memoryview) -> int:
        if self._response.chunked:
            return self._receive_chunked(buffer)
        if self._left is not None:
            buffer = buffer[: self._left]
        if not buffer:
            return 0
        count = self._sock.recv_into(buffer) if self._direct else self._receive_behind_head(buffer)
        if self._left is not None:
            if not count:
                raise EOFError
            self._left -= count
        return count

    def _receive_behind_head(self, buffer: memoryview) -> int:
        """The first bytes may wait in the buffered reader that parsed the head; they are handed on without waiting for more."""
        waiting = len(self._file.peek(1))
        count = self._file.readinto(buffer[:waiting])
        self._direct = count == waiting
        return count

    def _receive_chunked(self, buffer: memoryview) -> int:
        data = self._response.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _announced_length(response: http.client.HTTPResponse) -> int | None:
    """The one Content-Length; raises `ProtocolBroken` for contradicting or unreadable ones."""
    codings = response.headers.get_all("Transfer-Encoding", [])
    if codings and not response.chunked:
        raise ProtocolBroken
    if response.chunked:
        return None
    if response.status in (204, 304):
        return 0
    lengths = {part.strip() for value in response.headers.get_all("Content-Length", []) for part in value.split(",")}
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not length.isascii() or not length.isdigit() or len(length) > 18:
        raise ProtocolBroken
    return int(length)
