"""What is known about one call: for metrics, logs and the breaker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .breaker import BreakerRegistry
from .clock import Clock
from .errors import OutboundError, is_transient
from .urls import Target


@dataclass(slots=True)
class Call:
    """One request on the wire: `status` when an answer came, `error` (a code) when none or a broken one."""

    method: str
    scheme: str
    host: str
    port: int
    attempt: int = 1
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0


OnCall = Callable[[Call], None]


@contextmanager
def observed(
    call: Call, target: Target, *, breakers: BreakerRegistry | None, on_call: OnCall | None, clock: Clock
) -> Iterator[Call]:
    """Run one request under the breaker of its host and report it; the body sets `call.status`.

    Raises `CircuitOpen` instead of running the body when the host is to be left alone.
    """
    breaker = breakers[target.key] if breakers else None
    entered = False
    succeeded: bool | None = None
    started = clock.monotonic()
    try:
        if breaker:
            breaker.enter()
            entered = True
        yield call
        succeeded = call.status is None or call.status < 500 or not is_transient(call.status)
    except OutboundError as error:
        call.error = error.code
        succeeded = False if error.upstream_fault else None
        raise
    finally:
        call.seconds = clock.monotonic() - started
        if breaker and entered:
            breaker.leave(succeeded)
        if on_call:
            on_call(call)


def call_to(target: Target, method: str, attempt: int = 1) -> Call:
    return Call(method, target.scheme, target.host, target.port, attempt)
