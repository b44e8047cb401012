"""People, for staff: list, create, change, disable, reset, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import limits
from accounts.forms.entry import spread
from accounts.forms.people import NewPersonForm, PersonForm, StaffPasswordForm
from accounts.models import LoginSession, User
from accounts.reauth import reauth
from accounts.services import people
from core.errors import AppError, Conflict, Forbidden, NotFound

from .settings import me

PER_PAGE = 50
SORTS = ("username", "-username", "last_login", "-last_login", "date_joined", "-date_joined")
STATES: dict[str, dict[str, bool]] = {
    "active": {"is_active": True},
    "disabled": {"is_active": False},
    "staff": {"is_staff": True},
}
View = Callable[..., HttpResponse]


def staff(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not me(request).is_staff:
            raise Forbidden
        return view(request, *args, **kwargs)

    return login_required(guarded)


def _one(pk: int) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise NotFound
    return user


@staff
def listing(request: HttpRequest) -> HttpResponse:
    """Search, state and order stay in the address."""
    search, state = request.GET.get("q", "").replace("\x00", "").strip()[:150], request.GET.get("state", "")
    sort = request.GET.get("sort", "")
    rows = _found(search, state).order_by(sort if sort in SORTS else "username", "pk")
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": pages,
        "search": search,
        "state": state,
        "sort": sort,
        "filtered": bool(search or state),
        "tabs": _tabs(search, state),
        "query": urlencode({"q": search, "state": state, "sort": sort}) + "&",
        "sorting": {name: _sorting(name, sort, search, state) for name in ("username", "last_login", "date_joined")},
    }
    return render(request, "accounts/people.html", context)


def _found(search: str, state: str) -> QuerySet[User]:
    rows = User.objects.filter(**STATES.get(state, {}))
    return rows.filter(Q(username__icontains=search) | Q(email__icontains=search)) if search else rows


def _tabs(search: str, state: str) -> list[dict[str, Any]]:
    labels = {"": _("All"), "active": _("Active"), "disabled": _("Disabled"), "staff": _("Staff")}
    return [
        {"label": label, "url": f"?{urlencode({'q': search, 'state': name})}", "current": name == state}
        for name, label in labels.items()
    ]


def _sorting(name: str, sort: str, search: str, state: str) -> dict[str, str]:
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    turned = f"-{name}" if direction == "ascending" else name
    return {"url": f"?{urlencode({'q': search, 'state': state, 'sort': turned})}", "direction": direction}


@staff
def create(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(me(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = people.create_user(me(request), **form.cleaned_data)
        except AppError as error:
            spread(form, error)
        else:
            messages.success(request, _("The account is ready."))
            return redirect("accounts:person", pk=user.pk)
    return render(request, "accounts/person_new.html", {"form": form}, status=422 if form.errors else 200)


@staff
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = _one(pk)
    form = PersonForm(me(request), user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.update_user(me(request), user, form.changes())
        except AppError as error:
            spread(form, error)
            user.refresh_from_db()
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:person", pk=pk)
    return _person_page(request, user, form)


def _person_page(request: HttpRequest, user: User, form: PersonForm, **extra: Any) -> HttpResponse:
    context = {
        "person": user,
        "form": form,
        "password_form": extra.pop("password_form", StaffPasswordForm()),
        "allowance": limits.allowance(user),
        "session_count": LoginSession.objects.of(user).active().count(),
        "editable": _may_edit(me(request), user),
        **extra,
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


def _may_edit(actor: User, user: User) -> bool:
    try:
        people.demand_may_edit(actor, user)
    except Forbidden:
        return False
    return True


@staff
@require_POST
def set_active(request: HttpRequest, pk: int, active: bool) -> HttpResponse:
    try:
        people.set_active(me(request), _one(pk), active)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("The account is enabled.") if active else _("The account is disabled; its sessions have ended."),
        )
    return redirect("accounts:person", pk=pk)


@reauth
@staff
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """With a password: set it. Without: a link, shown on this very answer and nowhere else."""
    user, form = _one(pk), StaffPasswordForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect("accounts:person", pk=pk)
    try:
        link = people.reset_password(me(request), user, form.cleaned_data["new_password"] or None)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("accounts:person", pk=pk)
    except AppError as error:
        spread(form, error)
        return _person_page(request, user, PersonForm(me(request), user), password_form=form)
    if link is None:
        messages.success(request, _("The password is set; every session of this person has ended."))
        return redirect("accounts:person", pk=pk)
    return _person_page(request, user, PersonForm(me(request), user), reset_link=link)


@reauth
@staff
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = _one(pk)
    error = ""
    if request.method == "POST":
        error = _delete(me(request), user, request.POST.get("confirm_name", ""))
        if not error:
            messages.success(request, _("The account is deleted."))
            return redirect("accounts:people")
    return render(
        request, "accounts/person_delete.html", {"person": user, "error": error}, status=422 if error else 200
    )


def _delete(actor: User, user: User, typed: str) -> str:
    if typed.strip() != user.username:
        return str(_("The name you typed is not the name of this account."))
    try:
        people.remove_user(actor, user)
    except Conflict as error:
        return str(error)
    return ""
