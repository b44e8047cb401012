"""Calls of a drive on their way through the limits, against the stand-in: who waits, who hears of it, who gives up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from core import metrics, operations
from core.errors import AppError
from core.events.bus import Wire, bus
from core.operations import Arguments, Call, Surface
from netdisk import pace
from netdisk.drives import client_for
from netdisk.errors import NetdiskError, translated
from netdisk.models import Pace
from netdisk.pace import patience, rules, turn
from tests.support.processes import finished, python
from tests.support.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

HOLD = 0.8


@pytest.fixture(autouse=True)
def _short_holds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rules, "FIRST_HOLD", HOLD)
    monkeypatch.setattr(turn, "TELL_EVERY", 0.2)
    monkeypatch.setattr(turn, "SLICE", 0.1)
    turn.in_force._until = -1.0
    yield
    turn.in_force._until = -1.0


def lists(standin: Any) -> list[int]:
    """The codes of the listings that Baidu was asked for."""
    return [call["code"] for call in standin.log(op="list")]


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def refused(drive: Any) -> NetdiskError:
    """What an impatient caller gets."""
    with pytest.raises(NetdiskError) as caught, translated(), pace.patient(0):
        client_for(drive).list_dir("/")
    return caught.value


def test_a_refused_call_is_sent_again_after_the_hold_and_its_caller_sees_no_error(standin: Any, drive: Any) -> None:
    standin.fault("rate_limited", times=2, match={"op": "list"})
    with pace.patient(20):
        assert client_for(drive).list_dir("/")
    assert lists(standin) == [31034, 31034, 0]


def test_whoever_can_not_wait_so_long_is_told_when_to_come_back_and_asks_nothing_meanwhile(
    standin: Any, drive: Any
) -> None:
    standin.fault("rate_limited", match={"op": "list"})
    first, second = refused(drive), refused(drive)
    assert (first.code, first.status, first.upstream_code) == ("netdisk.rate_limited", 429, 31034)
    assert (second.code, second.permanent) == ("netdisk.rate_limited", False)
    assert 0 < (second.retry_after or 0) <= 1
    assert lists(standin) == [31034]


@pytest.mark.parametrize(
    ("code", "name", "least"),
    [(42000, "netdisk.rate_limited", 0), (20012, "netdisk.rate_limited", 3000), (6, "netdisk.access_suspended", 500)],
)
def test_kin_of_31034_hold_as_well_and_as_long_as_they_ask(
    standin: Any, drive: Any, code: int, name: str, least: int
) -> None:
    standin.fault("errno", code=code, match={"op": "list"})
    error = refused(drive)
    assert (error.code, error.upstream_code) == (name, code)
    assert (error.retry_after or 0) >= least
    refused(drive)
    assert lists(standin) == [code]


def test_errors_that_are_no_limits_pass_at_once_and_hold_nobody(standin: Any, drive: Any) -> None:
    standin.fault("errno", code=-9, times=1, match={"op": "list"})
    with pytest.raises(NetdiskError) as caught, translated():
        client_for(drive).list_dir("/")
    assert caught.value.code == "netdisk.not_found"
    assert client_for(drive).list_dir("/")
    assert not Pace.objects.exists()


def test_without_limits_a_call_asks_the_database_nothing(
    standin: Any, drive: Any, django_assert_num_queries: Any
) -> None:
    client = client_for(drive)
    client.quota()
    turn.in_force._until = time.monotonic() + 60
    with django_assert_num_queries(0):
        client.quota()


def test_the_rest_of_the_line_goes_on_when_one_call_got_through(standin: Any, drive: Any) -> None:
    standin.fault("rate_limited", times=1, match={"op": "list"})
    refused(drive)
    found: list[int] = []

    def work() -> None:
        with pace.patient(30):
            found.append(len(client_for(drive).list_dir("/")))

    for thread in [in_thread(work) for _ in range(8)]:
        thread.join()
    assert len(found) == 8
    assert lists(standin).count(31034) == 1


def test_another_process_waits_for_the_same_hold(standin: Any, drive: Any, settings: Any) -> None:
    standin.fault("rate_limited", match={"op": "list"})
    refused(drive)
    Pace.objects.update(held_until=2**33, hold=2**33)
    env = {
        name: getattr(settings, name)
        for name in ("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL", "OUTBOUND_ALLOW")
    }
    code = """
from netdisk.drives import client_for
from netdisk.models import DriveAccount
from netdisk.errors import NetdiskError
try:
    client_for(DriveAccount.objects.get()).list_dir("/")
except NetdiskError as error:
    print(error.code)
