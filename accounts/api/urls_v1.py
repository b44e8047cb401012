from __future__ import annotations

from django.urls import path

from . import converters  # noqa: F401  (the `row` converter)
from .views import misc, people

urlpatterns = [
    path("users", people.Users.as_view(), name="users"),
    path("users/<row:pk>", people.UserDetail.as_view(), name="user"),
    path("users/<row:pk>/enable", people.Enable.as_view(), name="user-enable"),
    path("users/<row:pk>/disable", people.Disable.as_view(), name="user-disable"),
    path("users/<row:pk>/reset-password", people.ResetPassword.as_view(), name="user-reset-password"),
    path("downloads/today", misc.DownloadsToday.as_view(), name="downloads-today"),
    path("ws-tickets", misc.SocketTickets.as_view(), name="ws-tickets"),
    path("broadcast", misc.Broadcast.as_view(), name="broadcast"),
]
