"""Bulk streams over real sockets: rows F50, F51, F54, F55, H32."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import struct
import threading
import time
from pathlib import Path

import pytest

from core.outbound import (
    Aborted,
    Blocked,
    BreakerRegistry,
    CircuitOpen,
    OutboundError,
    Policy,
    ProtocolBroken,
    Surplus,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
    Truncated,
    open_stream,
    parse_url,
)
from core.outbound.redirects import redirect_target

MIB = 1024 * 1024


def drain(stream, size=MIB) -> bytes:
    buffer = memoryview(bytearray(size))
    body = bytearray()
    while count := stream.readinto(buffer):
        body += buffer[:count]
    return bytes(body)


def raw(head: str, *pieces: bytes, then=None):
    """A handler that sends a head and pieces, then closes or does `then`."""

    def handler(sock, request):
        sock.sendall(head.replace("\n", "\r\n").encode())
        for piece in pieces:
            sock.sendall(piece)
        if then:
            then()

    return handler


@pytest.mark.parametrize("size", [1, 100, 8191, 8193, 65537, MIB])
def test_body_arrives_whole_whatever_the_buffer(upstream, send, size):
    body = os.urandom(3 * MIB if size > 1 else 20_000)
    upstream.routes["/file"] = send(body, ETag='"v1"')
    with open_stream(upstream.url("/file"), policy=upstream.policy()) as stream:
        assert (stream.status, stream.length, stream.headers.get("etag")) == (200, len(body), '"v1"')
        assert hashlib.sha256(drain(stream, size)).digest() == hashlib.sha256(body).digest()
        stream.expect_end()
        assert stream.readinto(memoryview(bytearray(10))) == 0


def test_F54_identity_is_asked_for_and_headers_arrive(upstream, send):
    upstream.routes["/"] = send(b"part", 206, Content_Range="bytes 5-8/100")
    headers = {
        "Range": "bytes=5-8",
        "accept-encoding": "gzip",
        "User-Agent": "pan.baidu.com",
        "connection": "x",
    }
    with open_stream(upstream.url("/?a=1"), policy=upstream.policy(), headers=headers) as stream:
        assert (stream.status, stream.headers["content-range"], drain(stream)) == (
            206,
            "bytes 5-8/100",
            b"part",
        )
    seen = upstream.requests[0]
    assert (seen.path, seen.headers["accept-encoding"], seen.headers["range"]) == (
        "/?a=1",
        "identity",
        "bytes=5-8",
    )
    assert (seen.headers["host"], seen.headers["connection"]) == (upstream.key, "close")
    assert seen.headers["user-agent"] == "pan.baidu.com"


def test_chunked_body(upstream):
    upstream.routes["/"] = raw(
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
    )
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert (stream.length, drain(stream, 3)) == (None, b"hello world")
        stream.expect_end()


def test_body_without_a_length_ends_with_the_connection(upstream):
    upstream.routes["/"] = raw("HTTP/1.0 200 OK\n\n", b"until close")
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert (stream.length, drain(stream)) == (None, b"until close")


@pytest.mark.parametrize("head", ["HTTP/1.1 204 No Content\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"])
def test_empty_body(upstream, head):
    upstream.routes["/"] = raw(head)
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert (stream.length, drain(stream)) == (0, b"")
        stream.expect_end()


def test_error_answers_can_be_read(upstream, send):
    upstream.routes["/"] = send(b'{"error_code":31326}', 403)
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert (stream.status, stream.read(limit=100)) == (403, b'{"error_code":31326}')
    with open_stream(upstream.url(), policy=upstream.policy()) as stream, pytest.raises(TooLarge):
        stream.read(limit=19)


# -- wrong bodies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [0, 1, 9_000, 99_999])
def test_F51_truncated_body_is_never_success(upstream, sent):
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\nContent-Length: 100000\n\n", b"x" * sent)
    with open_stream(upstream.url("/?token=canary"), policy=upstream.policy()) as stream:
        with pytest.raises(Truncated) as error:
            drain(stream, 4096)
        with pytest.raises(Truncated):
            stream.expect_end()
    assert not error.value.permanent
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("body", [b"5\r\nhel", b"5\r\nhello", b"5\r\nhello\r\n", b"5\r\nhello\r\n3", b""])
def test_F51_chunked_cut_is_never_success(upstream, body):
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", body)
    with open_stream(upstream.url(), policy=upstream.policy()) as stream, pytest.raises(Truncated):
        drain(stream)


@pytest.mark.parametrize("body", [b"xyz\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n"])
def test_malformed_chunks_are_never_success(upstream, body):
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", body)
    with open_stream(upstream.url(), policy=upstream.policy()) as stream, pytest.raises(OutboundError):
        drain(stream)


@pytest.mark.parametrize("size", [10, 4096, MIB])
def test_F51_reset_connection_is_truncated(upstream, size):
    def reset(sock, request):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 10)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    upstream.routes["/"] = reset
    with (
        pytest.raises((Truncated, ProtocolBroken)),
        open_stream(upstream.url(), policy=upstream.policy()) as stream,
    ):
        drain(stream, size)


@pytest.mark.parametrize("length", [1, 10_000, 3 * MIB])
@pytest.mark.parametrize("buffer", [100, MIB])
def test_F51_longer_than_announced_is_an_error(upstream, length, buffer):
    upstream.routes["/"] = raw(f"HTTP/1.1 200 OK\nContent-Length: {length}\n\n", b"x" * length, b"y")
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert drain(stream, buffer) == b"x" * length
        with pytest.raises(Surplus):
            stream.expect_end()


def test_server_that_keeps_the_connection_open_is_a_clean_end(upstream):
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\nContent-Length: 4\n\n", b"body", then=upstream.wait_for_stop)
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert drain(stream) == b"body"
        stream.expect_end(wait=0.1)


@pytest.mark.parametrize(
    "headers",
    ["Content-Length: 4\nContent-Length: 5", "Content-Length: 4, 5", "Content-Length: -4",
     "Content-Length: 0x4", "Content-Length: four", "Content-Length:", "Transfer-Encoding: gzip",
     "Content-Length: " + "9" * 30],
)  # fmt: skip
def test_F51_unclear_length_is_refused(upstream, headers):
    upstream.routes["/"] = raw(f"HTTP/1.1 200 OK\n{headers}\n\n", b"body")
    with pytest.raises(ProtocolBroken):
        open_stream(upstream.url(), policy=upstream.policy())


@pytest.mark.parametrize(
    "garbage", ["", "SSH-2.0-x\n\n", "HTTP/1.1 abc\n\n", "HTTP/1.1 200 OK\nX: " + "y" * 70_000 + "\n\n"]
)
def test_not_http_is_a_protocol_error(upstream, garbage):
    upstream.routes["/"] = raw(garbage)
    with pytest.raises(ProtocolBroken):
        open_stream(upstream.url(), policy=upstream.policy())


# -- time and abort --------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["", "HTTP/1.1 200 OK\nContent-Le"])
def test_F50_silent_server_times_out(upstream, start):
    upstream.routes["/"] = raw(start, then=upstream.wait_for_stop)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        open_stream(upstream.url(), policy=upstream.policy(), read_timeout=0.3)
    assert time.monotonic() - started < 2


def test_F50_stall_in_the_body_times_out(upstream):
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\nContent-Length: 99\n\n", b"x" * 98, then=upstream.wait_for_stop)
    with open_stream(upstream.url(), policy=upstream.policy(), read_timeout=0.3) as stream:
        started = time.monotonic()
        with pytest.raises(TimedOut):
            drain(stream)
    assert 0.2 < time.monotonic() - started < 2


def test_F50_head_byte_by_byte_times_out(upstream):
    def drip(sock, request):
        sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not upstream.stopping.wait(0.05):
            sock.sendall(b"x")

    upstream.routes["/"] = drip
    started = time.monotonic()
    with pytest.raises(TimedOut):
        open_stream(upstream.url(), policy=upstream.policy(), read_timeout=0.3)
    assert time.monotonic() - started < 2


def test_F50_late_piece_of_a_head_earns_no_second_time_out(upstream):
    def late(sock, request):
        upstream.stopping.wait(0.9)
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        upstream.wait_for_stop()

    upstream.routes["/"] = late
    started = time.monotonic()
    with pytest.raises(TimedOut):
        open_stream(upstream.url(), policy=upstream.policy(), read_timeout=1)
    assert time.monotonic() - started < 1.6


def test_F50_slow_bytes_are_handed_out_one_by_one(upstream):
    """A caller that watches its rate must see progress: no read waits to fill the buffer."""
    go = threading.Semaphore(0)

    def slow(sock, request):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        for byte in b"slowly"[:5]:
            assert go.acquire(timeout=5)
            sock.sendall(bytes([byte]))

    upstream.routes["/"] = slow
    buffer = memoryview(bytearray(MIB))
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        for byte in b"slowl":
            go.release()
            assert (stream.readinto(buffer), buffer[0]) == (1, byte)


def aborted_read(stream, wait_until) -> tuple[list[BaseException], float]:
    """Read in a thread until another one closes the stream; what was raised, and after how many seconds."""
    raised: list[BaseException] = []
    reading = threading.Event()

    def read() -> None:
        buffer = memoryview(bytearray(MIB))
        try:
            stream.readinto(buffer)
            reading.set()
            stream.readinto(buffer)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(5)
    wait_until(lambda: _is_waiting(thread))
    started = time.monotonic()
    stream.close()
    thread.join(5)
    assert not thread.is_alive()
    return raised, time.monotonic() - started


def _is_waiting(thread: threading.Thread) -> bool:
    """Whether the kernel shows the thread asleep in a system call for a socket (poll or receive)."""
    with open(f"/proc/self/task/{thread.native_id}/syscall") as file:
        return file.read().split()[0] in {"7", "271", "45", "0", "73", "72"}


@pytest.mark.parametrize("chunked", [False, True])
def test_close_from_another_thread_aborts_a_blocked_read(upstream, wait_until, chunked):
    head = "Transfer-Encoding: chunked\n\n" if chunked else "Content-Length: 99\n\n"
    piece = b"5\r\nhello\r\n" if chunked else b"hello"
    upstream.routes["/"] = raw("HTTP/1.1 200 OK\n" + head, piece, then=upstream.wait_for_stop)
    stream = open_stream(upstream.url(), policy=upstream.policy())
    raised, seconds = aborted_read(stream, wait_until)
    assert isinstance(raised[0], Aborted)
    assert seconds < 1
    with pytest.raises(Aborted):
        stream.readinto(memoryview(bytearray(1)))
    stream.close()


def test_closed_stream_gives_its_descriptor_back(upstream, send):
    upstream.routes["/"] = send(b"x" * MIB)
    before = len(list(Path("/proc/self/fd").iterdir()))
    streams = [open_stream(upstream.url(), policy=upstream.policy()) for _ in range(20)]
    for stream in streams:
        stream.readinto(memoryview(bytearray(10)))
        stream.close()
    upstream.stop()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


# -- redirects -------------------------------------------------------------------------------------


def test_F55_redirect_to_another_host_keeps_only_harmless_headers(upstream, make_upstream, send):
    other = make_upstream(routes={"/cdn": send(b"bytes")})
    upstream.routes |= {
        "/d": send(b"", 302, Location="./e"),
        "/e": send(b"", 302, Location=other.url("/cdn?sign=1")),
    }
    headers = {
        "Authorization": "canary",
        "Cookie": "canary",
        "X-Token": "canary",
        "Range": "bytes=0-",
        "User-Agent": "pan.baidu.com",
    }
    policy = Policy.parse([upstream.key, other.key])
    with open_stream(upstream.url("/d?access_token=canary"), policy=policy, headers=headers) as stream:
        assert (stream.url, drain(stream)) == (other.url("/cdn?sign=1"), b"bytes")
    seen = other.requests[0]
    assert "canary" not in f"{seen.path} {seen.headers}"
    assert (seen.headers["range"], seen.headers["user-agent"]) == ("bytes=0-", "pan.baidu.com")
    assert upstream.requests[1].headers["authorization"] == "canary"


def test_F55_the_caller_decides_what_a_hop_gets(upstream, make_upstream, send):
    other = make_upstream(routes={"/cdn": send(b"bytes")})
    upstream.routes["/"] = send(b"", 302, Location=other.url("/cdn"))
    asked = []

    def on_redirect(url):
        asked.append(url)
        return {"X-Token": "for the cdn"}

    policy = Policy.parse([upstream.key, other.key])
    with open_stream(upstream.url(), policy=policy, on_redirect=on_redirect) as stream:
        assert drain(stream) == b"bytes"
    assert asked == [other.url("/cdn")]
    assert other.requests[0].headers["x-token"] == "for the cdn"


def test_F55_the_caller_can_refuse_a_hop(upstream, make_upstream, send):
    other = make_upstream()
    upstream.routes["/"] = send(b"", 302, Location=other.url())

    def refuse(url):
        raise Blocked

    with pytest.raises(Blocked):
        open_stream(upstream.url(), policy=Policy.parse([upstream.key, other.key]), on_redirect=refuse)
    assert other.connections == 0


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_F55_redirect_loop_ends(upstream, send, limit):
    upstream.routes["/"] = send(b"", 302, Location="/")
    with pytest.raises(TooManyRedirects):
        open_stream(upstream.url(), policy=upstream.policy(), max_redirects=limit)
    assert len(upstream.requests) == limit + 1


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/", "//[::1]/", "file:///etc/passwd", "gopher://x/", "data:,x",
     "http://u@good.example/", "/a\x00b"],
)  # fmt: skip
def test_H32_every_hop_passes_the_gate(upstream, location):
    upstream.routes["/"] = raw(f"HTTP/1.1 302 Found\nContent-Length: 0\nLocation: {location}\n\n")
    with pytest.raises(Blocked):
        open_stream(upstream.url(), policy=upstream.policy())


def test_location_in_no_known_encoding_is_refused():
    with pytest.raises(Blocked):
        redirect_target(parse_url("http://good.example/"), 302, "/\xff")


def test_location_in_utf8_is_followed(upstream, send):
    upstream.routes |= {
        "/": raw("HTTP/1.1 302 Found\nContent-Length: 0\nLocation: /下载 1\n\n"),
        "/%E4%B8%8B%E8%BD%BD%201": send(b"found"),
    }
    with open_stream(upstream.url(), policy=upstream.policy()) as stream:
        assert drain(stream) == b"found"


# -- TLS, breaker, report --------------------------------------------------------------------------


@pytest.fixture
def tls(make_upstream, certificate):
    """A TLS server known as `files.example`, and the options that reach it."""
    server = make_upstream(tls=certificate.context)
    policy = Policy.parse(f"files.example:{server.port} other.example:{server.port}")
    return server, {
        "policy": policy,
        "resolver": lambda host: ["127.0.0.1"],
        "ca_bundle": str(certificate.pem),
    }


def test_tls_stream_keeps_name_and_certificate(tls, certificate, send):
    server, options = tls
    body = os.urandom(2 * MIB)
    server.routes["/"] = send(body)
    with open_stream(f"https://files.example:{server.port}/", **options) as stream:
        assert drain(stream) == body
        stream.expect_end()
    assert (certificate.names, server.requests[0].headers["host"]) == (
        ["files.example"],
        f"files.example:{server.port}",
    )
    with pytest.raises(TlsFailed) as error:
        open_stream(f"https://other.example:{server.port}/", **options)
    assert error.value.permanent


def test_tls_close_from_another_thread(tls, wait_until):
    server, options = tls
    server.routes["/"] = raw("HTTP/1.1 200 OK\nContent-Length: 99\n\n", b"hello", then=server.wait_for_stop)
    raised, seconds = aborted_read(open_stream(f"https://files.example:{server.port}/", **options), wait_until)
    assert isinstance(raised[0], Aborted)
    assert seconds < 1


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\nContent-Length: 99\n\n"])
def test_F51_tls_cut_without_goodbye_is_truncated(tls, head):
    server, options = tls
    server.routes["/"] = raw(head, b"half")
    with open_stream(f"https://files.example:{server.port}/", **options) as stream, pytest.raises(Truncated):
        drain(stream)


def test_plain_server_behind_https(make_upstream, send):
    upstream = make_upstream(greeting=send(b"plain", 400))
    with pytest.raises(TlsFailed) as error:
        open_stream(f"https://127.0.0.1:{upstream.port}/", policy=upstream.policy(), connect_timeout=2)
    assert isinstance(error.value.__cause__, ssl.SSLError)
    assert not error.value.permanent


def test_breaker_and_report(upstream, send, fake_time):
    upstream.routes["/"] = send(b"", 503)
    registry = BreakerRegistry(failures=1, clock=fake_time.clock())
    calls = []
    options = {"policy": upstream.policy(), "breaker": registry, "on_call": calls.append}
    open_stream(upstream.url(), **options).close()
    with pytest.raises(CircuitOpen):
        open_stream(upstream.url(), **options)
    assert [(call.status, call.error) for call in calls] == [(503, None), (None, "circuit_open")]
