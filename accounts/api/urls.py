"""Sign-in and one's own account; answers under `/auth/` and `/api/v1/auth/`."""

from __future__ import annotations

from django.urls import path

from .views import me, tokens

urlpatterns = [
    path("register", tokens.Register.as_view(), name="register"),
    path("login", tokens.Login.as_view(), name="login"),
    path("refresh", tokens.Refresh.as_view(), name="refresh"),
    path("logout", tokens.Logout.as_view(), name="logout"),
    path("me", me.Me.as_view(), name="me"),
    path("password", me.ChangePassword.as_view(), name="password"),
    path("password-reset", me.RequestReset.as_view(), name="password-reset"),
    path("password-reset/confirm", me.ConfirmReset.as_view(), name="password-reset-confirm"),
    path("sessions", me.Sessions.as_view(), name="sessions"),
    path("sessions/<uuid:pk>", me.SessionDetail.as_view(), name="session"),
]
