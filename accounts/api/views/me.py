from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import serializers as shapes
from accounts.models import LoginSession
from accounts.reauth import WINDOW_SECONDS
from accounts.services import own, passwords, sessions
from core.errors import Forbidden, NotFound

from .base import AccountView, read
from .tokens import Open

RECENT = timedelta(seconds=WINDOW_SECONDS)


class Me(AccountView):
    def get_throttles(self) -> list[Any]:
        return [] if self.request.method == "GET" else super().get_throttles()

    @extend_schema(tags=["auth"], responses=shapes.Profile)
    def get(self, request: Request) -> Response:
        """Who I am."""
        return Response(shapes.profile(self.user))

    @extend_schema(tags=["auth"], request=shapes.ProfileChange, responses=shapes.Profile)
    def put(self, request: Request) -> Response:
        """Change my profile; fields that are left out stay."""
        return Response(shapes.profile(own.update_profile(self.user, read(shapes.ProfileChange, request))))

    @extend_schema(tags=["auth"], request=shapes.ProfileChange, responses=shapes.Profile)
    def patch(self, request: Request) -> Response:
        """Change my profile; the same as PUT."""
        return self.put(request)

    @extend_schema(tags=["auth"], request=shapes.Deletion, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete my account and everything in it."""
        self._demand_presence(read(shapes.Deletion, request).get("password"))
        own.delete_own_account(self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _demand_presence(self, password: str | None) -> None:
        """The password, or a sign-in of the last 30 minutes."""
        if password is not None:
            passwords.demand_own(self.user, password)
            return
        fresh = LoginSession.objects.active().named(self.session_id)
        if not fresh.filter(created_at__gt=timezone.now() - RECENT).exists():
            raise Forbidden(
                _("Your sign-in is too old for this."),
                code="reauthentication_needed",
                hint=_("Send your password along, or sign in again."),
            )


class ChangePassword(AccountView):
    """Change my password. Every other session ends; a call with a token gets a new pair, a browser session
    goes on.
    """

    @extend_schema(tags=["auth"], request=shapes.PasswordChange, responses={200: shapes.TokenPair, 204: None})
    def post(self, request: Request) -> Response:
        data = read(shapes.PasswordChange, request)
        passwords.change(self.user, data["current_password"], data["new_password"], keep=self.session_id)
        session = LoginSession.objects.named(self.session_id).first()
        if session is not None and session.kind == LoginSession.Kind.API:
            return Response(tokens.pair(self.user, session))
        sessions.keep_browser(request._request, self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RequestReset(Open):
    """Ask for a mail with a link that sets a new password. The answer never tells whether the address is
    known.
    """

    @extend_schema(tags=["auth"], request=shapes.ResetRequest, responses={202: shapes.Accepted})
    def post(self, request: Request) -> Response:
        passwords.request_reset(read(shapes.ResetRequest, request)["email"])
        detail = _("If an account has this address, a mail is on its way.")
        return Response({"detail": str(detail)}, status.HTTP_202_ACCEPTED)


class ConfirmReset(Open):
    """Set the new password with `uid` and `token` from the mailed link."""

    @extend_schema(tags=["auth"], request=shapes.ResetConfirmation, responses={204: None})
    def post(self, request: Request) -> Response:
        passwords.confirm_reset(**read(shapes.ResetConfirmation, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Sessions(AccountView):
    @extend_schema(tags=["auth"], responses=shapes.SessionInfo(many=True))
    def get(self, request: Request) -> Response:
        """My active sessions, the latest used first."""
        rows = LoginSession.objects.of(self.user).active().order_by("-used_at")[:200]
        fields = ("id", "kind", "address", "user_agent", "created_at", "used_at")
        return Response([{**row, "current": str(row["id"]) == self.session_id} for row in rows.values(*fields)])


class SessionDetail(AccountView):
    @extend_schema(tags=["auth"], responses={204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        """End one of my sessions: its tokens, its cookie and its sockets."""
        if not LoginSession.objects.of(self.user).active().filter(pk=pk).exists():
            raise NotFound
        sessions.revoke(self.user, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
