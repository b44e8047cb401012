"""The rules of one limit, with every moment and every chance given."""

from __future__ import annotations

from typing import Any

import pytest

from netdisk.models import Pace
from netdisk.pace import rules

T = 1_800_000_000.0


def limit(**values: Any) -> Pace:
    return Pace(key="k", kind="list", **values)


def held(now: float = T, reached: int = 60) -> Pace:
    """A limit that was met for the first time."""
    row = limit()
    assert rules.refused(row, now, reached=reached)
    return row


def go(row: Pace, now: float, token: str = "t", **options: Any) -> float:
    """Ask; 0 when the slot was taken."""
    wait = rules.wait(row, now, **options)
    if not wait:
        rules.take(row, now, token=token, limit=options.get("limit", 0))
    return wait


def opened(row: Pace) -> float:
    """Let one call probe after the hold and be answered; the moment."""
    now = row.held_until
    assert go(row, now, "probe") == 0
    assert rules.answered(row, now, "probe")
    return now


def calls(row: Pace, now: float, count: int) -> float:
    """As many calls as soon as they may go; when the last one went."""
    for _ in range(count):
        now += rules.wait(row, now)
        assert go(row, now) == 0
    return now


def test_a_refusal_holds_everybody_for_a_while():
    row = held()
    assert row.active
    assert rules.wait(row, T) == pytest.approx(rules.FIRST_HOLD)
    assert rules.wait(row, T + 1) == pytest.approx(rules.FIRST_HOLD - 1)


def test_after_a_hold_one_call_at_a_time_probes():
    row = held()
    now = row.held_until
    assert go(row, now, "first") == 0
    assert 0 < go(row, now, "second") <= rules.PROBE_POLL
    assert rules.answered(row, now + 0.1, "first")
    assert go(row, now + 60, "second") == 0


def test_a_probe_whose_process_died_gives_its_place_back():
    row = held()
    now = row.held_until
    go(row, now, "first")
    assert go(row, now + rules.PROBE_SECONDS + 0.1, "second") == 0
    assert not rules.answered(row, now + 50, "first")
    assert rules.answered(row, now + 50, "second")


def test_a_probe_without_an_answer_lets_the_next_one_probe():
    row = held()
    go(row, row.held_until, "first")
    assert rules.unclear(row, "first")
    assert go(row, row.held_until, "second") == 0
    assert row.strikes == 1


def test_holds_grow_while_probes_are_refused_up_to_a_minute():
    row, holds = held(), []
    for _ in range(12):
        holds.append(row.hold)
        now = row.held_until
        go(row, now, "probe")
        assert rules.refused(row, now, token="probe")
    assert holds[:3] == pytest.approx([4, 6.4, 10.24])
    assert holds[-1] == rules.LONGEST_BACKOFF
    assert holds == sorted(holds)


def test_calls_that_were_under_way_when_the_hold_began_do_not_lengthen_it():
    row = held()
    until = row.held_until
    assert not rules.refused(row, T + 0.2)
    assert (row.held_until, row.strikes) == (until, 1)


def test_what_baidu_asks_for_is_kept_within_an_hour():
    asked, too_long = limit(), limit()
    rules.refused(asked, T, least=600)
    rules.refused(too_long, T, least=10**6)
    assert (asked.hold, too_long.hold) == (600, rules.LONGEST_HOLD)


def test_after_a_first_storm_the_rate_grows_fast_until_there_is_no_limit():
    row = held()
    began = opened(row)
    ended = calls(row, began, 40)
    assert (row.active, row.rate) == (False, None)
    assert ended - began < 10
    assert go(row, ended) == go(row, ended) == 0


def test_a_second_refusal_after_many_calls_is_a_real_limit_and_sets_a_rate_below_what_was_reached():
    row = held(reached=60)
    now = calls(row, opened(row), 40)
    assert rules.refused(row, now, reached=50)
    now = opened(row)
    assert row.rate == pytest.approx(40)
    assert rules.wait(row, now) == pytest.approx(60 / 40)


def test_a_learnt_rate_grows_slowly_while_it_is_used_up_and_not_when_idle():
    row = held(reached=60)
    rules.refused(row, calls(row, opened(row), 40), reached=50)
    now = opened(row)
    for _ in range(10):
        now += 30
        assert go(row, now) == 0
    assert row.rate == pytest.approx(40)
    calls(row, now, 40)
    assert 41 < (row.rate or 0) < 43


