"""Why a transfer stops, restarts or waits.

Every error has a stable `code`, a sentence, and says whether trying again can help.
"""

from __future__ import annotations


class TransferError(Exception):
    code = "transfer_failed"
    permanent = True

    def __init__(
        self,
        sentence: str,
        *,
        code: str | None = None,
        permanent: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code
        self.permanent = self.permanent if permanent is None else permanent
        self.retry_after = retry_after


class Stopped(TransferError):
    """Asked to stop: `reason` is "pause", "cancel", "shutdown" or "lease_lost"."""

    code = "stopped"
    permanent = False

    def __init__(self, reason: str) -> None:
        super().__init__(f"Stopped: {reason}.")
        self.reason = reason


class DiskError(TransferError):
    """The trouble is here, not at the source."""

    code = "disk_failed"


class DiskFull(DiskError):
    """No room for `needed` bytes (0: not known)."""

    code = "disk_full"
    permanent = False

    def __init__(self, needed: int) -> None:
        super().__init__(f"The disk is full; {needed} bytes are needed." if needed else "The disk is full.")
        self.needed = needed


class DiskFailed(DiskError):
    """The local file cannot be used: I/O error, read-only file system, file too large, ..."""


class Refused(TransferError):
    """The source answered with a status that trying again will not change."""

    code = "refused"


class Unavailable(TransferError):
    """The source cannot answer just now: 5xx, 429, no connection."""

    code = "unavailable"
    permanent = False


class LinkExpired(TransferError):
    """The link was refused and has been renewed; try again at once."""

    code = "link_expired"
    permanent = False


class BadResponse(TransferError):
    """The answer contradicts itself or what was asked for."""

    code = "bad_response"


class Truncated(TransferError):
    code = "truncated"
    permanent = False


class Stalled(TransferError):
    code = "stalled"
    permanent = False


class GaveUp(TransferError):
    """Too many failures in a row without progress; `cause` is the last."""

    code = "gave_up"

    def __init__(self, cause: TransferError) -> None:
        super().__init__(f"Gave up after repeated failures. The last one: {cause.sentence}")
        self.cause = cause


class Restart(TransferError):
    """What has been fetched is of no use: begin again from zero in a new file."""

    permanent = False


class SourceChanged(Restart):
    code = "source_changed"


class RangesRefused(Restart):
    """The source does not serve ranges as asked: fetch it as one stream."""

    code = "ranges_refused"


class CannotResume(Restart):
    """The stream broke and the source cannot continue where it stopped."""

    code = "cannot_resume"


class HashMismatch(Restart):
    code = "hash_mismatch"


def as_transfer_error(error: Exception) -> TransferError:
    """Errors of streams and link providers in our terms; anything else is a bug and is raised as it is."""
    if isinstance(error, TransferError):
        return error
    permanent = getattr(error, "permanent", None)
    if permanent is None and not isinstance(error, OSError):
        raise error
    return TransferError(
        str(error) or type(error).__name__,
        code=getattr(error, "code", None) or "network",
        permanent=bool(permanent),
        retry_after=getattr(error, "retry_after", None),
    )
