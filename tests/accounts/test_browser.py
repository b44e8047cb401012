"""H09, H17: the dashboard's cookie."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import LoginSession, User
from accounts.services import sessions
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NAME = settings.SESSION_COOKIE_NAME


def signed_in(**options: Any) -> Client:
    client = Client(**options)
    assert client.post("/login/", {"username": "alice", "password": PASSWORD}).status_code == 302
    return client


def test_H17_a_new_session_id_at_sign_in(alice: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies[NAME] = session.session_key
    planted = session.session_key
    client.post("/login/", {"username": "alice", "password": PASSWORD})
    assert client.cookies[NAME].value != planted
    fresh = Client()
    fresh.cookies[NAME] = planted
    assert fresh.get("/settings/").status_code == 302


def test_H17_cookie_flags(alice: User) -> None:
    morsel = signed_in().cookies[NAME]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert not morsel["domain"]


def test_H17_https_sites_use_host_cookies(tmp_path: Any) -> None:
    import os
    import subprocess
    import sys

    names = "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_NAME CSRF_COOKIE_SECURE"
    code = f"from config import settings as s; print(*[getattr(s, name) for name in {names!r}.split()])"
    env = {**os.environ, "PUBLIC_URL": "https://drive.example.org", "DATA_DIR": str(tmp_path)}
    output = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
    )
    assert output.stdout.split() == ["__Host-session", "True", "__Host-csrf", "True"]


def test_H17_sessions_side_by_side_and_out_everywhere(alice: User) -> None:
    here, there = signed_in(), signed_in()
    assert LoginSession.objects.of(alice).active().count() == 2
    here.post("/settings/sessions/others/revoke")
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/").status_code == 302


def test_logout_is_a_post_and_ends_the_session(alice: User) -> None:
    client = signed_in()
    key = client.cookies[NAME].value
    assert client.get("/logout/").status_code == 405
    assert client.get("/settings/").status_code == 200
    assert client.post("/logout/").status_code == 302
    stale = Client()
    stale.cookies[NAME] = key
    assert stale.get("/settings/").status_code == 302
    assert LoginSession.objects.get().revoked_why == "logout"


def test_H05_new_generation_ends_browser_sessions(alice: User) -> None:
    client = signed_in()
    sessions.end_all(alice, "test")
    assert client.get("/settings/").status_code == 302


def test_own_password_change_keeps_this_browser(alice: User) -> None:
    here, there = signed_in(), signed_in()
    before = here.cookies[NAME].value
    answer = here.post(
        "/settings/password/", {"current_password": PASSWORD, "new_password": "a quite different phrase 7"}
    )
    assert answer.status_code == 302
    assert here.get("/settings/").status_code == 200
    assert here.cookies[NAME].value != before
    assert there.get("/settings/").status_code == 302
    row = LoginSession.objects.of(alice).active().get()
    assert row.session_key == here.cookies[NAME].value


def test_revoking_a_browser_session_from_elsewhere(alice: User) -> None:
    here, there = signed_in(), signed_in()
    row = LoginSession.objects.get(session_key=there.cookies[NAME].value)
    assert here.post(f"/settings/sessions/{row.pk}/revoke").status_code == 302
    assert there.get("/settings/").status_code == 302


def test_H09_the_api_with_a_cookie_needs_the_form_token(alice: User) -> None:
    client = signed_in(enforce_csrf_checks=False)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.get("/auth/me").status_code == 200
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = strict.generic("PUT", "/auth/me", b'{"first_name": "x"}', content_type=content_type)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    token = strict.get("/settings/").context["csrf_token"]
    answer = strict.generic(
        "PUT",
        "/auth/me",
        b'{"first_name": "x"}',
        content_type="application/json",
        headers={"X-CSRFToken": str(token)},
    )
    assert answer.status_code == 200


def test_H09_pages_refuse_posts_without_the_form_token(alice: User) -> None:
    client = signed_in()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for path in ("/logout/", "/settings/", "/settings/sessions/others/revoke", "/preferences/theme"):
        assert strict.post(path, {"theme": "dark"}).status_code == 403
    assert (
        Client(enforce_csrf_checks=True).post("/login/", {"username": "alice", "password": PASSWORD}).status_code == 403
    )


def test_H09_get_changes_nothing(browser: Client) -> None:
    for path in (
        "/logout/",
        "/settings/sessions/others/revoke",
        "/preferences/theme?theme=dark",
        "/preferences/language?language=en",
    ):
        assert browser.get(path).status_code == 405


def test_a_cookie_session_changes_its_password_over_the_api(alice: User) -> None:
    client = signed_in()
    body = {"current_password": PASSWORD, "new_password": "a quite different phrase 7"}
    assert client.post("/auth/password", body, content_type="application/json").status_code == 204
    assert client.get("/settings/").status_code == 200
