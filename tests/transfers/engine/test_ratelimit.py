"""The bandwidth limit, on real clocks over short times."""

from __future__ import annotations

import threading
import time

import pytest

from tests.transfers.engine.conftest import CONTENT, PART, wait_until
from transfers.engine import Control, RateLimiter, StallRule, Stopped


def never() -> bool:
    return False


def test_rate_is_kept(fetch, server):
    server.content = CONTENT[: 2 * PART]
    started, cpu = time.monotonic(), time.process_time()
    fetch(connections=3, limiter=RateLimiter(PART))
    elapsed = time.monotonic() - started
    assert 1.6 <= elapsed <= 3.5
    assert time.process_time() - cpu < 0.5 * elapsed, "waiting is not spinning"


def test_connections_share_evenly():
    limiter, shares = RateLimiter(1_000_000), [0, 0, 0]
    deadline = time.monotonic() + 1.0

    def pull(index: int) -> None:
        while time.monotonic() < deadline:
            limiter.take(limiter.quantum(1 << 18) // 4, never)
            shares[index] += 1

    threads = [threading.Thread(target=pull, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert min(shares) >= 0.7 * max(shares)
    assert 25_000 * sum(shares) <= 1_600_000


def test_rate_can_be_changed_while_somebody_waits():
    limiter = RateLimiter(100)
    limiter.take(10_000, never)
    waiting = threading.Thread(target=limiter.take, args=(1, never))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    limiter.set_rate(None)
    waiting.join(0.2)
    assert not waiting.is_alive()


def test_a_lower_rate_takes_effect(fetch, server):
    limiter = RateLimiter()
    assert limiter.quantum(1 << 18) == 1 << 18
    limiter.set_rate(1000)
    assert limiter.quantum(1 << 18) == 100
    started = time.monotonic()
    for _ in range(4):
        limiter.take(100, never)
    assert time.monotonic() - started >= 0.25


def test_a_slow_limit_is_not_a_stall_and_can_be_stopped(fetch):
    control = Control()
    download = fetch.download(
        control=control, limiter=RateLimiter(2000), tuning={"stall": StallRule(seconds=0.2, least=1024)}
    )
    running = fetch.start(download)
    wait_until(lambda: download.snapshot().written >= 1800)
    started = time.monotonic()
    control.request_stop("pause")
    assert isinstance(running.join(), Stopped)
    assert time.monotonic() - started < 0.5
    assert download.history == ()


@pytest.mark.parametrize("rate", [0, None])
def test_no_limit_never_waits(rate):
    limiter = RateLimiter(rate)
    started = time.monotonic()
    for _ in range(10_000):
        limiter.take(1 << 30, never)
    assert time.monotonic() - started < 0.5
