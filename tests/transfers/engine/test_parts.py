"""Plans, boards and header fields: any input, by property."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.engine import Identity, PartState
from transfers.engine.http_headers import announced_digests, content_range, retry_after, suggested_name
from transfers.engine.plan import LARGEST_PART, MIB, SMALLEST_PART, Board, covers, plan_parts
from transfers.engine.progress import Meter

MD5 = hashlib.md5(b"hello")
SHA = hashlib.sha256(b"hello")


class Fields(dict):
    def get(self, name, default=""):
        return {key.lower(): value for key, value in self.items()}.get(name.lower(), default)


@given(st.integers(0, 1 << 50))
def test_a_plan_covers_the_file_in_at_most_a_thousand_parts(size):
    parts = plan_parts(size)
    assert covers(parts, size)
    assert len(parts) <= 1000
    assert sum(part.stop - part.start for part in parts) == size
    if size > LARGEST_PART * 1000:
        assert parts[0].stop > LARGEST_PART
    elif size >= SMALLEST_PART:
        assert SMALLEST_PART <= parts[0].stop <= LARGEST_PART + MIB


def test_parts_grow_with_the_file():
    steps = [plan_parts(size)[0].stop for size in (MIB << 6, MIB << 11, MIB << 12, MIB << 17)]
    assert steps == [16 * MIB, 32 * MIB, 64 * MIB, 132 * MIB]


@pytest.mark.parametrize(
    "parts",
    [
        [PartState(0, 0, 10), PartState(1, 11, 20)],
        [PartState(0, 0, 10), PartState(1, 9, 20)],
        [PartState(0, 0, 10, 11), PartState(1, 10, 20)],
        [PartState(0, 0, 10, -1), PartState(1, 10, 20)],
        [PartState(1, 0, 10), PartState(0, 10, 20)],
        [PartState(0, 0, 10)],
    ],
)
def test_stored_parts_that_make_no_sense(parts):
    assert not covers(parts, 20)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_frontier_is_the_first_gap(lengths, random):
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    board = Board([PartState(i, start, start + n) for i, (start, n) in enumerate(zip(starts, lengths, strict=True))])
    taken = [board.take() for _ in lengths]
    assert board.take() is None
    there = set()
    while not board.complete:
        part = random.choice([part for part in taken if not part.closed])
        if part.finished:
            board.close(part)
            continue
        there.add(part.position)
        board.advance(part, 1)
        assert board._frontier() == next(i for i in range(sum(lengths) + 1) if i not in there)
    assert board.written == board.wait_frontier(0) == sum(lengths)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("bytes 0-0/10", (0, 0, 10)),
        ("bytes 5-9/*", (5, 9, None)),
        ("bytes */10", (None, None, 10)),
        ("bytes 5-9", None),
        ("bytes -1-9/10", None),
        ("items 0-0/10", None),
        ("bytes 0-0/10, 2-3/10", None),
        ("", None),
    ],
)
def test_content_range(text, parsed):
    assert content_range(Fields({"content-range": text})) == parsed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 01 Jan 1970 00:17:00 GMT", 20.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_retry_after_in_both_forms(text, seconds):
    assert retry_after(Fields({"Retry-After": text}), 1000.0) == seconds


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="plain.txt"', "plain.txt"),
        ("attachment; filename=token.txt", "token.txt"),
        ("attachment; filename=\"x\"; filename*=UTF-8''%e4%ba%91%20%E6%B8%AF.zip", "云 港.zip"),
        ("attachment; filename*=gb18030''%D4%C6.txt", "云.txt"),
        ("attachment; filename*=utf-8''%ff; filename=good", "good"),
        ('attachment; filename="\u00e4\u00ba\u0091.txt"', "云.txt"),
        ("attachment", "last segment.bin"),
        ("", "last segment.bin"),
    ],
)
def test_suggested_names(disposition, name):
    headers = Fields({"Content-Disposition": disposition})
    assert suggested_name(headers, "http://host/a/last%20segment.bin?x=/y") == name


@given(st.text(), st.text())
def test_hostile_headers_never_raise(disposition, path):
    name = suggested_name(Fields({"Content-Disposition": disposition}), "http://host/" + path.replace("[", ""))
    assert name is None or 0 < len(name) <= 1024
    announced_digests(Fields({"Digest": disposition, "Repr-Digest": path, "Content-MD5": disposition}))
    content_range(Fields({"Content-Range": disposition}))
    retry_after(Fields({"Retry-After": disposition}), 0.0)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Content-MD5": base64.b64encode(MD5.digest()).decode()}, {"md5": MD5.hexdigest()}),
        ({"Content-MD5": MD5.hexdigest().upper()}, {"md5": MD5.hexdigest()}),
        ({"X-Checksum-Sha256": SHA.hexdigest()}, {"sha256": SHA.hexdigest()}),
        (
            {"Digest": f"SHA-256={base64.b64encode(SHA.digest()).decode()},MD5=bad"},
            {"sha256": SHA.hexdigest()},
        ),
        (
            {"Repr-Digest": f"unknown=:AA==:, sha-256=:{base64.b64encode(SHA.digest()).decode()}:"},
            {"sha256": SHA.hexdigest()},
        ),
        ({"X-Checksum-Sha256": "zz", "Content-MD5": "short"}, {}),
    ],
)
def test_announced_digests(headers, found):
    assert announced_digests(Fields(headers)) == found


def test_identity_prefers_strong_tags():
    date = "Mon, 02 Jan 2023 03:04:05 GMT"
    assert Identity(1, '"a"', date).if_range == '"a"'
    assert Identity(1, 'W/"a"', date).if_range is None
    assert Identity(1, None, date).if_range == date
    assert not Identity(1, '"a"', date).differs_from(Identity(1, '"a"', "another mirror's date"))
    assert Identity(1, None, date).differs_from(Identity(1, None, "another"))
    assert not Identity(None, None, date).differs_from(Identity(5, '"a"', None))


def test_speed_settles_whatever_the_interval():
    for step in (0.1, 0.25, 2.0):
        meter, now = Meter(0.0, 0), 0.0
        while now < 20:
            now += step
            meter.update(now, int(now * 1000))
        assert meter.speed == pytest.approx(1000, rel=0.02)
