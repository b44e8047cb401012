"""One transfer on its own page: how far, how fast, which parts, what happened, how it was checked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.models import JobState
from core.pages import is_htmx
from transfers import services, story
from transfers.clouds import story as clouds
from transfers.forms import PriorityForm
from transfers.models import Transfer

from .lists import rows_of

PARTS = {"head": "transfers/_head.html", "rest": "transfers/_rest.html"}


@login_required
@require_GET
def transfer(request: HttpRequest, pk: str) -> HttpResponse:
    row = services.find(request.user, pk)
    part = PARTS.get(request.GET.get("part", "")) if is_htmx(request) else None
    return render(request, part or "transfers/detail.html", _context(row))


def _context(row: Transfer) -> dict[str, Any]:
    return {
        "transfer": row,
        "row": rows_of([row])[0],
        "moving": row.state == JobState.RUNNING,
        "live": "transfer.changed transfer.done transfer.failed",
        "url": reverse("transfers:detail", args=[row.pk]),
        "pairs": story.facts(row),
        "check": story.check(row),
        "ways": clouds.ways(row),
        "blocks": story.blocks(row),
        "entries": story.timeline(row),
        "priority_form": PriorityForm(initial={"priority": row.priority}) if not row.ended else None,
        "curl": f'curl {settings.PUBLIC_URL}/api/v1/transfers/{row.pk} -H "Authorization: Bearer $TOKEN"',
    }


@login_required
@require_POST
def prioritise(request: HttpRequest, pk: str) -> HttpResponse:
    row = services.find(request.user, pk)
    form = PriorityForm(request.POST)
    if form.is_valid():
        services.prioritise(request.user, row, form.cleaned_data["priority"])
        messages.success(request, _("The priority is changed."))
    else:
        messages.error(request, _("Choose one of the listed values."))
    return redirect("transfers:detail", pk=row.pk)
