"""What a process keeps for itself about limits: places, lines, counts, the list of limits in force."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from netdisk.pace.local import COUNTS, LEAST_PLACES, InForce, Line, Lines, Outcomes, Places, Tallies, Tally
from tests.support.waiting import until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def started(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_few_young_calls_are_under_way_at_once_and_the_next_goes_when_one_ends() -> None:
    clock, given = Clock(), []
    places = Places(lambda: 0, clock)
    sent = [places.enter(bulk=False) for _ in range(LEAST_PLACES)]
    thread = started(lambda: given.append(places.enter(bulk=False)))
    until(lambda: len(places._line) == 1, what="the fifth call to wait")
    assert given == []
    places.leave(sent[0])
    thread.join(5)
    assert len(given) == 1


def test_slow_answers_are_no_refusals_and_keep_nobody_out() -> None:
    clock = Clock()
    places = Places(lambda: 0, clock)
    for _ in range(10 * LEAST_PLACES):
        places.enter(bulk=False)
        clock.now += 0.3


@pytest.mark.parametrize(("answered", "places_given"), [(0, 4), (200, 4), (1000, 20), (100_000, 64)])
def test_the_more_was_answered_lately_the_more_may_be_young(answered: int, places_given: int) -> None:
    places = Places(lambda: answered, Clock())
    given = 0
    while places._try() is not None:
        given += 1
    assert given == places_given


def test_nobody_enters_while_a_refusal_is_noted() -> None:
    places, given = Places(lambda: 0), []
    with places.closed():
        thread = started(lambda: given.append(places.enter(bulk=False)))
        until(lambda: len(places._line) == 1, what="the call to wait")
        assert given == []
    thread.join(5)
    assert len(given) == 1


def test_in_a_line_people_go_before_bulk_work_and_otherwise_in_order() -> None:
    line = Line()
    with line.join(True) as bulk, line.join(False) as person, line.join(False) as second:
        assert [line.ahead(each) for each in (person, second, bulk)] == [0, 1, 2]
    assert len(line) == 0


def test_whoever_leaves_a_line_wakes_the_next() -> None:
    line, woken = Line(), []
    with line.join(False):
        thread = started(lambda: woken.append(_wait_in(line)))
        until(lambda: len(line) == 2, what="the second one to wait")
    thread.join(5)
    assert woken == [True]


def _wait_in(line: Line) -> bool:
    with line.join(False) as waiter:
        return waiter.pause(4)


def test_lines_without_callers_are_forgotten() -> None:
    lines = Lines()
    line = lines.of("drive", "list")
    with line.join(False):
        assert lines.waiting("drive", "list") == 1
        assert lines.of("drive", "list") is line
    del line
    assert len(lines._lines) == 0


def test_a_tally_counts_a_minute_and_says_when_a_part_of_it_is_over() -> None:
    tally = Tally()
    for second in range(0, 60, 5):
        tally.add(second)
    assert tally.count(59) == 12
    assert tally.clears_in(59, 0.25) == pytest.approx(15 + 60 - 59)
    assert tally.count(90) < 8
    assert tally.count(200) == 0


def test_tallies_do_not_grow_without_bound() -> None:
    tallies = Tallies()
    for number in range(3 * COUNTS):
        tallies.add((str(number), "list"), 1.0)
    assert len(tallies._tallies) == COUNTS
    assert tallies.of("list").count(1.0) == 3 * COUNTS
    assert tallies.of("0").count(1.0) == 0


def test_the_share_of_refusals_counts_from_the_first_one() -> None:
    outcomes = Outcomes()
    for _ in range(15):
        outcomes.add(1.0, False)
    outcomes.add(2.0, True)
    assert outcomes.share_refused(2.0) == 1
    outcomes.add(2.5, False)
    assert outcomes.share_refused(3.0) == 0.5
    assert outcomes.share_refused(60.0) == 0


def test_limits_in_force_are_read_once_a_second_and_known_at_once_where_they_were_met() -> None:
    clock, reads = Clock(), []
    limits = InForce(lambda: reads.append(1) or [f"read {len(reads)}"], clock)
    for _ in range(5):
        limits.refresh()
    assert (len(reads), "read 1" in limits) == (1, True)
    limits.add("met here")
    assert "met here" in limits
    clock.now += 1.1
    limits.refresh()
    assert ("read 2" in limits, "met here" in limits) == (True, False)