def test_each_further_limit_met_lowers_the_rate_but_never_to_a_standstill():
    row = held(reached=10)
    rates = []
    for _ in range(12):
        assert rules.refused(row, calls(row, opened(row), 30 if row.episodes == 1 else 6), reached=10)
        rates.append(row.rate)
    falling = rates[: rates.index(rules.LEAST_RATE) + 1]
    assert falling == sorted(falling, reverse=True)
    assert min(rates) == rules.LEAST_RATE


def test_a_refusal_soon_after_opening_only_lengthens_the_pause():
    row = held(reached=60)
    rate = row.rate
    assert rules.refused(row, calls(row, opened(row), 3), reached=20)
    assert row.episodes == 1
    assert row.hold == pytest.approx(rules.FIRST_HOLD * rules.HOLD_GROWTH)
    assert rules.FIRST_RATE < row.rate < rate


def test_a_rate_well_beyond_the_point_of_refusal_is_no_limit_any_more():
    row = held(reached=60)
    rules.refused(row, calls(row, opened(row), 40), reached=10)
    now = calls(row, opened(row), 50)
    assert 10 < row.rate < 11
    assert calls(row, now, 40) - now < 120
    assert not row.active


def test_a_window_of_a_minute_is_waited_out_when_the_limit_is_known_to_be_real():
    row = held(reached=60)
    assert rules.refused(row, calls(row, opened(row), 40), reached=50, clears_in=22)
    assert row.hold == 22


def test_a_documented_window_lets_a_burst_pass_and_never_more_in_any_minute():
    row, sent, now = limit(), [], T
    for _ in range(40):
        while wait := go(row, now, limit=8):
            now += wait
        sent.append(now)
        now += 0.2
    assert sent[7] - sent[0] < 2
    assert all(later - earlier > 60 for earlier, later in zip(sent, sent[8:], strict=False))


@pytest.mark.parametrize(("ahead", "seconds"), [(0, 60.5), (7, 60.5), (8, 121), (16, 181.5)])
def test_a_caller_in_a_line_hears_how_long_the_whole_line_takes(ahead, seconds):
    row = limit()
    for _ in range(8):
        go(row, T, limit=8)
    assert rules.wait(row, T, limit=8, ahead=ahead) == pytest.approx(seconds, abs=0.01)


def test_a_long_line_behind_a_rate_that_grows_fast_is_no_reason_to_give_up():
    row = held()
    now = opened(row)
    told = rules.wait(row, now, ahead=100)
    assert told < 10
    assert calls(row, now, 100) - now < told + 1


def test_a_long_line_behind_a_learnt_rate_is_told_its_whole_length():
    row = limit(rate=6.0, next_at=T, episodes=2, refused_at=T, active=True)
    assert rules.wait(row, T, ahead=10) == pytest.approx(100)


def test_bulk_work_lets_a_waiting_person_go_first():
    row = limit(urgent_until=T + 2)
    assert go(row, T, bulk=True) == pytest.approx(2)
    assert go(row, T) == 0
    assert go(row, T + 2.1, bulk=True) == 0


def test_an_hour_without_a_refusal_forgets_the_limit():
    row = held(reached=60)
    rules.refused(row, calls(row, opened(row), 40), reached=10)
    now = opened(row)
    rules.settle(row, now + rules.FORGET - 60)
    assert row.rate
    rules.settle(row, now + rules.FORGET + 60)
    assert (row.rate, row.episodes, row.active) == (None, 0, False)


def test_a_limit_that_is_half_open_is_not_forgotten():
    row = held()
    rules.settle(row, T + 10 * rules.FORGET)
    assert (row.active, row.strikes) == (True, 1)


@pytest.mark.parametrize("jump", [-3600, -86_400 * 365, 3600, 86_400 * 365])
def test_F48_a_jump_of_the_clock_delays_nobody_beyond_the_hold(jump):
    row = held()
    now = T + 1 + jump
    assert rules.settle(row, now) is (jump < 0)
    assert rules.wait(row, now) <= rules.FIRST_HOLD
    assert not rules.settle(row, now + 0.5), "a correction that is kept is made once"


@pytest.mark.parametrize("jump", [-3600, -86_400 * 365])
def test_F48_slots_probes_and_windows_survive_a_clock_set_back(jump):
    paced = limit(rate=6.0, next_at=T + 9, episodes=3, refused_at=T, active=True)
    probing = held()
    go(probing, probing.held_until, "gone")
    window = limit()
    for _ in range(8):
        go(window, T, limit=8)
    for row in (paced, probing, window):
        rules.settle(row, T + jump)
    assert rules.wait(paced, T + jump) <= 10
    assert rules.wait(probing, T + jump) <= rules.PROBE_SECONDS
    assert rules.wait(window, T + jump, limit=8) == 0
