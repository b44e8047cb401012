"""H20, H21: other people's things, and ids that are none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import LoginSession, User
from tests.conftest import PASSWORD

from .conftest import Api

pytestmark = pytest.mark.django_db

IDS = [
    "0",
    "-1",
    "01",
    "1.0",
    "1e3",
    "null",
    "undefined",
    str(2**31),
    str(2**63),
    str(2**64),
    "9" * 400,
    "%00",
    "٣",
    "a'--",
]


def test_H20_another_persons_session_is_not_there(alice_api: Api, mallory_api: Api, alice: User) -> None:
    mine = LoginSession.objects.get(user=alice)
    answer = mallory_api.delete(f"/auth/sessions/{mine.pk}")
    missing = mallory_api.delete("/auth/sessions/01900000-0000-7000-8000-000000000000")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.json()["detail"] == missing.json()["detail"]
    assert str(mine.pk) not in mallory_api.get("/auth/sessions").content.decode()
    assert alice_api.get("/auth/me").status_code == 200


def test_H20_another_persons_session_on_the_page(browser: Client, mallory_api: Api, mallory: User) -> None:
    theirs = LoginSession.objects.get(user=mallory)
    assert browser.post(f"/settings/sessions/{theirs.pk}/revoke").status_code == 404
    assert mallory_api.get("/auth/me").status_code == 200


STAFF_ROUTES = [
    ("GET", "/api/v1/users"),
    ("POST", "/api/v1/users"),
    ("GET", "/api/v1/users/{pk}"),
    ("PUT", "/api/v1/users/{pk}"),
    ("PATCH", "/api/v1/users/{pk}"),
    ("DELETE", "/api/v1/users/{pk}"),
    ("POST", "/api/v1/users/{pk}/enable"),
    ("POST", "/api/v1/users/{pk}/disable"),
    ("POST", "/api/v1/users/{pk}/reset-password"),
    ("POST", "/api/v1/broadcast"),
]


@pytest.mark.parametrize(("method", "path"), STAFF_ROUTES)
def test_H20_staff_routes_are_closed_to_others(mallory_api: Api, alice: User, method: str, path: str) -> None:
    there = mallory_api.call(method, path.format(pk=alice.pk), {})
    missing = mallory_api.call(method, path.format(pk=999_999), {})
    assert there.status_code == missing.status_code == 403
    assert there.json()["detail"] == missing.json()["detail"]
    assert Api().call(method, path.format(pk=alice.pk), {}).status_code == 401


@pytest.mark.parametrize("path", ["/people/", "/people/new/", "/people/1/", "/people/1/delete/"])
def test_H20_staff_pages_are_closed_to_others(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 403


@pytest.mark.parametrize("pk", IDS)
def test_H21_strange_ids_are_404(admin_api: Api, pk: str) -> None:
    for method, path in (
        ("GET", "/api/v1/users/{}"),
        ("PUT", "/api/v1/users/{}"),
        ("DELETE", "/auth/sessions/{}"),
    ):
        answer = admin_api.call(method, path.format(pk), {} if method == "PUT" else None)
        assert answer.status_code == 404


def test_H21_an_id_in_another_case_is_the_same_or_nothing(alice_api: Api, alice: User) -> None:
    pk = str(LoginSession.objects.get(user=alice).pk).upper()
    assert alice_api.delete(f"/auth/sessions/{pk}").status_code in (204, 404)


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=1e9", f"page={'9' * 30}", "page=x", "page_size=0", f"page_size={2**70}",
     "page_size=-5", "ordering=password", "ordering=-id,password", "is_active=maybe", "search=%00",
     "search=%25_%25", f"search={'x' * 500}", "user__password__startswith=a"],
)  # fmt: skip
def test_H21_strange_queries_are_never_a_server_error(admin_api: Api, query: str) -> None:
    answer = admin_api.get(f"/api/v1/users?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "password" not in str(answer.json().get("results", ""))


@pytest.mark.parametrize(
    "query",
    ["page=x", "page=-1", "sort=password", "state=nothing", "q=%25", "q=%F0%9F%9A%A2", f"q={'x' * 999}"],
)
def test_H21_strange_queries_on_the_page(staff_browser: Client, query: str) -> None:
    assert staff_browser.get(f"/people/?{query}").status_code == 200


def test_delete_me_needs_presence_and_removes_everything(alice: User) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from .conftest import sign_in

    api = sign_in(alice)
    LoginSession.objects.update(created_at=timezone.now() - timedelta(minutes=31))
    old = api.delete("/auth/me")
    assert (old.status_code, old.json()["code"]) == (403, "reauthentication_needed")
    assert api.delete("/auth/me", {"password": "wrong"}).json()["code"] == "wrong_password"
    assert api.delete("/auth/me", {"password": PASSWORD}).status_code == 204
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not LoginSession.objects.exists()
    assert api.get("/auth/me").status_code == 401


def test_delete_me_right_after_signing_in_needs_no_body(alice_api: Api, alice: User) -> None:
    assert alice_api.delete("/api/v1/auth/me").status_code == 204
    assert not User.objects.filter(pk=alice.pk).exists()


def test_the_last_superuser_cannot_go(admin_api: Api, admin: User) -> None:
    answer: Any = admin_api.delete("/auth/me", {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_superuser")
    assert admin_api.post(f"/api/v1/users/{admin.pk}/disable").status_code == 409
    assert admin_api.put(f"/api/v1/users/{admin.pk}", {"is_superuser": False}).json()["code"] == "last_superuser"
    assert User.objects.get(pk=admin.pk).is_superuser
