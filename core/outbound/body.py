"""Bodies read with a limit on bytes, time and expansion (row H34)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import requests
from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ProtocolError, ReadTimeoutError

from .clock import SYSTEM_CLOCK, Clock
from .errors import OutboundError, ProtocolBroken, TimedOut, TooLarge, Truncated

CHUNK = 64 * 1024
RATIO = 100  # decoded bytes per byte on the wire
RATIO_FREE = 1024 * 1024  # decoded bytes that need not respect the ratio


def read_bounded(
    response: requests.Response,
    limit: int,
    *,
    seconds: float | None = None,
    ratio: int = RATIO,
    clock: Clock = SYSTEM_CLOCK,
) -> bytes:
    """The whole decoded body of a response that was opened with `stream=True`; see `iter_bounded`."""
    return b"".join(iter_bounded(response, limit, seconds=seconds, ratio=ratio, clock=clock))


def iter_bounded(
    response: requests.Response,
    limit: int,
    *,
    seconds: float | None = None,
    ratio: int = RATIO,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[bytes]:
    """The decoded body in pieces as they arrive: at most `limit` bytes, in `seconds`, expanded by `ratio`.

    Raises `TooLarge`, `TimedOut`, `Truncated`, `ProtocolBroken`; the response is closed then.
    """
    deadline = None if seconds is None else clock.monotonic() + seconds
    total = 0
    try:
        _refuse_announced(response, limit)
        while piece := response.raw.read1(min(CHUNK, limit - total + 1), decode_content=True):
            total += len(piece)
            if total > limit or (total > RATIO_FREE and total > ratio * response.raw.tell()):
                raise TooLarge
            if deadline is not None and clock.monotonic() > deadline:
                raise TimedOut("The answer did not arrive completely in time.")
            yield piece
    except HTTPError as error:
        raise _translated(error) from error
    finally:
        response.close()


def _refuse_announced(response: requests.Response, limit: int) -> None:
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced[:20]) > limit and response.request.method != "HEAD":
        raise TooLarge


def _translated(error: HTTPError) -> OutboundError:
    causes = chain([error], error.args)
    if isinstance(error, ReadTimeoutError):
        return TimedOut()
    if isinstance(error, DecodeError):
        return ProtocolBroken("The answer's compression is damaged.")
    if isinstance(error, ProtocolError) or any(isinstance(cause, IncompleteRead) for cause in causes):
        return Truncated()
    return ProtocolBroken()
