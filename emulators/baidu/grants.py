"""Authorizations: codes, device codes and token pairs, with the rules of ``wire/baidu-netdisk.md §1``."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from emulators.baidu.errors import OAuthError
from emulators.baidu.settings import Settings

SCOPES = ("basic", "netdisk")


@dataclass
class Grant:
    """A token pair. ``generation`` counts the refreshes since the user's authorization ``root``."""

    root: str
    user: str
    client_id: str
    scope: str
    generation: int
    access_token: str
    access_expires: float
    refresh_token: str
    refresh_expires: float
    refresh_used: bool = False
    access_dead: bool = False
    revoked: bool = False

    def reply(self, now: float) -> dict[str, Any]:
        """Return the token object of §1.1."""
        return {
            "access_token": self.access_token,
            "expires_in": round(self.access_expires - now),
            "refresh_token": self.refresh_token,
            "scope": self.scope,
            "session_key": "",
            "session_secret": "",
        }


@dataclass
class Code:
    """An authorization code waiting to be exchanged."""

    value: str
    user: str
    client_id: str
    scope: str
    redirect_uri: str
    expires: float


@dataclass
class Device:
    """A device authorization: ``state`` is pending, allowed, declined or done."""

    device_code: str
    user_code: str
    client_id: str
    scope: str
    expires: float
    state: str = "pending"
    user: str = ""
    polled: float = 0


def parse_scope(text: str) -> str:
    """Return a scope list as the answers spell it (blanks); raises ``invalid_scope``."""
    wanted = text.replace(",", " ").split() or ["basic"]
    if not set(wanted) <= set(SCOPES):
        raise OAuthError("invalid_scope", "The requested scope is exceeds the scope granted by the resource owner")
    return " ".join(scope for scope in SCOPES if scope in wanted)


