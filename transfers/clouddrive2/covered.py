"""Which bytes of a file have gone, however often and in whatever order they were asked for."""

from __future__ import annotations


class Covered:
    """A set of bytes as disjoint ranges in order."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def add(self, offset: int, length: int) -> None:
        start, stop = offset, offset + length
        apart = []
        for first, last in self._ranges:
            if last < start or first > stop:
                apart.append((first, last))
            else:
                start, stop = min(start, first), max(stop, last)
        self._ranges = sorted([*apart, (start, stop)])

    @property
    def front(self) -> int:
        """How many bytes there are from the beginning on without a gap."""
        return self._ranges[0][1] if self._ranges and self._ranges[0][0] == 0 else 0

    @property
    def total(self) -> int:
        """How many bytes there are."""
        return sum(stop - start for start, stop in self._ranges)
