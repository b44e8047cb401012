"""Which bytes of a range have arrived."""

from __future__ import annotations


class Spans:
    """A set of bytes as disjoint ranges in order."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def add(self, start: int, stop: int) -> None:
        """Add the bytes ``start .. stop`` (excluded)."""
        apart = [each for each in self._ranges if each[1] < start or each[0] > stop]
        met = [each for each in self._ranges if not (each[1] < start or each[0] > stop)]
        merged = (min([start, *(each[0] for each in met)]), max([stop, *(each[1] for each in met)]))
        self._ranges = sorted([*apart, merged])

    def covers(self, start: int, stop: int) -> bool:
        """Tell whether all bytes of a range are there; the empty range needs to have been added."""
        return any(first <= start and stop <= last for first, last in self._ranges)

    @property
    def total(self) -> int:
        """Return the number of bytes."""
        return sum(stop - start for start, stop in self._ranges)