"""
    assert finished(python(code, env={**env, "NETDISK_PATIENCE": "2"})).strip() == "netdisk.rate_limited"
    assert lists(standin) == [31034]


def test_people_go_before_bulk_work_that_waited_longer(standin: Any, drive: Any) -> None:
    standin.fault("rate_limited", times=1, match={"op": "list"})
    refused(drive)
    Pace.objects.update(held_until=0, probe="other", probe_until=time.time() + 40)
    order: list[str] = []

    def work(name: str, bulk: bool) -> None:
        with pace.patient(30, bulk=bulk):
            client_for(drive).list_dir("/")
            order.append(name)

    line = turn.lines.of(drive.pk, "list")
    bulk = in_thread(lambda: work("bulk", True))
    until(lambda: len(line) == 1, what="the bulk work to wait")
    person = in_thread(lambda: work("person", False))
    until(lambda: len(line) == 2, what="the person to wait")
    Pace.objects.update(probe="", probe_until=0)
    person.join()
    bulk.join()
    assert order == ["person", "bulk"]


def test_whoever_waits_hears_for_how_long_and_when_it_is_over(standin: Any, drive: Any) -> None:
    standin.fault("rate_limited", times=1, match={"op": "list"})
    told: list[float] = []
    with pace.patient(20), pace.reporting(told.append):
        client_for(drive).list_dir("/")
    assert HOLD * 0.5 < told[0] <= HOLD * 1.2
    assert len(told) > 2
    assert told[-1] == 0


def test_a_wait_holds_no_connection_to_the_database(standin: Any, drive: Any) -> None:
    standin.fault("rate_limited", times=1, match={"op": "list"})
    open_: list[bool] = []
    with pace.patient(20), pace.reporting(lambda seconds: open_.append(connection.connection is not None)):
        client_for(drive).list_dir("/")
    assert open_[0] is False


class ListArguments(Arguments):
    pass


def listing(drive: Any) -> operations.Operation:
    def handler(call: Call, args: ListArguments) -> int:
        with translated():
            return len(client_for(drive).list_dir("/"))

    return operations.Operation("netdisk.waiting", "netdisk:read", "waiting", handler, ListArguments, int)


def test_the_caller_of_an_operation_sees_it_waiting_with_the_time(standin: Any, drive: Any, alice: Any) -> None:
    standin.fault("rate_limited", times=1, match={"op": "list"})
    heard: list[Wire] = []
    notes: list[str] = []
    bus().subscribe(heard.append)
    call = Call(alice, Surface.REST, on_progress=lambda done, total, note: notes.append(note), request_id="r" * 16)
    with pace.patient(20):
        assert operations.run(listing(drive), call, {})
    frames = [json.loads(wire.frame)["data"] for wire in heard if wire.key == f"call:{'r' * 16}"]
    assert [frames[0]["op"], frames[0]["state"], frames[-1]["state"]] == ["waiting", "waiting", "running"]
    assert frames[0]["until"] > "2026"
    assert 0 < frames[0]["seconds"] < 2
    assert {wire.user for wire in heard if wire.key.startswith("call:")} == {alice.pk}
    assert notes[0]


def test_a_cancelled_call_stops_waiting(standin: Any, drive: Any, alice: Any) -> None:
    standin.fault("rate_limited", match={"op": "list"})
    asked = iter([False, False])
    call = Call(alice, Surface.REST, is_cancelled=lambda: next(asked, True))
    with pytest.raises(AppError) as caught, pace.patient(60):
        operations.run(listing(drive), call, {})
    assert caught.value.code == "cancelled"
    assert len(turn.lines.of(drive.pk, "list")) == 0


def test_recursive_listings_keep_to_the_documented_rate_from_the_first_one(standin: Any, drive: Any) -> None:
    standin.settings(listall_per_minute=8)
    client = client_for(drive)
    for _ in range(8):
        client.list_all("/音乐")
    with pytest.raises(NetdiskError) as caught, translated():
        client.list_all("/音乐")
    assert 50 < (caught.value.retry_after or 0) <= 61
    assert [call["code"] for call in standin.log(op="listall")] == [0] * 8


def test_bulk_requests_are_bulk_and_wait_little(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    from core.request import RequestInfo, enter, leave

    settings.NETDISK_PATIENCE = 33
    assert patience.current_patience() == patience.Patience(33, False)
    token = enter(RequestInfo(bulk=True))
    try:
        assert patience.current_patience() == patience.Patience(patience.BULK_SECONDS, True)
    finally:
        leave(token)


def test_staff_see_what_is_limited(standin: Any, drive: Any) -> None:
    assert [(each.kind, each.rate) for each in pace.status(drive)] == [("list_all", 8)]
    standin.fault("rate_limited", match={"op": "list"})
    before = metrics.PACE_HOLDS.labels("list", "drive")._value.get()
    refused(drive)
    shown = {each.kind: each for each in pace.status(drive)}["list"]
    assert shown.held_until is not None
    assert (shown.waiting, shown.whole_site) == (0, False)
    assert metrics.PACE_HOLDS.labels("list", "drive")._value.get() == before + 1
