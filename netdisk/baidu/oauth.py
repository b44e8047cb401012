"""OAuth 2.0 of Baidu: authorization code, device code, refresh (wire/baidu-netdisk.md §1)."""

from __future__ import annotations

import requests

from netdisk.baidu.codes import Code, Family
from netdisk.baidu.envelope import Context, Json
from netdisk.baidu.errors import (
    AuthorizationDeclined,
    AuthorizationPending,
    BaiduError,
    DeviceCodeExpired,
    PollTooFast,
)
from netdisk.baidu.exchange import Request, Value, encode, exchange
from netdisk.baidu.types import DeviceCode, TokenPair, parse

SCOPE = "basic,netdisk"

_POLLING: dict[Code, type[BaiduError]] = {
    "authorization_pending": AuthorizationPending,
    "slow_down": PollTooFast,
    "authorization_declined": AuthorizationDeclined,
    "access_denied": AuthorizationDeclined,
    "expired_token": DeviceCodeExpired,
}


class OAuthClient:
    """The token endpoint of one app.

    `session` must not retry by itself: codes and refresh tokens are single use, and the answer to the second
    try of one that got through is a refusal. No secret is ever in an error's text.
    """

    def __init__(self, session: requests.Session, base_url: str, client_id: str, client_secret: str) -> None:
        self._session = session
        self._base = f"{base_url.rstrip('/')}/oauth/2.0"
        self._client_id = client_id
        self._client_secret = client_secret

    def authorize_url(
        self,
        state: str,
        redirect_uri: str,
        *,
        scope: str = SCOPE,
        display: str | None = None,
        qrcode: bool | None = None,
        force_login: bool | None = None,
        confirm_login: bool | None = None,
        device_id: str | None = None,
    ) -> str:
        """Where to send the user's browser (§1.1).

        It comes back to `redirect_uri` with `code` (10 minutes) and `state`.
        """
        query: dict[str, Value] = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": state,
            "display": display,
            "qrcode": qrcode or None,
            "force_login": force_login or None,
            "confirm_login": confirm_login or None,
            "device_id": device_id,
        }
        return f"{self._base}/authorize?{encode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> TokenPair:
        """The token pair for `code`; `redirect_uri` as in `authorize_url`."""
        return self._token(
            Family.OAUTH,
            code,
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri},
        )

    def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair; `refresh_token` is spent whatever happens, so store the pair before using it (§1.3)."""
        return self._token(
            Family.REFRESH, refresh_token, {"grant_type": "refresh_token", "refresh_token": refresh_token}
        )

    def device_code(self, scope: str = SCOPE) -> DeviceCode:
        """Begin a login on another device (§1.2)."""
        query: dict[str, Value] = {
            "response_type": "device_code",
            "client_id": self._client_id,
            "scope": scope,
        }
        context = self._context("oauth.device_code", Family.DEVICE)
        return parse(DeviceCode, self._get("device/code", query, context), context)

    def poll_device(self, device_code: str) -> TokenPair:
        """The token pair once the user agreed.

        Raises AuthorizationPending, PollTooFast, AuthorizationDeclined or DeviceCodeExpired, each a
        BaiduError.
        """
        try:
            return self._token(Family.DEVICE, device_code, {"grant_type": "device_token", "code": device_code})
        except BaiduError as error:
            kind = _POLLING.get(error.code)
            if kind is None:
                raise
            refusal = kind(
                error.code,
                error.message,
                family=error.family,
                endpoint=error.endpoint,
                http_status=error.http_status,
                retry_after=error.retry_after,
            )
        raise refusal

    def _token(self, family: Family, secret: str, grant: dict[str, Value]) -> TokenPair:
        context = self._context(f"oauth.{grant['grant_type']}", family, secret)
        credentials = {"client_id": self._client_id, "client_secret": self._client_secret}
        return parse(TokenPair, self._get("token", {**grant, **credentials}, context), context)

    def _context(self, endpoint: str, family: Family, *secrets: str) -> Context:
        return Context(endpoint, family, secrets=(self._client_secret, *secrets))

    def _get(self, path: str, query: dict[str, Value], context: Context) -> Json:
        return exchange(self._session, Request("GET", f"{self._base}/{path}", query), context).data
