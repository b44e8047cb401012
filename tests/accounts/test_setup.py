"""First run: a link from the terminal, or ADMIN_PASSWORD (H13)."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts import setup
from accounts.models import SetupLink, User
from accounts.signals import setup_finished
from core.errors import AppError
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def path_of(link: str | None) -> str:
    assert link is not None and link.startswith(settings.PUBLIC_URL)
    return urlsplit(link).path


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "username": "harbour",
        "password": PASSWORD,
        "language": "en",
        "time_zone": "Europe/Berlin",
        **changes,
    }


@pytest.mark.django_db(transaction=True)
def test_the_link_leads_to_a_signed_in_superuser() -> None:
    heard: list[Any] = []

    def listener(sender: Any, user: User, sample_data: bool, **extra: Any) -> None:
        heard.append((user.username, sample_data))

    setup_finished.connect(listener)
    path = path_of(setup.issue_link())
    client = Client()
    page = client.get(path)
    assert page.status_code == 200
    assert settings.PUBLIC_URL.encode() in page.content
    assert client.get(path).status_code == 200  # a reload changes nothing
    answer = client.post(path, fields(sample_data="on"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.is_superuser, user.is_staff, user.language, user.time_zone) == (
        True,
        True,
        "en",
        "Europe/Berlin",
    )
    assert client.get("/settings/").status_code == 200
    assert client.post(path, fields())["Location"] == "/"  # sent twice: let in, nothing made
    assert User.objects.count() == 1
    assert heard == [("harbour", True)]
    setup_finished.disconnect(listener)


def test_mistakes_are_shown_and_the_link_still_works() -> None:
    path = path_of(setup.issue_link())
    client = Client()
    for changes in ({"password": "short"}, {"username": ""}, {"time_zone": "Mars/Base"}, {"language": "xx"}):
        page = client.post(path, fields(**changes))
        assert page.status_code == 422
        assert b"form-errors" in page.content
    assert not User.objects.exists()
    assert client.post(path, fields()).status_code == 302


def test_H13_only_the_printed_token_opens_and_only_its_hash_is_kept() -> None:
    token = path_of(setup.issue_link()).rpartition("/")[2]
    assert len(token) >= 43
    assert not SetupLink.objects.filter(digest=token).exists()
    for guess in (token[::-1], "A" * 43, token[:-1] + ("A" if token[-1] != "A" else "B")):
        assert Client().get(f"/setup/{guess}").status_code == 404
        assert Client().post(f"/setup/{guess}", fields()).status_code == 404
    assert Client().get("/setup/x").status_code == 404
    assert not User.objects.exists()


def test_a_newer_link_replaces_the_older_and_none_is_made_afterwards(admin: User) -> None:
    User.objects.all().delete()
    older, newer = path_of(setup.issue_link()), path_of(setup.issue_link())
    assert Client().get(older).status_code == 404
    assert Client().post(newer, fields()).status_code == 302
    assert setup.issue_link() is None
    assert b"/login/" in Client().get(newer).content


@pytest.mark.django_db(transaction=True)
def test_H13_two_people_at_once_make_one_administrator() -> None:
    token = path_of(setup.issue_link()).rpartition("/")[2]
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def finish(number: int) -> None:
        start.wait(10)
        try:
            setup.finish(
                token,
                username=f"chief{number}",
                password=PASSWORD,
                language="en",
                time_zone="UTC",
                sample_data=False,
            )
            outcomes.append("made")
        except AppError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("made") == 1
    assert set(outcomes) <= {"made", "already_set_up", "not_found"}
    assert User.objects.count() == 1


def test_admin_password_creates_admin_once() -> None:
    setup.ensure_admin("")
    assert not User.objects.exists()
    setup.ensure_admin(PASSWORD)
    setup.ensure_admin("another good phrase 55")
    user = User.objects.get()
    assert (user.username, user.is_superuser, user.check_password(PASSWORD)) == ("admin", True, True)
    assert setup.issue_link() is None


@pytest.mark.parametrize("weak", ["admin", "12345678", "password", " " * 12])
def test_H13_a_weak_admin_password_is_refused_in_plain_words(weak: str) -> None:
    with pytest.raises(SystemExit, match="ADMIN_PASSWORD"):
        setup.ensure_admin(weak)
    assert not User.objects.exists()
