"""A source that can only be read from its beginning, made to serve blocks in order."""

from __future__ import annotations

import hashlib
import threading

from ..errors import SourceChanged, Truncated
from ..protocols import RangeReader, Source, SourceInfo
from .spec import BlockState


class InOrder:
    """Reads `source` as one stream and keeps the blocks under way in memory, so that each can be sent again.

    After a break it begins at zero; blocks that were seen before must then have the same md5 (row F53). Memory: one
    block per sender.
    """

    def __init__(self, source: Source, blocks: tuple[BlockState, ...]) -> None:
        self._source = source
        self._blocks = blocks
        self._seen = {block.index: block.md5 for block in blocks if block.md5}
        self._wanted = {block.start for block in blocks if not block.sent}
        self._held: dict[int, memoryview] = {}
        self._lock = threading.Lock()
        self._reader: RangeReader | None = None
        self._next = 0
        self.received = 0

    def probe(self) -> SourceInfo:
        return self._source.probe()

    def open(self, info: SourceInfo, start: int, stop: int | None) -> RangeReader:
        if start not in self._held:
            with self._lock:
                self._read_up_to(info, start)
        return _Held(self._held[start])

    def release(self, start: int) -> None:
        """The block was confirmed: its memory is free. Never waits for a reader."""
        self._wanted.discard(start)
        self._held.pop(start, None)

    def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _read_up_to(self, info: SourceInfo, start: int) -> None:
        if start in self._held:
            return
        if self._reader is None or self._blocks[self._next].start > start:
            self.close()
            self._reader, self._next = self._source.open(info, 0, None), 0
        try:
            while start not in self._held:
                self._read_block(self._reader, self._blocks[self._next])
                self._next += 1
        except BaseException:
            self.close()
            raise
        if self._next == len(self._blocks):
            self.close()

    def _read_block(self, reader: RangeReader, block: BlockState) -> None:
        data = memoryview(bytearray(block.stop - block.start))
        at = 0
        while at < len(data):
            count = reader.readinto(data[at:])
            if count == 0:
                raise Truncated("The source ended early.")
            at += count
            self.received += count
        if block.index == len(self._blocks) - 1:
            reader.readinto(memoryview(bytearray(1)))  # raises when more follows than was announced
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if self._seen.setdefault(block.index, md5) != md5:
            raise SourceChanged("The file changed at its source.")
        if block.start in self._wanted:
            self._held[block.start] = data


class _Held:
    def __init__(self, data: memoryview) -> None:
        self._data = data

    def readinto(self, buffer: memoryview, /) -> int:
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def close(self) -> None:
        self._data = memoryview(b"")
