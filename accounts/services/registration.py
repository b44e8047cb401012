from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import RESERVED, clean_username
from core import audit, live_settings, ratelimit
from core.errors import Forbidden, Invalid
from core.ratelimit import Limit
from core.request import current, network_prefix

from .passwords import demand_good

PER_NETWORK = Limit(200, 3600)


def is_open() -> bool:
    return bool(live_settings.value("REGISTRATION") == "open")


def register(username: str, password: str, email: str = "") -> User:
    """A newcomer's own account; never with any rights (H13)."""
    if not is_open():
        raise Forbidden(
            _("Registration is closed."),
            code="registration_closed",
            hint=_("Ask an administrator for an account."),
        )
    ratelimit.check(f"register:{network_prefix(current().address)}", PER_NETWORK)
    user = create(username, password, email, reserved=RESERVED)
    audit.record("accounts.register", user=user)
    return user


def create(
    username: str, password: str, email: str = "", *, reserved: frozenset[str] = frozenset(), **rights: bool
) -> User:
    """Store a user after all checks; `Invalid` names the field that can't be used."""
    name = demand_name(username, reserved=reserved)
    demand_good(password, User(username=name, email=email), "password")
    try:
        with transaction.atomic():
            return User.objects.create_user(name, email, password, **rights)
    except IntegrityError as error:
        raise _taken() from error


def demand_name(username: str, *, reserved: frozenset[str] = frozenset(), this: User | None = None) -> str:
    try:
        return clean_username(username, reserved=reserved, this=this)
    except ValidationError as error:
        if getattr(error, "code", "") == "taken":
            raise _taken() from error
        raise Invalid(fields={"username": error.messages}) from error


def _taken() -> Invalid:
    return Invalid(_("This name is taken."), code="username_taken", fields={"username": [_("This name is taken.")]})
