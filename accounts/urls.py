from __future__ import annotations

from django.urls import path, re_path

from .api import converters  # noqa: F401  (the `row` converter)
from .views import entry, people, preferences, privacy, reset, settings, setup

app_name = "accounts"
urlpatterns = [
    path("login/", entry.Login.as_view(), name="login"),
    path("logout/", entry.Logout.as_view(), name="logout"),
    path("register/", entry.register, name="register"),
    path("reauth/", entry.ask_again, name="reauth"),
    re_path(r"^setup/(?P<token>[A-Za-z0-9_-]{43})$", setup.first_run, name="setup"),
    path("password-reset/", reset.Ask.as_view(), name="password-reset"),
    path("password-reset/sent/", reset.Sent.as_view(), name="password-reset-sent"),
    path("password-reset/done/", reset.Done.as_view(), name="password-reset-done"),
    path("password-reset/<uidb64>/<token>/", reset.Confirm.as_view(), name="password-reset-confirm"),
    path("settings/", settings.profile, name="settings"),
    path("settings/password/", settings.password, name="password"),
    path("settings/sessions/", settings.session_list, name="sessions"),
    path("settings/sessions/others/revoke", settings.sessions_revoke_others, name="sessions-revoke-others"),
    path("settings/sessions/<uuid:pk>/revoke", settings.session_revoke, name="session-revoke"),
    path("settings/privacy/", privacy.overview, name="privacy"),
    path("settings/privacy/export", privacy.export, name="privacy-export"),
    path("settings/privacy/delete/", privacy.delete_account, name="account-delete"),
    path("preferences/theme", preferences.choose_theme, name="theme"),
    path("preferences/language", preferences.choose_language, name="language"),
    path("people/", people.listing, name="people"),
    path("people/new/", people.create, name="person-new"),
    path("people/<row:pk>/", people.person, name="person"),
    path("people/<row:pk>/enable", people.set_active, {"active": True}, name="person-enable"),
    path("people/<row:pk>/disable", people.set_active, {"active": False}, name="person-disable"),
    path("people/<row:pk>/reset-password", people.reset_password, name="person-reset-password"),
    path("people/<row:pk>/delete/", people.delete, name="person-delete"),
]
