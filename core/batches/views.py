"""The pages of batches: the list, one batch with its items, and what one can do with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.errors import AppError, NotFound
from core.models import Batch, BatchItem, JobState
from core.operations import Call, Surface, find, run
from core.pages import Address, is_htmx, page_of, refused

from . import rows, services
from .services import State

ACTIONS = {"cancel": "core.batch_cancel", "retry": "core.batch_retry", "again": "core.batch_retry"}
PARTS = {"head": "batches/_head.html", "items": "batches/_items.html"}


@login_required
@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    page = page_of(request, Batch.objects.visible_to(request.user))
    context = {
        "page_obj": page,
        "rows": [rows.row(batch) for batch in page.object_list],
        "curl": _example(),
    }
    return render(request, "batches/_list.html" if is_htmx(request) else "batches/list.html", context)


def _example() -> str:
    return (
        f"curl -X POST {settings.PUBLIC_URL}/mcp/user/exec \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"op": "batch_submit", "args": {"name": "Two folders", "items": [\n'
        '        {"op": "mkdir", "args": {"path": "/films"}},\n'
        '        {"op": "mkdir", "args": {"path": "/music"}}]}}\''
    )


@login_required
@require_GET
def batch_row(request: HttpRequest, pk: str) -> HttpResponse:
    """One row again, after something happened to it."""
    return render(request, "batches/_row.html", {"row": rows.row(services.find(request.user, pk))})


@login_required
@require_GET
def batch_detail(request: HttpRequest, pk: str) -> HttpResponse:
    batch = services.find(request.user, pk)
    part = PARTS.get(request.GET.get("part", "")) if is_htmx(request) else None
    return render(request, part or "batches/detail.html", {**_head(batch), **_items(request, batch)})


def _head(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch,
        "row": rows.row(batch),
        "title": rows.title(batch),
        "live": rows.LIVE,
        "moving": batch.state == JobState.RUNNING,
        "url": reverse("batches:detail", args=[batch.pk]),
    }


def _items(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    address = Address({"state": state})
    page = page_of(request, batch.items.filter(state=state) if state else batch.items.all())
    open_items = batch.total - batch.finished
    words = [
        ("", _("All"), batch.total),
        (State.FAILED, _("Failed"), batch.failed),
        (State.UNKNOWN, _("Outcome unknown"), batch.unknown),
        (State.SKIPPED, _("Not run"), batch.skipped),
        (State.QUEUED, _("Queued"), open_items),
        (State.DONE, _("Done"), batch.done),
    ]
    return {
        "page_obj": page,
        "items": [rows.item_row(batch, item) for item in page.object_list],
        "address": address,
        "filtered": bool(state),
        "here": request.get_full_path(),
        "tabs": [
            {"label": label, "url": address.url(state=name), "count": count, "current": name == state}
            for name, label, count in words
            if count or not name or name == state
        ],
    }


@login_required
@require_POST
def act(request: HttpRequest, pk: str, action: str) -> HttpResponse:
    """Cancel, run what is missing, or run one item again; htmx gets the row, a plain form its page."""
    if action not in ACTIONS:
        raise NotFound
    batch = services.find(request.user, pk)
    arguments: dict[str, Any] = {"id": str(batch.pk)}
    if action == "again":
        arguments |= {"items": [_position(request, batch)], "unknown": True}
    try:
        run(find(ACTIONS[action]), Call(request.user, Surface.PAGE), arguments)
    except AppError as error:
        if is_htmx(request):
            raise
        return refused(request, error, reverse("batches:detail", args=[batch.pk]))
    if is_htmx(request):
        return render(request, "batches/_row.html", {"row": rows.row(services.find(request.user, pk))})
    return redirect("batches:detail", pk=batch.pk)


def _position(request: HttpRequest, batch: Batch) -> int:
    text = request.POST.get("item", "")
    found = batch.items.filter(position=int(text)).first() if text.isdecimal() and len(text) < 6 else None
    if not isinstance(found, BatchItem):
        raise NotFound
    return found.position
