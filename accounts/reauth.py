"""Asking for the password again before what can't be undone or must not be seen, at most every 30 minutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

WINDOW_SECONDS = 30 * 60
KEY = "password_checked_at"
View = Callable[..., HttpResponse]


def mark(request: HttpRequest) -> None:
    request.session[KEY] = int(time.time())


def is_recent(request: HttpRequest) -> bool:
    age = time.time() - request.session.get(KEY, 0)
    return 0 <= age < WINDOW_SECONDS


def reauth(view: View) -> View:
    """Let only those through who gave their password within the last 30 minutes; others give it and come
    back.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_recent(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('accounts:reauth')}?{urlencode({'next': request.get_full_path()})}")

    return login_required(guarded)
