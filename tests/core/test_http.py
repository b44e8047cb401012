"""Who may be called: an upstream that the operator moved to a private address opens it for that upstream alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import http
from core.outbound import Blocked, parse_url
from core.outbound.gate import checked_addresses

MOVED = "http://127.0.0.1:9/rest"


@pytest.fixture(autouse=True)
def _moved(settings: Any) -> Iterator[None]:
    settings.OUTBOUND_ALLOW, settings.UPSTREAM_HOSTS = "", {"baidu": ["127.0.0.1"]}
    http.policy.cache_clear()
    yield
    http.policy.cache_clear()


def resolved(host: str, *_: Any) -> Any:
    raise AssertionError(f"{host} is an address already")


def test_calls_of_the_upstream_reach_the_address_it_was_moved_to() -> None:
    assert checked_addresses(parse_url(MOVED), http.policy("baidu"), resolver=resolved, timeout=1)


@pytest.mark.parametrize("upstream", ["", "gewe"])
def test_H30_links_of_users_and_other_upstreams_do_not(upstream: str) -> None:
    with pytest.raises(Blocked):
        checked_addresses(parse_url(MOVED), http.policy(upstream), resolver=resolved, timeout=1)
