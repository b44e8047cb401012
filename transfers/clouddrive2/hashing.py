"""The hashes that clouds ask an uploader for (wire/clouddrive2.md §3.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from protos import clouddrive_pb2 as pb

from .tuning import KIB, MIB

MD5, SHA1, PIKPAK = pb.CloudDriveFile.Md5, pb.CloudDriveFile.Sha1, pb.CloudDriveFile.PikPakSha1
NUMBERS: dict[str, int] = {"md5": MD5, "sha1": SHA1, "pikpak": PIKPAK}
NAMES: dict[int, str] = {number: name for name, number in NUMBERS.items()}


def pikpak_segment(size: int) -> int:
    """Segment length of the PikPak hash for a file of `size` bytes."""
    for limit, segment in ((128 * MIB, 256 * KIB), (256 * MIB, 512 * KIB), (512 * MIB, MIB)):
        if size <= limit:
            return segment
    return 2 * MIB


class Hasher:
    """One hash of a file whose bytes come in order; raises `ValueError` for a type that we do not know.

    `block_size` (MD5 only, 0: none) asks for the hash of each block as well.
    """

    def __init__(self, hash_type: int, size: int, block_size: int = 0) -> None:
        self._type = hash_type
        if hash_type not in (MD5, SHA1, PIKPAK):
            raise ValueError(f"unknown hash type {hash_type}")
        self._whole = _md5() if hash_type == MD5 else _sha1()
        self._parts = _Parts(*_cut(hash_type, size, block_size))

    def update(self, data: bytes | memoryview) -> None:
        if self._type != PIKPAK:
            self._whole.update(data)
        self._parts.update(data)

    def value(self) -> str:
        """The hash as the server wants it; call it once, after the last byte."""
        if self._type != PIKPAK:
            return self._whole.hexdigest()
        for digest in self._parts.finish():
            self._whole.update(digest)
        return self._whole.hexdigest().upper()

    def blocks(self) -> list[str]:
        """MD5 of each block in order; empty unless they were asked for."""
        return [digest.hex() for digest in self._parts.finish()] if self._type == MD5 else []


def _cut(hash_type: int, size: int, block_size: int) -> tuple[int, Callable[[], hashlib._Hash]]:
    if hash_type == PIKPAK:
        return pikpak_segment(size), _sha1
    return (block_size if hash_type == MD5 else 0), _md5


class _Parts:
    """Digests of consecutive pieces of a fixed length; 0 makes none."""

    def __init__(self, length: int, make: Callable[[], hashlib._Hash]) -> None:
        self._length, self._make = length, make
        self._digests: list[bytes] = []
        self._current = make()
        self._filled = 0

    def update(self, data: bytes | memoryview) -> None:
        view, at = memoryview(data), 0
        while self._length and at < len(view):
            step = min(self._length - self._filled, len(view) - at)
            self._current.update(view[at : at + step])
            self._filled += step
            at += step
            if self._filled == self._length:
                self._close()

    def finish(self) -> list[bytes]:
        """All digests, that of the last, shorter piece included."""
        if self._length and (self._filled or (not self._digests and self._make is _md5)):
            self._close()
        return self._digests

    def _close(self) -> None:
        self._digests.append(self._current.digest())
        self._current, self._filled = self._make(), 0


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)


def _sha1() -> hashlib._Hash:
    return hashlib.sha1(usedforsecurity=False)
