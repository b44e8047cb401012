"""A call that ends with a status instead of a reply, and the texts that clients know."""

from __future__ import annotations

from grpc import StatusCode

INVALID_PLAN = "invalid user plan"
SESSION_LOST = "upload session not found"


class Refusal(Exception):
    """The call failed with a gRPC status and its details (§3.0)."""

    def __init__(self, code: StatusCode, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    @property
    def number(self) -> int:
        """Return the status as a number."""
        return int(self.code.value[0])


class Dropped(Exception):
    """The caller gets no answer at all: its connection is closed."""


def status_of(number: int) -> StatusCode:
    """Return the status with a number; raises ``ValueError`` for one that does not exist."""
    for code in StatusCode:
        if code.value[0] == number:
            return code
    raise ValueError(f"no such status: {number}")


def not_found(what: str) -> Refusal:
    """Return the refusal for something that does not exist."""
    return Refusal(StatusCode.NOT_FOUND, f"not found: {what}")


def invalid(why: str) -> Refusal:
    """Return the refusal for an argument that makes no sense."""
    return Refusal(StatusCode.INVALID_ARGUMENT, why)


def forbidden(why: str) -> Refusal:
    """Return the refusal for something this token or this cloud may not do."""
    return Refusal(StatusCode.PERMISSION_DENIED, why)


def unsupported(what: str, where: str) -> Refusal:
    """Return the refusal for what a cloud cannot do."""
    return Refusal(StatusCode.UNIMPLEMENTED, f"{what} is not supported for {where}")
