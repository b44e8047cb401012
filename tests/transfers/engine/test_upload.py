"""Uploads of local files: sent once, confirmed block by block, resumed, and never two versions in one."""

from __future__ import annotations

import os
import threading

import pytest

from transfers.engine import Control, GaveUp, Phase, RateLimiter, StallRule, Stopped, TransferError
from transfers.engine.upload import BlockTooLarge, SessionLost, Stored, UploadSpec

from .conftest import Running, wait_until
from .uploading import BLOCK, BLOCKS, CONTENT, IMPATIENT, SIZE, MemoryTarget, Refusal, Sending, md5, no_rapid, once


@pytest.fixture
def target() -> MemoryTarget:
    return MemoryTarget()


@pytest.fixture
def send(tmp_path, target) -> Sending:
    return Sending(tmp_path, target)


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_file_is_sent_in_blocks_each_once(send, target, parallel):
    result = send(parallel=parallel)
    assert target.content == CONTENT
    assert sorted(target.sent()) == list(range(BLOCKS))
    assert (result.size, result.rapid, result.verdict.how, result.stored.path) == (SIZE, False, "md5", "/file 0")
    first = target.orders[0]
    assert first.content_md5 == md5(CONTENT) and first.slice_md5 == md5(CONTENT[: 256 << 10])
    assert first.md5s == tuple(md5(CONTENT[at : at + BLOCK]) for at in range(0, SIZE, BLOCK))


def test_every_confirmed_block_is_checkpointed_before_the_file_is_made(send, target):
    send(parallel=2, rapid=False)
    counts = [checkpoint.sent for checkpoint in send.checkpoints]
    assert counts == sorted(counts) and counts[-1] == SIZE
    assert send.checkpoints[0].blocks == (), "what was known before no longer holds"
    assert not any(checkpoint.finishing for checkpoint in send.checkpoints[:-1]) and send.last.finishing
    assert send.last == send.checkpoints[-1], "JSON takes nothing away"


def test_rapid_upload_sends_nothing(send, target):
    target.known[md5(CONTENT)] = CONTENT
    result = send()
    assert result.rapid and target.content == CONTENT and not target.sends and not target.calls["finish"]


def test_a_refused_rapid_upload_is_skipped_silently(send, target):
    def refuse(call, number):
        if call == "begin" and target.orders[-1].content_md5:
            no_rapid(call, number)

    target.trouble = refuse
    result = send()
    assert target.content == CONTENT and not result.rapid and result.history == ()
    assert [bool(order.content_md5) for order in target.orders] == [True, False]


def test_a_file_of_one_block_is_hashed_once_and_a_tiny_one_never_tried_rapidly(send, target):
    target.most = SIZE
    send()
    assert target.orders[0].content_md5 == target.orders[0].md5s[0] == md5(CONTENT)
    send.path.write_bytes(b"tiny")
    send()
    assert target.orders[1].content_md5 == ""


def test_blocks_that_the_target_has_already_are_not_sent(send, target):
    target.sessions["s0"] = {number: CONTENT[number * BLOCK : (number + 1) * BLOCK] for number in range(4)}
    real = target.begin

    def begin(order):
        begun = real(order)
        target.sessions[begun.session].update(target.sessions["s0"])
        return type(begun)(begun.session, begun.missing[4:])

    target.begin = begin
    send()
    assert target.content == CONTENT and sorted(target.sent()) == list(range(4, BLOCKS))


def test_a_file_that_is_there_already_is_not_even_hashed(send, target):
    target.there = Stored("/file", SIZE, 7)
    result = send()
    assert result.skipped and result.stored.file_id == 7 and not target.orders and not send.checkpoints


def test_a_taken_place_refuses_before_the_first_byte(send, target):
    target.trouble = once("existing", lambda: Refusal("exists", permanent=True))
    with pytest.raises(TransferError) as caught:
        send()
    assert caught.value.code == "exists" and not target.orders


def test_F49_a_busy_target_is_asked_again(send, target):
    for call in ("begin", "send", "finish"):
        target.trouble = once(call, lambda: Refusal(retry_after=0.01), times=2)
        send()
        assert target.content == CONTENT
        target.files.clear()


