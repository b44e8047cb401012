"""The first steps on the overview. What is done is read from the rows, so it survives everything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.models import AuditEntry, LiveSettingValue
from netdisk.models import DriveAccount
from transfers.models import Transfer

from .keys import are_saved


@login_required
@require_POST
def dismiss_checklist(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    user.checklist_dismissed = True
    user.save(update_fields=["checklist_dismissed"])
    return redirect("home")


def steps(user: Any) -> list[dict[str, Any]]:
    """The steps for checklist.html; none once they are dismissed or all done."""
    if user.checklist_dismissed:
        return []
    found = [*_own(user), *(_of_staff() if user.is_staff else []), _try_api(user)]
    return [] if all(step["done"] for step in found) else found


def _own(user: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": _("Connect a drive"),
            "detail": _("Sign in at Baidu and allow access; the password stays there."),
            "url": reverse("netdisk:new"),
            "label": _("Connect"),
            "done": DriveAccount.objects.visible_to(user).usable().exists(),
        },
        {
            "title": _("Bring the first file over"),
            "detail": _("Tick files in a drive, or paste a link. It arrives in your library, checked."),
            "url": reverse("transfers:new"),
            "label": _("Start"),
            "done": Transfer.objects.visible_to(user).exists(),
        },
    ]


def _of_staff() -> list[dict[str, Any]]:
    decided = (
        "REGISTRATION" in settings.FIXED_BY_ENVIRONMENT or LiveSettingValue.objects.filter(key="REGISTRATION").exists()
    )
    return [
        {
            "title": _("Save the master key"),
            "detail": _("Without it, a backup opens no connected drive."),
            "url": reverse("keys"),
            "label": _("Show where"),
            "done": are_saved(),
        },
        {
            "title": _("Decide who may register"),
            "detail": _("Open to everyone who reaches the site, or only people you add."),
            "url": reverse("live-settings"),
            "label": _("Decide"),
            "done": decided,
        },
    ]


def _try_api(user: Any) -> dict[str, Any]:
    return {
        "title": _("Try the API"),
        "detail": _("Two lines in a terminal; copy them from the API page."),
        "url": reverse("developers"),
        "label": _("Open"),
        "done": AuditEntry.objects.filter(user=user, surface="rest").exists(),
    }
