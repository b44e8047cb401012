from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers as shapes
from accounts.api.permissions import IsStaff
from accounts.models import User
from accounts.services import people
from core.errors import NotFound

from .base import AccountView, read


class UserFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", max_length=150, label="Part of name or e-mail")
    is_active = django_filters.BooleanFilter()
    is_staff = django_filters.BooleanFilter()
    ordering = django_filters.OrderingFilter(
        fields=(("username", "username"), ("date_joined", "date_joined"), ("last_login", "last_login"))
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def find(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(Q(username__icontains=value) | Q(email__icontains=value))


class StaffView(AccountView):
    permission_classes = (IsStaff,)

    def one(self, pk: int) -> User:
        user = User.objects.filter(pk=pk).first()
        if user is None:
            raise NotFound
        return user


class Users(StaffView, GenericAPIView):
    queryset = User.objects.order_by("username")
    serializer_class = shapes.UserRow
    filterset_class = UserFilter

    @extend_schema(tags=["users"], responses=shapes.UserRow(many=True), operation_id="users_list")
    def get(self, request: Request) -> Response:
        """All users, page by page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(shapes.UserRow(page, many=True).data)

    @extend_schema(tags=["users"], request=shapes.NewUser, responses={201: shapes.UserDetail})
    def post(self, request: Request) -> Response:
        """Make an account for someone."""
        user = people.create_user(self.user, **read(shapes.NewUser, request))
        return Response(shapes.UserDetail(user).data, status.HTTP_201_CREATED)


class UserDetail(StaffView):
    @extend_schema(tags=["users"], responses=shapes.UserDetail)
    def get(self, request: Request, pk: int) -> Response:
        """One user."""
        return Response(shapes.UserDetail(self.one(pk)).data)

    @extend_schema(tags=["users"], request=shapes.StaffChange, responses=shapes.UserDetail)
    def put(self, request: Request, pk: int) -> Response:
        """Change a user; fields that are left out stay. Taking rights or access away ends the sessions."""
        user = people.update_user(self.user, self.one(pk), read(shapes.StaffChange, request))
        return Response(shapes.UserDetail(user).data)

    @extend_schema(tags=["users"], request=shapes.StaffChange, responses=shapes.UserDetail)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a user; the same as PUT."""
        return self.put(request, pk)

    @extend_schema(tags=["users"], responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a user with everything that belongs to them."""
        people.remove_user(self.user, self.one(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SetActive(StaffView):
    active = True

    def _set(self, pk: int) -> Response:
        return Response(shapes.UserDetail(people.set_active(self.user, self.one(pk), self.active)).data)


class Enable(SetActive):
    @extend_schema(tags=["users"], request=None, responses=shapes.UserDetail)
    def post(self, request: Request, pk: int) -> Response:
        """Let a user in again."""
        return self._set(pk)


class Disable(SetActive):
    active = False

    @extend_schema(tags=["users"], request=None, responses=shapes.UserDetail)
    def post(self, request: Request, pk: int) -> Response:
        """Keep a user out: every token, session and socket ends at once."""
        return self._set(pk)


class ResetPassword(StaffView):
    @extend_schema(tags=["users"], request=shapes.NewPassword, responses=shapes.ResetLink)
    def post(self, request: Request, pk: int) -> Response:
        """Set a new password, or mail a link and return it for handing over in person."""
        new = read(shapes.NewPassword, request).get("new_password")
        return Response({"reset_url": people.reset_password(self.user, self.one(pk), new)})


class SeedUsers(StaffView):
    """User management under the address and with the answers that robot clients know."""

    @extend_schema(tags=["users"], responses=shapes.UserRow(many=True), operation_id="admin_users_list")
    def get(self, request: Request) -> Response:
        """All users in one list (at most 1,000)."""
        return Response(shapes.UserRow(User.objects.order_by("username")[:1000], many=True).data)

    @extend_schema(tags=["users"], request=shapes.NewUser, responses={201: shapes.UserDetail})
    def post(self, request: Request) -> Response:
        """Make an account for someone."""
        user = people.create_user(self.user, **read(shapes.NewUser, request))
        return Response(shapes.UserDetail(user).data, status.HTTP_201_CREATED)


class SeedUser(StaffView):
    @extend_schema(tags=["users"], request=shapes.StaffChange, responses={200: dict[str, Any]})
    def put(self, request: Request, pk: int) -> Response:
        """Change a user."""
        people.update_user(self.user, self.one(pk), read(shapes.StaffChange, request))
        return Response({"status": "success", "message": "User updated"})

    @extend_schema(tags=["users"], responses={200: dict[str, Any]})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a user."""
        people.remove_user(self.user, self.one(pk))
        return Response({"status": "success", "message": "User deleted"})
