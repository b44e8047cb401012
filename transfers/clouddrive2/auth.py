"""Tokens: given, or had for a user name and password and renewed in time (wire/clouddrive2.md §1.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from protos import clouddrive_pb2 as pb

from .errors import CloudDriveError, Kind
from .transport import Transport

EARLY = 60.0
UNSTATED_LIFE = 1800.0
UPLOAD = (
    "list",
    "create_folder",
    "create_file",
    "write",
    "get_mounts",
    "get_transfer_tasks",
    "modify_transfer_tasks",
    "push_message",
)
"""Permissions, without `allow_`, that uploading needs."""

ALL = tuple(field.name.removeprefix("allow_") for field in pb.TokenPermissions.DESCRIPTOR.fields)


class Tokens(Protocol):
    """Where the bearer token comes from. Safe to share between threads."""

    def current(self) -> str:
        """The token to send; may ask the server for one. Raises `CloudDriveError`."""

    def refused(self, token: str) -> bool:
        """Told that the server refused `token`; True when asking `current` again may help."""


class FixedToken:
    """A token that was given: an API token, or one that somebody else renews."""

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        return self._token

    def refused(self, token: str) -> bool:
        return False


class PasswordTokens:
    """Tokens for a user name and password; each is asked for once, whoever needs it."""

    def __init__(
        self,
        transport: Transport,
        user: str,
        password: str,
        *,
        totp: Callable[[], str] | None = None,
        timeout: float = 30.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._transport = transport
        self._user, self._password, self._totp = user, password, totp
        self._timeout = timeout
        self._wall = wall
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def current(self) -> str:
        with self._lock:
            if not self._token or self._wall() >= self._until:
                self._sign_in()
            return self._token

    def refused(self, token: str) -> bool:
        with self._lock:
            if self._token == token:
                self._token = ""
            return True

    def _sign_in(self) -> None:
        request = pb.GetTokenRequest(userName=self._user, password=self._password)
        if self._totp:
            request.totpCode = self._totp()
        reply = self._transport.unary("GetToken", request.SerializeToString(), "", self._timeout)
        answer = pb.JWTToken.FromString(reply)
        if not answer.success or not answer.token:
            why = answer.errorMessage or "no reason given"
            sentence = f"CloudDrive2 refused the sign-in. ({why})"
            raise CloudDriveError(sentence, code="clouddrive_auth", kind=Kind.AUTH, method="GetToken")
        stated = answer.expiration.seconds - self._wall() if answer.HasField("expiration") else UNSTATED_LIFE
        self._token = answer.token
        self._until = self._wall() + max(stated - EARLY, stated / 2)


def missing_permissions(info: pb.TokenInfo, wanted: Iterable[str] = UPLOAD) -> list[str]:
    """Those of the `wanted` permissions (named without `allow_`) that a token does not have."""
    return [name for name in wanted if not getattr(info.permissions, f"allow_{name}")]
