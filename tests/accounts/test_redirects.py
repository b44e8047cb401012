"""H16: where one is sent afterwards, and what of it comes from the address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.redirects import is_own_path
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

HOSTILE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "//localhost@evil.example",
    "/\x00",
    "http://testserver/settings/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_H16_next_stays_on_this_site(alice: User, url: str) -> None:
    assert not is_own_path(url)
    answer = Client().post("/login/", {"username": "alice", "password": PASSWORD, "next": url})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    theme = Client().post("/preferences/theme", {"theme": "dark", "next": url})
    assert (theme.status_code, theme["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "url", ["/settings/", "/people/?q=a&page=2", "/drive/文件", "/%09/evil", "/a//b", "/login-help"]
)
def test_H16_own_paths_are_followed(alice: User, url: str) -> None:
    answer = Client().post("/login/", {"username": "alice", "password": PASSWORD, "next": url})
    from django.utils.encoding import iri_to_uri

    assert answer["Location"] == iri_to_uri(url)


def test_H16_a_signed_in_person_is_not_sent_round_in_circles(browser: Client) -> None:
    assert browser.get("/login/?next=/login/")["Location"] == "/"


def test_pages_ask_to_sign_in_and_come_back(alice: User) -> None:
    client = Client()
    away = client.get("/settings/sessions/")
    assert away["Location"] == "/login/?next=/settings/sessions/"
    page: Any = client.get(away["Location"])
    assert b'value="/settings/sessions/"' in page.content
