"""The breaker per host: row F49."""

from __future__ import annotations

import threading

import pytest

from core.outbound import BreakerRegistry, BreakerState, CircuitOpen
from core.outbound.breaker import Breaker, PerHost


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.enter()
        breaker.leave(succeeded=False)


@pytest.fixture
def breaker(fake_time):
    return Breaker(failures=3, cool_off=10, clock=fake_time.clock())


def test_F49_opens_after_failures_in_a_row(breaker):
    fail(breaker, 2)
    breaker.enter()
    breaker.leave(succeeded=True)
    fail(breaker, 2)
    assert breaker.state is BreakerState.CLOSED
    fail(breaker, 1)
    assert breaker.state is BreakerState.OPEN
    with pytest.raises(CircuitOpen):
        breaker.enter()


def test_F49_one_probe_decides(breaker, fake_time):
    fail(breaker, 3)
    fake_time.pass_time(10)
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.enter()
    with pytest.raises(CircuitOpen):
        breaker.enter()
    breaker.leave(succeeded=False)
    assert breaker.state is BreakerState.OPEN
    fake_time.pass_time(10)
    breaker.enter()
    breaker.leave(succeeded=True)
    assert breaker.state is BreakerState.CLOSED


def test_probe_without_a_verdict_gives_its_place_back(breaker, fake_time):
    fail(breaker, 3)
    fake_time.pass_time(10)
    breaker.enter()
    breaker.leave(succeeded=None)
    assert breaker.state is BreakerState.HALF_OPEN


def test_lost_probe_gives_its_place_back_after_the_cool_off(breaker, fake_time):
    fail(breaker, 3)
    fake_time.pass_time(10)
    breaker.enter()
    fake_time.pass_time(10)
    breaker.enter()


def test_F49_threads_get_one_probe_between_them(breaker, fake_time):
    fail(breaker, 3)
    fake_time.pass_time(10)
    start = threading.Barrier(16)
    passed = []

    def probe() -> None:
        start.wait()
        try:
            breaker.enter()
        except CircuitOpen:
            return
        passed.append(threading.get_ident())

    threads = [threading.Thread(target=probe) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 1


def test_registry_keeps_one_breaker_per_host(fake_time):
    registry = BreakerRegistry(failures=1, clock=fake_time.clock())
    fail(registry["a.example:443"], 1)
    assert registry["b.example:443"].state is BreakerState.CLOSED
    assert registry.states() == {"a.example:443": "open", "b.example:443": "closed"}


def test_hosts_are_bounded_and_the_oldest_go_first():
    hosts = PerHost(object, limit=2)
    first, second = hosts["a"], hosts["b"]
    assert hosts["a"] is first
    assert hosts["c"]
    assert hosts["a"] is first
    assert hosts["b"] is not second
