"""The pages of the room: they show, they save, and they speak two languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import privacy, reauth
from accounts.models import LoginSession, User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/login/", "/register/", "/password-reset/", "/password-reset/sent/", "/password-reset/done/"]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_for_strangers_show(path: str, language: str) -> None:
    answer = Client().get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'lang="{language}"'.encode() in answer.content
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "/settings/",
        "/settings/password/",
        "/settings/sessions/",
        "/settings/privacy/",
        "/settings/privacy/delete/",
        "/reauth/",
    ],
)
def test_pages_for_people_show(browser: Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert b"alice" in answer.content
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", ["/people/", "/people/new/", "/people/{pk}/", "/people/{pk}/delete/"])
def test_pages_for_staff_show(staff_browser: Client, alice: User, path: str) -> None:
    assert staff_browser.get(path.format(pk=alice.pk)).status_code == 200
    assert staff_browser.get("/people/999999/").status_code == 404


def test_the_people_page_needs_few_queries_however_many(
    staff_browser: Client, django_assert_max_num_queries: Any
) -> None:
    User.objects.bulk_create(User(username=f"user{n:03}", folded=f"user{n:03}") for n in range(120))
    staff_browser.get("/people/")
    with django_assert_max_num_queries(12):
        page = staff_browser.get("/people/?sort=-username")
    assert page.content.index(b"user119") < page.content.index(b"user071")


def test_register_signs_in_and_leads_home() -> None:
    client = Client()
    answer = client.post(
        "/register/", {"username": "newcomer", "password": PASSWORD, "is_staff": "on", "is_superuser": "on"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert not (user.is_staff or user.is_superuser)
    assert client.get("/settings/").status_code == 200


def test_H13_a_taken_name_is_said_at_the_field(alice: User) -> None:
    page = Client().post("/register/", {"username": "ALICE", "password": PASSWORD})
    assert page.status_code == 422
    assert b'href="#id_username"' in page.content


def test_profile_is_saved_and_followed(browser: Client, alice: User) -> None:
    form = {
        "username": "alice",
        "email": "new@example.org",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "theme": "dark",
    }
    assert browser.post("/settings/", form).status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.language, alice.time_zone, alice.theme) == (
        "new@example.org",
        "en",
        "Europe/Berlin",
        "dark",
    )
    page = browser.get("/settings/", headers={"Accept-Language": "zh-hans"})
    assert b'lang="en"' in page.content
    assert b'data-theme="dark"' in page.content
    assert b'data-time-zone="Europe/Berlin"' in page.content


def test_profile_mistakes_are_shown(browser: Client, mallory: User) -> None:
    form = {
        "username": "MALLORY",
        "email": "no",
        "language": "xx",
        "time_zone": "../etc/passwd",
        "theme": "pink",
    }
    page = browser.post("/settings/", form)
    assert page.status_code == 422
    assert all(f'href="#id_{name}"'.encode() in page.content for name in form)


def test_theme_and_language_of_a_stranger_live_in_a_cookie() -> None:
    client = Client()
    assert client.post("/preferences/theme", {"theme": "dark", "next": "/login/"})["Location"] == "/login/"
    client.post("/preferences/language", {"language": "en"})
    page = client.get("/login/", headers={"Accept-Language": "zh-hans"}).content
    assert b'data-theme="dark"' in page and b'lang="en"' in page
    client.post("/preferences/theme", {"theme": "<script>"})
    client.post("/preferences/language", {"language": "../x"})
    assert client.cookies["yg_theme"].value == "dark"
    assert client.cookies["yg_language"].value == "en"


def test_theme_and_language_of_a_person_are_kept(browser: Client, alice: User) -> None:
    assert (
        browser.post("/preferences/theme", {"theme": "dark"}, headers={"X-Requested-With": "fetch"}).status_code == 204
    )
    browser.post("/preferences/language", {"language": "en"})
    alice.refresh_from_db()
    assert (alice.theme, alice.language) == ("dark", "en")


def test_sessions_page_names_the_programs(browser: Client, alice: User) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    Client().post("/login/", {"username": "alice", "password": PASSWORD}, headers={"User-Agent": agent})
    Client().post(
        "/auth/login",
        {"username": "alice", "password": PASSWORD},
        content_type="application/json",
        headers={"User-Agent": "<b>x\r\ny"},
    )
    page = browser.get("/settings/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert "<b>x" not in page


def test_export_holds_what_is_listed_and_no_secret(browser: Client, alice: User) -> None:
    sign_in(alice)
    answer = browser.get("/settings/privacy/export")
    assert answer["Content-Disposition"].startswith("attachment")
    data = json.loads(answer.content)
    assert set(data) >= {holding.key for holding in privacy.holdings()}
    assert data["profile"]["username"] == "alice"
    assert len(data["sessions"]) == 2
    text = answer.content.decode()
    row = LoginSession.objects.filter(kind="api").get()
    assert row.refresh_jti not in text and alice.password not in text


@pytest.mark.parametrize("path", ["/settings/privacy/export", "/settings/privacy/delete/"])
def test_export_and_deletion_ask_for_the_password_after_half_an_hour(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 200
    session = browser.session
    session[reauth.KEY] = int(timezone.now().timestamp()) - reauth.WINDOW_SECONDS - 1
    session.save()
    away = browser.get(path)
    assert away["Location"].startswith("/reauth/?next=")
    assert browser.post(away["Location"], {"password": PASSWORD})["Location"] == path
    assert browser.get(path).status_code == 200


def test_deleting_the_account_needs_name_and_password(browser: Client, alice: User) -> None:
    path = "/settings/privacy/delete/"
    assert browser.post(path, {"confirm_name": "alicia", "password": PASSWORD}).status_code == 422
    assert browser.post(path, {"confirm_name": "alice", "password": "wrong"}).status_code == 422
    assert User.objects.filter(pk=alice.pk).exists()
    assert browser.post(path, {"confirm_name": "alice", "password": PASSWORD})["Location"] == "/login/"
    assert not User.objects.filter(pk=alice.pk).exists()
    assert browser.get("/settings/").status_code == 302


@pytest.mark.parametrize("name", ['<img src=x onerror="a()">', "{{7*7}}", "{% load x %}"])
def test_names_are_shown_as_text(staff_browser: Client, alice: User, name: str) -> None:
    User.objects.filter(pk=alice.pk).update(first_name=name, email=f"{name}@x")
    for path in ("/people/", f"/people/{alice.pk}/"):
        page = staff_browser.get(path).content.decode()
        assert "<img" not in page and "49@x" not in page
