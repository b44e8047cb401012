"""People in the Django admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import DailyDownloads, LoginSession, User
from accounts.services import people, sessions
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase 7"


@pytest.mark.parametrize("path", ["user", "loginsession", "dailydownloads"])
def test_lists_show_without_a_query_per_row(
    staff_browser: Client, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        user = User.objects.create(username=f"user{number}")
        sessions.open_session(user, "api", "curl/8")
        DailyDownloads.objects.create(user=user, day="2026-01-02", count=number)
    staff_browser.get(f"/admin/accounts/{path}/")
    with django_assert_max_num_queries(14):
        page = staff_browser.get(f"/admin/accounts/{path}/?q=user")
    assert page.status_code == 200
    assert b"user24" in page.content


def test_no_secret_is_shown(staff_browser: Client, alice: User) -> None:
    session = sessions.open_session(alice, "browser", "x", "0123456789abcdefghijklmnopqrstuv")
    for path in (f"user/{alice.pk}/change/", f"loginsession/{session.pk}/change/", "loginsession/"):
        page = staff_browser.get(f"/admin/accounts/{path}").content.decode()
        assert alice.password not in page and session.session_key not in page


def test_actions_end_enable_and_disable(staff_browser: Client, alice: User, admin: User) -> None:
    api = sign_in(alice)
    act = lambda name, *rows: staff_browser.post(  # noqa: E731
        "/admin/accounts/user/", {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True
    )
    assert act("end_sessions", alice).status_code == 200
    assert api.get("/auth/me").status_code == 401
    act("disable", alice, admin)
    assert not User.objects.get(pk=alice.pk).is_active
    assert User.objects.get(pk=admin.pk).is_active  # not oneself
    act("enable", alice)
    assert User.objects.get(pk=alice.pk).is_active


def test_sessions_are_revoked_in_the_list(staff_browser: Client, alice: User) -> None:
    api = sign_in(alice)
    row = LoginSession.objects.get(user=alice)
    staff_browser.post("/admin/accounts/loginsession/", {"action": "revoke", "_selected_action": [str(row.pk)]})
    assert api.get("/auth/me").status_code == 401
    assert LoginSession.objects.get(pk=row.pk).revoked_why == "staff"


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    form = {"username": user.username, "email": user.email, "theme": user.theme, "is_active": "on", **changes}
    return {name: value for name, value in form.items() if value is not None}


def test_unticking_active_ends_the_sessions(staff_browser: Client, alice: User) -> None:
    api = sign_in(alice)
    answer = staff_browser.post(f"/admin/accounts/user/{alice.pk}/change/", form_of(alice, is_active=None))
    assert answer.status_code == 302
    assert not User.objects.get(pk=alice.pk).is_active
    assert api.get("/auth/me").status_code == 401


def test_a_password_set_in_the_admin_ends_the_sessions(staff_browser: Client, alice: User) -> None:
    api = sign_in(alice)
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert staff_browser.post(f"/admin/accounts/user/{alice.pk}/password/", form).status_code == 302
    assert api.get("/auth/me").status_code == 401
    assert sign_in(alice, NEW).get("/auth/me").status_code == 200


def test_the_last_superuser_keeps_the_rights(staff_browser: Client, admin: User) -> None:
    answer = staff_browser.post(f"/admin/accounts/user/{admin.pk}/change/", form_of(admin, is_staff="on"))
    assert answer.status_code == 409
    assert User.objects.get(pk=admin.pk).is_superuser


def test_H13_staff_cannot_raise_themselves_or_touch_superusers(admin: User, mallory: User) -> None:
    names = ["accounts.view_user", "accounts.change_user", "accounts.delete_user"]
    people.update_user(admin, mallory, {"is_staff": True, "permissions": names})
    client = Client()
    assert client.login(username="mallory", password=PASSWORD)
    client.post(f"/admin/accounts/user/{mallory.pk}/change/", form_of(mallory, is_staff="on", is_superuser="on"))
    assert not User.objects.get(pk=mallory.pk).is_superuser
    assert client.post(f"/admin/accounts/user/{admin.pk}/change/", form_of(admin)).status_code == 403
    assert (
        client.post(f"/admin/accounts/user/{admin.pk}/password/", {"password1": NEW, "password2": NEW}).status_code
        == 403
    )
    assert client.post(f"/admin/accounts/user/{admin.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_person_made_in_the_admin_can_sign_in(staff_browser: Client) -> None:
    form = {"username": "made", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert staff_browser.post("/admin/accounts/user/add/", form).status_code == 302
    assert sign_in(User.objects.get(username="made")).get("/auth/me").status_code == 200
