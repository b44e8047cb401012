"""Who knocks: anonymous, an ordinary user, staff; by token where the API is asked, by cookie on pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.test.client import ClientHandler

from core.middleware import API_PREFIXES
from tests.conftest import PASSWORD

FAR_AWAY = "203.0.113.7"  # not loopback, which may see the metrics
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
METHODS = ("GET", "HEAD", "OPTIONS", *WRITES)

# One chain of middleware for all callers: building it means looking at every static file.
_handlers = {strict: ClientHandler(enforce_csrf_checks=strict) for strict in (False, True)}


def browser(*, strict: bool = False, **environment: Any) -> Client:
    """A client from far away; `strict` checks forms for their token as a real server does."""
    client = Client(REMOTE_ADDR=FAR_AWAY, **environment)
    client.handler = _handlers[strict]
    return client


def is_api(path: str) -> bool:
    return path.startswith((*API_PREFIXES, "/oauth/service/"))


class Caller:
    def __init__(self, user: Any = None) -> None:
        self.http = browser()
        self.access = self.refresh = ""
        if user is not None:
            assert self.http.login(username=user.username, password=PASSWORD)
            answer = self.ask("POST", "/auth/login", {"username": user.username, "password": PASSWORD})
            assert answer.status_code == 200, answer.content
            self.access, self.refresh = answer.json()["access_token"], answer.json()["refresh_token"]

    def ask(self, method: str, path: str, body: Any = None, *, kind: str = "", **headers: str) -> Any:
        """One request. A dict goes as JSON to the API and as a form to a page; bytes go as they are."""
        api = is_api(path)
        if self.access and (api or path.startswith("/files/")):
            headers.setdefault("Authorization", f"Bearer {self.access}")
        kind = kind or (JSON if api else FORM)
        if body is None:
            data = b""
        elif isinstance(body, bytes):
            data = body
        else:
            data = (json.dumps(body) if kind == JSON else urlencode(body, doseq=True)).encode()
        client = browser() if api else self.http
        return client.generic(method, path, data, content_type=kind, headers=headers or None)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.ask("POST", path, body, **options)


def content(answer: Any) -> bytes:
    """The whole body, also of a streamed answer."""
    return b"".join(answer)


def everything(answer: Any) -> str:
    """Status, headers and body as one text, to look for what must not be in it."""
    lines = [f"{name}: {value}" for name, value in answer.items()]
    return "\n".join([str(answer.status_code), *lines, content(answer).decode("utf-8", "replace")])


def is_problem(answer: Any) -> bool:
    """Whether this is an error in the API's one format, or in the envelope of the operations door."""
    body = answer.json()
    if body.get("status") == "error":
        body = body["error"]
    elif not answer["Content-Type"].startswith("application/problem+json"):
        return False
    return bool(body["code"] and body["detail"] and body["hint"] and body["status"] == answer.status_code)
