"""The fast lane looks like the usual way, and never answers what the usual way would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.site import PASSWORD, Client, Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Site(tmp_path_factory.mktemp("fastlane"), env={"EMULATORS": "off"}).start()
    yield place
    place.stop()


def fast_answers(site: Site) -> float:
    lines = requests.get(f"{site.url}/metrics", timeout=10).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("yungang_fast_lane_total{"))


def seen(answer: requests.Response) -> dict[str, Any]:
    own = {"x-request-id", "date", "content-length"}
    return {name.lower(): value for name, value in answer.headers.items() if name.lower() not in own}


def test_both_lanes_give_the_same_answer(site: Site) -> None:
    client = Client(site.url).register("twolanes")
    usual = client.get("/auth/me")
    before = fast_answers(site)
    quick = client.get("/auth/me", headers={"X-Request-ID": "abcdefgh12345"})
    assert fast_answers(site) == before + 1, "the second one took the fast lane"
    assert quick.json() == usual.json() and quick.content == usual.content
    assert seen(quick) == seen(usual)
    assert quick.headers["X-Request-ID"] == "abcdefgh12345"
    assert quick.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é"])
def test_H01_nothing_but_a_checked_token_passes(site: Site, token: str) -> None:
    answer = requests.get(f"{site.url}/auth/me", headers={"Authorization": f"Bearer {token}".encode()}, timeout=10)
    assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json"


def test_H05_a_revoked_token_is_refused_at_once(site: Site) -> None:
    client = Client(site.url).register("leaving")
    for _ in range(3):
        assert client.get("/auth/me").status_code == 200
    client.post("/auth/logout", json={})
    assert client.get("/auth/me").status_code == 401


def test_a_change_is_seen_by_the_next_read(site: Site) -> None:
    client = Client(site.url).register("changing")
    client.get("/auth/me")
    assert client.get("/auth/me").json()["first_name"] == ""
    assert client.put("/auth/me", json={"first_name": "Chang"}).status_code == 200
    assert client.get("/auth/me").json()["first_name"] == "Chang"


def test_two_people_never_get_each_others_answer(site: Site) -> None:
    clients = [Client(site.url).register(name, PASSWORD) for name in ("one", "two")]
    for _ in range(3):
        assert [client.get("/auth/me").json()["username"] for client in clients] == ["one", "two"]
