"""Bodies that attack the reader: row H34."""

from __future__ import annotations

import gzip
import threading
import time
import zlib

import brotli
import pytest

from core.outbound import (
    NO_RETRIES,
    ProtocolBroken,
    TimedOut,
    TooLarge,
    Truncated,
    iter_bounded,
    make_session,
    read_bounded,
)

MIB = 1024 * 1024


@pytest.fixture
def session(upstream):
    with make_session(upstream.policy(), retries=NO_RETRIES, body_limit=4 * MIB, read_timeout=1) as made:
        yield made


def test_H34_announced_size_is_refused_before_reading(upstream, session):
    upstream.routes["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"
    with pytest.raises(TooLarge):
        session.get(upstream.url())


def test_head_may_announce_any_size(upstream, session):
    upstream.routes["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"
    assert session.head(upstream.url()).headers["Content-Length"] == "999999999999"


@pytest.mark.parametrize("chunked", [False, True])
def test_H34_endless_body_is_cut_at_the_limit(upstream, session, chunked):
    sent = 0

    def endless(sock, request):
        nonlocal sent
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n"))
        piece = b"x" * 65536
        while True:
            sock.sendall(b"10000\r\n" + piece + b"\r\n" if chunked else piece)
            sent += 65536

    upstream.routes["/"] = endless
    with pytest.raises(TooLarge):
        session.get(upstream.url())
    assert sent < 64 * MIB


BOMB = bytes(64 * MIB)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("br", brotli.compress(BOMB, quality=1)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB))),
    ],
)
def test_H34_decompression_bomb_is_stopped_by_its_ratio(upstream, session, send, encoding, body):
    upstream.routes["/"] = send(body, Content_Encoding=encoding)
    with session.get(upstream.url(), stream=True) as response:
        read = 0
        with pytest.raises(TooLarge):
            for piece in iter_bounded(response, 128 * MIB):
                read += len(piece)
    assert read <= 2 * MIB


def test_ordinary_compression_passes(upstream, session, send):
    text = b"".join(b"line %d\n" % number for number in range(100_000))
    upstream.routes["/"] = send(gzip.compress(text), Content_Encoding="gzip")
    assert session.get(upstream.url()).content == text


def test_exactly_the_limit_passes_and_one_more_does_not(upstream, session, send):
    upstream.routes["/"] = send(b"x" * 1000)
    with session.get(upstream.url(), stream=True) as response:
        assert len(read_bounded(response, 1000)) == 1000
    with session.get(upstream.url(), stream=True) as response, pytest.raises(TooLarge):
        read_bounded(response, 999)


def test_damaged_compression(upstream, session, send):
    upstream.routes["/"] = send(b"not gzip at all", Content_Encoding="gzip")
    with pytest.raises(ProtocolBroken):
        session.get(upstream.url())


def test_F51_streamed_answer_that_is_cut(upstream, session):
    upstream.routes["/"] = lambda sock, request: sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    with session.get(upstream.url(), stream=True) as response, pytest.raises(Truncated):
        read_bounded(response, 100)


def test_F50_streamed_answer_that_stalls(upstream, session):
    def stall(sock, request):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        upstream.wait_for_stop()

    upstream.routes["/"] = stall
    started = time.monotonic()
    with session.get(upstream.url(), stream=True) as response, pytest.raises(TimedOut):
        read_bounded(response, 100)
    assert time.monotonic() - started < 3


def test_pieces_come_as_they_arrive(upstream, session):
    def two_steps(sock, request):
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert first_seen.wait(5)
        sock.sendall(b"6\r\nsecond\r\n0\r\n\r\n")

    first_seen = threading.Event()
    upstream.routes["/"] = two_steps
    pieces = iter_bounded(session.get(upstream.url(), stream=True), 100)
    assert next(pieces) == b"first"
    first_seen.set()
    assert list(pieces) == [b"second"]
