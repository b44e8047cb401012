"""Sessions over real sockets: time-outs, retries, breaker, redirects, TLS: rows F49, F50, F55, H32, H34."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate

import pytest
import requests

from core.outbound import (
    NO_RETRIES,
    Blocked,
    BreakerRegistry,
    BreakerState,
    CircuitOpen,
    ConnectFailed,
    HttpStatus,
    Policy,
    ProtocolBroken,
    RetryPolicy,
    TimedOut,
    TlsFailed,
    TooManyRedirects,
    Truncated,
    check_status,
    make_session,
)


@pytest.fixture
def session(upstream, fake_time):
    with make_session(upstream.policy(), clock=fake_time.clock(), read_timeout=2) as made:
        yield made


def sequence(*answers):
    """A handler that sends one answer after the other."""
    left = iter(answers)

    def handler(sock, request):
        sock.sendall(next(left))
        return True

    return handler


def test_connections_are_kept_alive(upstream, session, send):
    upstream.routes["/"] = send(b"hello")
    assert [session.get(upstream.url()).text for _ in range(5)] == ["hello"] * 5
    assert upstream.connections == 1


def test_parameters_json_and_headers_arrive(upstream, session, send):
    upstream.routes["/api"] = send(b'{"errno": 0}')
    reply = session.post(upstream.url("/api"), params={"dir": "/我的 文件"}, json={"a": 1}, headers={"X-Key": "k"})
    assert reply.json() == {"errno": 0}
    seen = upstream.requests[0]
    assert seen.path == "/api?dir=%2F%E6%88%91%E7%9A%84+%E6%96%87%E4%BB%B6"
    assert (seen.body, seen.headers["x-key"], seen.headers["host"]) == (b'{"a": 1}', "k", upstream.key)


def test_environment_proxies_and_netrc_are_ignored(upstream, make_upstream, monkeypatch, tmp_path, send):
    proxy = make_upstream()
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login leaked password leaked\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
    upstream.routes["/"] = send(b"direct")
    with make_session(upstream.policy()) as session:
        session.proxies = {"http": proxy.url()}
        assert session.get(upstream.url(), proxies={"http": proxy.url()}).text == "direct"
    assert proxy.connections == 0
    assert "authorization" not in upstream.requests[0].headers


def test_cookies_are_not_kept(upstream, session, send):
    upstream.routes["/"] = send(b"", Set_Cookie="session=alice; Path=/")
    session.get(upstream.url())
    session.get(upstream.url())
    assert "cookie" not in upstream.requests[1].headers


def test_any_status_is_an_answer_and_check_status_raises(upstream, session, send):
    upstream.routes["/"] = send(b'{"error_code": 31326}', 403)
    reply = session.get(upstream.url("/?access_token=canary"))
    assert reply.json()["error_code"] == 31326
    with pytest.raises(HttpStatus, match="403") as error:
        check_status(reply)
    assert error.value.permanent
    assert "canary" not in str(error.value)


# -- time ------------------------------------------------------------------------------------------


def test_F50_silent_server_times_out(upstream):
    upstream.routes["/"] = upstream.wait_for_stop
    with make_session(upstream.policy(), read_timeout=0.3, retries=NO_RETRIES) as session:
        started = time.monotonic()
        with pytest.raises(TimedOut) as error:
            session.get(upstream.url())
    assert time.monotonic() - started < 2
    assert not error.value.permanent


class Streamed:
    """A body that is made while it is sent; counts how often it was begun."""

    def __init__(self, pieces, length):
        self.pieces, self.length, self.begun = pieces, length, 0

    def __len__(self):
        return self.length

    def __iter__(self):
        self.begun += 1
        return iter(self.pieces)


@pytest.mark.parametrize("secure", [False, True])
def test_F50_a_slow_reader_gets_the_write_timeout_on_a_kept_connection_too(make_upstream, certificate, send, secure):
    server = make_upstream(tls=certificate.context if secure else None, routes={"/": send(b"first")})
    block = memoryview(bytes(4 * 1024 * 1024))

    def pause(sock, request):
        sock.sendall(send(b"go on"))
        threading.Event().wait(0.6)  # longer than the connect time-out
        return True

    server.routes["/pause"] = pause
    host, scheme = ("files.example", "https") if secure else ("127.0.0.1", "http")
    options = {"ca_bundle": str(certificate.pem), "resolver": lambda name: ["127.0.0.1"], "connect_timeout": 0.3}
    with make_session(Policy.parse(f"{host}:{server.port}"), **options) as session:
        url = f"{scheme}://{host}:{server.port}"
        assert session.get(f"{url}/pause").text == "go on"
        body = Streamed([block] * 8, 8 * len(block))
        assert session.post(f"{url}/", data=body).text == "first"
    assert server.connections == 1
    assert server.requests[1].headers["content-length"] == str(8 * len(block))
    assert "transfer-encoding" not in server.requests[1].headers
    assert len(server.requests[1].body) == 8 * len(block)


def test_a_streamed_body_is_never_sent_twice(upstream, session, send, fake_time):
    upstream.routes["/"] = sequence(send(b"", 503), send(b"", 200))
    body = Streamed([b"some", memoryview(b"thing")], 9)
    assert session.post(upstream.url(), data=body, idempotent=True).status_code == 503
    assert (len(upstream.requests), body.begun, fake_time.slept) == (1, 1, [])


def test_a_streamed_body_is_not_gathered_before_it_is_sent(upstream, session, send, wait_until):
    upstream.routes["/"] = send(b"")

    def pieces():
        yield b"a" * 65536
        wait_until(lambda: upstream.connections == 1)  # although there is more to come
        yield b"b"

    session.post(upstream.url(), data=Streamed(pieces(), 65537))
    assert upstream.requests[0].body == b"a" * 65536 + b"b"


def drip(piece: bytes, before: bytes = b""):
    def handler(sock, request):
        sock.sendall(before)
        while True:
            sock.sendall(piece)
            threading.Event().wait(0.05)

    return handler


@pytest.mark.parametrize("timeout", [None, 0.3, (0.3, 0.3)])
def test_F50_head_byte_by_byte_times_out(upstream, timeout):
    upstream.routes["/"] = drip(b"x", before=b"HTTP/1.1 200 OK\r\nX-Slow: ")
    with make_session(upstream.policy(), read_timeout=0.3, retries=NO_RETRIES) as session:
        started = time.monotonic()
        with pytest.raises(TimedOut):
            session.get(upstream.url(), timeout=timeout)
    assert time.monotonic() - started < 2


def test_F50_body_byte_by_byte_ends_at_the_body_limit(upstream):
    upstream.routes["/"] = drip(b"x", before=b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with make_session(upstream.policy(), read_timeout=0.3, body_seconds=0.4, retries=NO_RETRIES) as session:
        started = time.monotonic()
        with pytest.raises(TimedOut):
            session.get(upstream.url())
    assert time.monotonic() - started < 2


def test_F51_truncated_body_is_never_success(upstream):
    upstream.routes["/length"] = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf"
    upstream.routes["/chunked"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
    closing = {"Connection": "close"}
    with make_session(upstream.policy(), retries=NO_RETRIES) as session:
        for path in ("/length", "/chunked"):
            with pytest.raises(Truncated):
                session.get(upstream.url(path), headers=closing)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_not_http_is_a_protocol_error(upstream, garbage):
    def handler(sock, request):
        sock.sendall(garbage)

    upstream.routes["/"] = handler
    with make_session(upstream.policy(), retries=NO_RETRIES) as session, pytest.raises(ProtocolBroken):
        session.get(upstream.url())


# -- retries ---------------------------------------------------------------------------------------


def test_F49_server_errors_are_retried_with_full_jitter(upstream, session, fake_time, send):
    upstream.routes["/"] = sequence(send(b"", 500), send(b"", 503), send(b"fine"))
    assert session.get(upstream.url()).text == "fine"
    assert fake_time.slept == [0.25, 0.5]  # draw 0.5 of 0.5 s, then of 1 s


def test_F49_retries_end_and_the_last_answer_is_returned(upstream, session, fake_time, send):
    upstream.routes["/"] = send(b"down", 502)
    assert session.get(upstream.url()).status_code == 502
    assert len(upstream.requests) == 3


def test_F49_retry_after_seconds(upstream, session, fake_time, send):
    upstream.routes["/"] = sequence(send(b"", 429, Retry_After="7"), send(b"fine"))
    assert session.get(upstream.url()).text == "fine"
    assert fake_time.slept == [7.25]


def test_F49_retry_after_date(upstream, session, fake_time, send):
    upstream.routes["/"] = sequence(
        send(b"", 503, Retry_After=formatdate(fake_time.wall + 20, usegmt=True)), send(b"fine")
    )
    assert session.get(upstream.url()).text == "fine"
    assert fake_time.slept == [20.25]


def test_F49_long_retry_after_is_raised_for_the_job_to_wait(upstream, session, fake_time, send):
    upstream.routes["/"] = send(b"", 429, Retry_After="3600")
    with pytest.raises(HttpStatus) as error:
        session.get(upstream.url())
    assert (error.value.retry_after, error.value.permanent, fake_time.slept) == (3600, False, [])
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 501])
def test_F49_permanent_answers_are_not_retried(upstream, session, send, status):
    upstream.routes["/"] = send(b"", status, Retry_After="1")
    assert session.get(upstream.url()).status_code == status
    assert len(upstream.requests) == 1


def test_F49_only_idempotent_calls_are_retried(upstream, session, fake_time, send):
    upstream.routes["/"] = send(b"", 503)
    assert session.post(upstream.url(), json={}).status_code == 503
    assert len(upstream.requests) == 1
    session.request("POST", upstream.url(), json={"a": 1}, idempotent=True)
    assert [seen.body for seen in upstream.requests[1:]] == [b'{"a": 1}'] * 3


def test_F49_body_that_cannot_be_sent_again_is_not(upstream, session, send):
    upstream.routes["/"] = send(b"", 503)
    session.request("POST", upstream.url(), data=iter([b""]), headers={"Content-Length": "0"}, idempotent=True)
    assert len(upstream.requests) == 1


def test_F49_dropped_connections_are_retried(upstream, session, send):
    replies = iter([None, None, send(b"fine")])

    def handler(sock, request):
        reply = next(replies)
        if reply:
            sock.sendall(reply)

    upstream.routes["/"] = handler
    assert session.get(upstream.url()).text == "fine"
    assert len(upstream.requests) == 3


def test_F49_retry_budget_bounds_the_extra_load(upstream, fake_time, send):
    upstream.routes["/"] = send(b"", 503)
    with make_session(upstream.policy(), clock=fake_time.clock(), retries=RetryPolicy(base=0)) as session:
        for _ in range(100):
            session.get(upstream.url())
    assert 100 < len(upstream.requests) <= 110


# -- breaker ---------------------------------------------------------------------------------------


def test_F49_breaker_opens_per_host_and_probes(upstream, make_upstream, fake_time, send):
    healthy = make_upstream(routes={"/": send(b"fine")})
    upstream.routes["/"] = send(b"", 500)
    registry = BreakerRegistry(failures=3, cool_off=30, clock=fake_time.clock())
    policy = Policy.parse([upstream.key, healthy.key])
    with make_session(policy, clock=fake_time.clock(), breaker=registry, retries=NO_RETRIES) as session:
        for _ in range(3):
            session.get(upstream.url())
        with pytest.raises(CircuitOpen) as error:
            session.get(upstream.url())
        assert error.value.retry_after == 30
        assert len(upstream.requests) == 3
        assert session.get(healthy.url()).text == "fine"
        assert registry.states() == {upstream.key: BreakerState.OPEN, healthy.key: BreakerState.CLOSED}
        fake_time.pass_time(30)
        upstream.routes["/"] = send(b"back")
        assert session.get(upstream.url()).text == "back"
        assert registry.states()[upstream.key] is BreakerState.CLOSED


def test_blocked_and_permanent_answers_do_not_open_the_breaker(upstream, fake_time, send):
    upstream.routes["/"] = send(b"", 404)
    registry = BreakerRegistry(failures=1, clock=fake_time.clock())
    with make_session(upstream.policy(), breaker=registry) as session:
        for url in (upstream.url(), "http://127.0.0.1:1/", upstream.url()):
            try:
                session.get(url)
            except Blocked:
                continue
    assert set(registry.states().values()) == {BreakerState.CLOSED}


def test_calls_are_reported(upstream, fake_time, send):
    upstream.routes["/"] = sequence(send(b"", 503), send(b"fine"))
    calls = []
    with make_session(upstream.policy(), clock=fake_time.clock(), on_call=calls.append) as session:
        session.get(upstream.url())
        with pytest.raises(Blocked):
            session.get("http://127.0.0.1:1/")
    assert [(call.port, call.attempt, call.status, call.error) for call in calls] == [
        (upstream.port, 1, 503, None),
        (upstream.port, 2, 200, None),
        (1, 1, None, "address_refused"),
    ]


# -- redirects -------------------------------------------------------------------------------------


def test_H32_redirects_are_off_by_default(upstream, session, send):
    upstream.routes["/"] = send(b"", 302, Location="/next")
    assert [session.request(method, upstream.url()).status_code for method in ("GET", "HEAD", "OPTIONS")] == [302] * 3
    assert session.get(upstream.url()).status_code == session.options(upstream.url()).status_code == 302
    assert {seen.path for seen in upstream.requests} == {"/"}


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/", "//127.0.0.1:1/", "file:///etc/passwd", "gopher://x/", "ftp://x/",
     "data:text/html,x", "http://u:p@good.example/", "http://x\\@y/", "/a\x0bb"],
)  # fmt: skip
def test_H32_every_hop_passes_the_gate(upstream, session, send, location):
    upstream.routes["/"] = send(b"", 302, Location=location)
    with pytest.raises(Blocked):
        session.get(upstream.url(), allow_redirects=True)


def test_F55_redirect_loop_ends_after_five_hops(upstream, session, send):
    upstream.routes["/"] = send(b"", 302, Location="/?again")
    with pytest.raises(TooManyRedirects):
        session.get(upstream.url(), allow_redirects=True)
    assert len(upstream.requests) == 6


SECRETS = {
    "Authorization": "Bearer canary",
    "Cookie": "a=canary",
    "X-Api-Key": "canary",
    "User-Agent": "pan.baidu.com",
}


def test_F55_credentials_stay_with_their_host(upstream, make_upstream, send):
    other = make_upstream(routes={"/there": send(b"arrived")})
    upstream.routes |= {
        "/": send(b"", 302, Location="/same"),
        "/same": send(b"", 302, Location=other.url("/there")),
    }
    with make_session(Policy.parse([upstream.key, other.key])) as session:
        reply = session.get(upstream.url(), headers=SECRETS, cookies={"b": "canary"}, allow_redirects=True)
    assert (reply.text, reply.url, len(reply.history)) == ("arrived", other.url("/there"), 2)
    assert upstream.requests[1].headers["authorization"] == "Bearer canary"
    assert "canary" not in str(other.requests[0].headers)
    assert other.requests[0].headers["user-agent"] == "pan.baidu.com"


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(302, "GET", b""), (303, "GET", b""), (307, "POST", b"data"), (308, "POST", b"data")],
)
def test_F55_method_and_body_on_the_same_host(upstream, session, send, status, method, body):
    upstream.routes |= {"/": send(b"", status, Location="/next"), "/next": send(b"done")}
    assert session.post(upstream.url(), data=b"data", allow_redirects=True).text == "done"
    assert (upstream.requests[1].method, upstream.requests[1].body) == (method, body)


def test_H32_body_is_not_sent_to_another_host(upstream, make_upstream, send):
    other = make_upstream()
    upstream.routes["/"] = send(b"", 307, Location=other.url())
    with make_session(Policy.parse([upstream.key, other.key])) as session, pytest.raises(Blocked):
        session.post(upstream.url(), data=b"canary", allow_redirects=True)
    assert other.requests == []


def test_H34_endless_body_of_a_redirect_is_not_read(upstream, send):
    upstream.routes["/"] = drip(b"x" * 65536, before=b"HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n")
    upstream.routes["/next"] = send(b"done")
    with make_session(upstream.policy()) as session:
        started = time.monotonic()
        assert session.get(upstream.url(), allow_redirects=True, stream=True).content == b"done"
    assert time.monotonic() - started < 2


# -- TLS -------------------------------------------------------------------------------------------


def test_H30_pinned_connection_keeps_host_sni_and_certificate_name(make_upstream, certificate, send):
    server = make_upstream(tls=certificate.context, routes={"/": send(b"secret")})
    policy = Policy.parse(f"files.example:{server.port}, other.example:{server.port}")
    options = {
        "ca_bundle": str(certificate.pem),
        "resolver": lambda host: ["127.0.0.1"],
        "retries": NO_RETRIES,
    }
    with make_session(policy, **options) as session:
        assert session.get(f"https://files.example:{server.port}/").text == "secret"
        assert server.requests[0].headers["host"] == f"files.example:{server.port}"
        assert certificate.names == ["files.example"]
        with pytest.raises(TlsFailed) as error:
            session.get(f"https://other.example:{server.port}/")
    assert error.value.permanent
    assert len(server.requests) == 1


def test_unknown_authority_is_refused(make_upstream, certificate):
    server = make_upstream(tls=certificate.context)
    with (
        make_session(Policy.parse(server.key), resolver=lambda host: ["127.0.0.1"]) as session,
        pytest.raises(TlsFailed),
    ):
        session.get(f"https://127.0.0.1:{server.port}/")


def test_refused_connection(fake_time, upstream):
    upstream.stop()
    with (
        make_session(upstream.policy(), clock=fake_time.clock()) as session,
        pytest.raises(ConnectFailed),
    ):
        session.get(upstream.url())
    assert len(fake_time.slept) == 2


def test_no_second_way_around_the_gate(upstream):
    """A prepared request, a foreign session method, a URL given as bytes: all meet the same adapter."""
    prepared = requests.Request("GET", upstream.url()).prepare()
    with make_session(Policy()) as session:
        with pytest.raises(Blocked):
            session.send(prepared)
        with pytest.raises(Blocked):
            session.get(upstream.url().encode())
        with pytest.raises(Blocked):
            session.get_adapter("http://").send(prepared)
    assert upstream.connections == 0
