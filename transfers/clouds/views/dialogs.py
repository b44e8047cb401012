"""Questions about files and what came of them: a dialog over the list with script, a page of its own without."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import AppError, Text
from core.pages import done, is_htmx, sentence, toast
from transfers.models import CloudServer


def show(
    request: HttpRequest,
    server: CloudServer,
    body: str,
    *,
    title: Text,
    back: str,
    error: AppError | None = None,
    **context: Any,
) -> HttpResponse:
    """The template `<body>.html` with its buttons `<body>_foot.html`, inside the form around them; with an `error` the
    same question again, the sentence above it."""
    shown = {
        "server": server,
        "title": title,
        "back": back,
        "body": f"{body}.html",
        "foot": f"{body}_foot.html",
        "problem": said(error) if error else "",
        **context,
    }
    template = "netdisk/dialog.html" if is_htmx(request) else "clouds/files_step.html"
    refused = error is not None or ("form" in context and bool(context["form"].errors))
    return render(request, template, shown, status=422 if refused else 200)


def said(error: AppError) -> str:
    """What happened and what to do, with the server's own words where ours are general."""
    words = getattr(error, "said", "")
    return f"{sentence(error)} ({words})" if words and error.code == "clouddrive_refused" else sentence(error)


def finished(request: HttpRequest, text: Text, back: str, **changed: Any) -> HttpResponse:
    """It is done: the dialog closes, the list comes again (`changed` tells what to focus), a message says what."""
    if not is_htmx(request):
        return done(request, text, back)
    events = {"dialog-close": True, "files-changed": changed}
    return toast(HttpResponse(status=204), "success", text, **events)
