"""Changing and resetting passwords, over the pages and the API."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import passwords
from accounts.tasks import send_reset_mails
from core.models import AuditEntry, Event, Job
from tests.conftest import PASSWORD

from .conftest import Api, sign_in

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase 7"


def run_jobs() -> None:
    for arguments in Job.objects.filter(kind=passwords.MAIL_JOB).values_list("arguments", flat=True):
        send_reset_mails(**arguments)


def mailed_link() -> str:
    found = re.search(r"http\S+", str(mail.outbox[-1].body))
    assert found is not None
    return found.group()


def test_reset_over_the_pages(alice: User) -> None:
    api, client = sign_in(alice), Client()
    answer = client.post("/password-reset/", {"email": alice.email.upper()})
    assert client.get(answer["Location"]).status_code == 200
    run_jobs()
    assert mail.outbox[-1].to == [alice.email]
    link = mailed_link()
    assert link.startswith(settings.PUBLIC_URL)
    form = client.get(urlsplit(link).path)
    assert "token" not in form["Location"] and "set-password" in form["Location"]
    assert client.get(form["Location"]).status_code == 200
    weak = client.post(form["Location"], {"new_password1": "x", "new_password2": "x"})
    assert weak.status_code == 200 and b"form-errors" in weak.content
    done = client.post(form["Location"], {"new_password1": NEW, "new_password2": NEW})
    assert client.get(done["Location"]).status_code == 200
    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert api.get("/auth/me").status_code == 401
    again = client.get(urlsplit(link).path)
    assert b"/password-reset/" in again.content and b"new_password1" not in again.content


def test_reset_over_the_api(alice: User) -> None:
    assert Api().post("/auth/password-reset", {"email": alice.email}).status_code == 202
    run_jobs()
    uid, token = mailed_link().rstrip("/").rsplit("/", 2)[1:]
    body = {"uid": uid, "token": token, "new_password": NEW}
    assert Api().post("/auth/password-reset/confirm", {**body, "new_password": "x"}).json()["code"] == "weak_password"
    assert Api().post("/auth/password-reset/confirm", body).status_code == 204
    assert sign_in(alice, NEW).get("/auth/me").status_code == 200
    again = Api().post("/auth/password-reset/confirm", body)
    assert (again.status_code, again.json()["code"]) == (400, "reset_link_invalid")


@pytest.mark.parametrize("uid", ["", "x", "MA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ", "é"])
def test_H21_strange_reset_links(alice: User, uid: str) -> None:
    answer = Api().post("/auth/password-reset/confirm", {"uid": uid, "token": "x-y", "new_password": NEW})
    assert answer.status_code == 400
    assert Client().get(f"/password-reset/{uid or 'x'}/abc/").status_code == 200


def test_H55_links_are_built_on_the_public_address(alice: User) -> None:
    Api().post("/auth/password-reset", {"email": alice.email}, **{"X-Forwarded-Host": "evil.example"})
    run_jobs()
    assert "evil" not in str(mail.outbox[-1].body)
    assert mailed_link().startswith(settings.PUBLIC_URL)


def test_a_disabled_user_gets_no_mail_and_old_links_do_not_work(alice: User, admin: User) -> None:
    link = passwords.reset_link(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    Api().post("/auth/password-reset", {"email": alice.email})
    run_jobs()
    assert mail.outbox == []
    uid, token = link.rstrip("/").rsplit("/", 2)[1:]
    assert passwords.user_of_link(uid, token) is None
    assert b"new_password1" not in Client().get(urlsplit(link).path, follow=True).content


def test_job_rows_hold_no_secret(alice: User) -> None:
    passwords.request_reset(alice.email)
    assert list(Job.objects.values_list("arguments", flat=True)) == [{"user_ids": [alice.pk]}]


def test_one_address_gets_three_mails_an_hour(alice: User) -> None:
    for _ in range(6):
        assert Api().post("/auth/password-reset", {"email": alice.email}).status_code == 202
    assert Job.objects.count() == 3


def test_change_asks_for_the_present_password_and_is_noted(alice_api: Api, alice: User) -> None:
    wrong = alice_api.post("/auth/password", {"current_password": "no", "new_password": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    weak = alice_api.post("/auth/password", {"current_password": PASSWORD, "new_password": "x"})
    assert (weak.status_code, weak.json()["code"]) == (400, "weak_password")
    assert alice_api.post("/auth/password", {"current_password": PASSWORD, "new_password": NEW}).status_code == 200
    assert AuditEntry.objects.filter(action="accounts.password_change", user=alice).count() == 1
    assert Event.objects.filter(type="password.changed", user=alice).count() == 1
    assert PASSWORD not in str(list(AuditEntry.objects.values())) and NEW not in str(list(AuditEntry.objects.values()))


def test_H10_guessing_the_present_password_is_limited(alice_api: Api) -> None:
    codes = [
        alice_api.post("/auth/password", {"current_password": f"no {n}", "new_password": NEW}).status_code
        for n in range(12)
    ]
    assert codes[-1] == 429


def test_the_mail_is_in_the_users_language(alice: User, mailoutbox: Any) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    send_reset_mails([alice.pk])
    assert mailoutbox[0].subject == "Set a new password"
    assert "alice" in mailoutbox[0].body
