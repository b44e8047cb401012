"""H05, H06: sessions end when they should, at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import LoginSession, User
from accounts.services import people, sessions
from core.events.bus import Wire, bus
from core.models import AuditEntry, Event
from tests.conftest import PASSWORD

from .conftest import Api, sign_in

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase 7"


def works(api: Api) -> bool:
    return api.get("/auth/me").status_code == 200


def refreshed(api: Api) -> Any:
    return Api().post("/auth/refresh", {"refresh_token": api.refresh})


def test_H05_logout_ends_access_and_refresh_at_once(alice_api: Api) -> None:
    assert works(alice_api)
    assert alice_api.post("/auth/logout").status_code == 204
    answer = alice_api.get("/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert refreshed(alice_api).json()["code"] == "token_revoked"


def test_H05_logout_with_only_the_refresh_token(alice_api: Api) -> None:
    assert Api().post("/auth/logout", {"refresh_token": alice_api.refresh}).status_code == 204
    assert not works(alice_api)
    assert Api().post("/auth/logout").status_code == 401


def test_H05_disabled_users_are_out_at_once_and_back_only_by_signing_in(
    alice_api: Api, alice: User, admin_api: Api
) -> None:
    assert works(alice_api)
    assert admin_api.post(f"/api/v1/users/{alice.pk}/disable").status_code == 200
    assert not works(alice_api)
    assert refreshed(alice_api).status_code == 401
    admin_api.post(f"/api/v1/users/{alice.pk}/enable")
    assert not works(alice_api)
    assert works(sign_in(alice))


def test_H05_deleted_users_are_out_at_once(alice_api: Api, alice: User, admin_api: Api) -> None:
    assert works(alice_api)
    assert admin_api.delete(f"/api/v1/users/{alice.pk}").status_code == 204
    assert not works(alice_api)
    assert refreshed(alice_api).status_code == 401


def test_H05_password_change_ends_the_others_and_keeps_this_one(alice: User) -> None:
    here, there = sign_in(alice), sign_in(alice)
    assert works(here) and works(there)
    answer = here.post("/auth/password", {"current_password": PASSWORD, "new_password": NEW})
    assert answer.status_code == 200
    assert not works(there) and refreshed(there).status_code == 401
    assert not works(here)  # the old access token, too
    assert works(Api(answer.json()["access_token"]))
    assert Api().post("/auth/refresh", {"refresh_token": answer.json()["refresh_token"]}).status_code == 200


def test_H05_role_removal_ends_sessions(admin: User, mallory: User) -> None:
    people.update_user(admin, mallory, {"is_staff": True})
    api = sign_in(mallory)
    assert api.get("/api/v1/users").status_code == 200
    people.update_user(admin, User.objects.get(pk=mallory.pk), {"is_staff": False})
    assert not works(api)


def test_H05_a_change_in_another_process_is_heard_over_the_bus(alice_api: Api, alice: User) -> None:
    assert works(alice_api)
    User.objects.filter(pk=alice.pk).update(is_active=False)  # as another process would
    assert works(alice_api)  # still remembered
    bus().send(Wire.forget(alice.pk))
    assert not works(alice_api)


def test_H05_a_lost_message_costs_at_most_five_seconds(
    alice_api: Api, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts import credentials

    assert works(alice_api)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    later = credentials.monotonic() + 5.1
    monkeypatch.setattr(credentials, "monotonic", lambda: later)
    assert not works(alice_api)


def test_H05_an_answer_read_before_a_change_is_not_kept_after_it(alice_api: Api, alice: User) -> None:
    from accounts.credentials import Credential, Known, known

    changes = known.changes
    known.forget(alice.pk)
    known.put(alice_api.access, Known(alice, Credential(""), 1e12, 1e12), changes)
    assert known.get(alice_api.access) is None


def test_remembered_users_are_not_shared_between_requests(alice_api: Api) -> None:
    from accounts.credentials import by_access_token

    first, _ = by_access_token(alice_api.access)
    first.username = "changed"
    assert by_access_token(alice_api.access)[0].username == "alice"


def test_refresh_gives_a_new_pair(alice_api: Api) -> None:
    answer = refreshed(alice_api)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert body["refresh_token"] != alice_api.refresh
    assert works(Api(body["access_token"]))


def test_H06_second_use_within_the_grace_time_gives_the_same_successor(alice_api: Api) -> None:
    first, second = refreshed(alice_api).json(), refreshed(alice_api).json()
    assert first["refresh_token"] == second["refresh_token"]


def test_H06_later_reuse_ends_the_family_and_is_noted(alice_api: Api, alice: User) -> None:
    successor = refreshed(alice_api).json()
    LoginSession.objects.update(rotated_at=timezone.now() - timedelta(seconds=11))
    answer = refreshed(alice_api)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert not works(Api(successor["access_token"]))
    assert Api().post("/auth/refresh", {"refresh_token": successor["refresh_token"]}).status_code == 401
    assert LoginSession.objects.get(user=alice).revoked_why == "reused"
    assert AuditEntry.objects.filter(action="accounts.refresh", result="token_reused", user=alice).count() == 1
    assert Event.objects.filter(user=alice, type="session.reused").count() == 1


def test_H06_a_grandparent_token_ends_the_family_even_within_the_grace_time(alice_api: Api) -> None:
    second = refreshed(alice_api).json()
    third = Api().post("/auth/refresh", {"refresh_token": second["refresh_token"]}).json()
    assert refreshed(alice_api).status_code == 401
    assert not works(Api(third["access_token"]))


@pytest.mark.django_db(transaction=True)
def test_H06_parallel_refreshes_have_one_successor(alice_api: Api) -> None:
    answers: list[Any] = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait(10)
        answers.append(refreshed(alice_api))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert LoginSession.objects.get().revoked_at is None


def test_sessions_are_listed_and_revoked_one_by_one(alice: User) -> None:
    here, there = sign_in(alice), sign_in(alice)
    rows = here.get("/auth/sessions").json()
    assert [row["current"] for row in rows].count(True) == 1
    other = next(row for row in rows if not row["current"])
    assert here.delete(f"/auth/sessions/{other['id']}").status_code == 204
    assert works(here) and not works(there)
    assert here.delete(f"/auth/sessions/{other['id']}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_H23_sockets_of_an_ended_session_are_closed(alice: User) -> None:
    closed: list[Wire] = []
    bus().subscribe(lambda wire: closed.append(wire) if wire.kind == "x" else None)
    session = sessions.open_session(alice, "api", "")
    sessions.revoke(alice, session.pk)
    assert (alice.pk, str(session.pk)) in [(wire.user, wire.key) for wire in closed]


def test_many_sign_ins_do_not_pile_up(alice: User) -> None:
    for _ in range(sessions.MOST_API_SESSIONS + 3):
        sessions.sign_in(alice, "cron")
    assert LoginSession.objects.of(alice).active().count() == sessions.MOST_API_SESSIONS


def test_prune_forgets_what_has_run_out(alice: User) -> None:
    from accounts.tasks import prune

    idle = sessions.open_session(alice, "api", "")
    old = sessions.open_session(alice, "api", "")
    fresh = sessions.open_session(alice, "api", "")
    LoginSession.objects.filter(pk=idle.pk).update(used_at=timezone.now() - timedelta(days=31))
    LoginSession.objects.filter(pk=old.pk).update(revoked_at=timezone.now() - timedelta(days=31))
    prune()
    assert set(LoginSession.objects.values_list("pk", flat=True)) == {idle.pk, fresh.pk}
    assert LoginSession.objects.get(pk=idle.pk).revoked_why == "expired"
