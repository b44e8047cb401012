"""User management at the address of the robot system; mount at `/api/admin/`."""

from __future__ import annotations

from django.urls import path

from . import converters  # noqa: F401  (the `row` converter)
from .views import people

urlpatterns = [
    path("users", people.SeedUsers.as_view(), name="admin-users"),
    path("users/<row:pk>", people.SeedUser.as_view(), name="admin-user"),
]
