"""Every HTTP call to the outside goes through here: the gate, time-outs, retries, breaker, redaction.

Plain Python: the configuration arrives as arguments.
"""

from __future__ import annotations

from .adapter import PoolLimits
from .body import iter_bounded, read_bounded
from .breaker import BreakerRegistry, BreakerState
from .calls import Call
from .clock import Clock
from .errors import (
    Aborted,
    Blocked,
    CircuitOpen,
    ConnectFailed,
    DnsFailed,
    HttpStatus,
    OutboundError,
    ProtocolBroken,
    Surplus,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
    Truncated,
)
from .gate import HostPort, Policy
from .redact import redact_text, redact_url
from .retry import NO_RETRIES, RetryPolicy, parse_retry_after
from .session import OutboundSession, check_status, make_session
from .stream import Stream, open_stream
from .urls import Target, parse_url

__all__ = [
    "NO_RETRIES",
    "Aborted",
    "Blocked",
    "BreakerRegistry",
    "BreakerState",
    "Call",
    "CircuitOpen",
    "Clock",
    "ConnectFailed",
    "DnsFailed",
    "HostPort",
    "HttpStatus",
    "OutboundError",
    "OutboundSession",
    "Policy",
    "PoolLimits",
    "ProtocolBroken",
    "RetryPolicy",
    "Stream",
    "Surplus",
    "Target",
    "TimedOut",
    "TlsFailed",
    "TooLarge",
    "TooManyRedirects",
    "Truncated",
    "check_status",
    "iter_bounded",
    "make_session",
    "open_stream",
    "parse_retry_after",
    "parse_url",
    "read_bounded",
    "redact_text",
    "redact_url",
]
