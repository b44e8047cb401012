"""Any range of a source in any order: one stream, a short memory, hashes on the way."""

from __future__ import annotations

import hashlib
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import DATA, SIZE, Work
from tests.transfers.engine.faulty_server import FaultyServer, serving, silent_after
from tests.transfers.engine.opener import opener
from transfers.clouddrive2.smart import ranged
from transfers.clouddrive2.smart.ranged import LocalRanged, Ranged, StreamRanged
from transfers.clouddrive2.smart.way import Halt
from transfers.engine import Control, Link, RateLimiter, RetryPolicy, SourceChanged, Stopped
from transfers.engine.http_source import HttpSource
from transfers.engine.retry import Retries
from transfers.engine.upload import LocalFile

POLICY = RetryPolicy(failures=3, base=0.01, longest=0.05)
HASHES = {"md5": hashlib.md5(DATA).hexdigest(), "sha1": hashlib.sha1(DATA).hexdigest()}


@pytest.fixture
def reins() -> Control:
    return Control()


@pytest.fixture
def stream(link: HttpSource, reins: Control) -> Iterator[StreamRanged]:
    made = streamed(link, reins)
    yield made
    made.close()


def streamed(link: HttpSource, reins: Control, limiter: RateLimiter | None = None) -> StreamRanged:
    halt = Halt(reins)
    return StreamRanged(
        link,
        link.probe(),
        Retries(reins, POLICY),
        stop=halt,
        limiter=limiter or RateLimiter(),
        stopping=halt.stopping,
    )


@pytest.fixture
def local(tmp_path: Path, reins: Control) -> Iterator[Callable[[], LocalRanged]]:
    path, made = tmp_path / "source.bin", []
    path.write_bytes(DATA)

    def build() -> LocalRanged:
        file, halt = LocalFile(path), Halt(reins)
        made.append(LocalRanged(file, file.probe(), stop=halt, limiter=RateLimiter(), stopping=halt.stopping))
        return made[-1]

    yield build
    for each in made:
        each.close()


def in_order(source: Ranged, step: int = 70_000) -> None:
    for offset in range(0, SIZE, step):
        length = min(step, SIZE - offset)
        assert source.read(offset, length) == DATA[offset : offset + length]


def test_in_order_is_one_stream_and_repeats_come_from_memory(stream: StreamRanged, site: FaultyServer) -> None:
    stream.hash(["md5", "sha1"])
    in_order(stream)
    assert stream.read(SIZE - 10, 10) == DATA[-10:]
    assert stream.read(1_000_123, 200_000) == DATA[1_000_123:1_200_123]
    assert stream.opened == 1
    assert stream.hashes() == HASHES
    assert stream.hashes() == HASHES


@pytest.mark.parametrize("ranges", [True, False])
def test_any_order_gives_the_same_bytes(link: HttpSource, site: FaultyServer, reins: Control, ranges: bool) -> None:
    site.ranges = ranges
    source, dice = streamed(link, reins), random.Random(3)
    for _ in range(60):
        offset = dice.randrange(SIZE)
        length = dice.randint(1, min(SIZE - offset, 400_000))
        assert source.read(offset, length) == DATA[offset : offset + length]
    source.close()


def test_a_jump_opens_anew_and_a_small_gap_is_read_over(stream: StreamRanged) -> None:
    stream.read(0, 1000)
    stream.read(500_000, 1000)
    assert stream.opened == 1
    stream.read(2_200_000, 1000)
    assert stream.opened == 2
    assert stream.hashes() == {}


def test_several_threads_may_read(stream: StreamRanged, local: Callable[[], LocalRanged]) -> None:
    for source in (stream, local()):
        source.hash(["sha1"])
        works = [Work(lambda source=source: in_order(source, 90_001)) for _ in range(3)]  # type: ignore[misc]
        assert [each.join() for each in works] == [None] * 3
        assert source.hashes() == {"sha1": HASHES["sha1"]}


def test_hashes_are_computed_once_whatever_is_repeated(local: Callable[[], LocalRanged]) -> None:
    source = local()
    source.hash(["md5"])
    in_order(source, 100_000)
    source.read(5, 10)
    assert source.hashes() == {"md5": HASHES["md5"]}
    late = local()
    late.hash(["md5"])
    late.read(2_000_000, 1000)
    assert late.hashes() == {"md5": HASHES["md5"]}


def test_a_local_file_that_changes_is_noticed(local: Callable[[], LocalRanged], tmp_path: Path) -> None:
    source = local()
    source.read(0, 10)
    with (tmp_path / "source.bin").open("r+b") as file:
        file.write(b"x")
    with pytest.raises(SourceChanged):
        source.read(10, 10)


def test_a_file_that_changes_at_its_site_is_noticed(stream: StreamRanged, site: FaultyServer) -> None:
    stream.read(0, 1000)
    site.headers["ETag"] = '"v2"'
    with pytest.raises(SourceChanged):
        stream.read(2_000_000, 1000)


def test_a_silent_source_is_broken_off(
    stream: StreamRanged, site: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranged, "STALL_SECONDS", 0.2)
    site.script.append(silent_after(300_000))
    work = Work(lambda: in_order(stream))

    def watched() -> bool:
        stream.watch(time.monotonic())
        return not work.thread.is_alive()

    until(watched)
    assert work.join() is None
    assert stream.opened == 2


def test_a_stop_is_heard_while_the_source_is_silent(stream: StreamRanged, site: FaultyServer, reins: Control) -> None:
    site.script.append(silent_after(300_000))
    work = Work(lambda: in_order(stream))
    until(lambda: site.sent >= 300_000)
    reins.request_stop("pause")
    stream.interrupt()
    assert isinstance(work.join(5), Stopped)


def test_the_rate_limit_counts_what_leaves_but_not_what_is_only_hashed(tmp_path: Path) -> None:
    class Counting(RateLimiter):
        paid = 0

        def take(self, count: int, stopped: object) -> None:
            Counting.paid += count

    path = tmp_path / "source.bin"
    path.write_bytes(DATA)
    file, halt = LocalFile(path), Halt(Control())
    source = LocalRanged(file, file.probe(), stop=halt, limiter=Counting(), stopping=halt.stopping)
    source.peek(0, 1000)
    assert Counting.paid == 0
    source.read(0, 1000)
    assert Counting.paid == 1000
    source.close()


def test_memory_stays_bounded(reins: Control) -> None:
    content = DATA * 20
    with serving(content) as server:
        source = streamed(HttpSource(lambda renew: Link(server.url), opener()), reins)
        tracemalloc.start()
        try:
            for offset in range(0, len(content) - (1 << 20), 1 << 20):
                source.read(offset, 1 << 20)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            source.close()
    assert peak < 16 << 20
