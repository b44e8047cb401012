"""What can go wrong with a call to the outside.

Every error says whether trying again can help (`permanent`), when (`retry_after`, seconds) and whether the
other side is at fault (`upstream_fault`: counted by the breaker). Sentences never hold any part of a URL.
"""

from __future__ import annotations

from typing import ClassVar


class OutboundError(Exception):
    """Base of all errors of this package; `code` is stable and for programs, the sentence for people."""

    code: ClassVar[str] = "outbound_error"
    sentence: ClassVar[str] = "The call failed."
    upstream_fault: ClassVar[bool] = False
    permanent: bool = False

    def __init__(
        self, sentence: str | None = None, *, permanent: bool | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(sentence or self.sentence)
        self.retry_after = retry_after
        if permanent is not None:
            self.permanent = permanent


class Blocked(OutboundError):
    """The gate refused. One sentence for every reason, so that it tells nothing about the network behind."""

    code = "address_refused"
    sentence = "This address cannot be used: it is malformed, or it leads to a network that is not allowed."
    permanent = True


class DnsFailed(OutboundError):
    code = "dns_failed"
    sentence = "DNS has no answer for this host name."
    upstream_fault = True


class ConnectFailed(OutboundError):
    code = "connect_failed"
    sentence = "The connection could not be made."
    upstream_fault = True


class TlsFailed(ConnectFailed):
    code = "tls_failed"
    sentence = "The secure connection could not be made: the certificate or the protocol was not accepted."


class TimedOut(OutboundError):
    code = "timed_out"
    sentence = "The other side did not answer in time."
    upstream_fault = True


class Truncated(OutboundError):
    code = "truncated"
    sentence = "The answer ended before it was complete."
    upstream_fault = True


class Surplus(OutboundError):
    code = "surplus"
    sentence = "The other side sent more than it announced."


class TooLarge(OutboundError):
    code = "too_large"
    sentence = "The answer is larger than allowed."
    permanent = True


class TooManyRedirects(OutboundError):
    code = "too_many_redirects"
    sentence = "The address redirects too often."
    permanent = True


class CircuitOpen(OutboundError):
    code = "circuit_open"
    sentence = "This host failed repeatedly and is left alone for a moment."


class HttpStatus(OutboundError):
    """An answer whose status says failure; permanent unless `is_transient`."""

    code = "http_status"

    def __init__(self, status: int, *, retry_after: float | None = None) -> None:
        super().__init__(
            f"The other side answered with HTTP status {status}.",
            permanent=not is_transient(status),
            retry_after=retry_after,
        )
        self.status = status


class ProtocolBroken(OutboundError):
    code = "protocol_broken"
    sentence = "The other side broke the HTTP protocol or dropped the connection."
    upstream_fault = True


class Aborted(OutboundError):
    """The stream was closed on our side while it was being read."""

    code = "aborted"
    sentence = "The transfer was stopped."


def is_transient(status: int) -> bool:
    """Whether the same call may succeed later: 408, 425, 429, and 5xx except 501 and 505."""
    return status in (408, 425, 429) or (500 <= status < 600 and status not in (501, 505))
