from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import setup
from accounts.forms.entry import SetupForm, spread
from core.errors import AppError, Conflict

from .entry import BACKEND


@never_cache
@sensitive_post_parameters()
def first_run(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time page behind the link in the terminal. It may be reloaded and left open; the link decides,
    not the clock.
    """
    if not setup.is_valid(token):
        return _used(request)
    form = SetupForm(request.POST or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        try:
            user = setup.finish(token, **form.cleaned_data)
        except Conflict:
            return _used(request)
        except AppError as error:
            spread(form, error)
        else:
            login(request, user, backend=BACKEND)
            return redirect("home")
    context = {"form": form, "public_url": settings.PUBLIC_URL, "same_address": _same_address(request)}
    return render(request, "accounts/setup.html", context, status=422 if form.errors else 200)


def _used(request: HttpRequest) -> HttpResponse:
    """After a reload of the last step the person is simply let in."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(
        request, "accounts/setup_used.html", {"done": setup.is_done()}, status=200 if setup.is_done() else 404
    )


def _initial() -> dict[str, object]:
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "time_zone": settings.TIME_ZONE,
        "sample_data": True,
    }


def _same_address(request: HttpRequest) -> bool:
    return request.get_host() == urlsplit(settings.PUBLIC_URL).netloc
