from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from core.errors import Forbidden

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """Strangers sign in first; people who are not staff get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise Forbidden
        return view(request, *args, **kwargs)

    return login_required(guarded)
