"""The cast that every test may use, and isolation between tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

PASSWORD = "correct horse battery 9"


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _make(name: str, **extra: Any) -> Any:
    from accounts.models import User

    return User.objects.create_user(name, f"{name}@example.org", PASSWORD, **extra)


@pytest.fixture
def alice(db: Any) -> Any:
    return _make("alice")


@pytest.fixture
def mallory(db: Any) -> Any:
    return _make("mallory")


@pytest.fixture
def admin(db: Any) -> Any:
    return _make("chief", is_staff=True, is_superuser=True)


@pytest.fixture(scope="session")
def standin_program() -> Iterator[Any]:
    from tests.emulators.standin import Program

    running = Program("--port", "0", "--seed", "7")
    yield running
    running.stop()


@pytest.fixture
def standin(standin_program: Any, settings: Any) -> Iterator[Any]:
    """The Baidu stand-in, as new, and the product's settings pointing at it."""
    from core import http
    from netdisk.tokens import tokens
    from tests.emulators.standin import Standin

    client = Standin(standin_program.url, standin_program.download_url)
    client.control("POST", "reset")
    hosts = [url.removeprefix("http://") for url in (standin_program.url, standin_program.download_url)]
    settings.BAIDU_OAUTH_URL = settings.BAIDU_PAN_URL = settings.BAIDU_PCS_URL = standin_program.url
    settings.BAIDU_TOKEN_HOSTS, settings.OUTBOUND_ALLOW = hosts, ",".join(hosts)
    _forget_connections(http, tokens)
    yield client
    _forget_connections(http, tokens)


def _forget_connections(http: Any, tokens: Any) -> None:
    http.policy.cache_clear()
    http.session.cache_clear()
    http.breakers._breakers._entries.clear()
    tokens._cache.clear()


@pytest.fixture
def drive(standin: Any, alice: Any) -> Any:
    """Alice's connected drive."""
    from netdisk.baidu.types import TokenPair
    from netdisk.connect import connect

    return connect(alice, TokenPair(**standin.sign_in()))
