from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts import privacy
from accounts.forms.entry import spread
from accounts.forms.own import DeleteAccountForm
from accounts.models import User
from accounts.reauth import reauth
from accounts.services import own, passwords
from core import audit
from core.errors import AppError

from .settings import me, page


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    return page(request, "privacy", {"holdings": privacy.holdings()})


@reauth
def export(request: HttpRequest) -> HttpResponse:
    """Everything stored about me, as one JSON file."""
    user = me(request)
    audit.record("accounts.export", user=user)
    response = JsonResponse(privacy.export(user), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="yungang-{user.pk}.json"'
    return response


@reauth
def delete_account(request: HttpRequest) -> HttpResponse:
    form = DeleteAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _delete(request, **form.cleaned_data)
        except AppError as error:
            spread(form, error)
        else:
            return redirect("accounts:login")
    return page(request, "account-delete", {"form": form}, 422 if form.errors else 200)


def _delete(request: HttpRequest, confirm_name: str, password: str) -> None:
    user = User.objects.get(pk=cast(User, request.user).pk)
    own.demand_typed_name(user, confirm_name)
    passwords.demand_own(user, password)
    own.delete_own_account(user)
    request.session.flush()
