from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from core import http
from tests.transfers.clouds.conftest import cloud_program, cloud_standin, server  # noqa: F401

from .ends import World


@pytest.fixture
def world(
    standin: Any,
    drive: Any,
    cloud_standin: Any,  # noqa: F811
    server: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    settings: Any,
) -> Iterator[World]:
    settings.DOWNLOAD_LIMIT = 0
    settings.OUTBOUND_ALLOW = f"{settings.OUTBOUND_ALLOW},127.0.0.1"
    http.policy.cache_clear()
    with ExitStack() as closing:
        yield World(alice, drive, server, standin, cloud_standin, closing)
    http.policy.cache_clear()
