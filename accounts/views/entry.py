"""Sign in, sign out, register, give the password again."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import login, views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url

from accounts import reauth
from accounts.forms.entry import LoginForm, ReauthForm, RegisterForm, as_form_error, spread
from accounts.models import User
from accounts.redirects import safe_next
from accounts.services import passwords, registration
from core.errors import AppError

BACKEND = "accounts.backends.GuardedBackend"


class Login(views.LoginView):
    form_class = LoginForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        url = safe_next(self.request)
        return resolve_url("home") if url.startswith(self.request.path) else url

    def get_context_data(self, **extra: Any) -> dict[str, Any]:
        return super().get_context_data(
            **extra, registration_open=registration.is_open(), next_path=safe_next(self.request, "/")
        )


class Logout(views.LogoutView):
    def get_success_url(self) -> str:
        return resolve_url("accounts:login")


def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and registration.is_open() and form.is_valid():
        try:
            user = registration.register(**form.cleaned_data)
        except AppError as error:
            spread(form, error)
        else:
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect(safe_next(request))
    return render(
        request,
        "accounts/register.html",
        {"form": form, "is_open": registration.is_open()},
        status=_status(form),
    )


@login_required
def ask_again(request: HttpRequest) -> HttpResponse:
    """The password once more before what can't be undone."""
    form = ReauthForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _password_is_right(request, form):
        reauth.mark(request)
        return HttpResponseRedirect(safe_next(request))
    context = {"form": form, "next_path": safe_next(request, "accounts:settings")}
    return render(request, "accounts/reauth.html", context, status=_status(form))


def _password_is_right(request: HttpRequest, form: ReauthForm) -> bool:
    try:
        passwords.demand_own(cast(User, request.user), form.cleaned_data["password"])
    except AppError as error:
        form.add_error("password", as_form_error(error)) if error.retry_after else spread(form, error)
        return False
    return True


def _status(form: Any) -> int:
    return 422 if form.errors else 200
