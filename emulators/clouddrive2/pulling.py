"""What a remote upload asks its client for: ranges of bytes, one after the other, and hashes (§3.4)."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from emulators.clouddrive2.settings import Settings
from emulators.clouddrive2.spans import Spans


@dataclass(eq=False)
class Read:
    """A request for bytes that is not answered yet."""

    offset: int
    length: int
    got: Spans = field(default_factory=Spans)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, start: int, stop: int) -> None:
        """Note bytes that came."""
        if start <= self.offset + self.length and stop >= self.offset:
            self.got.add(max(start, self.offset), min(stop, self.offset + self.length))
        if self.got.covers(self.offset, self.offset + self.length):
            self.done.set()


@dataclass(eq=False)
class Hashing:
    """A request for a hash that is not answered yet; ``seen`` is when progress last came (monotonic)."""

    hash_type: int
    block_size: int
    seen: float = field(default_factory=time.monotonic)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    value: str = ""
    blocks: list[str] = field(default_factory=list)


def ranges(settings: Settings, size: int, seed: str) -> Iterator[tuple[int, int]]:
    """Yield offset and length of what to ask for, in the order and with the repetitions that the settings want.

    Each range is worked out when its turn comes: a client may announce a file of any size (up to 2^64-1 bytes),
    and a list of its ranges would not fit into memory.
    """
    step = settings.read_length if settings.read_length > 0 else max(1, size)
    spread = max(1, step // 2) if settings.read_unaligned else 1

    def edge(number: int) -> int:
        return number * step - (number * 7 + 1) % spread if number else 0

    amount = max(1, -(-size // step))
    if edge(amount) < size:
        amount += 1
    for turn, number in enumerate(_order(settings.read_order, amount, seed), 1):
        start, stop = edge(number), min(edge(number + 1), size)
        yield start, stop - start
        if settings.read_repeat > 0 and turn % settings.read_repeat == 0:
            yield start, stop - start


def _order(kind: str, amount: int, seed: str) -> Iterable[int]:
    """Return the numbers below ``amount``: forward, backward, or in leaps that meet each of them once."""
    if kind == "backward":
        return range(amount - 1, -1, -1)
    if kind != "shuffled":
        return range(amount)
    dice = random.Random(seed)
    first, least = dice.randrange(amount), dice.randrange(2, max(3, amount))
    leaps = chain(range(least, amount), range(2, least))
    leap = next((each for each in leaps if math.gcd(each, amount) == 1), 1)
    return ((first + turn * leap) % amount for turn in range(amount))
