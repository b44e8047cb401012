from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.reauth import mark


def browser(user: Any, *, password_checked: bool = True) -> Client:
    """A browser in which this user is signed in; `password_checked`: and gave the password a moment ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    if password_checked:
        mark(type("Request", (), {"session": session})())
    else:
        session.pop("password_checked_at", None)
    session.save()
    return client


@pytest.fixture
def as_alice(alice: Any) -> Client:
    return browser(alice)


@pytest.fixture
def as_admin(admin: Any) -> Client:
    return browser(admin)
