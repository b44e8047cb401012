"""What people do with their own account."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.credentials import forget
from accounts.models import User
from core import audit, events
from core.errors import Conflict

from .people import delete_user, protect_last_superuser
from .registration import demand_name

EDITABLE = ("username", "email", "first_name", "last_name", "language", "time_zone", "theme")


@transaction.atomic
def update_profile(user: User, changes: dict[str, Any]) -> User:
    """Change one's own profile; only the fields in EDITABLE exist here (H14)."""
    fields = [name for name in EDITABLE if name in changes and changes[name] != getattr(user, name)]
    for name in fields:
        setattr(user, name, demand_name(changes[name], this=user) if name == "username" else changes[name])
    if fields:
        user.save(update_fields=fields)
        forget(user.pk)
        audit.record("accounts.update_profile", user=user, summary={"fields": fields})
        events.publish(user.pk, "user.updated", {"fields": fields})
    return user


def delete_own_account(user: User) -> None:
    """Remove the user and everything that hangs on the row. The caller has asked for the password."""
    if user.is_superuser:
        protect_last_superuser(user)
    delete_user(user, actor=user)


def demand_typed_name(user: User, typed: str) -> None:
    if typed.strip() != user.username:
        raise Conflict(_("The name you typed is not the name of this account."), code="name_mismatch")
