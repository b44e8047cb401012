"""`/system/settings/`: what staff change at run time, with history, and what the environment fixed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.reauth import reauth
from config import variables
from core import audit, events, live_settings
from core.errors import AppError
from core.models import LiveSettingChange

from .access import staff_only

HISTORY = 30


@staff_only
@reauth
@require_http_methods(["GET", "POST"])
def live_settings_page(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    name = request.POST.get("name", "")
    wanted = None if "reset" in request.POST else request.POST.get("value", "")
    try:
        change(name, wanted, request.user)
    except AppError as error:
        return _page(request, {name: {"error": error, "tried": wanted}}, error.status)
    messages.success(request, _("Saved. Every process uses it within five seconds."))
    return redirect("live-settings")


def change(name: str, wanted: Any, user: Any) -> None:
    """Save a value (None: back to the default), note who did it, and tell the other staff's open pages."""
    live_settings.save(name, wanted, user)
    audit.record("system.setting", user=user, target=name, summary={"to": wanted})
    staff = User.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True)
    events.broadcast(list(staff), "system.setting", {"name": name})


def _page(request: HttpRequest, failed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    shown = live_settings.overview()
    changes = LiveSettingChange.objects.select_related("user").order_by("-created_at", "-pk")[:HISTORY]
    context = {
        "entries": [_entry(row, (failed or {}).get(row.setting.name, {})) for row in shown],
        "history": [_line(row, {entry.setting.name: entry.setting for entry in shown}) for row in changes],
        "given": variables.given(),
        "defaults": variables.defaults(),
    }
    return render(request, "dashboard/settings.html", context, status=status)


def _entry(row: live_settings.Shown, failed: dict[str, Any]) -> dict[str, Any]:
    setting = row.setting
    return {
        "name": setting.name,
        "label": setting.label,
        "help": setting.help,
        "choices": setting.choices,
        "minimum": setting.minimum,
        "maximum": setting.maximum,
        "fixed": setting.fixed,
        "source": row.source,
        "default": words(setting, setting.default),
        "value": failed.get("tried", row.value) if failed else row.value,
        "error": failed.get("error"),
    }


def _line(row: LiveSettingChange, known: dict[str, live_settings.LiveSetting]) -> dict[str, Any]:
    setting = known.get(row.key)
    return {
        "label": setting.label if setting else row.key,
        "before": words(setting, row.before),
        "after": words(setting, row.after),
        "user": row.user,
        "at": row.created_at,
    }


def words(setting: live_settings.LiveSetting | None, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return _("the default")
    return str(dict(setting.choices).get(value, value) if setting else value)
