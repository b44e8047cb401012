"""H10, H11, H12: guessing passwords and names."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client

from accounts import guard
from accounts.guard import Attempt
from accounts.models import LoginSession, User
from accounts.services.passwords import MAIL_JOB
from core.errors import RateLimited
from core.models import AuditEntry, Job
from core.request import RequestInfo, enter, leave
from tests.conftest import PASSWORD

from .conftest import Api

pytestmark = pytest.mark.django_db


def login(username: str, password: str, **headers: str) -> Any:
    return Api().post("/auth/login", {"username": username, "password": password}, **headers)


def attempt(username: str, address: str) -> None:
    token = enter(RequestInfo("r", address, "rest"))
    try:
        Attempt.on(username).begin(username)
    finally:
        leave(token)


def allowed(username: str, address: str) -> bool:
    try:
        attempt(username, address)
    except RateLimited:
        return False
    return True


def test_H10_one_account_from_one_network(alice: User) -> None:
    answers = [login("alice", f"wrong {number}") for number in range(guard.PAIR.count + 3)]
    assert [answer.status_code for answer in answers] == [401] * guard.PAIR.count + [429] * 3
    refusal = answers[-1]
    assert refusal.json()["code"] == "too_many_attempts"
    assert 0 < int(refusal["Retry-After"]) <= guard.WINDOW
    assert login("alice", PASSWORD).status_code == 429  # the right one tells nothing either
    assert login("ALICE ", PASSWORD).status_code == 429  # nor does another spelling


def test_H10_every_door_counts_together(alice: User) -> None:
    page = Client()
    for number in range(guard.PAIR.count):
        page.post("/login/", {"username": "alice", "password": f"wrong {number}"})
    assert login("alice", PASSWORD).status_code == 429
    admin = Client().post("/admin/login/", {"username": "alice", "password": PASSWORD})
    assert admin.status_code == 429


def test_H10_success_costs_nothing(alice: User) -> None:
    for _ in range(guard.PAIR.count * 2):
        assert login("alice", PASSWORD).status_code == 200


def test_H10_spraying_over_many_accounts_is_stopped() -> None:
    passed = sum(allowed(f"user{number}", "198.51.100.7") for number in range(guard.NETWORK.count + 20))
    assert passed == guard.NETWORK.count


def test_H10_rotating_inside_an_IPv6_network_does_not_help() -> None:
    passed = sum(allowed("alice", f"2001:db8:1:2::{number:x}") for number in range(1, 40))
    assert passed == guard.PAIR.count
    assert allowed("alice", "2001:db8:1:3::1")


def test_H10_forged_forwarding_headers_are_ignored(alice: User) -> None:
    codes = [
        login("alice", "wrong", **{"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(guard.PAIR.count + 1)
    ]
    assert codes[-1] == 429


def test_H10_many_addresses_slow_strangers_but_never_lock_the_owner_out(alice: User) -> None:
    LoginSession.objects.create(user=alice, kind="browser", address="192.0.2.1")
    for number in range(guard.ACCOUNT.count):
        assert allowed("alice", f"198.51.{number}.1")
    assert not allowed("alice", "203.0.113.99")  # a stranger waits
    assert allowed("alice", "192.0.2.1")  # the owner's own network does not
    assert allowed("bob", "203.0.113.99")  # nor do other accounts


def test_H10_one_network_alone_cannot_use_up_the_account(alice: User) -> None:
    for _ in range(guard.ACCOUNT.count * 2):
        allowed("alice", "198.51.100.7")
    assert allowed("alice", "203.0.113.99")


def test_H11_login_answers_alike_for_unknown_wrong_and_disabled(alice: User, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(is_active=False)
    answers = [login("nobody-here", "wrong"), login("alice", "wrong"), login("mallory", PASSWORD)]
    bodies = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == "invalid_credentials"


@pytest.mark.parametrize("username", ["alice", "nobody-here"])
def test_H11_every_attempt_costs_one_hash(alice: User, username: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())
    original = hasher.encode
    monkeypatch.setattr(
        hasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or original(self, password, salt),
    )
    login(username, "wrong")
    assert hashed == ["wrong"]


def test_H11_reset_answers_and_works_alike(alice: User) -> None:
    known = Api().post("/auth/password-reset", {"email": alice.email})
    unknown = Api().post("/auth/password-reset", {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert known.json() == unknown.json()
    asked = Job.objects.order_by("pk").values_list("kind", "arguments")
    assert list(asked) == [(MAIL_JOB, {"user_ids": [alice.pk]}), (MAIL_JOB, {"user_ids": []})]


def test_H11_page_of_the_login_answers_alike(alice: User) -> None:
    names = ("alice", "nobody")
    pages = [Client().post("/login/", {"username": name, "password": "wrong"}) for name in names]
    whole = zip(names, (page.content.decode() for page in pages), strict=True)
    texts = [text.split("form-errors")[1].split("</form>")[0].replace(name, "NAME") for name, text in whole]
    assert texts[0] == texts[1]


def test_H12_the_admin_secret_is_compared_and_limited(settings: Any, alice: User) -> None:
    settings.ADMIN_SECRET = "s" * 40
    send = lambda secret: Api().post("/api/v1/broadcast", {"message": "hello"}, **{"X-Admin-Secret": secret})  # noqa: E731
    assert send("s" * 40).json() == {"recipients": 1}
    assert [send("wrong").status_code for _ in range(11)] == [401] * 10 + [429]
    settings.ADMIN_SECRET = ""
    from django.core.cache import cache

    cache.clear()
    assert send("").status_code == 401
    assert send("x").status_code == 401


def test_failed_sign_ins_are_in_the_audit_trail_without_the_password(alice: User) -> None:
    login("alice", "my-typed-secret")
    entry = AuditEntry.objects.get(action="accounts.login")
    assert (entry.result, entry.user) == ("invalid_credentials", alice)
    assert "my-typed-secret" not in str(entry.__dict__)
