"""The admin of every app: it opens, costs a fixed number of queries, shows no secret, and acts through the services."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, Event, Job, JobState, LiveSettingChange, LiveSettingValue, Schedule, WorkerBeat
from core.spreadsheet import safe_cell
from core.vault import seal_secret
from netdisk.models import Authorisation, DriveAccount, OAuthToken
from transfers.models import LibraryFile, Transfer, TransferPart, TransferStep

pytestmark = pytest.mark.django_db
SECRET = "access-token-that-nobody-may-read"
MODELS = [
    AuditEntry,
    Event,
    Job,
    Schedule,
    WorkerBeat,
    LiveSettingValue,
    LiveSettingChange,
    DriveAccount,
    Authorisation,
    Transfer,
    LibraryFile,
]


@pytest.fixture
def staff(client: Any, admin: Any) -> Any:
    client.force_login(admin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def url(model: Any, page: str = "changelist", *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def fill(user: Any, count: int) -> None:
    """`count` rows of everything, each with its own neighbours."""
    now = timezone.now()
    for n in range(count):
        drive = DriveAccount.objects.create(user=user, uk=n, name=f"drive {n}")
        token = OAuthToken(account=drive, expires_at=now, obtained_at=now)
        seal_secret(token, "access", SECRET)
        seal_secret(token, "refresh", SECRET)
        token.save()
        Authorisation.objects.create(user=user, expires_at=now, state_digest="d" * 64, user_code=f"c{n}")
        row = Transfer.objects.create(
            user=user, source_kind="url", source={"url": f"https://e.org/?key={SECRET}"}, name="a"
        )
        TransferPart.objects.create(transfer=row, index=0, start=0)
        TransferStep.objects.create(transfer=row, code="created")
        LibraryFile.objects.create(user=user, name="a", size=1, sha256="ab" * 32)
        AuditEntry.objects.create(user=user, username="=cmd()", action="x", surface="page")
        Event.objects.create(user=user, seq=n, type="x")
        Job.objects.create(kind="x", user=user)
        Schedule.objects.create(name=str(n))
        WorkerBeat.objects.create(name=str(n), seen_at=now)
        LiveSettingValue.objects.create(key=str(n), value=1)
        LiveSettingChange.objects.create(key="x", user=user)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_page_opens_and_shows_no_secret(staff: Any, alice: Any, model: Any) -> None:
    fill(alice, 2)
    pages = [staff.get(url(model), {"q": "a"}), staff.get(url(model))]
    pages.append(staff.get(url(model, "change", model.objects.first().pk)))
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200 and SECRET not in text and "dddddddd" not in text and "y1:" not in text


@pytest.mark.parametrize("model", MODELS)
def test_lists_cost_the_same_however_many_rows(
    staff: Any, alice: Any, mallory: Any, model: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    fill(alice, 2)
    staff.get(url(model))
    with CaptureQueriesContext(
        connection,
    ) as few:
        staff.get(url(model))
    model.objects.all().delete()
    DriveAccount.objects.all().delete()
    Event.objects.all().delete()
    Schedule.objects.all().delete()
    WorkerBeat.objects.all().delete()
    LiveSettingValue.objects.all().delete()
    fill(alice, 20)
    with django_assert_num_queries(len(few)):
        staff.get(url(model))


@pytest.mark.parametrize("model", [AuditEntry, Event, Authorisation, Transfer, LibraryFile, DriveAccount])
def test_records_can_be_neither_added_nor_changed(staff: Any, alice: Any, model: Any) -> None:
    fill(alice, 1)
    row = model.objects.first()
    assert staff.get(url(model, "add")).status_code == 403
    staff.post(url(model, "change", row.pk), {"name": "changed", "username": "changed", "type": "changed"})
    row.refresh_from_db()
    assert "changed" not in {getattr(row, name, "") for name in ("name", "username", "type")}


def test_people_who_are_no_staff_do_not_get_in(client: Any, alice: Any) -> None:
    client.force_login(alice)
    assert client.get(url(Transfer)).status_code == 302


def do(staff: Any, model: Any, action: str, rows: list[Any]) -> Any:
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return staff.post(url(model), form, follow=action != "export_csv")


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("pause", JobState.QUEUED, JobState.PAUSED),
        ("resume", JobState.PAUSED, JobState.QUEUED),
        ("retry", JobState.FAILED, JobState.QUEUED),
        ("cancel", JobState.WAITING, JobState.CANCELLED),
    ],
)
def test_transfer_actions_go_through_the_services(
    staff: Any, admin: Any, alice: Any, monkeypatch: Any, action: str, before: str, after: str
) -> None:
    monkeypatch.setattr("transfers.services.ring", lambda task, pk: None)
    rows = [Transfer.objects.create(user=alice, source_kind="url", name="a", state=before) for _ in range(2)]
    done = Transfer.objects.create(user=alice, source_kind="url", name="b", state=JobState.DONE)
    answer = do(staff, Transfer, action, [*rows, done])
    assert set(Transfer.objects.filter(name="a").values_list("state", flat=True)) == {after}
    assert AuditEntry.objects.filter(user=admin, action=f"transfers.{action}").count() == 2
    assert len(answer.context["messages"]) == 2  # two worked, one is told why not


def test_jobs_are_tried_again(staff: Any) -> None:
    failed = Job.objects.create(kind="x", state=JobState.FAILED, attempts=5, error_code="boo")
    running = Job.objects.create(kind="x", state=JobState.RUNNING)
    do(staff, Job, "retry", [failed, running])
    failed.refresh_from_db()
    running.refresh_from_db()
    assert (failed.state, failed.attempts, failed.error_code) == (JobState.QUEUED, 0, "")
    assert running.state == JobState.RUNNING


def test_revoking_forgets_the_tokens_and_asks_the_owner(staff: Any, alice: Any) -> None:
    fill(alice, 1)
    drive = DriveAccount.objects.get()
    do(staff, DriveAccount, "revoke", [drive])
    drive.refresh_from_db()
    assert drive.state == DriveAccount.State.NEEDS_YOU and not OAuthToken.objects.exists()
    assert Event.objects.filter(user=alice, type="drive.needs_you").exists()


def test_testing_a_drive_says_what_is_wrong(staff: Any, drive: Any, settings: Any) -> None:
    assert "The connection works" in do(staff, DriveAccount, "test_connection", [drive]).content.decode()
    settings.BAIDU_PAN_URL = "http://127.0.0.1:1"
    answer = do(staff, DriveAccount, "test_connection", [drive])
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_exports_hold_no_formula(staff: Any, alice: Any) -> None:
    fill(alice, 2)
    answer = do(staff, AuditEntry, "export_csv", list(AuditEntry.objects.filter(action="x")))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 2 and {line["username"] for line in lines} == {"'=cmd()"}
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u3000+1", "\ufeff=1", "＝1", "＠x"]
)
def test_H40_a_cell_that_looks_like_a_formula_is_text(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


def test_all_rows_of_the_apps_are_looked_after() -> None:
    """Every model that staff need is in the admin; parts, steps, tokens and cursors belong to another one's page."""
    assert set(MODELS) <= set(django_admin.site._registry)


def test_old_rows_are_found_by_date(staff: Any, alice: Any) -> None:
    fill(alice, 1)
    Transfer.objects.update(created_at=timezone.now() - timedelta(days=400))
    year = (timezone.now() - timedelta(days=400)).year
    assert staff.get(url(Transfer), {"created_at__year": year}).context["cl"].result_count == 1
