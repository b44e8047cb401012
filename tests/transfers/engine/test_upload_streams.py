"""Uploads from a link straight through: no copy on disk, hashes known only afterwards, one version or none."""

from __future__ import annotations

import hashlib
import threading
import tracemalloc

import pytest

from transfers.engine import Control, GaveUp, StallRule, Stopped, TransferError

from .faulty_server import chunked, cut_after, flip_bit, reset_after, serve, silent_after, status, trickle
from .uploading import BLOCK, BLOCKS, CONTENT, IMPATIENT, SIZE, MemoryTarget, Refusal, Sending, md5, once


@pytest.fixture
def target() -> MemoryTarget:
    return MemoryTarget()


@pytest.fixture
def send(tmp_path, target) -> Sending:
    return Sending(tmp_path, target)


@pytest.fixture(params=[True, False], ids=["ranges", "in order"])
def source(request, server):
    """A server that serves ranges, and one that only serves the whole."""
    server.content = CONTENT
    server.ranges = request.param
    server.probes_too = not request.param
    return server


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_link_is_sent_without_knowing_its_hashes_first(send, target, source, parallel):
    result = send.stream(source, parallel=parallel)
    assert target.content == CONTENT
    assert target.orders[0].md5s == () and target.orders[0].content_md5 == ""
    assert sorted(target.sent()) == list(range(BLOCKS))
    assert result.verdict.how == "length" and result.suggested_name == "some file.bin"
    assert source.sent <= SIZE + 1 + (0 if source.ranges else SIZE), "every byte once, and a probe"


def test_a_target_that_insists_on_the_true_list_gets_it(send, target, source):
    target.strict = True
    send.stream(source)
    assert target.content == CONTENT
    assert [bool(order.md5s) for order in target.orders] == [False, True]


def test_F52_one_block_with_a_known_hash_is_proved_or_refused(send, target, source):
    target.most = SIZE
    assert send.stream(source, md5=md5(CONTENT)).verdict.verified
    assert target.content == CONTENT
    source.behave = flip_bit(777)
    source.probes_too = False
    with pytest.raises(GaveUp) as caught:
        send.stream(source, md5=md5(CONTENT))
    assert caught.value.cause.code == "hash_mismatch" and len(target.files) == 1


@pytest.mark.parametrize("fault", [cut_after(100_000), reset_after(50_000), silent_after(70_000), status(503)])
def test_F49_F50_F51_F57_a_faulty_source_is_opened_again(send, target, server, fault):
    server.content = CONTENT
    server.script.extend([serve, fault, fault])
    send.stream(server, parallel=2, tuning=IMPATIENT)
    assert target.content == CONTENT


def test_F57_a_source_without_ranges_begins_again_and_sends_only_the_rest(send, target, server):
    server.content, server.ranges, server.probes_too = CONTENT, False, True
    server.script.extend([serve, cut_after(3 * BLOCK + 5)])
    send.stream(server)
    assert target.content == CONTENT and sorted(target.sent()) == list(range(BLOCKS))


def test_F51_surplus_bytes_are_an_error(send, target, server):
    server.content, server.ranges, server.probes_too = CONTENT, False, True

    def longer(exchange):
        exchange.begin()
        exchange.raw(CONTENT + b"more")

    server.behave = longer
    with pytest.raises(TransferError) as caught:
        send.stream(server)
    assert caught.value.code == "surplus" and not target.files


def other_version(server):
    other = bytearray(CONTENT)
    other[2 * BLOCK] ^= 1
    server.content, server.headers["ETag"] = bytes(other), '"v2"'


def test_F53_a_file_that_changes_at_its_source_is_never_mixed(send, target, source):
    def change(name, number):
        if name == "sent" and number == 4 and source.headers["ETag"] == '"v1"':
            other_version(source)

    target.trouble = change
    result = send.stream(source)
    assert target.content in (CONTENT, source.content)
    if source.ranges:
        assert target.content == source.content
        assert "source_changed" in [attempt.code for attempt in result.history]


