"""H09, H55, H60, H61, H71, H72, H73: what surrounds every answer, whoever asks and however."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings as site
from django.core import mail
from django.db import DatabaseError, OperationalError

from core import jobs
from tests.conftest import PASSWORD

from .callers import Caller, browser, everything, is_api
from .openapi import ABROAD
from .routes import OWN, SITE, STAFF, TABLE, THEIRS, Route
from .world import World, rows_of

pytestmark = pytest.mark.django_db
CONTENT = "transfers:content"
PAGES = [route for route in SITE if route.name != CONTENT]
EVIL = "https://evil.example"


def path_of(route: Route, world: World) -> str:
    return route.path(TABLE[route.name].arguments(world.ids()))


KINDS = ("application/json", "text/plain", "application/x-www-form-urlencoded")


# -- headers


def check_headers(route: Route, answer: Any) -> None:
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy or policy.startswith("sandbox")
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    script = next((part for part in policy.split(";") if part.strip().startswith("script-src")), "")
    assert "unsafe-inline" not in script and "unsafe-eval" not in script and "data:" not in script and "*" not in policy
    assert "http:" not in policy.replace(site.BAIDU_OAUTH_URL, "")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Request-ID"]
    assert "Server" not in answer and "X-Powered-By" not in answer
    if TABLE[route.name].kind in {OWN, THEIRS, STAFF} and answer.status_code != 302:
        cached = answer["Cache-Control"]
        assert "no-store" in cached or (route.name == "netdisk:thumb" and cached.startswith("private")), cached
    assert all(cookie["samesite"] == "Lax" for cookie in answer.cookies.values())


def test_H71_H72_headers_of_every_route(
    world: World, anonymous: Caller, as_alice: Caller, as_admin: Caller, subtests: Any
) -> None:
    for caller, method in ((anonymous, "GET"), (as_alice, "GET"), (as_admin, "GET"), (anonymous, "POST")):
        for route in PAGES:
            with subtests.test(f"{method} {route.name}"):
                check_headers(route, caller.ask(method, path_of(route, world)))


@pytest.mark.django_db(transaction=True)
def test_H72_headers_of_a_files_content(world: World, as_alice: Caller, anonymous: Caller) -> None:
    answer = as_alice.get(f"/files/{world.file.pk}")
    assert answer["Cache-Control"].startswith("private") and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox") and answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in anonymous.get(f"/files/{world.file.pk}")["Cache-Control"]


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        EVIL,
        "http://testserver.evil.example",
        "https://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "file://",
        "*",
        "http://localhost:1",
    ],
)
def test_H73_no_other_origin_is_let_in(origin: str, world: World, as_alice: Caller) -> None:
    for path in ("/auth/me", "/api/v1/transfers", "/mcp/user/exec", "/health", "/", "/auth/login"):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        for answer in (as_alice.get(path, Origin=origin), as_alice.ask("OPTIONS", path, **asked)):
            assert not any(name.lower().startswith("access-control-allow") for name in answer.headers), path


def test_H73_a_listed_origin_is_let_in_by_name_and_without_cookies(settings: Any, as_alice: Caller) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    answer = as_alice.get("/auth/me", Origin="https://app.example.org")
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Access-Control-Allow-Credentials" not in answer
    for other in ("https://app.example.org.evil.example", "http://app.example.org", "https://xapp.example.org", "null"):
        assert "Access-Control-Allow-Origin" not in as_alice.get("/auth/me", Origin=other)


# -- forms and cookies


def test_H09_a_cookie_alone_changes_nothing(world: World, as_alice: Caller, as_admin: Caller, subtests: Any) -> None:
    before, strict = rows_of(world.alice), browser(strict=True)
    for route in (route for route in PAGES if TABLE[route.name].kind in {OWN, THEIRS, STAFF}):
        strict.cookies = (as_admin if TABLE[route.name].kind == STAFF else as_alice).http.cookies
        data = json.dumps(TABLE[route.name].body(world.ids()) or {}, default=str).encode()
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for kind in KINDS if method == "POST" else KINDS[:1]:
                with subtests.test(f"{method} {route.name} {kind}"):
                    path, headers = path_of(route, world), {"Origin": EVIL, "Referer": f"{EVIL}/"}
                    answer = strict.generic(method, path, data, content_type=kind, headers=headers)
                    assert answer.status_code in {403, 404, 405}, answer.status_code
                    if is_api(path) and answer.status_code == 403:
                        assert answer.json()["code"] in {"csrf_failed", "forbidden"}
    assert rows_of(world.alice) == before


def test_H09_reading_changes_nothing(world: World, as_alice: Caller) -> None:
    before = rows_of(world.alice, records=False)
    for route in (route for route in PAGES if not is_api(f"/{route.pattern}")):
        path = path_of(route, world)
        as_alice.get(path)
        as_alice.ask("HEAD", f"{path}?_method=POST&theme=dark&language=en&action=delete&confirm=1")
        assert rows_of(world.alice, records=False) == before, route.name


@pytest.mark.parametrize("path", ["/login/", "/register/", "/password-reset/"])
def test_H09_the_way_in_needs_the_form_token(path: str, alice: Any) -> None:
    strict = browser(strict=True)
    answer = strict.post(path, {"username": "alice", "password": PASSWORD, "email": "alice@example.org"})
    assert answer.status_code == 403 and site.SESSION_COOKIE_NAME not in answer.cookies
    assert not mail.outbox


# -- addresses that the caller claims


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "X-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https;for=127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "X-Forwarded-For": "127.0.0.1",
}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "localhost:80@evil.example",
        "evil.example#localhost",
        "[::1]evil",
        "a b",
        "testserver\t",
        "",
    ],
)
def test_H55_a_host_that_is_not_ours_is_refused(host: str, alice: Any) -> None:
    for path in ("/login/", "/", "/auth/me", "/password-reset/", "/health"):
        answer = browser().get(path, headers={"Host": host} if host else None, HTTP_HOST=host)
        assert answer.status_code == 400 or (not host and answer.status_code < 500), path
        assert "evil.example" not in answer.get("Location", "") and '"http://evil' not in answer.content.decode()
    answer = browser().post(
        "/auth/password-reset",
        {"email": "alice@example.org"},
        content_type="application/json",
        headers={"Host": host or "evil.example"},
    )
    assert answer.status_code == 400 and not mail.outbox


def test_H55_mailed_links_lead_to_the_public_address(alice: Any) -> None:
    from core.models import Job

    for path, body, kind in (
        ("/auth/password-reset", json.dumps({"email": "alice@example.org"}), "application/json"),
        ("/password-reset/", "email=alice@example.org", "application/x-www-form-urlencoded"),
    ):
        browser().generic("POST", path, body, content_type=kind, headers=FORGED)
    for job in Job.objects.filter(state="queued"):
        jobs.run_job(job.pk)
    assert mail.outbox
    for letter in mail.outbox:
        assert "evil.example" not in letter.message().as_string()
        assert f"{site.PUBLIC_URL}/password-reset/" in letter.body


def test_H55_forged_forwarding_headers_change_no_answer(world: World, as_alice: Caller) -> None:
    for route in (route for route in PAGES if route.name != "proxy-check"):
        answer = as_alice.get(path_of(route, world), **FORGED)
        assert answer.status_code < 500 or answer.status_code in ABROAD, route.name
        assert "evil.example" not in everything(answer), route.name


def test_H55_the_page_that_shows_forwarding_shows_it_as_text(anonymous: Caller) -> None:
    page = anonymous.get(
        "/system/proxy/", **{**FORGED, "X-Forwarded-Host": '"><script>alert(1)</script>', "Via": "<b>x"}
    )
    assert page.status_code == 200 and "<script>alert" not in page.content.decode()


# -- closed doors


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer x"},
        {"Host": "localhost"},
    ],
)
def test_H61_metrics_are_closed_to_strangers(headers: dict[str, str], anonymous: Caller, as_alice: Caller) -> None:
    for caller in (anonymous, as_alice):
        answer = caller.get("/metrics", **headers)
        assert answer.status_code in {401, 403} and b"python_info" not in answer.content


def test_H61_metrics_open_with_their_token_on_loopback_and_for_staff(
    settings: Any, anonymous: Caller, as_admin: Caller
) -> None:
    from django.test import Client

    assert b"python_info" in as_admin.http.get("/metrics").content
    assert Client().get("/metrics").status_code == 200
    proxied = Client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert proxied.status_code == 403, "a proxy on this host makes everyone look local"
    settings.METRICS_TOKEN = "the-metrics-token"
    assert Client().get("/metrics").status_code == 403
    assert anonymous.get("/metrics", Authorization="Bearer the-metrics-token").status_code == 200
    assert anonymous.get("/metrics", Authorization="Bearer the-metrics-tokeN").status_code == 403


HIDDEN = [
    ".env", ".git/config", ".git/HEAD", ".hg/", ".svn/entries", "config/settings.py", "manage.py",
    "requirements.txt", "data/yungang.sqlite3", "yungang.sqlite3",
    "data/keys/ENC_MASTER_KEY", "keys/SECRET_KEY", "static/", "static/js/", "static/../manage.py",
    "static/%2e%2e/manage.py", "static/..%2fmanage.py", "static//etc/passwd",
    "static/js/app.js.map", "staticfiles/", "media/", "files/", "library/../../etc/passwd", "flower", "flower/",
    "debug", "__debug__/", "silk/", "phpmyadmin/", "server-status", "actuator/env",
    "api/docs", "swagger.json", "graphql", "console", "admin/../data/", "backup.zip", "db.sqlite3", "robots.txt~",
    ".DS_Store", "Dockerfile", "docker-compose.yml", "static/.stamp", "static/staticfiles.json.bak",
]  # fmt: skip


def test_H61_nothing_lies_open(anonymous: Caller, as_admin: Caller, subtests: Any) -> None:
    for path in HIDDEN:
        for caller in (anonymous, as_admin):
            with subtests.test(path):
                answer = caller.get(f"/{path}")
                assert answer.status_code in {404, 400, 301, 302}, answer.status_code
                shown = everything(answer)
                assert not [word for word in (site.SECRET_KEY, "DATABASES", "Index of", "root:x") if word in shown]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG", "MKCOL", "QQQ"])
def test_H61_methods_that_nobody_needs(method: str, as_alice: Caller) -> None:
    for path in (
        "/",
        "/login/",
        "/auth/me",
        "/api/v1/transfers",
        "/health",
        "/static/css/base.css",
        "/metrics",
        "/admin/",
    ):
        answer = as_alice.ask(method, path, **{"X-Echo": "canary-echo"})
        assert answer.status_code in {302, 403, 404, 405} or (answer.status_code == 200 and path == "/health"), (
            path,
            answer.status_code,
        )
        assert "canary-echo" not in everything(answer)


# -- errors


class Boom(Exception):
    pass


@pytest.mark.parametrize(
    "error",
    [
        Boom("canary SELECT secret FROM /srv/app"),
        DatabaseError("canary SELECT"),
        ValueError("canary"),
        KeyError("canary"),
        RecursionError("canary"),
    ],
)
def test_H60_an_unexpected_error_says_only_its_request_id(
    error: Exception, alice: Any, as_alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    for target in (
        "transfers.models.TransferQuerySet.visible_to",
        "netdisk.models.DriveQuerySet.visible_to",
        "core.operations.find",
    ):
        monkeypatch.setattr(target, fail)
    as_alice.http.raise_request_exception = False
    quiet = browser(HTTP_AUTHORIZATION=f"Bearer {as_alice.access}")
    quiet.raise_request_exception = False
    answers = [
        quiet.get("/api/v1/transfers"),
        quiet.get("/api/v1/drives"),
        quiet.post("/mcp/user/exec", {"op": "quota"}, content_type="application/json"),
        as_alice.http.get("/transfers/"),
        as_alice.http.get("/"),
    ]
    for answer in answers:
        text = everything(answer)
        assert answer.status_code == 500 and answer["X-Request-ID"] in answer.content.decode()
        for word in ("canary", "Traceback", "SELECT", "/srv/app", "Boom", ".py", "Django", site.SECRET_KEY):
            assert word not in text.replace(f"{site.DATA_DIR}", ""), word
    for answer in answers[:3]:
        assert (answer.json()["code"], answer["Content-Type"]) == ("internal", "application/problem+json")


def test_H60_a_database_that_is_away_is_503_and_names_nothing(
    as_alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("canary: connection to server at 10.0.0.5 failed")

    monkeypatch.setattr("transfers.models.TransferQuerySet.visible_to", fail)
    for answer in (as_alice.get("/api/v1/transfers"), as_alice.get("/transfers/")):
        assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
        assert "canary" not in everything(answer) and "10.0.0.5" not in everything(answer)
