"""Calls that wait for an upstream have threads of their own: these come with the load, go when idle, and leave the pages alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from config.bridge import SMALL, Bridge
from config.threads import ElasticThreads
from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

WAITING = 60


def test_one_thread_serves_a_quiet_site() -> None:
    threads, seen = ElasticThreads(8), set()
    for _ in range(20):
        seen.add(threads.submit(threading.get_ident).result(5))
        until(lambda: len(threads._idle) == 1, what="the thread to rest")
    assert (len(seen), threads.count) == (1, 1)


def test_threads_come_with_the_load_up_to_a_bound_and_the_rest_waits_in_order() -> None:
    threads, gate, order = ElasticThreads(3), threading.Event(), []
    busy = [threads.submit(gate.wait, 10) for _ in range(3)]
    late = [threads.submit(order.append, number) for number in range(4)]
    assert threads.count == 3
    assert order == []
    gate.set()
    assert [future.result(5) for future in busy] == [True] * 3
    for future in late:
        future.result(5)
    assert sorted(order) == [0, 1, 2, 3]


def test_idle_threads_end_and_new_ones_come_again() -> None:
    threads = ElasticThreads(4, idle_seconds=0.05)
    for _ in range(2):
        assert threads.submit(lambda: 7).result(5) == 7
        until(lambda: threads.count == 0, what="the idle thread to end")


def test_what_a_call_raises_comes_out_of_its_future() -> None:
    threads = ElasticThreads(1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 / 0).result(5)
    assert threads.submit(lambda: 1).result(5) == 1


def echo(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", "")), ("X-Method", environ["REQUEST_METHOD"])])
    return Answer([environ["wsgi.input"].read(-1)])


class Answer(list[bytes]):
    closed = False

    def close(self) -> None:
        Answer.closed = True


def ask(application: Any, body: bytes, *, pieces: int = 1, length: int | None = None) -> list[Any]:
    """The messages of one request through the bridge."""
    size = len(body) if length is None else length
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/mcp/x",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(b"content-length", str(size).encode())],
    }
    step = -(-len(body) // pieces) or 1
    parts = [body[at : at + step] for at in range(0, len(body), step)] or [b""]
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1]["more_body"] = False
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Bridge(application, ElasticThreads(2))(scope, receive, send))
    return sent


@pytest.mark.parametrize("size", [0, 10, SMALL, SMALL + 1])
def test_small_and_large_bodies_arrive_whole(size: int) -> None:
    sent = ask(echo, b"x" * size, pieces=3)
    assert sent[0]["status"] == 200
    assert dict(sent[0]["headers"])[b"x-length"] == str(size).encode()
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b"x" * size
    assert not sent[-1].get("more_body")
    assert Answer.closed


def test_a_streaming_answer_is_sent_as_it_comes() -> None:
    class Stream:
        streaming = True

        def __iter__(self) -> Iterator[bytes]:
            yield b"one"
            yield b"two"

        def close(self) -> None: ...

    def stream(environ: Any, start_response: Any) -> Any:
        start_response("206 Partial Content", [])
        return Stream()

    sent = ask(stream, b"")
    assert sent[0]["status"] == 206
    assert [message["body"] for message in sent[1:]] == [b"one", b"two", b""]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Site(tmp_path_factory.mktemp("waiting"), env={"WEB_THREADS": "2"}).start()
    yield place
    place.stop()


def waiting(site: Site) -> float:
    lines = requests.get(f"{site.url}/metrics", timeout=10).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("yungang_pace_waiting_calls{"))


def test_pages_stay_fast_while_sixty_calls_wait_for_their_turn(site: Site) -> None:
    client = Client(site.url).sign_in("admin", PASSWORD)
    drive = client.connect_drive(site.standin)
    storm = {"name": "rate_limited", "match": {"op": "list"}}
    requests.post(f"{site.standin}/control/faults", json=storm, timeout=10).raise_for_status()

    def call(number: int) -> dict[str, Any]:
        body = {"op": "list_files", "args": {"dir": "/", "drive": drive}}
        return requests.post(f"{site.url}/mcp/user/exec", json=body, headers=client.headers, timeout=90).json()

    with ThreadPoolExecutor(WAITING) as callers:
        calls = [callers.submit(call, number) for number in range(WAITING)]
        until(lambda: waiting(site) == WAITING, 30, "all calls to wait")
        for path in ("/auth/me?usual", "/health", "/login/", "/api/v1/operations"):
            answer = client.get(path, timeout=5)
            assert answer.status_code == 200
        assert waiting(site) > WAITING / 2, "the pages were answered while the calls waited"
        requests.delete(f"{site.standin}/control/faults", timeout=10).raise_for_status()
        answers = [future.result() for future in calls]
    assert [answer["status"] for answer in answers] == ["ok"] * WAITING
    assert waiting(site) == 0
