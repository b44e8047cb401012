"""Questions about files and what came of them: a dialog over the list with script, a page of its own without."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import AppError, Text
from core.pages import done, is_htmx, sentence, toast
from netdisk.models import DriveAccount

from .asking import pause


def show(
    request: HttpRequest,
    drive: DriveAccount,
    body: str,
    *,
    title: Text,
    back: str,
    error: AppError | None = None,
    **context: Any,
) -> HttpResponse:
    """The template `netdisk/_<body>.html` with its buttons `netdisk/_<body>_foot.html`, inside the form around them.

    With an `error` the same question again, the sentence above it; a drive that asks to slow down is asked again by itself.
    """
    shown = {
        "drive": drive,
        "title": title,
        "back": back,
        "body": f"netdisk/_{body}.html",
        "foot": f"netdisk/_{body}_foot.html",
        "problem": sentence(error) if error else "",
        "wait": pause(error) if error else None,
        **context,
    }
    template = "netdisk/dialog.html" if is_htmx(request) else "netdisk/step.html"
    refused = error is not None or ("form" in context and bool(context["form"].errors))
    return render(request, template, shown, status=422 if refused else 200)


def finished(request: HttpRequest, text: Text, back: str, **changed: Any) -> HttpResponse:
    """It is done: the dialog closes, the list comes again (`changed` tells what to focus), a message says what."""
    if not is_htmx(request):
        return done(request, text, back)
    events = {"dialog-close": True, "files-changed": changed}
    return toast(HttpResponse(status=204), "success", text, **events)
