"""The cloud drives that the stand-in has under its root, and how they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulators.baidu.content import Source

MD5, SHA1, PIKPAK = 1, 2, 3
MIB = 1 << 20


@dataclass(frozen=True)
class Cloud:
    """One drive: ``folder`` below the root, ``name`` and ``account`` as CloudAPI tells them.

    ``hash_type`` is what it asks an uploader for (0: nothing), with ``block_size`` for hashes of blocks (§7).
    """

    folder: str
    name: str
    account: str
    hash_type: int
    capacity: int
    block_size: int = 0
    read_only: bool = False
    offline: bool = True
    permanent: bool = False


CLOUDS = (
    Cloud("115open", "115open", "100200300", SHA1, 20 << 40, permanent=True),
    Cloud("百度网盘", "百度网盘", "demo_baidu", MD5, 5 << 40, block_size=4 * MIB, offline=False),
    Cloud("PikPak", "PikPak", "demo@example.org", PIKPAK, 10 << 40, permanent=True),
    Cloud("CloudNAS", "WebDav", "nas", 0, 2 << 40, offline=False, permanent=True),
    Cloud("归档", "115open", "400500600", SHA1, 1 << 40, read_only=True, offline=False),
)


def cloud_of(path: str) -> Cloud | None:
    """Return the drive a path lies in, None for the root and for what lies in no drive."""
    first = path.strip("/").partition("/")[0]
    return next((each for each in CLOUDS if each.folder == first), None)


def segment_of(size: int) -> int:
    """Return the segment length of a PikPak hash for a file of ``size`` bytes (§3.4)."""
    for limit, segment in ((128, 256 << 10), (256, 512 << 10), (512, MIB)):
        if size <= limit * MIB:
            return segment
    return 2 * MIB


def hash_of(source: Source, hash_type: int) -> str:
    """Return a hash of a whole content as the clouds write it: 115 and PikPak in capitals."""
    if hash_type == PIKPAK:
        return _segments(source, segment_of(source.size))
    make: Callable[[], hashlib._Hash] = hashlib.md5 if hash_type == MD5 else hashlib.sha1
    value = _digest(make(), source.chunks(0, source.size))
    return value.upper() if hash_type == SHA1 else value


def _digest(digest: hashlib._Hash, pieces: Iterable[memoryview | bytes]) -> str:
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _segments(source: Source, length: int) -> str:
    whole = hashlib.sha1()
    for start in range(0, source.size, length):
        piece = hashlib.sha1()
        for part in source.chunks(start, length):
            piece.update(part)
        whole.update(piece.digest())
    return whole.hexdigest().upper()


def block_hashes(source: Source, block_size: int) -> list[str]:
    """Return the MD5 of each block in order."""
    starts = range(0, max(source.size, 1), block_size)
    return [_digest(hashlib.md5(), source.chunks(start, block_size)) for start in starts]
