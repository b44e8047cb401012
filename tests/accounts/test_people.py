"""C6, D1, A15: what staff do with accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import reauth
from accounts.models import User
from core.models import AuditEntry, Event
from tests.conftest import PASSWORD

from .conftest import Api, sign_in

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase 7"


def test_life_of_an_account_over_the_api(admin_api: Api) -> None:
    made = admin_api.post("/api/v1/users", {"username": "bob", "password": PASSWORD, "download_limit": 4})
    assert made.status_code == 201
    pk = made.json()["id"]
    bob = sign_in(User.objects.get(pk=pk))
    assert bob.get("/api/v1/downloads/today").json()["limit"] == 4
    changed = admin_api.put(f"/api/v1/users/{pk}", {"email": "bob@example.org", "download_limit": None})
    assert changed.json()["effective_download_limit"] == 10
    assert admin_api.get(f"/api/v1/users/{pk}").json()["email"] == "bob@example.org"
    reset = admin_api.post(f"/api/v1/users/{pk}/reset-password", {"new_password": NEW})
    assert reset.json() == {"reset_url": None}
    assert bob.get("/auth/me").status_code == 401
    assert sign_in(User.objects.get(pk=pk), NEW).get("/auth/me").status_code == 200
    assert admin_api.delete(f"/api/v1/users/{pk}").status_code == 204
    assert admin_api.get(f"/api/v1/users/{pk}").status_code == 404
    actions = set(AuditEntry.objects.filter(user__username="chief").values_list("action", flat=True))
    assert {
        "accounts.create_user",
        "accounts.update_user",
        "accounts.password_change",
        "accounts.delete_user",
    } <= actions


def test_a_reset_link_for_handing_over(admin_api: Api, alice: User) -> None:
    url = admin_api.post(f"/api/v1/users/{alice.pk}/reset-password", {}).json()["reset_url"]
    uid, token = url.rstrip("/").rsplit("/", 2)[1:]
    answer = Api().post("/auth/password-reset/confirm", {"uid": uid, "token": token, "new_password": NEW})
    assert answer.status_code == 204


def test_permissions_are_given_and_taken(admin_api: Api, mallory: User) -> None:
    path = f"/api/v1/users/{mallory.pk}"
    assert admin_api.put(path, {"is_staff": True, "permissions": ["accounts.view_user"]}).status_code == 200
    assert admin_api.get(path).json()["permissions"] == ["accounts.view_user"]
    assert admin_api.put(path, {"permissions": ["no.such"]}).status_code == 400
    api = sign_in(mallory)
    assert admin_api.put(path, {"permissions": []}).status_code == 200
    assert api.get("/auth/me").status_code == 401


def test_list_search_filter_order_and_pages(admin_api: Api, django_assert_max_num_queries: Any) -> None:
    User.objects.bulk_create(
        User(username=f"user{n:03}", folded=f"user{n:03}", email=f"u{n}@example.org", is_active=n % 2 == 0)
        for n in range(60)
    )
    admin_api.get("/auth/me")
    with django_assert_max_num_queries(4):
        body = admin_api.get("/api/v1/users").json()
    assert (body["count"], len(body["results"])) == (61, 50)
    assert admin_api.get("/api/v1/users?is_active=false").json()["count"] == 30
    assert admin_api.get("/api/v1/users?search=u42@").json()["results"][0]["username"] == "user042"
    assert admin_api.get("/api/v1/users?ordering=-username").json()["results"][0]["username"] == "user059"
    assert len(admin_api.get("/api/v1/users?page_size=7&page=2").json()["results"]) == 7


def test_seed_C_addresses_answer_as_documented(admin_api: Api, alice_api: Api) -> None:
    made = admin_api.post("/api/admin/users", {"username": "robo", "password": PASSWORD})
    assert made.status_code == 201 and "password" not in made.json()
    pk = made.json()["id"]
    assert "robo" in [row["username"] for row in admin_api.get("/api/admin/users").json()]
    assert admin_api.put(f"/api/admin/users/{pk}", {"email": "r@example.org"}).json() == {
        "status": "success", "message": "User updated",
    }  # fmt: skip
    assert admin_api.delete(f"/api/admin/users/{pk}").json() == {
        "status": "success",
        "message": "User deleted",
    }
    assert alice_api.get("/api/admin/users").status_code == 403


def test_broadcast_reaches_every_active_user(admin_api: Api, alice: User, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(is_active=False)
    answer = admin_api.post("/api/v1/broadcast", {"message": "maintenance at 9", "data": {"minutes": 5}})
    assert answer.json() == {"recipients": 2}
    event = Event.objects.get(user=alice, type="broadcast")
    assert event.data == {"message": "maintenance at 9", "data": {"minutes": 5}}
    assert not Event.objects.filter(user=mallory, type="broadcast").exists()


def test_staff_create_change_and_disable_on_the_pages(staff_browser: Client) -> None:
    made = staff_browser.post("/people/new/", {"username": "bob", "password": PASSWORD, "download_limit": "4"})
    bob = User.objects.get(username="bob")
    assert made["Location"] == f"/people/{bob.pk}/"
    assert bob.download_limit == 4 and not bob.is_staff
    form = {"username": "bob", "email": "b@example.org", "download_limit": "", "is_staff": "on"}
    assert staff_browser.post(f"/people/{bob.pk}/", form).status_code == 302
    bob.refresh_from_db()
    assert (bob.email, bob.download_limit, bob.is_staff) == ("b@example.org", None, True)
    assert staff_browser.post(f"/people/{bob.pk}/disable").status_code == 302
    assert not User.objects.get(pk=bob.pk).is_active
    assert b"bob" in staff_browser.get("/people/?state=disabled&q=bo").content
    staff_browser.post(f"/people/{bob.pk}/enable")
    assert User.objects.get(pk=bob.pk).is_active


def test_staff_reset_and_delete_on_the_pages(staff_browser: Client, alice: User) -> None:
    link = staff_browser.post(f"/people/{alice.pk}/reset-password", {"new_password": ""})
    assert b"/password-reset/" in link.content
    weak = staff_browser.post(f"/people/{alice.pk}/reset-password", {"new_password": "x"})
    assert weak.status_code in (200, 422) and b"form-errors" in weak.content
    assert staff_browser.post(f"/people/{alice.pk}/reset-password", {"new_password": NEW}).status_code == 302
    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert staff_browser.post(f"/people/{alice.pk}/delete/", {"confirm_name": "someone"}).status_code == 422
    assert staff_browser.post(f"/people/{alice.pk}/delete/", {"confirm_name": "alice"}).status_code == 302
    assert not User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("action", ["reset-password", "delete/"])
def test_dangerous_pages_ask_for_the_password_again(staff_browser: Client, alice: User, action: str) -> None:
    session = staff_browser.session
    session[reauth.KEY] = int(timezone.now().timestamp()) - reauth.WINDOW_SECONDS - 1
    session.save()
    answer = staff_browser.post(f"/people/{alice.pk}/{action}", {"confirm_name": "alice", "new_password": NEW})
    assert answer["Location"].startswith("/reauth/?next=")
    assert not User.objects.get(pk=alice.pk).check_password(NEW)
    wrong = staff_browser.post(answer["Location"], {"password": "wrong"})
    assert wrong.status_code == 422
    right = staff_browser.post(answer["Location"], {"password": PASSWORD})
    assert right["Location"] == f"/people/{alice.pk}/{action}"
    assert staff_browser.get(right["Location"], follow=True).status_code == 200


def test_the_last_superuser_stays_on_the_pages(staff_browser: Client, admin: User) -> None:
    staff_browser.post(f"/people/{admin.pk}/disable")
    staff_browser.post(f"/people/{admin.pk}/", {"username": "chief", "is_staff": "on"})
    staff_browser.post(f"/people/{admin.pk}/delete/", {"confirm_name": "chief"})
    user = User.objects.get(pk=admin.pk)
    assert user.is_active and user.is_superuser
