"""The one exception of the CloudDrive2 client (wire/clouddrive2.md §3.0)."""

from __future__ import annotations

import re
from enum import StrEnum

MAX_LENGTH = 300
INVALID_PLAN = "invalid user plan"
SESSION_LOST = "upload session not found"
_SECRET = re.compile(r"(?i)(bearer\s+|(?:token|sign|password)\s*[=:]\s*)[^\s\"'&,}<>]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Kind(StrEnum):
    """What a failure means for whoever called."""

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    AUTH = "auth"
    PERMISSION = "permission"
    UNIMPLEMENTED = "unimplemented"
    NOT_FOUND = "not_found"


class CloudDriveError(Exception):
    """A call or an upload that did not succeed.

    `code` is our stable name, `kind` what it means, `sentence` one English line without secrets. `status` is the
    number of the gRPC status where there was one, `method` the call. `retry_after` is never known here.
    """

    retry_after: float | None = None

    def __init__(
        self,
        sentence: str,
        *,
        code: str = "clouddrive_refused",
        kind: Kind = Kind.PERMANENT,
        method: str = "",
        status: int | None = None,
    ) -> None:
        self.sentence = redact(sentence)
        self.code = code
        self.kind = kind
        self.method = method
        self.status = status
        super().__init__(self.sentence)

    @property
    def permanent(self) -> bool:
        """True when the same call can't succeed later by itself."""
        return self.kind is not Kind.TRANSIENT

    def __str__(self) -> str:
        return f"{self.method}: {self.sentence}" if self.method else self.sentence


_STATUSES: dict[int, tuple[str, Kind, str]] = {
    1: ("clouddrive_cancelled", Kind.TRANSIENT, "The call was cancelled."),
    3: ("clouddrive_invalid", Kind.PERMANENT, "CloudDrive2 found the request invalid."),
    4: ("clouddrive_timeout", Kind.TRANSIENT, "CloudDrive2 did not answer in time."),
    5: ("clouddrive_not_found", Kind.NOT_FOUND, "There is no such thing on CloudDrive2."),
    6: ("clouddrive_exists", Kind.PERMANENT, "It exists already on CloudDrive2."),
    7: ("clouddrive_permission", Kind.PERMISSION, "The token does not allow this."),
    8: ("clouddrive_too_large", Kind.TRANSIENT, "The message was too large for CloudDrive2."),
    11: ("clouddrive_too_large", Kind.TRANSIENT, "The message was too large for CloudDrive2."),
    12: ("clouddrive_unimplemented", Kind.UNIMPLEMENTED, "This server or this cloud cannot do that."),
    14: ("clouddrive_unavailable", Kind.TRANSIENT, "CloudDrive2 cannot be reached."),
    16: ("clouddrive_auth", Kind.AUTH, "CloudDrive2 refused the sign-in."),
}
_OTHER = ("clouddrive_refused", Kind.PERMANENT, "CloudDrive2 refused.")


def from_status(status: int, details: str, method: str) -> CloudDriveError:
    """The error for a gRPC status; `details` are the server's words."""
    code, kind, sentence = _STATUSES.get(status, _OTHER)
    if status == 14:
        return _unreachable(details, method)
    if INVALID_PLAN in details:
        code, sentence = "clouddrive_plan", "The plan of the CloudDrive2 account does not allow this."
    if SESSION_LOST in details:
        return session_lost(method, status)
    return CloudDriveError(
        f"{sentence} ({details})" if details else sentence, code=code, kind=kind, method=method, status=status
    )


def _unreachable(details: str, method: str) -> CloudDriveError:
    """No connection. The words of the gRPC library hold addresses, so only what they mean is told."""
    code, _, sentence = _STATUSES[14]
    if re.search("(?i)dns|errors resolving|lookup failed", details):
        code, sentence = "clouddrive_dns", "DNS has no answer for the host name of CloudDrive2."
    elif re.search("(?i)handshake|certificate|verification|ssl", details):
        code, sentence = "clouddrive_tls", "The secure connection to CloudDrive2 could not be made."
    return CloudDriveError(sentence, code=code, kind=Kind.TRANSIENT, method=method, status=14)


def session_lost(method: str, status: int | None = None) -> CloudDriveError:
    """The error for an upload that the server has forgotten."""
    sentence = "CloudDrive2 no longer knows the upload; it was probably restarted."
    return CloudDriveError(sentence, code="clouddrive_session_lost", kind=Kind.TRANSIENT, method=method, status=status)


def refused(why: str, method: str) -> CloudDriveError:
    """The error for a reply that arrived and says no (second layer). "Exists already" is only told in words (§3.1)."""
    taken = re.search(r"(?i)\bexist(s|ed)?\b", why) and not re.search(r"(?i)\b(not|n't)\b.*\bexist", why)
    return from_status(6 if taken else 2, why or "no reason given", method)


def redact(text: str) -> str:
    """`text` without tokens, passwords and control characters, at most 300 characters."""
    return _CONTROL.sub(" ", _SECRET.sub(r"\1***", text))[:MAX_LENGTH]
