"""The part of the transfers app that moves bytes. It knows no Django and can be used from a script."""

from .control import Control
from .crew import StallRule
from .download import Download
from .errors import (
    BadResponse,
    DiskError,
    DiskFailed,
    DiskFull,
    GaveUp,
    HashMismatch,
    Refused,
    SourceChanged,
    Stopped,
    TransferError,
)
from .plan import PartState
from .progress import Phase, Snapshot
from .protocols import Checkpoint, Identity, Link, OpenStream, Resolve, Stream, Verdict
from .ratelimit import RateLimiter
from .retry import Attempt, RetryPolicy
from .spec import DownloadSpec, Result, Tuning

__all__ = [
    "Attempt",
    "BadResponse",
    "Checkpoint",
    "Control",
    "DiskError",
    "DiskFailed",
    "DiskFull",
    "Download",
    "DownloadSpec",
    "GaveUp",
    "HashMismatch",
    "Identity",
    "Link",
    "OpenStream",
    "PartState",
    "Phase",
    "RateLimiter",
    "Refused",
    "Resolve",
    "Result",
    "RetryPolicy",
    "Snapshot",
    "SourceChanged",
    "StallRule",
    "Stopped",
    "Stream",
    "TransferError",
    "Tuning",
    "Verdict",
]