def test_F49_a_permanent_refusal_ends_it_at_once(send, target):
    target.trouble = once("send", lambda: Refusal("path_refused", permanent=True))
    with pytest.raises(TransferError) as caught:
        send()
    assert caught.value.code == "path_refused"


def test_F49_too_many_failures_of_one_block_give_up_and_keep_the_others(send, target):
    target.trouble = once("send", Refusal, number=4, times=99)
    with pytest.raises(GaveUp):
        send()
    assert {block.index for block in send.last.blocks if block.sent} == {0, 1, 2, 3}
    target.trouble = once("none", Refusal)
    target.sends.clear()
    send(resume=send.last)
    assert target.content == CONTENT and sorted(target.sent()) == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("call", ["send", "piece", "sent"])
def test_F50_a_target_that_falls_silent_loses_the_block_to_another_sender(send, target, call):
    stuck, free = [], threading.Event()

    def silence(name, number):
        if name == call and number == 3 and not stuck:
            stuck.append(number)
            free.wait(20)

    target.trouble = silence
    result = send(parallel=2, tuning=IMPATIENT)
    free.set()
    assert target.content == CONTENT
    assert [attempt.code for attempt in result.history] == ["stalled"]


def test_F50_a_slow_rate_limit_is_no_stall(send, target):
    target.most = SIZE
    result = send(limiter=RateLimiter(SIZE / 2), tuning={"stall": StallRule(seconds=1.0, least=SIZE)})
    assert target.content == CONTENT and result.history == ()


def test_F51_F57_a_broken_connection_sends_the_block_again_from_its_start(send, target):
    target.trouble = once("piece", lambda: ConnectionResetError("cut"), number=2, times=3)
    result = send()
    assert target.content == CONTENT and len(result.history) == 3
    assert sorted(target.sent()) == list(range(BLOCKS))


def test_F52_a_damaged_block_is_sent_again(send, target):
    wrong = iter(["0" * 32])

    def damage(name, number):
        return next(wrong, None) if name == "sent" and number == 5 else None

    target.trouble = damage
    result = send()
    assert target.content == CONTENT
    assert [attempt.code for attempt in result.history] == ["part_damaged"]
    assert target.sent().count(5) == 2


def test_a_lost_session_is_replaced_and_everything_sent_again(send, target):
    def lose(name, number):
        if name == "send" and number == 5 and target.calls["begin"] == 1:
            target.sessions.clear()
            raise SessionLost("expired")

    target.trouble = lose
    result = send()
    assert target.content == CONTENT
    assert [attempt.code for attempt in result.history] == ["upload_session_lost"]


def test_a_session_that_is_always_lost_ends_the_upload(send, target):
    target.trouble = once("send", lambda: SessionLost("expired"), times=99)
    with pytest.raises(GaveUp):
        send(tuning={"restarts": 1})


def test_missing_blocks_are_asked_for_and_only_those_sent_again(send, target):
    def lose_one(name, number):
        if name == "finish" and number == 1:
            del target.sessions["s1"][6]

    target.trouble = lose_one
    send()
    assert target.content == CONTENT and len(target.sessions) == 1
    assert sorted(target.sent()) == sorted([*range(BLOCKS), 6])


def test_a_target_that_names_no_missing_block_gets_a_new_session(send, target):
    def forget(name, number):
        if name == "finish" and number <= 2:
            target.sessions["s1"][6] = b"other"

    target.trouble = forget
    send()
    assert target.content == CONTENT and len(target.sessions) == 2


def test_a_target_that_never_accepts_is_left_after_three_sessions(send, target):
    def forget(name, number):
        if name == "finish":
            for session in target.sessions.values():
                session.clear()

    target.trouble = forget
    with pytest.raises(GaveUp):
        send()
    assert target.calls["finish"] == 3 and not target.files


def test_a_session_that_dies_while_its_missing_blocks_are_asked_for_is_replaced(send, target):
    def lose(name, number):
        if name == "finish" and number == 1:
            del target.sessions["s1"][6]
        if name == "begin" and number == 2:
            target.sessions.clear()
            raise SessionLost("expired")

    target.trouble = lose
    result = send()
    assert target.content == CONTENT
    assert [attempt.code for attempt in result.history] == ["upload_incomplete", "upload_session_lost"]


