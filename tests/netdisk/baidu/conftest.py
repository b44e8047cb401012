"""An upstream that says what the test wrote down, and a client in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from netdisk.baidu import BaiduClient, OAuthClient

from .scripted import Upstream

TOKEN = "121.5d41402abc4b2a76b9719d911017c592.Yabc-def.ghi"
SECRET = "hush-hush-client-secret"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def client(upstream: Upstream, session: requests.Session) -> BaiduClient:
    return BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: TOKEN)


@pytest.fixture
def oauth(upstream: Upstream, session: requests.Session) -> OAuthClient:
    return OAuthClient(session, upstream.url, "app-key", SECRET)
