"""Callers of the accounts API, and a clean memory of tokens between tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.credentials import known
from tests.conftest import PASSWORD


class Api:
    """A JSON client with one access token, as a program would use the API."""

    def __init__(self, access: str = "", refresh: str = "") -> None:
        self.access, self.refresh = access, refresh
        self.http = Client(raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if self.access:
            headers.setdefault("Authorization", f"Bearer {self.access}")
        data = "" if body is None else body
        return self.http.generic(
            method, path, data=_encode(data), content_type="application/json", headers=headers or None
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None) -> Any:
        return self.call("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.call("DELETE", path, body)


def _encode(body: Any) -> bytes:
    import json

    if isinstance(body, bytes):
        return body
    return b"" if body == "" else json.dumps(body).encode()


def sign_in(user: Any, password: str = PASSWORD) -> Api:
    answer = Api().post("/auth/login", {"username": user.username, "password": password})
    assert answer.status_code == 200, answer.content
    return Api(answer.json()["access_token"], answer.json()["refresh_token"])


@pytest.fixture(autouse=True)
def _no_remembered_tokens() -> Iterator[None]:
    known.__init__()  # type: ignore[misc]
    yield


@pytest.fixture
def stranger() -> Api:
    return Api()


@pytest.fixture
def alice_api(alice: Any) -> Api:
    return sign_in(alice)


@pytest.fixture
def mallory_api(mallory: Any) -> Api:
    return sign_in(mallory)


@pytest.fixture
def admin_api(admin: Any) -> Api:
    return sign_in(admin)


@pytest.fixture
def browser(alice: Any) -> Client:
    """Alice in the dashboard."""
    client = Client()
    assert client.login(username="alice", password=PASSWORD)
    return client


@pytest.fixture
def staff_browser(admin: Any) -> Client:
    client = Client()
    assert client.login(username="chief", password=PASSWORD)
    return client
