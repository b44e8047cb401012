from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits, tickets
from accounts.api import serializers as shapes
from accounts.api.permissions import IsStaffOrScript
from accounts.models import User
from accounts.services import people

from .base import AccountView, read


class SocketTickets(AccountView):
    """A one-time pass to `/ws?ticket=…`, for clients that can't send a header."""

    @extend_schema(tags=["events"], request=None, responses={201: shapes.Ticket})
    def post(self, request: Request) -> Response:
        ticket = tickets.issue(self.user, self.session_id)
        return Response({"ticket": ticket, "expires_in": tickets.LIFE_SECONDS}, status.HTTP_201_CREATED)


class DownloadsToday(AccountView):
    """How many downloads I may start today."""

    @extend_schema(tags=["downloads"], responses=shapes.DownloadAllowance)
    def get(self, request: Request) -> Response:
        mine = limits.allowance(self.user)
        return Response({"limit": mine.limit, "used": mine.used, "left": mine.left})


class Broadcast(AccountView):
    """Send one event to every active user. For staff, or scripts with the site's admin secret."""

    permission_classes = (IsStaffOrScript,)

    @extend_schema(
        tags=["events"],
        request=shapes.Broadcast,
        responses=shapes.BroadcastDone,
        parameters=[
            OpenApiParameter(
                "X-Admin-Secret",
                str,
                OpenApiParameter.HEADER,
                description="ADMIN_SECRET, instead of signing in.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = read(shapes.Broadcast, request)
        actor = request.user if isinstance(request.user, User) else None
        return Response({"recipients": people.broadcast(actor, data["message"], data.get("data", {}))})
