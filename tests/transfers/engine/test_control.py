"""Pause, cancel, shut down, lost lease; and the leash on writes."""

from __future__ import annotations

import threading
import time

import pytest

from tests.transfers.engine.conftest import CONTENT, PART, SIZE, done, wait_until
from tests.transfers.engine.faulty_server import serve, silent_after, silent_before_head, trickle
from transfers.engine import Control, Link, RetryPolicy, StallRule, Stopped

PATIENT = {"stall": StallRule(seconds=60)}


def stop_and_time(running, control, reason):
    started = time.monotonic()
    control.request_stop(reason)
    outcome = running.join()
    assert isinstance(outcome, Stopped)
    assert outcome.reason == reason
    return time.monotonic() - started


@pytest.mark.parametrize("reason", ["pause", "cancel", "shutdown", "lease_lost"])
def test_F50_stop_is_quick_while_reads_block(fetch, server, reason):
    server.behave = silent_after(100_000)
    control = Control()
    running = fetch.start(fetch.download(connections=3, control=control, tuning=PATIENT, read_timeout=60))
    wait_until(lambda: running.download.snapshot().written == 300_000)
    assert stop_and_time(running, control, reason) < 0.5
    assert not fetch.path.exists()


def test_stop_is_quick_while_the_source_does_not_answer(fetch, server):
    server.behave = silent_before_head
    for probes_too in (True, False):
        server.probes_too, control = probes_too, Control()
        asked = len(server.requests)
        running = fetch.start(fetch.download(control=control, read_timeout=60))
        wait_until(lambda asked=asked: len([r for r in server.requests[asked:] if r.is_probe == server.probes_too]) > 0)
        assert stop_and_time(running, control, "pause") < 0.5


def test_stop_is_quick_while_waiting_to_try_again(fetch, server):
    server.behave = lambda exchange: exchange.head(503, Content_Length=0, Retry_After=60)
    control = Control()
    running = fetch.start(
        fetch.download(control=control, connections=2, tuning={"retry": RetryPolicy(base=60, longest=60)})
    )
    wait_until(lambda: running.download.history)  # one refusal may hold back the other connection as well
    assert stop_and_time(running, control, "pause") < 0.5


def test_stop_is_quick_while_a_link_is_being_resolved(fetch):
    release = threading.Event()

    def resolve(renew):
        release.wait(30)
        return Link(fetch.server.url)

    control = Control()
    running = fetch.start(fetch.download(control=control, resolve=resolve))
    assert stop_and_time(running, control, "cancel") < 0.5
    release.set()


def test_pause_keeps_every_byte_and_resume_fetches_the_rest(fetch, server):
    server.script.extend([serve, serve])
    server.behave = trickle(4096, 0.01)
    control = Control()
    running = fetch.start(fetch.download(control=control, connections=2))
    wait_until(lambda: running.download.snapshot().written > 2 * PART)
    control.request_stop("pause")
    assert isinstance(running.join(), Stopped)
    kept = done(fetch.last)
    assert kept == running.download.snapshot().written

    server.behave = serve
    server.forget()
    fetch(resume=fetch.last, connections=2)
    assert fetch.path.read_bytes() == CONTENT
    assert server.sent == SIZE - kept + 1


@pytest.mark.parametrize("reason", ["cancel", "lease_lost"])
def test_nothing_is_reported_after_cancel_or_lost_lease(fetch, server, reason):
    server.behave = silent_after(100_000)
    control = Control()
    running = fetch.start(fetch.download(control=control, tuning=PATIENT))
    wait_until(lambda: running.download.snapshot().written == 100_000)
    control.request_stop(reason)
    running.join()
    assert [done(checkpoint) for checkpoint in fetch.checkpoints] == [0]


def test_F07_expired_lease_stops_writes_by_itself(fetch, server):
    clock = [0.0]
    control = Control(lease_until=10.0, monotonic=lambda: clock[0])
    written_after = []

    def fault(name):
        if name == "after_write":
            written_after.append(clock[0])
            clock[0] += 4.0

    with pytest.raises(Stopped) as caught:
        fetch(control=control, fault=fault)
    assert caught.value.reason == "lease_lost"
    assert max(written_after) < 10.0
    assert not fetch.path.exists()


def test_F07_an_extended_lease_lets_the_transfer_go_on(fetch):
    clock = [0.0]
    control = Control(lease_until=10.0, monotonic=lambda: clock[0])

    def heartbeat(name):
        if name == "after_write":
            clock[0] += 4.0
            control.extend_lease(clock[0] + 10.0)

    fetch(control=control, fault=heartbeat)
    assert fetch.path.read_bytes() == CONTENT


def test_F07_lease_lost_just_before_publishing(fetch):
    control = Control(lease_until=time.monotonic() + 60)
    with pytest.raises(Stopped):
        fetch(control=control, before_publish=lambda: control.extend_lease(0.0))
    assert not fetch.path.exists()


def test_first_reason_to_stop_counts():
    control = Control()
    control.request_stop("cancel")
    control.request_stop("pause")
    with pytest.raises(Stopped, match="cancel"):
        control.check()


def test_late_listeners_hear_of_an_earlier_stop():
    control, heard = Control(), []
    control.request_stop("pause")
    control.subscribe(lambda: heard.append(1))
    assert heard == [1]
