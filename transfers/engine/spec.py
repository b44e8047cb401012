"""What a download is asked to do, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .crew import StallRule
from .hashing import known_algorithm
from .plan import LARGEST_PART, MIB, SMALLEST_PART
from .protocols import Checkpoint, Identity, Verdict
from .retry import Attempt, RetryPolicy


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes in bytes, times in seconds.

    A checkpoint is due after `checkpoint_bytes`, but not more often than every `checkpoint_spacing` (each one
    is a disk flush), and after
    `checkpoint_seconds` in any case. `restarts`: how often a download may begin again from zero for one
    reason (a wrong hash: once).
    """

    smallest_part: int = SMALLEST_PART
    largest_part: int = LARGEST_PART
    checkpoint_bytes: int = 64 * MIB
    checkpoint_seconds: float = 5.0
    checkpoint_spacing: float = 1.0
    tick: float = 0.25
    restarts: int = 5
    stall: StallRule = field(default_factory=StallRule)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class DownloadSpec:
    """One file to fetch.

    `path`: the final name; its directory exists. `expected`: hashes known beforehand, algorithm (as in
    hashlib) -> hex.
    `size`: the length known beforehand. `sha256`: compute it even when nothing is there to compare it with.
    `resume`: the last checkpoint
    of an earlier run.
    """

    path: Path
    part_path: Path | None = None
    connections: int = 1
    expected: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    sha256: bool = True
    resume: Checkpoint | None = None
    tuning: Tuning = field(default_factory=Tuning)

    def __post_init__(self) -> None:
        unknown = [name for name in self.expected if not known_algorithm(name)]
        if unknown or self.connections < 1:
            raise ValueError(f"unknown hash {unknown[0]!r}" if unknown else "at least one connection is needed")

    @property
    def temporary(self) -> Path:
        return self.part_path or self.path.with_name(self.path.name + ".part")


@dataclass(frozen=True, slots=True)
class Result:
    path: Path
    size: int
    verdict: Verdict
    identity: Identity
    suggested_name: str | None = None
    history: tuple[Attempt, ...] = ()
