"""What an upload is asked to do, what it has confirmed so far, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..crew import StallRule
from ..plan import PartState
from ..protocols import Identity, Verdict
from ..retry import Attempt, RetryPolicy
from .target import Stored


@dataclass(frozen=True, slots=True)
class UploadTuning:
    """Times in seconds. `answer`: how long the target may think about a block that it has got.

    `restarts`: how often an upload may begin a new session for one reason.
    """

    tick: float = 0.25
    answer: float = 240.0
    restarts: int = 5
    stall: StallRule = field(default_factory=StallRule)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class BlockState:
    """Bytes `start` to `stop` of the file. `md5` where it is known; `sent`: the target has confirmed the block."""

    index: int
    start: int
    stop: int
    md5: str = ""
    sent: bool = False

    @property
    def done(self) -> int:
        return self.stop - self.start if self.sent else 0

    @property
    def part(self) -> PartState:
        return PartState(self.index, self.start, self.stop, self.done)


@dataclass(frozen=True, slots=True)
class UploadCheckpoint:
    """What the target has. Kept by the caller, given back to resume.

    `session` is open at the target (empty: none yet) since the wall time `began`; `listed`: it was given the true
    md5s. `finishing`: the file may have been put together without our knowing.
    """

    identity: Identity
    blocks: tuple[BlockState, ...] = ()
    session: str = ""
    listed: bool = False
    finishing: bool = False
    began: float = 0.0

    @property
    def size(self) -> int:
        return self.blocks[-1].stop if self.blocks else 0

    @property
    def sent(self) -> int:
        return sum(block.done for block in self.blocks)

    @property
    def md5s(self) -> tuple[str, ...]:
        """All of them, or none."""
        known = tuple(block.md5 for block in self.blocks)
        return known if all(known) else ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> UploadCheckpoint:
        """The reverse of `to_dict`, also after a round trip through JSON."""
        blocks = tuple(BlockState(**block) for block in stored["blocks"])
        return cls(**{**stored, "identity": Identity(**stored["identity"]), "blocks": blocks})


@dataclass(frozen=True, slots=True)
class UploadSpec:
    """One file to send.

    `parallel`: blocks under way at once. `size`: the length known beforehand. `md5`: of the whole file, known
    beforehand. `rapid`: ask the target to make the file from hashes alone. `resume`: the last checkpoint of an
    earlier run.
    """

    parallel: int = 1
    size: int | None = None
    md5: str = ""
    rapid: bool = True
    resume: UploadCheckpoint | None = None
    tuning: UploadTuning = field(default_factory=UploadTuning)

    def __post_init__(self) -> None:
        if self.parallel < 1:
            raise ValueError("at least one block at a time is needed")


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The stored file; `rapid`: made without sending it; `skipped`: it was there before."""

    stored: Stored
    size: int
    verdict: Verdict
    rapid: bool = False
    skipped: bool = False
    suggested_name: str | None = None
    history: tuple[Attempt, ...] = ()
