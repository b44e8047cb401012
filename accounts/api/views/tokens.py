from __future__ import annotations

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import serializers as shapes
from accounts.models import User
from accounts.services import registration, sessions
from accounts.tokens import RefreshToken
from core.errors import Unauthenticated

from .base import AccountView, read


class Open(AccountView):
    """Doors for people who are not signed in; cookies and tokens are not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Register(Open):
    """Make an account."""

    @extend_schema(
        tags=["auth"],
        request=shapes.Registration,
        responses={201: shapes.Registered},
        examples=[
            OpenApiExample("Newcomer", {"username": "alice", "password": "correct horse battery 9"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        user = registration.register(**read(shapes.Registration, request))
        return Response({"id": user.pk, "username": user.username, "email": user.email}, status.HTTP_201_CREATED)


class Login(Open):
    """Exchange name and password for a token pair. The answer is the same for unknown names, wrong passwords
    and disabled accounts.
    """

    @extend_schema(tags=["auth"], request=shapes.Credentials, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        user = authenticate(request._request, **read(shapes.Credentials, request))
        if not isinstance(user, User):
            raise Unauthenticated(
                _("Name or password is wrong."),
                code="invalid_credentials",
                hint=_("Check both; the password is case-sensitive."),
            )
        return Response(sessions.sign_in(user, request.headers.get("User-Agent", "")))


class Refresh(Open):
    """Exchange a refresh token for the next pair. Using one again later ends the whole session."""

    @extend_schema(tags=["auth"], request=shapes.RefreshRequest, responses=shapes.TokenPair)
    def post(self, request: Request) -> Response:
        return Response(sessions.refresh(read(shapes.RefreshRequest, request)["refresh_token"]))


class Logout(AccountView):
    """End the session of this call, and that of the refresh token if one is given. All their tokens stop at
    once.
    """

    permission_classes = (AllowAny,)

    @extend_schema(tags=["auth"], request=shapes.LogoutRequest, responses={204: None})
    def post(self, request: Request) -> Response:
        raw = read(shapes.LogoutRequest, request).get("refresh_token")
        if raw:
            sessions.log_out_family(tokens.parse(RefreshToken, raw))
        elif not self.user.is_authenticated:
            raise Unauthenticated
        if self.user.is_authenticated:
            sessions.log_out(self.user, self.session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
