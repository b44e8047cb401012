"""Retry-After, back-off and the retry budget: row F49."""

from __future__ import annotations

import math
import random
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.outbound import CircuitOpen, Clock, HttpStatus, RetryPolicy, TimedOut, TooLarge, parse_retry_after
from core.outbound.retry import RetryBudget

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW - 90, usegmt=True), 0),
        ("Friday, 15-Jan-27 08:01:30 GMT", 90),
        ("9" * 5000, math.inf),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Wed, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_F49_retry_after_forms(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text())
def test_F49_any_retry_after_is_read_without_an_error(value):
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or seconds >= 0


def test_F49_jitter_is_full_and_capped():
    draws = random.Random(7)
    clock = Clock(random=draws.random)
    policy = RetryPolicy(base=1, cap=8)
    for attempt, ceiling in [(1, 1), (2, 2), (3, 4), (4, 8), (10, 8)]:
        delays = [policy.delay(attempt, None, clock) for _ in range(500)]
        assert 0 <= min(delays) < 0.05 * ceiling
        assert 0.95 * ceiling < max(delays) <= ceiling
    assert min(policy.delay(1, 5, clock) for _ in range(100)) >= 5


def test_what_is_worth_another_try():
    policy = RetryPolicy()
    assert [policy.applies_to(error) for error in (TimedOut(), HttpStatus(503), HttpStatus(429))] == [True] * 3
    assert [policy.applies_to(error) for error in (TooLarge(), HttpStatus(404), CircuitOpen())] == [False] * 3


def test_F49_budget_is_ten_percent_plus_a_minimum(fake_time):
    budget = RetryBudget(0.1, 3, 60, fake_time.clock())
    assert [budget.take() for _ in range(4)] == [True, True, True, False]
    for _ in range(100):
        budget.count_call()
    assert [budget.take() for _ in range(8)] == [True] * 7 + [False]


def test_F49_budget_slides(fake_time):
    budget = RetryBudget(0.1, 3, 60, fake_time.clock())
    assert [budget.take() for _ in range(3)] == [True] * 3
    fake_time.pass_time(53)
    assert not budget.take()
    fake_time.pass_time(8)
    assert budget.take()
