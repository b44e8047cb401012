"""H59: canary secrets go in at every door of a running site; none comes out anywhere."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

from .live import form, page_session

CANARY = "Canary7"
ADMIN_SECRET, METRICS = f"{CANARY}-admin-secret-q9", f"{CANARY}-metrics-token-q9"
CLIENT_SECRET = f"{CANARY}-client-secret-q9"
LOOSE = re.compile(rf"{CANARY}[\w.-]*")


@dataclass
class Told:
    """What went in as a secret."""

    words: list[str] = field(default_factory=lambda: [ADMIN_SECRET, METRICS, CLIENT_SECRET])

    def new(self, name: str) -> str:
        self.words.append(f"{CANARY}-{name}-{len(self.words)}x")
        return self.words[-1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = {
        "REGISTRATION": "open",
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
        "ADMIN_SECRET": ADMIN_SECRET,
        "METRICS_TOKEN": METRICS,
        "EMULATORS": "on",
    }
    place = Site(tmp_path_factory.mktemp("secrets"), env=settings).start()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def told(site: Site) -> Told:
    """Send a secret through every door, rightly and wrongly."""
    told = Told()
    _accounts(site, told)
    _drives(site, told)
    _addresses(site, told)
    _odd_places(site, told)
    return told


def _accounts(site: Site, told: Told) -> None:
    stranger = Client(site.url)
    for path in ("/auth/login", "/auth/register"):
        stranger.post(
            path, json={"username": "keeper", "password": told.new("wrong-field"), "api_key": told.new("extra")}
        )
        stranger.post(path, data=f'{{"password": "{told.new("broken-json")}"')
        stranger.post(
            path,
            data=f"username=x&password={told.new('form')}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    password = told.new("password")
    keeper = stranger.register("keeper", password)
    told.words += [keeper.tokens["access_token"], keeper.tokens["refresh_token"]]
    keeper.post("/auth/login", json={"username": "keeper", "password": told.new("wrong-password")})
    keeper.post("/auth/password", json={"current_password": told.new("not-mine"), "new_password": told.new("next")})
    keeper.post("/auth/refresh", json={"refresh_token": told.new("refresh")})
    keeper.post(
        "/auth/password-reset/confirm",
        json={"uid": "MQ", "token": told.new("reset"), "new_password": told.new("reset-password")},
    )
    keeper.delete("/auth/me", json={"password": told.new("delete")})
    ticket = keeper.post("/api/v1/ws-tickets").json()["ticket"]
    told.words.append(ticket)
    page = page_session(site, "keeper", password)
    told.words.append(page.cookies["yg_session"])
    form(page, "/settings/password/", current_password=told.new("page-current"), new_password=told.new("page-new"))
    form(page, "/reauth/", password=told.new("page-reauth"))
    form(page, "/settings/privacy/delete/", confirm_name="keeper", password=told.new("page-delete"))
    form(page, "/login/", username="keeper", password=told.new("page-login"))
    form(page, "/register/", username="other", password=told.new("page-register"))


def _drives(site: Site, told: Told) -> None:
    client = Client(site.url).register("driver")
    pair = {
        "access_token": told.new("drive-access"),
        "refresh_token": told.new("drive-refresh"),
        "expires_in": 2_000_000,
    }
    assert client.post("/oauth/user/token/upsert", json=pair).status_code == 200
    client.post("/oauth/user/token/upsert", json={**pair, "expires_in": "x", "client_secret": told.new("in-body")})
    client.post("/oauth/user/token/upsert", json={**pair, "access_token": [told.new("list")]})
    drive = client.get("/api/v1/drives").json()["results"][0]["id"]
    client.post(f"/api/v1/drives/{drive}/test")
    client.post("/mcp/user/exec", json={"op": "quota", "args": {"access_token": told.new("arg"), "drive": drive}})
    client.post(
        "/mcp/user/exec",
        json={"op": "mkdir", "args": {"path": "/x", "password": told.new("arg-password"), "drive": drive}},
    )
    client.post("/mcp/user/exec", json={"op": "quota", "token": told.new("beside-args")})
    client.get("/oauth/callback", params={"state": told.new("state"), "code": told.new("code")})
    real = Client(site.url).register("realdrive")
    real.connect_drive(site.standin)
    real.post("/mcp/user/exec", json={"op": "list_files", "args": {}})
    _files(real, told)


def _files(client: Client, told: Told) -> None:
    """What opens a file without signing in: download links of the drive, and our sealed links; asked for, used and altered."""
    found = client.post("/mcp/user/exec", json={"op": "list_images", "args": {"dir": "/", "num": 3}}).json()["data"][
        "list"
    ]
    numbers = [entry["fs_id"] for entry in found]
    links = client.post("/mcp/user/exec", json={"op": "download_links", "args": {"fsids": numbers}}).json()["data"][
        "list"
    ]
    told.words += [entry["dlink"].partition("?")[2] for entry in links]
    client.post("/mcp/user/exec", json={"op": "file_metas", "args": {"fsids": numbers, "dlink": 1, "thumb": 1}})
    for op in ("thumb_get", "preview_get"):
        shown = client.post("/mcp/user/exec", json={"op": op, "args": {"fsid": numbers[0]}}).json()["data"]
        told.words.append(shown["url"].rpartition(".")[2])
        for address in (shown["url"], f"{shown['url']}A"):
            assert requests.get(client.base + address, timeout=10).status_code in {200, 404}
    client.post(f"/api/v1/netdisk/media/{shown['url'].rpartition('/')[2]}", json={})  # 405, which is logged
    told.words.append(
        client.post("/mcp/user/exec", json={"op": "preview_get", "args": {"fsid": numbers[0]}}).json()["data"]["url"]
    )
    for op, name in (("upload_url", "url"), ("offline_add", "source_url")):
        args = {name: f"http://127.0.0.1:1/x?token={told.new('url-of-operation')}", "wait": 0}
        client.post("/mcp/user/exec", json={"op": op, "args": args})
        client.post(f"/api/v1/netdisk/{op}", json={**args, "password": told.new("field-of-operation")})


def _addresses(site: Site, told: Told) -> None:
    client = Client(site.url).register("linker")
    for url in (
        f"https://user:{told.new('userinfo')}@127.0.0.1/x",
        f"http://127.0.0.1:1/x?token={told.new('url-token')}&sign={told.new('url-sign')}",
        f"http://127.0.0.1:1/x?X-Amz-Signature={told.new('url-amz')}",
        f"http://127.0.0.1:1/x#access_token={told.new('url-fragment')}",
    ):
        client.post("/api/v1/transfers", json={"source": {"url": url}})
    until(
        lambda: all(
            row["state"] not in {"queued", "running"} for row in client.get("/api/v1/transfers").json()["results"]
        ),
        30,
        "the transfers to fail",
    )


def _odd_places(site: Site, told: Told) -> None:
    for headers in (
        {"Authorization": f"Bearer {told.new('bearer')}"},
        {"Authorization": f"Basic {told.new('basic')}"},
        {"Authorization": told.new("plain-authorization")},
        {"Cookie": f"yg_session={told.new('cookie')}; token={told.new('cookie-token')}"},
        {"X-Admin-Secret": told.new("guess")},
        {"X-Admin-Secret": ADMIN_SECRET},
        {"X-Api-Key": told.new("api-key")},
        {"X-CSRFToken": told.new("csrf")},
    ):
        for path in ("/auth/me", "/", "/api/v1/nothing", "/metrics", "/nothing"):
            requests.get(site.url + path, headers=headers, timeout=10)
        requests.post(f"{site.url}/api/v1/broadcast", json={"message": "hello"}, headers=headers, timeout=10)
    for query in ("token", "access_token", "password", "ticket", "secret"):
        for path in ("/", "/login/", "/auth/me", "/nothing", "/api/v1/nothing", "/files/x"):
            requests.get(f"{site.url}{path}?{query}={told.new(f'query-{query}')}", timeout=10)
    address = site.url.replace("http", "ws")
    for where in (f"/ws?token={told.new('socket-query')}", f"/ws?ticket={told.new('socket-ticket')}"):
        _knock(address + where)
    _knock(f"{address}/ws", subprotocols=[f"bearer.{told.new('socket-protocol')}"])
    _knock(f"{address}/ws", send=f'{{"type": "auth", "token": "{told.new("socket-frame")}"}}')


def _knock(address: str, send: str = "", **options: object) -> None:
    try:
        with connect(address, open_timeout=5, **options) as socket:  # type: ignore[arg-type]
            if send:
                socket.send(send)
            socket.recv(timeout=5)
    except (WebSocketException, TimeoutError, OSError):
        return


def found_in(text: str, told: Told) -> list[str]:
    return sorted({word for word in told.words if word in text})


def test_H59_no_secret_in_the_log_that_the_server_writes(site: Site, told: Told) -> None:
    text = "\n".join(site.lines)
    assert len(site.lines) > 20 and '"event"' in text, "the log was on"
    assert found_in(text, told) == []
    assert (site.data / "keys").is_dir()
    for key in (site.data / "keys").iterdir():
        if key.is_file() and len(key.read_text().strip()) > 15:
            assert key.read_text().strip() not in text


def test_H59_no_secret_in_plain_text_in_the_database(site: Site, told: Told) -> None:
    """Except in a link that the user gave, which is needed to fetch it."""
    base = sqlite3.connect(f"file:{site.data}/yungang.sqlite3?mode=ro", uri=True)
    tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert "accounts_user" in tables
    for table in tables:
        for row in base.execute(f'SELECT * FROM "{table}"'):
            text = " ".join(str(value) for value in row)
            links = [word for word in told.words if "url-" in word] if table == "transfers_transfer" else []
            kept = [word for word in found_in(text, told) if word not in links]
            # A browser session's own key is its row's name; the cookie is of no use to who reads the database for it.
            if table in {"django_session", "accounts_loginsession"}:
                kept = [word for word in kept if word.startswith((CANARY, "eyJ"))]
            assert kept == [], (table, kept)
    base.close()


def test_H59_no_secret_in_what_people_are_shown(site: Site, told: Told) -> None:
    admin = page_session(site, "admin", PASSWORD)
    pages = [
        "/activity/",
        "/system/",
        "/system/settings/",
        "/system/keys/",
        "/people/",
        "/activity/?export=json",
        "/developers/",
    ]
    index = admin.get("/admin/").text
    models = sorted(set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/)"', index)))
    assert len(models) > 8
    for listing in models:
        text = admin.get(listing).text
        pages += [listing, *sorted(set(re.findall(rf'href="({listing}[^"/?]+/change/)', text)))[:30]]
    for path in pages:
        answer = admin.get(path)
        assert answer.ok, path
        assert found_in(answer.text, told) == [], path
    for name in ("keeper", "driver", "linker", "realdrive"):
        password = next(word for word in told.words if "-password-" in word) if name == "keeper" else PASSWORD
        client = Client(site.url).sign_in(name, password)
        for path in ("/api/v1/transfers", "/api/v1/drives", "/auth/sessions", "/auth/me"):
            assert found_in(client.get(path).text, told) == [], (name, path)
        page = page_session(site, name, password)
        for path in ("/", "/activity/", "/transfers/", "/drives/", "/settings/privacy/export", "/settings/sessions/"):
            assert found_in(page.get(path).text, told) == [], (name, path)


def test_H59_no_secret_in_files_beside_the_database(site: Site, told: Told) -> None:
    for path in Path(site.data).rglob("*"):
        if (
            path.is_file()
            and "sqlite3" not in path.name
            and path.parent.name != "keys"
            and not path.name.startswith("stand-in")
        ):
            assert found_in(path.read_bytes().decode("utf-8", "replace"), told) == [], path


def test_H59_what_is_logged_stays_on_its_line(site: Site) -> None:
    """Control characters in addresses and headers neither end a line nor colour a terminal."""
    forged = "%0d%0a%1b%5b31mforged-line"
    for path in (f"/api/v1/{forged}", f"/{forged}", f"/auth/me?x={forged}"):
        requests.get(site.url + path, headers={"User-Agent": "a\tb", "X-Request-ID": "x y"}, timeout=10)
    until(lambda: any("forged-line" in line for line in site.lines), 10, "the request to be logged")
    for line in list(site.lines):
        assert "\x1b" not in line and not line.startswith("forged-line")