def test_F53_without_validators_the_hashes_of_the_blocks_notice_it(send, target, server):
    server.content, server.ranges, server.probes_too = CONTENT, False, True
    server.headers["ETag"] = None

    def cut_and_change(exchange):
        cut_after(5 * BLOCK)(exchange)
        other_version(server)
        server.headers["ETag"] = None

    server.script.extend([serve, cut_and_change])
    result = send.stream(server)
    assert target.content == server.content
    assert "source_changed" in [attempt.code for attempt in result.history]


def test_F54_a_source_that_ignores_ranges_is_read_as_one_stream_and_the_session_goes_on(send, target, server):
    server.content = CONTENT

    def whole(exchange):
        exchange.head(200, Content_Length=SIZE)
        exchange.raw(CONTENT)

    server.script.extend([serve, serve])
    server.behave = whole
    send.stream(server)
    assert target.content == CONTENT and target.calls["begin"] == 1
    assert sorted(target.sent()) == list(range(BLOCKS))


def test_F50_a_slow_source_read_in_order_is_no_stall(send, target, server):
    server.content, server.ranges, server.probes_too = CONTENT[: 2 * BLOCK], False, True
    server.behave = trickle(BLOCK // 40, 0.05)
    result = send.stream(server, parallel=2, tuning={"stall": StallRule(seconds=1.0, least=1024)})
    assert target.content == CONTENT[: 2 * BLOCK] and result.history == ()


def test_F02_a_stream_goes_on_where_it_was(send, target, source):
    target.trouble = once("send", lambda: Refusal(permanent=True), number=5)
    with pytest.raises(TransferError):
        send.stream(source)
    assert send.last.sent == 5 * BLOCK
    send.stream(source, resume=send.last)
    assert target.content == CONTENT and sorted(target.sent()) == list(range(BLOCKS))
    assert target.calls["begin"] == 1


def test_F58_a_stream_that_changed_meanwhile_begins_again(send, target, source):
    target.trouble = once("send", lambda: Refusal(permanent=True), number=5)
    with pytest.raises(TransferError):
        send.stream(source)
    other_version(source)
    send.stream(source, resume=send.last)
    assert target.content == source.content and target.calls["begin"] == 2


def test_a_length_that_nobody_knows_is_refused_before_the_first_byte(send, target, server):
    server.content, server.behave, server.probes_too = CONTENT, chunked(), True
    with pytest.raises(TransferError) as caught:
        send.stream(server)
    assert caught.value.code == "unknown_size" and not target.orders


def test_a_length_that_is_not_the_announced_one_is_refused(send, target, source):
    with pytest.raises(TransferError) as caught:
        send.stream(source, size=SIZE + 1)
    assert caught.value.code == "size_differs" and not target.orders


def test_a_stop_breaks_off_a_source_that_drips(send, target, source):
    source.behave = trickle(2000, 0.05)
    control, seen = Control(), threading.Event()
    threading.Timer(0.3, lambda: (seen.set(), control.request_stop("cancel"))).start()
    with pytest.raises(Stopped):
        send.stream(source, control=control)
    assert seen.is_set() and not target.files


@pytest.mark.parametrize("parallel", [1, 3])
def test_memory_stays_within_the_blocks_under_way(send, target, source, parallel):
    """What the target in memory keeps is not counted: it forgets its blocks."""
    target.send = lambda session, number, body: digest_of(body)
    target.finish = lambda order: target._keep(b"")
    tracemalloc.start()
    with pytest.raises(TransferError):
        send.stream(source, parallel=parallel)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (parallel + 1) * BLOCK + (parallel * BLOCK if not source.ranges else 0) + (1 << 20)


def digest_of(body) -> str:
    digest = hashlib.md5()
    for piece in body():
        digest.update(piece)
    return digest.hexdigest()
