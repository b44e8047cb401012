"""What happens to a file name, told by the kernel (inotify): nothing between two looks is missed."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CREATE, MOVED_TO, MOVED_FROM, DELETE = 0x100, 0x80, 0x40, 0x200
NAMES = {CREATE: "created", MOVED_TO: "moved here", MOVED_FROM: "moved away", DELETE: "deleted"}
HEAD = struct.Struct("iIII")
LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    def __init__(self, folder: Path) -> None:
        self._handle = LIBC.inotify_init1(os.O_NONBLOCK)
        assert self._handle >= 0
        watched = LIBC.inotify_add_watch(self._handle, str(folder).encode(), CREATE | MOVED_TO | MOVED_FROM | DELETE)
        assert watched >= 0, folder

    def events(self, name: str) -> list[str]:
        """What happened to `name` since the last call, in order."""
        found: list[str] = []
        while True:
            try:
                data = os.read(self._handle, 1 << 16)
            except BlockingIOError:
                return found
            while data:
                _watch, mask, _cookie, length = HEAD.unpack_from(data)
                if data[HEAD.size : HEAD.size + length].rstrip(b"\0").decode() == name:
                    found += [text for bit, text in NAMES.items() if mask & bit]
                data = data[HEAD.size + length :]

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    folder.mkdir(parents=True, exist_ok=True)
    watch = Watch(folder)
    yield watch
    watch.close()
