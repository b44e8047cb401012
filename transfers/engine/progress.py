"""What a transfer tells about itself while it runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from .plan import PartState

SMOOTHING_SECONDS = 5.0


class Phase(StrEnum):
    PROBING = "probing"
    HASHING = "hashing"  # of a local file, before it is sent
    DOWNLOADING = "downloading"
    UPLOADING = "uploading"
    VERIFYING = "verifying"
    PUBLISHING = "publishing"
    FINISHING = "finishing"  # the target puts the blocks together
    STORING = "storing"  # the target has all bytes and brings them to where they stay; `durable` have arrived there
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State at one moment. Bytes; `speed` in bytes per second, `eta` in seconds, None when not known."""

    phase: Phase
    size: int | None = None
    written: int = 0
    durable: int = 0
    hashed: int = 0
    speed: float = 0.0
    connections: int = 0
    retries: int = 0
    parts: tuple[PartState, ...] = ()

    @property
    def eta(self) -> float | None:
        if self.size is None or self.speed < 1:
            return None
        return (self.size - self.written) / self.speed


class Meter:
    """Speed, smoothed exponentially so that it settles within a few seconds whatever the interval of the
    updates.
    """

    def __init__(self, now: float, total: int) -> None:
        self._started, self._at, self._total = now, now, total
        self._weighted = 0.0

    def update(self, now: float, total: int) -> None:
        elapsed = now - self._at
        if elapsed <= 0:
            return
        keep = math.exp(-elapsed / SMOOTHING_SECONDS)
        self._weighted = self._weighted * keep + (total - self._total) / elapsed * (1 - keep)
        self._at, self._total = now, total

    @property
    def speed(self) -> float:
        """Bytes per second; the share of the time before the start is taken out."""
        weight = 1 - math.exp(-(self._at - self._started) / SMOOTHING_SECONDS)
        return self._weighted / weight if weight > 0 else 0.0
