"""Access and refresh tokens (A1): HS256, a key and an audience per kind, bound to a session and to the
user's generation.

Header fields such as `kid`, `jku` or `jwk` are never looked at (H02); the algorithm is fixed here (H01).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.utils.functional import cached_property
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from core.errors import Unauthenticated

from .keys import signing_key
from .models import LoginSession, User

ISSUER = "yungang"
JWT: dict[str, Any] = settings.SIMPLE_JWT
LONGEST = 4096
LONGEST_LEEWAY = 60
FAR_FUTURE = 1 << 40  # seconds; beyond it no calendar date exists


class SessionToken(Token):
    """Claims: `sub` user id, `sid` session id, `gen` generation, `jti`, `iat`, `exp`, `aud`, `iss`,
    `token_type`.
    """

    audience = ""

    @cached_property
    def token_backend(self) -> TokenBackend:
        return _backend(self.token_type or "", self.audience)

    def verify(self) -> None:
        if not _well_formed(self.payload):
            raise TokenError("A claim is missing or has the wrong type.")
        super().verify()

    @property
    def user_id(self) -> int:
        return int(self["sub"])

    @property
    def session_id(self) -> str:
        return str(self["sid"])


class AccessToken(SessionToken):
    token_type = "access"  # noqa: S105
    audience = "yungang:api"
    lifetime = JWT["ACCESS_TOKEN_LIFETIME"]


class RefreshToken(SessionToken):
    token_type = "refresh"  # noqa: S105
    audience = "yungang:refresh"
    lifetime = JWT["REFRESH_TOKEN_LIFETIME"]


_backends: dict[str, TokenBackend] = {}


def _backend(kind: str, audience: str) -> TokenBackend:
    if kind not in _backends:
        leeway = min(JWT["LEEWAY"], LONGEST_LEEWAY)
        _backends[kind] = TokenBackend(
            "HS256", signing_key(f"jwt {kind}"), audience=audience, issuer=ISSUER, leeway=leeway
        )
    return _backends[kind]


def _well_formed(claims: dict[str, Any]) -> bool:
    texts = all(isinstance(claims.get(name), str) and 0 < len(claims[name]) <= 40 for name in ("sub", "sid", "jti"))
    numbers = all(type(claims.get(name)) is int and 0 <= claims[name] < FAR_FUTURE for name in ("exp", "iat", "gen"))
    return texts and numbers and claims["sub"].isascii() and claims["sub"].isdigit()


Kind = TypeVar("Kind", bound=SessionToken)


def issue(kind: type[Kind], user: User, session: LoginSession, *, jti: str = "", at: datetime | None = None) -> Kind:
    """A new token; the same `jti` and `at` give the same token again."""
    token = kind()
    moment = at or token.current_time
    token.payload |= {"sub": str(user.pk), "sid": str(session.pk), "gen": user.generation}
    token.set_iat(at_time=moment)
    token.set_exp(from_time=moment)
    if jti:
        token["jti"] = jti
    return token


def parse(kind: type[Kind], raw: str) -> Kind:
    """The verified token; `Unauthenticated` with `token_expired` or `token_invalid` when it can't be
    trusted.
    """
    try:
        if len(raw) > LONGEST or not raw.isascii():
            raise TokenError("too long or not ASCII")
        return kind(raw)  # type: ignore[arg-type]
    except ExpiredTokenError as error:
        raise Unauthenticated(code="token_expired") from error
    except TokenError as error:
        raise Unauthenticated(code="token_invalid") from error


def pair(user: User, session: LoginSession) -> dict[str, Any]:
    """The answer to a sign-in or refresh. `expires_in` is the life of the access token in seconds."""
    return {
        "access_token": str(issue(AccessToken, user, session)),
        "refresh_token": str(issue(RefreshToken, user, session, jti=session.refresh_jti, at=session.rotated_at)),
        "token_type": "bearer",
        "expires_in": int(AccessToken.lifetime.total_seconds()),
    }


def expires_at(token: SessionToken) -> float:
    """Unix time after which the token is refused, leeway included."""
    return float(token["exp"]) + token.token_backend.get_leeway().total_seconds()


__all__ = ["AccessToken", "RefreshToken", "SessionToken", "expires_at", "issue", "pair", "parse"]