def test_too_large_blocks_are_made_smaller(send, target):
    target.most = 4 * BLOCK

    def too_large(name, number):
        if name == "send" and max(block.stop - block.start for block in send.last.blocks) > 2 * BLOCK:
            raise BlockTooLarge("31364")

    target.trouble = too_large
    send()
    assert target.content == CONTENT and send.last.blocks[0].stop == 2 * BLOCK


def test_blocks_that_can_not_be_smaller_end_it(send, target):
    target.trouble = once("send", lambda: BlockTooLarge("31364"), times=99)
    target.block_size = lambda size, most: BLOCK
    with pytest.raises(GaveUp):
        send()


def test_F02_confirmed_blocks_are_never_sent_again(send, target):
    control = Control()

    def stop(name, number):
        if name == "send" and number == 5:
            control.request_stop("shutdown")

    target.trouble = stop
    with pytest.raises(Stopped):
        send(control=control)
    assert send.last.sent == 5 * BLOCK
    target.trouble = once("none", Refusal)
    send(resume=send.last)
    assert target.content == CONTENT and sorted(target.sent()) == list(range(BLOCKS))
    assert target.calls["begin"] == 1, "the session goes on"


def test_F02_days_later_the_session_is_gone_and_the_file_still_arrives(send, target):
    target.trouble = once("send", lambda: Refusal(permanent=True), number=5)
    with pytest.raises(TransferError):
        send()
    target.sessions.clear()
    send(resume=send.last)
    assert target.content == CONTENT and target.calls["begin"] == 2


def test_F02_a_made_file_whose_answer_was_lost_is_found_and_not_made_twice(send, target):
    target.trouble = once("finished", lambda: ConnectionResetError("cut"))
    result = send()
    assert target.content == CONTENT and result.stored == target.files[0][0]
    assert (target.calls["finish"], target.calls["find"]) == (1, 1)


def test_F02_a_kill_between_the_made_file_and_our_knowing_is_noticed(send, target):
    class Killed(Exception):
        pass

    def fault(name):
        if name == "upload_after_finish":
            raise Killed

    with pytest.raises(Killed):
        send(fault=fault)
    result = send(resume=send.last)
    assert target.content == CONTENT and result.stored.file_id == 100
    assert sorted(target.sent()) == list(range(BLOCKS)), "nothing was sent again"


def test_F02_a_kill_just_before_the_file_was_made_makes_it(send, target):
    class Killed(Exception):
        pass

    def fault(name):
        if name == "upload_before_finish":
            raise Killed

    with pytest.raises(Killed):
        send(fault=fault)
    assert send.last.finishing and not target.files
    send(resume=send.last)
    assert target.content == CONTENT and sorted(target.sent()) == list(range(BLOCKS))


@pytest.mark.parametrize("lost", [True, False])
def test_F02_a_rapid_upload_whose_answer_was_lost_makes_one_file(send, target, lost):
    class Killed(Exception):
        pass

    target.known[md5(CONTENT)] = CONTENT
    real, first = target.begin, []

    def begin(order):
        begun = real(order)
        if lost and not first:
            first.append(order)
            raise ConnectionResetError("cut")
        return begun

    def fault(name):
        if name == "upload_after_rapid" and not lost:
            raise Killed

    target.begin = begin
    if lost:
        result = send(fault=fault)
    else:
        with pytest.raises(Killed):
            send(fault=fault)
        result = send(resume=send.last)
    assert target.content == CONTENT and result.rapid and not target.sends


def test_F02_a_kill_before_a_rapid_upload_was_answered_still_sends_the_file(send, target):
    def refuse() -> None:
        raise PermissionError("another worker owns this transfer")

    with pytest.raises(PermissionError):
        send(before_finish=refuse)
    assert send.last.finishing and not send.last.session
    send(resume=send.last)
    assert target.content == CONTENT and sorted(target.sent()) == list(range(BLOCKS))


def test_F02_an_older_file_of_the_same_size_is_not_taken_for_ours(send, target):
    target._keep(bytes(SIZE))
    target.clock += 1
    target.trouble = once("finish", lambda: ConnectionResetError("cut"))
    result = send()
    assert result.stored.file_id == 101 and target.files[1][1] == CONTENT