class Grants:
    """Everything the OAuth server has issued."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, Device] = {}
        self.by_access: dict[str, Grant] = {}
        self.by_refresh: dict[str, Grant] = {}

    # -- issuing

    def issue(self, user: str, client_id: str, scope: str) -> Grant:
        """Return the first token pair of a new authorization."""
        self._limit_users(user)
        if self.settings.second_authorization_kills:
            self.kill_access(user)
        return self._new(secrets.token_hex(8), user, client_id, scope, 1)

    def issue_code(self, user: str, client_id: str, scope: str, redirect_uri: str) -> Code:
        """Return a new authorization code."""
        expires = time.time() + self.settings.code_s
        code = Code(secrets.token_hex(16), user, client_id, scope, redirect_uri, expires)
        self.codes[code.value] = code
        return code

    def issue_device(self, client_id: str, scope: str) -> Device:
        """Return a new device code with its user code."""
        alphabet = "bcdfghjkmnpqrstvwxz23456789"
        user_code = "".join(secrets.choice(alphabet) for _ in range(8))
        expires = time.time() + self.settings.device_code_s
        device = Device(secrets.token_hex(16), user_code, client_id, scope, expires)
        self.devices[device.device_code] = device
        return device

    def pending_device(self, user_code: str) -> Device | None:
        """Return the device that waits under a user code."""
        waiting = (each for each in self.devices.values() if each.state == "pending" and each.expires > time.time())
        return next((each for each in waiting if each.user_code == user_code), None)

    # -- exchanging

    def exchange_code(self, value: str, client_id: str, redirect_uri: str) -> Grant:
        """Trade a code for tokens; it is used up even when the rest is wrong."""
        code = self.codes.pop(value, None)
        if not code or code.client_id != client_id or code.expires <= time.time():
            raise OAuthError("invalid_grant", f"Invalid authorization code: {value}")
        if code.redirect_uri != redirect_uri:
            raise OAuthError("redirect_uri_mismatch", "Invalid redirect uri")
        return self.issue(code.user, client_id, code.scope)

    def exchange_device(self, value: str, client_id: str) -> Grant:
        """Answer one poll of a device: tokens, or the error that says how things stand."""
        device, now = self.devices.get(value), time.time()
        if not device or device.client_id != client_id or device.state == "done":
            raise OAuthError("invalid_grant", "Invalid device code")
        last, device.polled = device.polled, now
        if device.expires <= now:
            raise OAuthError("expired_token", "The device code has expired")
        if device.state == "declined":
            raise OAuthError("authorization_declined", "User has declined the authorization")
        if device.state == "pending" and now - last < self.settings.device_interval_s - 0.25:
            raise OAuthError("slow_down", "The device is polling too frequently")
        if device.state == "pending":
            raise OAuthError("authorization_pending", "User has not yet completed the authorization")
        device.state = "done"
        return self.issue(device.user, client_id, device.scope)

    def refresh(self, token: str, client_id: str, scope: str) -> Grant:
        """Trade a refresh token, once, for a new pair."""
        grant = self._refreshable(token, client_id)
        if scope and not set(parse_scope(scope).split()) <= set(grant.scope.split()):
            raise OAuthError("invalid_scope", "The requested scope is exceeds the scope granted by the resource owner")
        grant.refresh_used = True
        return self._new(grant.root, grant.user, client_id, grant.scope, grant.generation + 1)

    def fail_refresh(self, token: str) -> None:
        """Use a refresh token up because a call with it was refused, where the settings say so."""
        if self.settings.failed_refresh_kills and token in self.by_refresh:
            self.by_refresh[token].refresh_used = True

    # -- ending

    def kill_access(self, user: str | None = None) -> int:
        """End the access tokens of a user, or of all, as if their time were over; return how many."""
        ended = [each for each in self.by_access.values() if user in (None, each.user) and not each.access_dead]
        for grant in ended:
            grant.access_dead = True
        return len(ended)

    def revoke(self, user: str) -> None:
        """Unlink the app in the user's account settings: nothing of theirs works any more."""
        self.kill_access(user)
        for grant in self.by_refresh.values():
            grant.revoked |= grant.user == user

    # -- keeping

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "grants": [asdict(each) for each in self.by_access.values()],
            "codes": [asdict(each) for each in self.codes.values()],
            "devices": [asdict(each) for each in self.devices.values()],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what :meth:`dump` returned."""
        for each in state.get("grants", []):
            self._keep(Grant(**each))
        self.codes = {each["value"]: Code(**each) for each in state.get("codes", [])}
        self.devices = {each["device_code"]: Device(**each) for each in state.get("devices", [])}

    def _refreshable(self, token: str, client_id: str) -> Grant:
        grant = self.by_refresh.get(token)
        if not grant:
            raise OAuthError("invalid_request", "invalid refresh token")
        if grant.refresh_used:
            raise OAuthError("expired_token", "refresh token has been used")
        if grant.revoked or grant.client_id != client_id:
            raise OAuthError("invalid_grant", "The provided authorization grant is revoked")
        if grant.refresh_expires <= time.time():
            raise OAuthError("expired_token", "refresh token has expired")
        return grant

    def _new(self, root: str, user: str, client_id: str, scope: str, generation: int) -> Grant:
        now, tail = time.time(), secrets.token_urlsafe(24)
        access = f"121.{secrets.token_hex(16)}.{tail}"
        refresh = f"122.{secrets.token_hex(16)}.{secrets.token_urlsafe(24)}"
        access_end, refresh_end = now + self.settings.access_token_s, now + self.settings.refresh_token_s
        return self._keep(Grant(root, user, client_id, scope, generation, access, access_end, refresh, refresh_end))

    def _keep(self, grant: Grant) -> Grant:
        self.by_access[grant.access_token] = grant
        self.by_refresh[grant.refresh_token] = grant
        return grant

    def _limit_users(self, user: str) -> None:
        limit = self.settings.app_user_limit
        users = {each.user for each in self.by_access.values()}
        if limit and user not in users and len(users) >= limit:
            raise OAuthError("unauthorized_client", "app is under review: too many users (20011)")
