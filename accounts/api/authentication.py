from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import CSRFCheck, SessionAuthentication
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts.credentials import Credential, by_access_token
from accounts.models import User
from accounts.services.sessions import SESSION_ID
from core.errors import Forbidden, Unauthenticated


class Bearer(JWTAuthentication):
    """`Authorization: Bearer <access token>`. Other schemes and no header leave the decision to the next
    class.
    """

    def authenticate(self, request: Any) -> tuple[User, Credential] | None:  # type: ignore[override]
        scheme, _space, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if not raw:
            raise Unauthenticated(code="token_invalid")
        return by_access_token(raw)

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="yungang"'


class BrowserSession(SessionAuthentication):
    """The dashboard's cookie, always with the CSRF token (H09)."""

    def authenticate(self, request: Any) -> tuple[User, Credential] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        self.enforce_csrf(request)
        return user, Credential(request._request.session.get(SESSION_ID, ""))

    def enforce_csrf(self, request: Any) -> None:
        check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
        check.process_request(request)
        if check.process_view(request, None, (), {}):  # type: ignore[arg-type]
            raise Forbidden(
                _("The form protection token is missing or wrong."),
                code="csrf_failed",
                hint=_("Reload the page, or use an access token in the Authorization header."),
            )


def user_of_request(request: HttpRequest) -> User:
    """The user of a plain Django view that serves API clients and browsers alike (GET only: the cookie needs
    no token).
    """
    scheme, _space, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return by_access_token(raw)[0]
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        raise Unauthenticated
    return user
