from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core import audit

from .guard import Attempt
from .models import User, fold
from .validators import LONGEST_NAME, too_long


class GuardedBackend(ModelBackend):
    """The one way from name and password to a user, for pages, tokens and the admin.

    Unknown names cost one hash as known ones do (H11), disabled users get the same answer as a wrong
    password.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **extra: Any,
    ) -> User | None:
        if not username or password is None or len(username) > LONGEST_NAME or too_long(password):
            return None
        attempt = Attempt.on(username)
        attempt.begin(username)
        user = check_name_and_password(username, password)
        if user is None:
            audit.record("accounts.login", user=_named(username), result="invalid_credentials")
            return None
        attempt.succeeded()
        return user


def check_name_and_password(username: str, password: str) -> User | None:
    user = _named(username)
    if user is None:
        User().set_password(password)
        return None
    return user if user.check_password(password) and user.is_active else None


def _named(username: str) -> User | None:
    return User.objects.filter(folded=fold(username)).first()
