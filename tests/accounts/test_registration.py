"""H13, H14, H15: who may become what, and with which password."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.validators import BoundedPasswordValidator, clean_username
from core import live_settings
from tests.conftest import PASSWORD

from .conftest import Api

pytestmark = pytest.mark.django_db


def register(**body: Any) -> Any:
    return Api().post("/auth/register", {"username": "newcomer", "password": PASSWORD, **body})


def test_register_then_sign_in() -> None:
    answer = register(email="new@example.org")
    assert answer.status_code == 201
    user = User.objects.get(username="newcomer")
    assert answer.json() == {"id": user.pk, "username": "newcomer", "email": "new@example.org"}
    login = Api().post("/api/v1/auth/login", {"username": "newcomer", "password": PASSWORD})
    body = login.json()
    assert body["token_type"] == "bearer" and body["expires_in"] == 1800
    assert Api(body["access_token"]).get("/auth/me").json()["username"] == "newcomer"


@pytest.mark.parametrize(
    "extra",
    [
        "is_staff",
        "is_superuser",
        "role",
        "is_active",
        "id",
        "generation",
        "groups",
        "download_limit",
        "folded",
    ],
)
def test_H13_rights_in_the_body_are_refused_and_reported(extra: str) -> None:
    answer = register(**{extra: True})
    assert answer.status_code == 400
    assert extra in answer.json()["errors"]
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize("name", ["admin", "ADMIN", " admin ", "ａｄｍｉｎ", "root"])
def test_H13_reserved_names_are_not_given_away(name: str) -> None:
    assert register(username=name).status_code == 400


@pytest.mark.parametrize("name", ["ALICE", "alice ", "ａｌｉｃｅ", "Alice"])
def test_H13_a_name_is_taken_in_every_spelling(alice: User, name: str) -> None:
    answer = register(username=name)
    assert (answer.status_code, answer.json()["code"]) == (400, "username_taken")


@pytest.mark.parametrize("name", ["аlice", "αlice", "al ice", "a/b", "a\x00b", "", "   ", "<b>", "a" * 151, "ﬃ" * 60])
def test_H13_names_that_deceive_or_break_are_refused(alice: User, name: str) -> None:
    assert register(username=name).status_code in (400, 422)


@pytest.mark.parametrize("name", ["小明", "алиса", "José", "a.b+c@d", "x"])
def test_H13_honest_names_are_welcome(name: str) -> None:
    assert register(username=name).status_code == 201


def test_H13_sign_in_takes_any_spelling_of_the_name(alice: User) -> None:
    for name in ("ALICE", "ａｌｉｃｅ", " alice"):
        assert Api().post("/auth/login", {"username": name, "password": PASSWORD}).status_code == 200


def test_H13_the_first_user_is_nobody_special() -> None:
    register()
    user = User.objects.get()
    assert not (user.is_staff or user.is_superuser)


def test_closed_registration(admin: User) -> None:
    live_settings.save("REGISTRATION", "closed", admin)
    answer = register()
    assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    page = Client().get("/register/")
    assert b'name="password"' not in page.content
    Client().post("/register/", {"username": "newcomer", "password": PASSWORD})
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    "body",
    [
        {"is_staff": True},
        {"is_superuser": True},
        {"id": 1},
        {"generation": 5},
        {"date_joined": "2000-01-01T00:00:00Z"},
        {"password": "x"},
        {"is_active": False},
        {"download_limit": 0},
        {"user_permissions": [1]},
    ],
    ids=str,
)
def test_H14_profile_takes_only_its_own_fields(alice_api: Api, alice: User, body: dict[str, Any]) -> None:
    before = User.objects.values().get(pk=alice.pk)
    assert alice_api.put("/auth/me", body).status_code == 400
    assert User.objects.values().get(pk=alice.pk) == before


def test_H14_staff_without_superuser_cannot_give_rights(admin: User, mallory: User, alice: User) -> None:
    from .conftest import sign_in

    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    staff = sign_in(mallory)
    for body in ({"is_staff": True}, {"is_superuser": True}, {"permissions": ["accounts.delete_user"]}):
        assert staff.put(f"/api/v1/users/{alice.pk}", body).status_code == 403
        assert staff.put(f"/api/v1/users/{mallory.pk}", {"is_superuser": True}).status_code == 403
    assert staff.put(f"/api/v1/users/{admin.pk}", {"email": "x@example.org"}).status_code == 403
    assert staff.post(f"/api/v1/users/{admin.pk}/reset-password", {}).status_code == 403
    assert staff.put(f"/api/v1/users/{alice.pk}", {"download_limit": 3}).status_code == 200


@pytest.mark.parametrize("password", ["x", "short", "        ", "12345678", "password", "newcomer1"])
def test_H15_weak_passwords_are_refused(password: str) -> None:
    answer = register(password=password)
    assert answer.status_code == 400
    assert "password" in answer.json()["errors"]


@pytest.mark.parametrize(
    "password", ["w" * 40 + "x" * 24 + "!7", "🚢" * 64, "中文密码也可以的一二三四", "a b c d e f g h i"]
)
def test_H15_long_and_unusual_passwords_work(password: str) -> None:
    assert register(password=password).status_code == 201
    assert Api().post("/auth/login", {"username": "newcomer", "password": password}).status_code == 200


def test_H15_nothing_is_cut_off() -> None:
    base = "correct horse battery staple " * 5
    assert register(password=base + "A").status_code == 201
    assert Api().post("/auth/login", {"username": "newcomer", "password": base + "B"}).status_code == 401
    assert Api().post("/auth/login", {"username": "newcomer", "password": base}).status_code == 401


@pytest.mark.parametrize("size", [1025, 4096, 100_000])
def test_H15_a_password_has_a_bound(size: int) -> None:
    assert register(password="aB3 " * (size // 4) + "x").status_code == 400
    answer = Api().post("/auth/login", {"username": "newcomer", "password": "x" * size})
    assert answer.status_code == 400


def test_H15_nul_is_refused() -> None:
    assert register(password="correct horse\x00battery").status_code in (400, 422)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=1100))
def test_H15_the_bound_is_in_bytes(password: str) -> None:
    fits = len(password.encode(errors="surrogatepass")) <= 1024 and "\x00" not in password and bool(password.strip())
    try:
        BoundedPasswordValidator().validate(password)
    except ValidationError:
        assert not fits
    else:
        assert fits


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_H13_any_name_is_cleaned_or_refused(name: str) -> None:
    try:
        cleaned = clean_username(name)
    except ValidationError:
        return
    assert clean_username(cleaned) == cleaned


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, ["alice"]])
@pytest.mark.parametrize("field", ["username", "password", "email"])
def test_H82_wrong_types_are_refused(field: str, value: Any) -> None:
    answer = register(**{field: value})
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"curl -X POST ...",
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"a":1,"a":2}',
        b"{\xff}",
        b'{"username": NaN}',
    ],
)
def test_bodies_that_are_no_object(body: bytes) -> None:
    answer = Api().post("/auth/login", body)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_seed_A_a_pasted_command_is_422_json_invalid() -> None:
    answer = Api().post("/auth/login", b"curl -X POST http://127.0.0.1:8000/auth/login")
    assert (answer.status_code, answer.json()["code"]) == (422, "json_invalid")
