"""The hashes that clouds ask for, and small tools: wire/clouddrive2.md §3.4."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.chunks import ChunkSize, with_bytes
from transfers.clouddrive2.covered import Covered
from transfers.clouddrive2.hashing import MD5, PIKPAK, SHA1, Hasher, pikpak_segment
from transfers.clouddrive2.tuning import KIB, MIB, Tuning

DATA = random.Random(9).randbytes(700_001)


def fed(hash_type: int, data: bytes, block_size: int = 0, step: int = 65_537) -> Hasher:
    hasher = Hasher(hash_type, len(data), block_size)
    for start in range(0, len(data), step):
        hasher.update(data[start : start + step])
    return hasher


def test_md5_with_blocks() -> None:
    hasher = fed(MD5, DATA, 300_000)
    assert hasher.value() == hashlib.md5(DATA).hexdigest()
    blocks = [DATA[:300_000], DATA[300_000:600_000], DATA[600_000:]]
    assert hasher.blocks() == [hashlib.md5(each).hexdigest() for each in blocks]
    assert fed(MD5, DATA).blocks() == []
    assert fed(MD5, b"", 5).blocks() == [hashlib.md5(b"").hexdigest()]
    assert len(fed(MD5, DATA[:600_000], 300_000).blocks()) == 2


def test_sha1_ignores_blocks() -> None:
    hasher = fed(SHA1, DATA, 300_000)
    assert (hasher.value(), hasher.blocks()) == (hashlib.sha1(DATA).hexdigest(), [])


def test_pikpak_is_the_sha1_of_segments_in_capitals() -> None:
    step = 256 * KIB
    digests = b"".join(hashlib.sha1(DATA[at : at + step]).digest() for at in range(0, len(DATA), step))
    assert fed(PIKPAK, DATA).value() == hashlib.sha1(digests).hexdigest().upper()
    assert fed(PIKPAK, b"").value() == hashlib.sha1(b"").hexdigest().upper()
    sizes = {128: 256 * KIB, 129: 512 * KIB, 256: 512 * KIB, 257: MIB, 512: MIB, 513: 2 * MIB}
    assert {size: pikpak_segment(size * MIB) for size in sizes} == sizes


def test_an_unknown_type_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="unknown hash type 9"):
        Hasher(9, 5)


@given(data=st.binary(max_size=300), offset=st.integers(0, 2**40))
def test_a_message_put_together_by_hand_is_the_same(data: bytes, offset: int) -> None:
    head = pb.RemoteReadDataUpload(upload_id="x", offset=offset, length=len(data), is_last_chunk=True)
    whole = pb.RemoteReadDataUpload.FromString(with_bytes(head, 6, data))
    head.data = data
    assert whole == head


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=30))
def test_covered_bytes_are_counted_once(pieces: list[tuple[int, int]]) -> None:
    covered, real = Covered(), set[int]()
    for offset, length in pieces:
        covered.add(offset, length)
        real |= set(range(offset, offset + length))
        assert covered.total == len(real)


def test_a_chunk_size_shrinks_to_its_end_and_not_below() -> None:
    size = ChunkSize(Tuning(chunk=300, smallest_chunk=100))
    assert (size.shrink(300), size.value) == (True, 150)
    assert (size.shrink(300), size.value) == (True, 150)
    assert (size.shrink(150), size.value) == (True, 100)
    assert size.shrink(100) is False
