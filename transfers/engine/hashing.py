"""Hashes on a thread of their own, following the frontier.

The bytes are read back from the page cache: parts arrive out of order, so handing buffers over would mean
keeping them; reading
back costs about 0.1 s of CPU per GiB, a few per cent of SHA-256 itself, and covers the part of a file that an
earlier run wrote.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable

from .plan import Board

BLOCK = 256 << 10

ReadInto = Callable[[int, memoryview], int]


def known_algorithm(name: str) -> bool:
    return name in hashlib.algorithms_guaranteed and not name.startswith("shake_")


class FrontierHasher:
    """Hashes `[0, frontier)` of a growing file; ends when the board is complete or halted."""

    def __init__(self, board: Board, read_into: ReadInto, algorithms: Iterable[str]) -> None:
        self._board, self._read_into = board, read_into
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self._thread = threading.Thread(target=self._run, name="transfer-hash", daemon=True)
        self.hashed = 0
        self.error: Exception | None = None

    def start(self) -> None:
        if self._hashes:
            self._thread.start()

    def _run(self) -> None:
        buffer = memoryview(bytearray(BLOCK))
        try:
            while (frontier := self._board.wait_frontier(self.hashed)) > self.hashed and not self._board.halted:
                self._follow(frontier, buffer)
        except Exception as error:
            self.error = error
        self._board.poke()

    def _follow(self, frontier: int, buffer: memoryview) -> None:
        while self.hashed < frontier and not self._board.halted:
            count = self._read_into(self.hashed, buffer[: frontier - self.hashed])
            if count == 0:
                raise EOFError("the file is shorter than what was written")
            for digest in self._hashes.values():
                digest.update(buffer[:count])
            self.hashed += count

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def join(self, seconds: float | None = None) -> None:
        """Waits for the thread; raises what went wrong in it."""
        if self._hashes:
            self._thread.join(seconds)
        if self.error:
            raise self.error

    def digests(self) -> dict[str, str]:
        return {name: digest.hexdigest() for name, digest in self._hashes.items()}
