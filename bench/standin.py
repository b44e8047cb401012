"""A Baidu stand-in of our own for a row, and a site that knows it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bench.server import PASSWORD, Process, Site, free_port, listens, site

TOKEN_FIELDS = ("access_token", "refresh_token", "expires_in")


@dataclass(frozen=True, slots=True)
class Standin:
    url: str

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        answer = requests.request(verb, f"{self.url}/control/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def tokens(self, user: str) -> dict[str, Any]:
        pair = self.control("POST", "token", {"user": user})
        return {name: pair[name] for name in TOKEN_FIELDS}

    def settings(self) -> dict[str, str]:
        """What makes a site use it."""
        addresses = dict.fromkeys(("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL"), self.url)
        host = urlsplit(self.url).netloc
        app = {"BAIDU_CLIENT_ID": "demo-key", "BAIDU_CLIENT_SECRET": "demo-secret"}
        return {**addresses, **app, "BAIDU_TOKEN_HOSTS": host, "OUTBOUND_ALLOW": host}


@contextmanager
def standin(folder: Path, *options: str) -> Iterator[Standin]:
    """Start a stand-in with small drives; `options` are those of its command line."""
    port = free_port()
    command = [sys.executable, "-m", "emulators", "baidu", "--port", str(port), "--entries", "300", *options]
    with Process(command, folder / "standin.log") as process:
        process.until(lambda: listens(port), 30)
        yield Standin(f"http://127.0.0.1:{port}")


@contextmanager
def site_with(folder: Path, upstream: Standin, **env: str) -> Iterator[Site]:
    with site(folder, core=None, **upstream.settings(), **env) as product:
        yield product


def post(product: Site, path: str, body: Any, token: str, timeout: float = 30) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(f"{product.url}{path}", json=body, headers=headers, timeout=timeout)


def register(product: Site, name: str) -> str:
    """An access token of a new user."""
    body = {"username": name, "password": PASSWORD}
    post(product, "/auth/register", body, "").raise_for_status()
    answer = post(product, "/auth/login", body, "")
    answer.raise_for_status()
    return str(answer.json()["access_token"])
