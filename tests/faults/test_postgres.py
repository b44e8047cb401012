"""PostgreSQL restarted and its connections cut, under load; web processes replaced one after the other."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.emulators.standin import Standin
from tests.support.site import Client
from tests.support.waiting import until

from . import transfers
from .conftest import rounds
from .load import Load, same_person
from .servers import PostgresServer
from .sockets import Listener
from .stack import Stack
from .transfers import LARGE, MIB

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def system(stack: Stack, drive_side: Standin) -> Iterator[Stack]:
    yield stack


def read(client: Client) -> requests.Response:
    return client.get("/api/v1/transfers?page_size=1")


def write(client: Client) -> requests.Response:
    return client.put("/auth/me", json={"first_name": "again"})


def recovered(client: Client, began: float) -> float:
    """Seconds from `began` until twelve answers in a row, on as many connections, were good."""
    in_a_row = 0
    while in_a_row < 12:
        good = read(client).status_code == write(client).status_code == 200
        in_a_row = in_a_row + 1 if good else 0
        assert time.monotonic() - began < 60, "it never recovers"
    return time.monotonic() - began


def test_F24_connections_that_are_cut_cost_one_clean_answer_each(
    system: Stack, postgres_server: PostgresServer
) -> None:
    client = system.client("f24cut")
    client.connect_drive(system.program.url)
    standin, load, make = system.standin(), Load(), same_person(client)
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=12 * MIB)
    transfer = transfers.start(client, standin, LARGE)
    transfers.moving(client, transfer)
    with load.running(read, make, 3), load.running(write, make, 2):
        until(lambda: load.count(0) > 50, 30, "some load")
        for cut in range(1, rounds(3, 20) + 1):
            assert postgres_server.cut_connections() > 0
            seen = len(load.calls)
            until(lambda seen=seen, cut=cut: len(load.calls) > seen + 30 * cut, 60, "more load")  # type: ignore[misc]
    assert set(load.statuses) <= {200, 503}, load.statuses
    assert load.statuses[503] <= 40 * rounds(3, 20), load.statuses
    assert all(call.retry_after for call in load.calls if call.status == 503)
    standin.control("DELETE", "faults")
    done = transfers.whole(client, standin, LARGE, transfer)
    assert done["attempts"] <= 1, "an outage of the database is no failure of the transfer"


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_F24_a_restarted_database_is_back_within_five_seconds(
    system: Stack, postgres_server: PostgresServer, mode: str
) -> None:
    client = system.client(f"f24{mode}")
    client.connect_drive(system.program.url)
    standin, load, make = system.standin(), Load(), same_person(client)
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=4 * MIB)
    transfer = transfers.start(client, standin, LARGE)
    transfers.moving(client, transfer)
    listener = Listener(client)
    with load.running(read, make, 3), load.running(write, make, 2):
        for _ in range(rounds(2, 5)):
            seen = len(load.calls)
            until(lambda seen=seen: len(load.calls) > seen + 50, 30, "some load")  # type: ignore[misc]
            pace = recovered(make(), time.monotonic())  # what the same calls take while all is well
            postgres_server.restart(mode)
            assert recovered(make(), time.monotonic()) - pace < 5
    assert set(load.statuses) <= {200, 503}, load.statuses
    assert all(call.retry_after for call in load.calls if call.status == 503)
    standin.control("DELETE", "faults")
    transfers.whole(client, standin, LARGE, transfer)
    until(lambda: listener.events("transfer.done"), 15, "the event on the socket that was open all the time")
    numbers = [frame["id"] for frame in listener.frames if "id" in frame]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no hole, no repetition"
    listener.close()


class Proxy(Client):
    """What a reverse proxy does with two instances: in turn, and to the other one when a connection fails before an answer."""

    def __init__(self, bases: list[str], token: str) -> None:
        super().__init__(bases[0])
        self.bases = bases
        self.turn = itertools.count()
        self.headers["Authorization"] = token
        self.headers["Connection"] = "close"

    def request(self, method: object, url: object, *args: object, **options: object) -> requests.Response:
        first = next(self.turn)
        for attempt in range(20):
            try:
                self.base = self.bases[(first + attempt) % len(self.bases)]
                return super().request(method, url, *args, **options)
            except requests.ConnectionError:
                if attempt == 19:
                    raise
        raise AssertionError


@pytest.mark.slow
def test_F05_a_rolling_restart_shows_no_error_through_a_proxy(system: Stack) -> None:
    client = system.client("f05")
    bases, token, load = [site.url for site in system.webs], str(client.headers["Authorization"]), Load()
    sockets = [Listener(at(base, client)) for base in bases]
    with load.running(read, lambda: Proxy(bases, token), 6):
        for site in system.webs:
            seen = len(load.calls)
            assert site.stop() == 0
            until(lambda seen=seen: len(load.calls) > seen + 50, 60, "load on the other one")  # type: ignore[misc]
            site.start()
            until(lambda seen=seen: len(load.calls) > seen + 150, 60, "load on both")  # type: ignore[misc]
    assert set(load.statuses) == {200}, load.statuses
    assert [socket.closed() in (1001, 1012) for socket in sockets] == [True, True]


def at(base: str, like: Client) -> Client:
    twin = Client(base)
    twin.headers["Authorization"] = like.headers["Authorization"]
    return twin


def at_once(count: int, work: list[Client], body: dict[str, object], **headers: str) -> list[requests.Response]:
    """The same POST so many times in parallel, spread over the processes."""
    answers: list[requests.Response] = []
    barrier = threading.Barrier(count)

    def post(client: Client) -> None:
        barrier.wait()
        answers.append(client.post("/api/v1/transfers", json=body, headers=headers))

    crew = [threading.Thread(target=post, args=[same_person(work[number % len(work)])()]) for number in range(count)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    return answers


@pytest.mark.parametrize("round_", range(rounds(1, 10)))
def test_F73_of_fifty_requests_over_two_processes_exactly_ten_pass(system: Stack, round_: int) -> None:
    client = system.client(f"f73{round_}")
    system.console.run(
        f"from accounts.models import User\nUser.objects.filter(username='f73{round_}').update(download_limit=10)"
    )
    # each process may remember a user for 5 s: the limit is read from the row, so a new sign-in is not needed
    people = [at(site.url, client) for site in system.webs]
    until(lambda: all(person.get("/auth/me").ok for person in people), 20, "both processes")
    answers = at_once(50, people, {"source": {"url": f"{system.program.url}/nothing"}})
    passed = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(passed), len(refused)) == (10, 40), sorted(answer.status_code for answer in answers)
    assert {answer.json()["code"] for answer in refused} == {"limit_reached"}
    assert client.get("/api/v1/transfers").json()["count"] == 10


def test_F60_sixty_four_copies_of_one_order_make_one_transfer(system: Stack) -> None:
    client = system.client("f60")
    people = [at(site.url, client) for site in system.webs]
    body: dict[str, object] = {"source": {"url": f"{system.program.url}/nothing"}}
    answers = at_once(64, people, body, **{"Idempotency-Key": "the same"})
    assert {answer.status_code for answer in answers} == {201}, sorted(answer.status_code for answer in answers)
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert client.get("/api/v1/transfers").json()["count"] == 1
    again = client.post("/api/v1/transfers", json=body, headers={"Idempotency-Key": "the same"})
    assert again.json()["id"] == answers[0].json()["id"]
