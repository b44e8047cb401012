"""What staff do with accounts (C6, D1). Only superusers touch other staff and give or take rights."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.credentials import forget
from accounts.models import LoginSession, User
from core import audit, events, jobs
from core.errors import Conflict, Forbidden, Invalid

from .passwords import MAIL_JOB, demand_good, reset_link, set_password
from .registration import create, demand_name
from .sessions import end_all

RIGHTS = ("is_staff", "is_superuser", "permissions")
EDITABLE = ("username", "email", "first_name", "last_name", "language", "time_zone", "download_limit")


def demand_may_edit(actor: User, user: User | None, changes: dict[str, Any] | None = None) -> None:
    """Raise `Forbidden` unless `actor` may change this user in this way."""
    if not actor.is_staff:
        raise Forbidden
    if actor.is_superuser:
        return
    if user is not None and (user.is_superuser or (user.is_staff and user.pk != actor.pk)):
        raise Forbidden(_("Only a superuser may change staff."), code="superuser_needed")
    if any(_gives_or_takes(user, name, (changes or {})[name]) for name in RIGHTS if name in (changes or {})):
        raise Forbidden(_("Only a superuser may give or take rights."), code="superuser_needed")


def _gives_or_takes(user: User | None, name: str, value: Any) -> bool:
    if name == "permissions":
        return set(value) != (set(permissions_of(user)) if user else set())
    return bool(value) != bool(getattr(user, name, False))


def permissions_of(user: User) -> list[str]:
    rows = user.user_permissions.select_related("content_type")
    return sorted(f"{row.content_type.app_label}.{row.codename}" for row in rows)


@transaction.atomic
def create_user(actor: User, *, username: str, password: str, email: str = "", **changes: Any) -> User:
    demand_may_edit(actor, None, changes)
    user = create(username, password, email)
    _apply(user, changes)
    audit.record("accounts.create_user", user=actor, target=user.username, summary={"fields": sorted(changes)})
    return user


@transaction.atomic
def update_user(actor: User, user: User, changes: dict[str, Any]) -> User:
    """Change what is given; taking rights or the account's state away ends its sessions."""
    demand_may_edit(actor, user, changes)
    if changes.get("is_active", True) is False and user.is_active:
        _demand_may_stop(actor, user)
    if user.is_superuser and changes.get("is_superuser", True) is False:
        protect_last_superuser(user)
    ends = _ends_sessions(user, changes)
    _apply(user, changes)
    rights_were_changed(user, actor, ends=ends, fields=sorted(changes))
    return user


def rights_were_changed(user: User, actor: User, *, ends: bool, fields: list[str]) -> None:
    """What follows a change by staff, also when another form has stored it."""
    forget(user.pk)
    if ends:
        end_all(user, "disabled" if not user.is_active else "rights")
    audit.record("accounts.update_user", user=actor, target=user.username, summary={"fields": fields})
    if user.is_active:
        events.publish(user.pk, "user.updated", {"fields": fields, "by_staff": True})


def _ends_sessions(user: User, changes: dict[str, Any]) -> bool:
    flags = any(
        getattr(user, name) and changes.get(name) is False for name in ("is_active", "is_staff", "is_superuser")
    )
    return flags or bool("permissions" in changes and set(permissions_of(user)) - set(changes["permissions"]))


def _apply(user: User, changes: dict[str, Any]) -> None:
    fields = [name for name in (*EDITABLE, "is_active", "is_staff", "is_superuser") if name in changes]
    for name in fields:
        setattr(user, name, demand_name(changes[name], this=user) if name == "username" else changes[name])
    if fields:
        user.save(update_fields=fields)
    if "permissions" in changes:
        user.user_permissions.set(_permissions(changes["permissions"]))


def _permissions(names: list[str]) -> list[Permission]:
    found = {
        f"{row.content_type.app_label}.{row.codename}": row for row in Permission.objects.select_related("content_type")
    }
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise Invalid(fields={"permissions": [_("There is no permission %s.") % name[:80] for name in unknown[:5]]})
    return [found[name] for name in names]


def set_active(actor: User, user: User, active: bool) -> User:
    """Let a user in or keep them out. Disabling ends every token, session and socket at once."""
    return update_user(actor, user, {"is_active": active}) if user.is_active != active else user


def _demand_may_stop(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise Conflict(_("You can't disable yourself."), code="own_account", hint=_("Another administrator can do it."))
    if user.is_superuser:
        protect_last_superuser(user)


def protect_last_superuser(user: User) -> None:
    """Refuse when nobody could administer the site afterwards. The rows stay locked, so two can't go at the
    same time.
    """
    with transaction.atomic():
        rows = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
        if set(rows.values_list("pk", flat=True)) <= {user.pk}:
            raise Conflict(
                _("This is the last active superuser."),
                code="last_superuser",
                hint=_("Make someone else a superuser first."),
            )


@transaction.atomic
def remove_user(actor: User, user: User) -> None:
    """Delete someone's account with everything that hangs on it."""
    demand_may_edit(actor, user)
    _demand_may_stop(actor, user)
    delete_user(user, actor=actor)


@transaction.atomic
def delete_user(user: User, *, actor: User) -> None:
    keys = LoginSession.objects.of(user).exclude(session_key="").values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    audit.record("accounts.delete_user", user=actor, target=user.username)
    pk = user.pk
    events.close_sockets(pk)
    forget(pk)
    user.delete()


def reset_password(actor: User, user: User, new_password: str | None = None) -> str | None:
    """Set a new password, or (without one) mail a link and return it once, for handing over in person."""
    demand_may_edit(actor, user)
    if new_password is not None:
        demand_good(new_password, user)
        set_password(user, new_password, actor=actor)
        return None
    if not user.is_active:
        raise Conflict(_("This account is disabled."), code="disabled", hint=_("Enable it first."))
    with transaction.atomic():
        audit.record("accounts.reset_link", user=actor, target=user.username)
        if user.email:
            jobs.enqueue(MAIL_JOB, user_ids=[user.pk])
    return reset_link(user)


def broadcast(actor: User | None, message: str, data: dict[str, Any]) -> int:
    """One event to every active user (A15); returns how many."""
    users = list(User.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    count = events.broadcast(users, "broadcast", {"message": message, "data": data})
    audit.record("accounts.broadcast", user=actor, summary={"message": message, "count": count})
    return count
