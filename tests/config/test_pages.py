"""Who may see which page, and how many questions to the database each one costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import audit, events
from core.models import AuditEntry, JobState, WorkerBeat
from netdisk.models import DriveAccount
from transfers.models import LibraryFile, Transfer

from .conftest import browser

EVERYONE = ("/", "/activity/", "/developers/")
STAFF = ("/system/", "/system/settings/", "/system/keys/")


@pytest.mark.parametrize("path", EVERYONE)
def test_pages_of_everyone(path: str, as_alice: Client, as_admin: Client) -> None:
    assert as_alice.get(path).status_code == as_admin.get(path).status_code == 200
    assert Client().get(path).headers["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("path", STAFF)
def test_pages_of_staff(path: str, as_alice: Client, as_admin: Client) -> None:
    assert as_admin.get(path).status_code == 200
    assert as_alice.get(path).status_code == 403
    assert Client().get(path).headers["Location"].startswith("/login/?next=")


def test_settings_ask_for_the_password_again(admin: Any) -> None:
    answer = browser(admin, password_checked=False).get("/system/settings/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/reauth/?next=%2Fsystem%2Fsettings%2F"


def _fill(user: Any, count: int) -> None:
    for n in range(count):
        drive = DriveAccount.objects.create(user=user, uk=n, name=f"drive {n}", total=100, used=n)
        moving = Transfer.objects.create(
            user=user, source_kind="netdisk", account=drive, name="a", state=JobState.RUNNING
        )
        LibraryFile.objects.create(user=user, name="b", size=5, sha256="0" * 64)
        audit.record("transfers.pause", user=user, target=moving.object_name)
        audit.record("netdisk.connect", user=user, target=f"drive:{drive.pk}")
        events.publish(user.pk, "transfer.done", {"name": "a"}, object_=moving.object_name)


def _cost(client: Client, path: str) -> int:
    client.get(path)  # caches of the site's settings are filled once
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize(("path", "most"), [("/", 30), ("/activity/", 15), ("/system/", 25)])
def test_queries_do_not_grow_with_the_rows(path: str, most: int, as_admin: Client, admin: Any) -> None:
    _fill(admin, 1)
    few = _cost(as_admin, path)
    _fill_more(admin)
    assert _cost(as_admin, path) == few <= most


def _fill_more(user: Any) -> None:
    DriveAccount.objects.all().delete()
    Transfer.objects.all().delete()
    _fill(user, 12)


def test_home_shows_what_moves_and_what_happened(as_alice: Client, alice: Any, mallory: Any) -> None:
    _fill(alice, 1)
    Transfer.objects.create(user=mallory, source_kind="url", name="not yours", state=JobState.RUNNING)
    page = as_alice.get("/").content.decode()
    transfer = Transfer.objects.get(user=alice)
    assert f'data-object="transfer:{transfer.pk}"' in page
    assert f'href="/transfers/{transfer.pk}/"' in page
    assert "drive 0" in page
    assert "not yours" not in page


def test_home_answers_htmx_with_its_living_part_only(as_alice: Client) -> None:
    part = as_alice.get("/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="stack" id="home"')
    assert "<html" not in part


def test_silent_workers_are_announced_and_reporting_ones_are_not(as_alice: Client, as_admin: Client) -> None:
    silent = 'class="banner"'
    assert silent in as_alice.get("/").content.decode()
    beat = WorkerBeat.objects.create(name="here:1", seen_at=timezone.now())
    assert silent not in as_alice.get("/").content.decode()
    assert "here:1" in as_admin.get("/system/").content.decode()
    WorkerBeat.objects.filter(pk=beat.pk).update(seen_at=timezone.now() - timedelta(seconds=41))
    assert silent in as_alice.get("/").content.decode()


def test_system_refreshes_by_part_and_shows_the_age_of_the_queue(as_admin: Client, admin: Any) -> None:
    since = timezone.now() - timedelta(minutes=9)
    Transfer.objects.create(user=admin, source_kind="url", name="late", available_at=since)
    page = as_admin.get("/system/", headers={"HX-Request": "true"})
    queue = page.context["found"]["queues"][1]
    assert (queue.due, queue.later, queue.oldest) == (1, 0, since)
    assert "<html" not in page.content.decode()
    behind = next(card for card in page.context["cards"] if card.icon == "list")
    assert (behind.tone, behind.figure) == ("waiting", "1")


def test_developers_page_lists_every_operation_with_a_call(as_alice: Client) -> None:
    from core.operations import all_operations

    page = as_alice.get("/developers/")
    assert [row["name"] for row in page.context["operations"]] == [entry.name for entry in all_operations()]
    search = next(row for row in page.context["operations"] if row["name"] == "netdisk.search_filename")
    assert '{"op": "search_filename", "args": {"key": "…"}}' in search["curl"]


def test_activity_entries_of_others_stay_theirs(as_alice: Client, mallory: Any) -> None:
    audit.record("accounts.update_profile", user=mallory, target="secret thing")
    assert "secret thing" not in as_alice.get("/activity/").content.decode()
    assert AuditEntry.objects.filter(target="secret thing").exists()
