"""Which failure leads to another way, and the client's failures in the engine's words."""

from __future__ import annotations

from collections.abc import Sequence

from transfers.engine.errors import TransferError

from ..errors import CloudDriveError, Kind
from .spec import Tried

AWKWARD = ':?"<>|*\\'
"""Characters in names that break uploads to some clouds (wire/clouddrive2.md §8, 16)."""

LOST = "clouddrive_session_lost"
PROTOCOL = frozenset({"clouddrive_silent", "clouddrive_channel_taken", "clouddrive_too_large"})
"""Trouble that may pass by its kind, but is trouble with the way: the server itself is there."""

VERDICTS = frozenset(
    {
        "clouddrive_upload_failed",
        "clouddrive_upload_cancelled",
        "clouddrive_not_stored",
        "clouddrive_wrong_size",
        "clouddrive_hash_differs",
    }
)
"""What was sent did not become the file: whoever tries again has to send it again."""

_OWN = frozenset({"clouddrive_source_short", "clouddrive_exists", "clouddrive_no_space", "clouddrive_stalled"})


class NoWay(CloudDriveError):
    """A way that is not open here; never leaves the smart upload."""


class Refused(Exception):
    """A way was refused before the server had accepted a byte by it."""

    def __init__(self, tried: Tried, error: CloudDriveError) -> None:
        super().__init__(tried.why)
        self.tried, self.error = tried, error


def refused(way: str, error: CloudDriveError, *, accepted: bool) -> bool:
    """Whether another way may do better. What is wrong with the file, the account or the cloud is wrong by all ways."""
    if isinstance(error, NoWay):
        return True
    if accepted or error.code in _OWN | VERDICTS:
        return False
    if error.kind is Kind.AUTH:
        return way == "webdav"  # it has a user name and password of its own
    return error.kind is not Kind.TRANSIENT or error.code in PROTOCOL


def patient(error: CloudDriveError) -> bool:
    """Whether trying again at once, within the patience of the engine, makes sense."""
    return error.kind is Kind.TRANSIENT and error.code not in VERDICTS | {"clouddrive_stalled"}


def as_failure(error: CloudDriveError) -> TransferError:
    """A failure of the client as one of the engine; code and sentence stay."""
    return TransferError(error.sentence, code=error.code, permanent=error.permanent, retry_after=error.retry_after)


def no_way_left(tried: Sequence[Tried], name: str, *, permanent: bool) -> TransferError:
    """The one error that names every way and why it was refused."""
    reasons = " ".join(f"{each.way}: {each.why}" for each in tried) or "No way is allowed."
    awkward = "".join(each for each in AWKWARD if each in name)
    hint = f" The name has characters that some clouds refuse: {awkward}" if awkward else ""
    return TransferError(f"No way to CloudDrive2 works. {reasons}{hint}", code="clouddrive_no_way", permanent=permanent)
