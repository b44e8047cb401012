"""How a file is cut, and what is refused before a byte is sent (§3.6)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdisk.baidu import BaiduError, Reaction
from netdisk.baidu.upload import UploadLimits, limits_for, plan_blocks

MIB = 1024 * 1024
GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("vip_type", "limits"),
    [
        (0, UploadLimits(4 * MIB, 4 * MIB, 4 * GIB, 1024)),
        (1, UploadLimits(4 * MIB, 16 * MIB, 10 * GIB, 1024)),
        (2, UploadLimits(4 * MIB, 32 * MIB, 20 * GIB, 1024)),
        (-1, UploadLimits(4 * MIB, 4 * MIB, 4 * GIB, 1024)),
        (9, UploadLimits(4 * MIB, 4 * MIB, 4 * GIB, 1024)),
    ],
)
def test_limits_by_membership(vip_type: int, limits: UploadLimits) -> None:
    assert limits_for(vip_type) == limits


@pytest.mark.parametrize(
    ("size", "vip_type", "wanted", "block_size", "count"),
    [
        (1, 0, 0, 4 * MIB, 1),
        (4 * MIB, 0, 0, 4 * MIB, 1),
        (4 * MIB + 1, 0, 0, 4 * MIB, 2),
        (GIB, 0, 16 * MIB, 4 * MIB, 256),  # an ordinary account has no choice
        (GIB, 2, 16 * MIB, 16 * MIB, 64),
        (GIB, 1, 32 * MIB, 16 * MIB, 64),
        (GIB, 2, 1, 4 * MIB, 256),
        (GIB, 2, 5 * MIB + 1, 6 * MIB, 171),  # whole mebibytes
        (4 * GIB, 0, 0, 4 * MIB, 1024),
        (10 * GIB, 1, 0, 10 * MIB, 1024),  # grown to stay within 1024 blocks
        (20 * GIB, 2, 0, 20 * MIB, 1024),
    ],
)
def test_blocks(size: int, vip_type: int, wanted: int, block_size: int, count: int) -> None:
    blocks = plan_blocks(size, vip_type, wanted=wanted)
    assert (blocks.size, blocks.block_size, blocks.count) == (size, block_size, count)


@given(st.integers(1, 20 * GIB), st.integers(0, 2), st.integers(0, 64 * MIB))
def test_the_blocks_cover_the_file_and_keep_to_the_limits(size: int, vip_type: int, wanted: int) -> None:
    limits = limits_for(vip_type)
    if size > limits.max_file:
        return
    blocks = plan_blocks(size, vip_type, wanted=wanted)
    assert limits.block_size <= blocks.block_size <= limits.max_block
    assert blocks.count <= limits.max_blocks
    spans = [blocks.span(index) for index in range(blocks.count)]
    assert spans[0][0] == 0
    assert spans[-1][1] == size
    assert all(stop == following for (_, stop), (following, _) in pairwise(spans))
    assert {stop - start for start, stop in spans[:-1]} <= {blocks.block_size}
    assert 0 < spans[-1][1] - spans[-1][0] <= blocks.block_size


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_no_block_outside_of_the_file(index: int) -> None:
    with pytest.raises(IndexError):
        plan_blocks(4 * MIB + 1, 0).span(index)


@pytest.mark.parametrize(
    ("size", "vip_type", "name"),
    [
        (0, 2, "empty_file"),
        (-1, 2, "empty_file"),
        (4 * GIB + 1, 0, "file_too_large"),
        (10 * GIB + 1, 1, "file_too_large"),
        (20 * GIB + 1, 2, "file_too_large"),
    ],
)
def test_what_can_not_be_uploaded_is_refused_beforehand(size: int, vip_type: int, name: str) -> None:
    with pytest.raises(BaiduError) as caught:
        plan_blocks(size, vip_type)
    assert (caught.value.platform_code, caught.value.reaction) == (f"netdisk.{name}", Reaction.GIVE_UP)
