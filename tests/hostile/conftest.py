from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.credentials import known
from core import http
from tests.hostile import world as worlds
from tests.hostile.callers import Caller


@pytest.fixture(autouse=True)
def library(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.LIBRARY_DIR = tmp_path / "library"
    yield settings.LIBRARY_DIR
    shutil.rmtree(settings.LIBRARY_DIR, ignore_errors=True)


@pytest.fixture
def allow(settings: Any) -> Iterator[Callable[[str], None]]:
    """Let outbound calls go to the host and port of an address."""

    def permit(url: str) -> None:
        settings.OUTBOUND_ALLOW = urlsplit(url).netloc
        http.policy.cache_clear()
        http.session.cache_clear()

    yield permit
    http.policy.cache_clear()
    http.session.cache_clear()


@pytest.fixture(autouse=True)
def _no_remembered_tokens() -> Iterator[None]:
    known.__init__()  # type: ignore[misc]
    yield


@pytest.fixture(autouse=True)
def _no_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Queued work stays queued: the tests run it themselves."""
    monkeypatch.setattr("transfers.services.ring", lambda task, pk: None)


@pytest.fixture
def world(alice: Any) -> worlds.World:
    return worlds.make(alice)


@pytest.fixture
def anonymous(db: Any) -> Caller:
    return Caller()


@pytest.fixture
def as_alice(alice: Any) -> Caller:
    return Caller(alice)


@pytest.fixture
def as_mallory(mallory: Any) -> Caller:
    return Caller(mallory)


@pytest.fixture
def as_admin(admin: Any) -> Caller:
    return Caller(admin)
