"""What servers and networks do to a download: rows F49-F55 and F57."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading
import time
from email.utils import formatdate

import pytest

from tests.transfers.engine.conftest import CONTENT, PART, SHA256, SIZE
from tests.transfers.engine.faulty_server import (
    chunked,
    cut_after,
    flip_bit,
    reset_after,
    serve,
    silent_after,
    silent_before_head,
    status,
    trickle,
)
from transfers.engine import GaveUp, Refused, RetryPolicy, TransferError


def codes(result):
    return [attempt.code for attempt in result.history]


def assert_whole(fetch, result, content=CONTENT):
    assert fetch.path.read_bytes() == content
    assert result.verdict.sha256 == hashlib.sha256(content).hexdigest()


def assert_nothing_published(fetch):
    assert not fetch.path.exists()


def test_F49_server_errors_are_retried_and_written_down(fetch, server):
    server.script.extend([status(503), status(500), status(502)])
    result = fetch()
    assert_whole(fetch, result)
    assert codes(result) == ["http_503", "http_500", "http_502"]
    assert all("try again" in attempt.action and attempt.part == 0 for attempt in result.history)


def test_F49_probe_is_retried_too(fetch, server):
    server.probes_too = True
    server.script.extend([status(503), status(429)])
    assert_whole(fetch, fetch())


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_F49_retry_after_holds_back_every_connection(fetch, server, form):
    limited_at, arrivals = [], []

    def limited(exchange):
        limited_at.append(time.monotonic())
        value = 1 if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
        exchange.head(429, Content_Length=0, Retry_After=value)

    def still_going(exchange):
        server.closing.wait(0.2)
        serve(exchange)

    server.script.extend([limited, still_going])
    server.behave = lambda exchange: (arrivals.append(time.monotonic()), serve(exchange))
    assert_whole(fetch, fetch(connections=2))
    assert min(arrivals) - limited_at[0] >= 0.9


def test_F49_retry_after_is_bounded(fetch, server):
    server.script.append(status(503, Retry_After=86400))
    started = time.monotonic()
    fetch(tuning={"retry": RetryPolicy(base=0.01, longest_retry_after=0.2)})
    assert 0.2 <= time.monotonic() - started < 5


@pytest.mark.parametrize("code", [400, 404, 451])
def test_F49_permanent_refusals_are_not_retried(fetch, server, code):
    server.behave, server.probes_too = status(code), True
    with pytest.raises(Refused) as caught:
        fetch()
    assert (caught.value.code, caught.value.permanent) == (f"http_{code}", True)
    assert len(server.requests) == 1


def test_F49_failures_without_progress_are_bounded(fetch, server):
    server.behave = status(503)
    with pytest.raises(GaveUp) as caught:
        fetch()
    assert caught.value.permanent
    assert caught.value.cause.code == "http_503"
    assert len(server.ranges_served()) == 4
    assert_nothing_published(fetch)


@pytest.mark.parametrize("code", [401, 403, 410])
def test_an_expired_link_is_renewed_in_mid_transfer(fetch, server, code):
    server.script.extend([serve, serve, status(code), serve, serve, status(code)])
    result = fetch()
    assert_whole(fetch, result)
    assert fetch.renewals == [False, True, True]
    assert codes(result) == ["link_expired"] * 2


def test_a_link_refused_after_renewal_is_permanent(fetch, server):
    server.behave, server.probes_too = status(403), True
    with pytest.raises(Refused):
        fetch(connections=4)
    assert fetch.renewals == [False, True]
    assert len(server.requests) == 2


def test_F50_silent_connection_is_a_stall_and_resumed_by_range(fetch, server):
    server.script.append(silent_after(100_000))
    result = fetch()
    assert_whole(fetch, result)
    assert codes(result) == ["stalled"]
    assert server.ranges_served()[1] == (100_000, PART)


def test_F50_stall_at_99_percent(fetch, server):
    server.script.extend([serve] * 8 + [silent_after(12_345 - 1)])
    assert_whole(fetch, fetch())
    assert server.sent == SIZE + 1


def test_F50_one_byte_at_a_time_is_a_stall(fetch, server):
    server.behave = trickle(1, 0.02)
    with pytest.raises(GaveUp) as caught:
        fetch()
    assert caught.value.cause.code == "stalled"


def test_F50_slow_but_steady_is_no_stall(fetch, server):
    server.content = CONTENT[:30_000]
    server.behave = trickle(2_000, 0.08)
    result = fetch()
    assert_whole(fetch, result, CONTENT[:30_000])
    assert codes(result) == []


def test_F50_accepted_then_silent(fetch, server):
    server.script.append(silent_before_head)
    result = fetch(read_timeout=0.3)
    assert_whole(fetch, result)
    assert codes(result) == ["timed_out"]


@pytest.mark.parametrize("connections", [1, 3])
def test_F51_truncated_body_is_never_success(fetch, server, connections):
    server.behave = cut_after(90_000)
    result = fetch(connections=connections)
    assert_whole(fetch, result)
    assert set(codes(result)) == {"truncated"}
    assert server.sent == SIZE + 1, "resumed where it broke"


def test_F51_truncated_for_ever_is_an_error(fetch, server):
    server.behave = cut_after(10)
    with pytest.raises(GaveUp):
        fetch()
    assert_nothing_published(fetch)


def test_F51_truncated_without_ranges_begins_again(fetch, server):
    server.ranges = False
    server.script.append(cut_after(SIZE // 2))
    result = fetch()
    assert_whole(fetch, result)
    assert codes(result) == ["cannot_resume"]


def test_F51_truncated_without_ranges_for_ever_is_an_error(fetch, server):
    server.ranges = False
    server.behave = cut_after(SIZE // 2)
    with pytest.raises(GaveUp):
        fetch()
    assert_nothing_published(fetch)


def test_F51_chunked_cut_is_never_success(fetch, server):
    server.behave, server.probes_too = chunked(cut=True), True
    with pytest.raises(GaveUp):
        fetch()
    assert_nothing_published(fetch)


@pytest.mark.parametrize("partial", [False, True])
def test_F51_surplus_in_chunks_is_an_error(fetch, server, partial):
    server.ranges = partial
    server.behave = chunked(b"more", partial=partial)
    with pytest.raises(TransferError) as caught:
        fetch()
    assert (caught.value.code, caught.value.permanent) == ("surplus", True)
    assert_nothing_published(fetch)


def test_F51_surplus_beyond_content_length_is_an_error(fetch, server):
    server.script.extend([serve] * 8)
    server.behave = lambda exchange: (serve(exchange), exchange.raw(b"more"))
    with pytest.raises(TransferError) as caught:
        fetch()
    assert caught.value.code == "surplus"
    assert_nothing_published(fetch)


def test_F51_wrong_content_length_of_a_range(fetch, server):
    server.script.append(lambda exchange: exchange.range_head(*exchange.range, Content_Length=7))
    result = fetch()
    assert_whole(fetch, result)
    assert codes(result) == ["wrong_range"]


def test_F52_flipped_bit_is_caught_by_a_known_hash_and_fetched_again(fetch, server):
    server.script.extend([serve, flip_bit(PART + 5)])
    result = fetch(expected={"sha256": SHA256})
    assert_whole(fetch, result)
    assert codes(result) == ["hash_mismatch"]
    assert result.verdict.how == "sha256"


def test_F52_flipped_bit_for_ever_is_an_error(fetch, server):
    server.headers["Repr-Digest"] = "sha-256=:" + _base64(hashlib.sha256(CONTENT).digest()) + ":"
    server.behave = flip_bit(3 * PART)
    with pytest.raises(GaveUp) as caught:
        fetch(connections=2)
    assert caught.value.cause.code == "hash_mismatch"
    assert_nothing_published(fetch)


def test_F52_without_a_hash_the_verdict_is_length_only(fetch, server):
    server.script.append(flip_bit(5))
    result = fetch()
    assert result.verdict.how == "length"
    assert not result.verdict.verified


def _base64(raw):
    return base64.b64encode(raw).decode()


class Swap:
    """Serves the old file until half of it was asked for, then a new one."""

    def __init__(self, server, content, headers):
        self.server, self.content, self.headers = server, content, headers
        self.lock = threading.Lock()

    def __call__(self, exchange):
        with self.lock:
            if exchange.range and exchange.range[0] >= SIZE // 2:
                self.server.content, self.server.headers = self.content, self.headers
        serve(exchange)


NEW = CONTENT[::-1]


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    ("content", "before", "after"),
    [
        (NEW, {"ETag": '"v1"'}, {"ETag": '"v2"'}),
        (NEW, {"ETag": 'W/"v1"'}, {"ETag": 'W/"v2"'}),
        (
            NEW,
            {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"},
            {"Last-Modified": "Tue, 03 Jan 2023 03:04:05 GMT"},
        ),
        (NEW + b"longer", {}, {}),
        (NEW[: SIZE // 2 - 1000], {}, {}),
    ],
    ids=["etag", "weak-etag", "last-modified", "longer", "shorter"],
)
def test_F53_changed_source_is_never_mixed(fetch, server, connections, content, before, after):
    server.headers = before
    server.behave = Swap(server, content, after)
    with contextlib.ExitStack() as held:
        files = []
        result = fetch(connections=connections, fault=lambda name: _hold(name, fetch.part, files, held))
        inodes = [os.fstat(file.fileno()).st_ino for file in files]
    assert_whole(fetch, result, content)
    assert "source_changed" in codes(result)
    assert len(set(inodes)) == len(inodes) > 1
    assert fetch.path.stat().st_ino == inodes[-1]


def _hold(name, part, files, held):
    """Keeps every part file open, so that the number of its inode cannot be used again."""
    if name == "after_create":
        files.append(held.enter_context(part.open("rb")))


def test_F53_change_between_two_runs(fetch, server):
    fetch.checkpoints.clear()
    server.script.extend([serve] * 4)
    server.behave = status(404)
    with pytest.raises(Refused):
        fetch()
    stale = fetch.last
    server.content, server.headers, server.behave = NEW, {"ETag": '"v2"'}, serve
    assert_whole(fetch, fetch(resume=stale), NEW)


def test_F53_that_never_settles_is_an_error(fetch, server):
    versions = iter(range(1000))

    def changing(exchange):
        server.headers = {"ETag": f'"{next(versions)}"'}
        serve(exchange)

    server.behave = changing
    with pytest.raises(GaveUp) as caught:
        fetch()
    assert caught.value.cause.code == "source_changed"


def test_F54_ignored_range_seen_by_the_probe(fetch, server):
    server.ranges = False
    result = fetch(connections=4)
    assert_whole(fetch, result)
    assert server.ranges_served() == [None]


def test_F54_ignored_range_in_mid_transfer_falls_back_to_one_stream(fetch, server):
    server.script.extend([serve, serve])
    server.behave = lambda exchange: exchange.send(0, (exchange.head(200, Content_Length=SIZE), SIZE)[1])
    result = fetch(connections=2)
    assert_whole(fetch, result)
    assert codes(result) == ["range_ignored"]
    assert server.ranges_served()[-1] is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Content_Range": f"bytes 1-{PART}/{SIZE}"}, "wrong_range"),
        ({"Content_Range": f"bytes 0-{PART}/{SIZE}"}, "wrong_range"),
        ({"Content_Range": None}, "wrong_range"),
        ({"Content_Range": "bytes nonsense"}, "wrong_range"),
        ({"Content_Type": "multipart/byteranges; boundary=x"}, "range_encoded"),
        ({"Content_Encoding": "gzip"}, "range_encoded"),
    ],
)
def test_F54_wrong_ranges_are_detected(fetch, server, fields, code):
    server.script.append(lambda exchange: (exchange.range_head(0, PART, **fields), exchange.send(0, PART)))
    result = fetch()
    assert_whole(fetch, result)
    assert codes(result) == [code]
    assert server.ranges_served() == [(0, PART), None]


def test_F54_gzip_without_being_asked_is_an_error(fetch, server):
    server.ranges, server.probes_too = False, True
    server.headers["Content-Encoding"] = "gzip"
    with pytest.raises(TransferError) as caught:
        fetch()
    assert (caught.value.code, caught.value.permanent) == ("encoded", True)
    assert_nothing_published(fetch)


def test_F55_redirects_are_followed_and_loops_refused(fetch, server):
    def redirect_once(exchange):
        if exchange.path.startswith("/files/"):
            exchange.head(302, Location="/moved/name.bin", Content_Length=0)
        else:
            serve(exchange)

    server.behave, server.probes_too = redirect_once, True
    result = fetch()
    assert_whole(fetch, result)
    assert result.suggested_name == "name.bin"

    server.behave = lambda exchange: exchange.head(302, Location=exchange.path, Content_Length=0)
    fetch.path.unlink()
    server.forget()
    with pytest.raises(TransferError) as caught:
        fetch()
    assert (caught.value.code, caught.value.permanent) == ("too_many_redirects", True)
    assert len(server.requests) == 6
    assert_nothing_published(fetch)


def test_F57_reset_in_mid_stream(fetch, server):
    server.behave = reset_after(70_000)
    result = fetch(connections=2)
    assert_whole(fetch, result)
    assert set(codes(result)) <= {"truncated", "protocol_broken"}


def test_F57_half_open_connections_all_at_once(fetch, server):
    server.script.extend([silent_after(5_000)] * 4)
    result = fetch(connections=4)
    assert_whole(fetch, result)
    assert codes(result) == ["stalled"] * 4
