"""How bytes of calls travel: the protocol of both transports, and native gRPC (wire/clouddrive2.md §1.2)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, cast

import grpc

from .errors import CloudDriveError, from_status
from .tuning import Endpoint, Tuning

SERVICE = "clouddrive.CloudDriveFileSrv"


class Pending(Protocol):
    """A call on its way."""

    def result(self) -> bytes:
        """The reply, once it is there; raises `CloudDriveError`."""

    def cancel(self) -> None:
        """Lets whoever waits for the result go."""


class Replies(Iterator[bytes], Protocol):
    """A stream of replies; iterating raises `CloudDriveError`."""

    def close(self) -> None:
        """Ends the stream; may be called by another thread, then a blocked reader ends."""


class Transport(Protocol):
    """Serialized messages there and back. Safe to share between threads. Failures are `CloudDriveError`.

    `timeout` in seconds, None waits for ever. `streams_up` says whether `upload` works.
    """

    @property
    def streams_up(self) -> bool: ...

    def unary(self, method: str, body: bytes, token: str, timeout: float) -> bytes: ...

    def begin(self, method: str, body: bytes, token: str, timeout: float) -> Pending: ...

    def stream(self, method: str, body: bytes, token: str, timeout: float | None) -> Replies: ...

    def upload(self, method: str, bodies: Iterable[bytes], token: str, timeout: float) -> Pending: ...

    def close(self) -> None: ...


def _failure(error: grpc.RpcError, method: str) -> CloudDriveError:
    call = cast(grpc.Call, error)
    code = call.code() or grpc.StatusCode.UNKNOWN
    return from_status(code.value[0], call.details() or "", method)


def _metadata(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),) if token else ()


class _Pending:
    def __init__(self, future: Any, method: str) -> None:
        self._future = future
        self._method = method

    def result(self) -> bytes:
        try:
            return cast(bytes, self._future.result())
        except grpc.FutureCancelledError:
            raise from_status(1, "", self._method) from None
        except grpc.RpcError as error:
            raise _failure(error, self._method) from None

    def cancel(self) -> None:
        self._future.cancel()


class _Replies:
    def __init__(self, call: Any, method: str) -> None:
        self._call = call
        self._method = method
        self._closed = False

    def __iter__(self) -> _Replies:
        return self

    def __next__(self) -> bytes:
        try:
            return cast(bytes, next(self._call))
        except grpc.RpcError as error:
            if self._closed:
                raise StopIteration from None
            raise _failure(error, self._method) from None

    def close(self) -> None:
        self._closed = True
        self._call.cancel()


class GrpcTransport:
    """Native gRPC on one connection, in the clear (h2c) or with TLS."""

    streams_up = True

    def __init__(self, endpoint: Endpoint, tuning: Tuning | None = None) -> None:
        self._channel = _channel(endpoint, tuning or Tuning())
        self._calls: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._closed = False

    def unary(self, method: str, body: bytes, token: str, timeout: float) -> bytes:
        try:
            return cast(bytes, self._call("unary_unary", method)(body, timeout, _metadata(token)))
        except grpc.RpcError as error:
            raise _failure(error, method) from None

    def begin(self, method: str, body: bytes, token: str, timeout: float) -> Pending:
        return _Pending(self._call("unary_unary", method).future(body, timeout, _metadata(token)), method)

    def stream(self, method: str, body: bytes, token: str, timeout: float | None) -> Replies:
        return _Replies(self._call("unary_stream", method)(body, timeout, _metadata(token)), method)

    def upload(self, method: str, bodies: Iterable[bytes], token: str, timeout: float) -> Pending:
        return _Pending(self._call("stream_unary", method).future(iter(bodies), timeout, _metadata(token)), method)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._channel.close()

    def _call(self, kind: str, method: str) -> Any:
        """The callable of a method; messages pass as they are. Making one is not free, so it is kept."""
        with self._lock:
            if self._closed:
                raise from_status(1, "the connection was closed", method)
            found = self._calls.get((kind, method))
            if found is None:
                found = self._calls[kind, method] = getattr(self._channel, kind)(f"/{SERVICE}/{method}")
            return found


def _channel(endpoint: Endpoint, tuning: Tuning) -> grpc.Channel:
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", tuning.receive_limit),
        ("grpc.max_send_message_length", -1),
        ("grpc.keepalive_time_ms", int(tuning.keepalive_seconds * 1000)),
        ("grpc.keepalive_timeout_ms", int(tuning.keepalive_timeout * 1000)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_http_proxy", 0),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.initial_reconnect_backoff_ms", 500),
        ("grpc.max_reconnect_backoff_ms", 10_000),
        ("grpc.default_authority", endpoint.authority),
    ]
    if not endpoint.tls:
        return grpc.insecure_channel(endpoint.target, options)
    options.append(("grpc.ssl_target_name_override", endpoint.host))
    return grpc.secure_channel(endpoint.target, grpc.ssl_channel_credentials(endpoint.ca), options)