def changed(send: Sending) -> bytes:
    """The source as another version of the same size, time set back."""
    before = send.path.stat()
    other = bytearray(CONTENT)
    other[4 * BLOCK + 7] ^= 1
    send.path.write_bytes(other)
    os.utime(send.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return bytes(other)


def test_F58_a_source_changed_between_two_runs_starts_a_new_session(send, target):
    target.trouble = once("send", lambda: Refusal(permanent=True), number=6)
    with pytest.raises(TransferError):
        send()
    other = changed(send)
    send(resume=send.last)
    assert target.content == other and target.calls["begin"] == 2
    assert [number for session, number in target.sends if session != "s1"] == list(range(BLOCKS))


def test_F58_a_source_changed_while_it_is_sent_starts_a_new_session(send, target):
    new = []

    def change(name, number):
        if name == "send" and number == 5 and not new:
            new.append(changed(send))

    target.trouble = change
    result = send()
    assert target.content == new[0]
    assert [attempt.code for attempt in result.history] == ["source_changed"]


def test_F58_a_change_that_only_the_hash_shows_is_noticed_by_the_targets_md5(send, target, monkeypatch):
    monkeypatch.setattr("transfers.engine.upload.local._Range._check", lambda reader: None)
    new = []

    def change(name, number):
        if name == "send" and number == 4 and not new:
            new.append(changed(send))

    target.trouble = change
    result = send()
    assert target.content == new[0] and result.history[0].code == "source_changed"


def test_F58_a_source_that_became_shorter_or_vanished_is_noticed(send, target):
    def cut(name, number):
        if name == "send" and number == 5 and send.path.stat().st_size == SIZE:
            send.path.write_bytes(CONTENT[: 3 * BLOCK])

    target.trouble = cut
    send()
    assert target.content == CONTENT[: 3 * BLOCK]
    send.path.unlink()
    with pytest.raises(TransferError) as caught:
        send()
    assert caught.value.code == "source_gone"


def test_a_link_in_place_of_the_file_is_refused(send, tmp_path):
    send.path.rename(tmp_path / "elsewhere")
    send.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TransferError) as caught:
        send()
    assert caught.value.code == "disk_failed"


@pytest.mark.parametrize("reason", ["pause", "cancel", "shutdown"])
def test_stops_at_once_even_when_the_target_hangs(send, target, reason):
    control, free, there = Control(), threading.Event(), threading.Event()

    def hang(name, number):
        if name == "sent" and number == 3:
            there.set()
            free.wait(20)

    target.trouble = hang
    running = Running(send.upload(control=control))
    wait_until(there.is_set)
    control.request_stop(reason)
    outcome = running.join(2)
    free.set()
    assert isinstance(outcome, Stopped) and outcome.reason == reason
    if reason != "cancel":  # of a cancelled one nothing is kept
        assert send.last.sent == 3 * BLOCK


def test_a_stop_while_hashes_are_read_is_heard(send, target):
    control = Control()
    control.request_stop("pause")
    with pytest.raises(Stopped):
        send(control=control)
    assert not target.orders


def test_a_lost_lease_makes_no_file(send, target):
    def refuse() -> None:
        raise PermissionError("another worker owns this transfer")

    with pytest.raises(PermissionError):
        send(before_finish=refuse)
    assert not target.files


def test_a_snapshot_tells_phase_bytes_and_parts(send, target):
    seen = []
    upload = send.upload(fault=lambda name: seen.append((name, upload.snapshot())))
    assert upload.snapshot().phase is Phase.PROBING
    upload.run()
    phases = [snapshot.phase for _name, snapshot in seen]
    assert phases[0] is Phase.PROBING and Phase.UPLOADING in phases and Phase.FINISHING in phases
    last = upload.snapshot()
    assert (last.phase, last.size, last.written, last.durable) == (Phase.DONE, SIZE, SIZE, SIZE)
    assert all(part.finished for part in last.parts)


def test_at_least_one_block_at_a_time():
    with pytest.raises(ValueError, match="block"):
        UploadSpec(parallel=0)
