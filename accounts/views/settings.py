"""One's own settings: profile, password, sessions."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.agents import describe
from accounts.context import MENU
from accounts.forms.entry import spread
from accounts.forms.own import PasswordForm, ProfileForm
from accounts.models import LoginSession, User
from accounts.services import own, passwords, sessions
from core.errors import AppError

SHOWN = 200


def me(request: HttpRequest) -> User:
    return cast(User, request.user)


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A settings page with its tabs; `name` is that of the address and of the template."""
    tabs = [{"label": label, "url": reverse(url), "current": url == f"accounts:{name}"} for url, label, _icon in MENU]
    return render(request, f"accounts/{name.replace('-', '_')}.html", {"tabs": tabs, **context}, status=status)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(me(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            own.update_profile(me(request), form.cleaned_data)
        except AppError as error:
            spread(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:settings")
    return page(request, "settings", {"form": form}, 422 if form.errors else 200)


@login_required
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep = request.session.get(sessions.SESSION_ID, "")
        try:
            passwords.change(me(request), **form.cleaned_data, keep=keep)
        except AppError as error:
            spread(form, error)
        else:
            sessions.keep_browser(request, me(request))
            messages.success(request, _("The password is changed. Every other session has ended."))
            return redirect("accounts:password")
    return page(request, "password", {"form": form}, 422 if form.errors else 200)


@login_required
def session_list(request: HttpRequest) -> HttpResponse:
    mine = request.session.get(sessions.SESSION_ID, "")
    rows = LoginSession.objects.of(me(request)).active()[:SHOWN]
    shown = [{"row": row, "name": describe(row.user_agent), "current": str(row.pk) == mine} for row in rows]
    shown.sort(key=lambda entry: not entry["current"])
    return page(request, "sessions", {"sessions": shown})


@login_required
@require_POST
def session_revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    sessions.revoke(me(request), pk)
    messages.success(request, _("The session has ended."))
    return redirect("accounts:sessions")


@login_required
@require_POST
def sessions_revoke_others(request: HttpRequest) -> HttpResponse:
    count = sessions.revoke_others(me(request), request.session.get(sessions.SESSION_ID, ""))
    messages.success(request, _("%d other sessions have ended.") % count)
    return redirect("accounts:sessions")
