"""Changing and resetting passwords. Each ends all sessions, but for one's own change the one in hand."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts.guard import Attempt
from accounts.keys import digest
from accounts.models import User, fold
from accounts.validators import too_long
from core import audit, events, jobs, ratelimit
from core.errors import Invalid
from core.ratelimit import Limit
from core.request import current, network_prefix

from .sessions import end_all

PER_NETWORK, PER_ADDRESS = Limit(20, 3600), Limit(3, 3600)
MAIL_JOB = "accounts.password_reset_mail"


def check_own(user: User, password: str) -> bool:
    """Whether this is the user's password; guesses are limited as at the sign-in (H10)."""
    if too_long(password):
        return False
    attempt = Attempt.on(user.username)
    attempt.begin(user.username)
    if not user.check_password(password):
        audit.record("accounts.password_check", user=user, result="invalid_credentials")
        return False
    attempt.succeeded()
    return True


def demand_own(user: User, password: str, field: str = "password") -> None:
    if not check_own(user, password):
        raise Invalid(
            _("The password is not right."),
            code="wrong_password",
            fields={field: [_("This is not your password.")]},
        )


def demand_good(password: str, user: User, field: str = "new_password") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("Choose another password."), code="weak_password", fields={field: error.messages}) from error


def change(user: User, current_password: str, new_password: str, *, keep: str = "") -> None:
    """Change one's own password; the session `keep` stays, everything else ends."""
    demand_own(user, current_password, "current_password")
    demand_good(new_password, user)
    set_password(user, new_password, actor=user, keep=keep)


@transaction.atomic
def set_password(user: User, password: str, *, actor: User | None, keep: str = "") -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    password_was_changed(user, actor=actor, keep=keep)


@transaction.atomic
def password_was_changed(user: User, *, actor: User | None, keep: str = "") -> None:
    """What follows a new password, also when another form has stored it."""
    end_all(user, "password", keep=[keep])
    audit.record("accounts.password_change", user=actor, target=user.username)
    events.publish(user.pk, "password.changed", {"by_staff": actor is not None and actor.pk != user.pk})


def reset_link(user: User) -> str:
    """A link that sets a new password once, within PASSWORD_RESET_TIMEOUT; built on PUBLIC_URL, never on a
    header (H55).
    """
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.PUBLIC_URL + reverse("accounts:password-reset-confirm", args=[uid, token])


def request_reset(email: str) -> None:
    """Send links to the accounts of this address. The same answer, work and time whether there are any or
    not (H11).
    """
    ratelimit.check(f"reset:{network_prefix(current().address)}", PER_NETWORK)
    if ratelimit.hit(f"reset:{digest(fold(email))[:32]}", PER_ADDRESS):
        return
    rows = User.objects.filter(email__iexact=email, is_active=True).only("pk", "email", "password")[:10]
    ids = [user.pk for user in rows if fold(user.email) == fold(email) and user.has_usable_password()]
    jobs.enqueue(MAIL_JOB, user_ids=ids)


def user_of_link(uid: str, token: str) -> User | None:
    """The user of a reset link that still holds."""
    try:
        pk = int(urlsafe_base64_decode(uid).decode("ascii"))
        user = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 1 << 63 else None
    except (ValueError, OverflowError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


def confirm_reset(uid: str, token: str, new_password: str) -> User:
    user = user_of_link(uid, token)
    if user is None:
        raise Invalid(
            _("This link has been used or is too old."),
            code="reset_link_invalid",
            hint=_("Ask for a new one and use the newest mail."),
        )
    demand_good(new_password, user)
    set_password(user, new_password, actor=user)
    return user
