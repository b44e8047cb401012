"""The pages of batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from core.batches import services
from core.batches.services import Order
from core.models import AuditEntry, Batch, BatchItem, JobState
from core.operations import Call, Surface
from tests.support.processes import finished, python

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FRAME = 5  # queries of every page: session, person, newest event, two badges
State = BatchItem.State


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def order(user: Any, count: int = 3, **more: Any) -> Batch:
    orders = [Order("mkdir", {"path": f"/folder {number}"}) for number in range(count)]
    return services.submit(Call(user, Surface.REST), orders, **more)


def ended(batch: Batch, *states: str) -> Batch:
    """As a worker leaves it: the first items in these states, the others done."""
    batch.items.update(state=State.DONE, attempts=1, result={"path": "/x"}, finished_at=Now())
    for position, state in enumerate(states):
        error = {"code": "netdisk.exists", "detail": "There is already something.", "hint": "Choose another name."}
        batch.items.filter(position=position).update(state=state, result=None, error=error, attempts=2)
    Batch.objects.filter(pk=batch.pk).update(state=JobState.FAILED if states else JobState.DONE, finished_at=Now())
    services.recount(batch)
    return batch


def text(page: Any, address: str, **query: Any) -> str:
    return str(page.get(address, query).content.decode())


def detail(batch: Batch) -> str:
    return reverse("batches:detail", args=[batch.pk])


def act(batch: Batch, action: str) -> str:
    return reverse("batches:act", args=[batch.pk, action])


def test_without_a_batch_the_list_says_what_belongs_here_and_how(page: Any) -> None:
    shown = text(page, "/batches/")
    assert "No batch yet" in shown and "batch_submit" in shown and reverse("netdisk:drives") in shown


def test_the_list_shows_progress_state_and_what_to_do(page: Any, alice: Any) -> None:
    running, failed = order(alice, name="one"), ended(order(alice), State.FAILED, State.UNKNOWN)
    shown = text(page, "/batches/")
    assert "one" in shown and "3 operations" in shown and f'data-object="{running.object_name}"' in shown
    assert "1 item failed." in shown and "nobody knows" in shown and act(failed, "retry") in shown
    assert act(running, "cancel") in shown and act(failed, "cancel") not in shown


def test_the_list_costs_the_same_however_many_batches(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    for _ in range(7):
        ended(order(alice), State.FAILED)
    page.get("/batches/")
    with django_assert_num_queries(FRAME + 3):
        page.get("/batches/")


def test_a_batch_s_page_costs_the_same_however_many_items(
    page: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    batch = order(alice, 120)
    page.get(detail(batch))
    with django_assert_num_queries(FRAME + 4):
        shown = text(page, detail(batch))
    assert "/folder 49" in shown and "/folder 50" not in shown and "1–50 of 120" in shown


def test_items_can_be_filtered_and_say_why_and_what_to_do(page: Any, alice: Any) -> None:
    batch = ended(order(alice), State.FAILED, State.UNKNOWN)
    shown = text(page, detail(batch), state="failed")
    assert "/folder 0" in shown and "/folder 1" not in shown and "Choose another name." in shown
    assert "/folder 2" in text(page, detail(batch), state="done")
    assert "/folder 2" in text(page, detail(batch), state="<script>")
    assert "Nothing matches" in text(page, detail(batch), state="skipped")


def test_waiting_says_until_when_and_why(page: Any, alice: Any) -> None:
    batch = order(alice)
    Batch.objects.filter(pk=batch.pk).update(
        state=JobState.WAITING,
        available_at=Now() + timedelta(minutes=5),
        error_code="x",
        error="Baidu asks to slow down.",
    )
    shown = text(page, detail(batch))
    assert "Baidu asks to slow down." in shown and "goes on at" in shown and act(batch, "retry") in shown
    assert page.post(act(batch, "retry")).url == detail(batch)
    batch.refresh_from_db()
    assert batch.state == JobState.QUEUED


def test_the_buttons_cancel_retry_and_run_one_again(page: Any, alice: Any) -> None:
    batch = order(alice)
    assert page.post(act(batch, "cancel")).url == detail(batch)
    batch.refresh_from_db()
    assert batch.state == JobState.CANCELLED and batch.skipped == 3
    other = ended(order(alice), State.FAILED, State.UNKNOWN)
    answer = page.post(act(other, "retry"), headers=HTMX)
    assert "Queued" in answer.content.decode() and list(other.items.values_list("state", flat=True)) == [
        "queued",
        "unknown",
        "done",
    ]
    third = ended(order(alice), State.UNKNOWN, State.UNKNOWN)
    page.post(act(third, "again"), {"item": "1"})
    assert list(third.items.values_list("state", flat=True)) == ["unknown", "queued", "done"]
    assert AuditEntry.objects.filter(action="core.batch_retry", surface="page", target=third.object_name).count() == 1


def test_what_can_t_be_done_says_why(page: Any, alice: Any) -> None:
    batch = ended(order(alice))
    assert page.post(act(batch, "retry"), follow=True).content.decode().count("Nothing here can be run again.") == 1
    for item in ("9", "-1", "x", "", "99999999999"):
        assert page.post(act(batch, "again"), {"item": item}).status_code == 404
    assert page.post(act(batch, "explode")).status_code == 404


def test_H20_a_stranger_finds_nothing_of_a_batch(client: Any, alice: Any, mallory: Any) -> None:
    batch = order(alice, name="secret plans")
    client.force_login(mallory)
    assert "secret plans" not in text(client, "/batches/")
    for address in (detail(batch), reverse("batches:row", args=[batch.pk])):
        assert client.get(address).status_code == 404
    for action in ("cancel", "retry", "again"):
        assert client.post(act(batch, action), {"item": "0"}).status_code == 404
    assert client.get("/batches/nope/").status_code == 404
    batch.refresh_from_db()
    assert batch.state == JobState.QUEUED


def test_strangers_are_sent_to_sign_in(client: Any, alice: Any) -> None:
    batch = order(alice)
    for address in ("/batches/", detail(batch)):
        assert client.get(address).url.startswith(reverse("accounts:login"))


def test_arguments_are_shown_without_secrets_and_as_text(page: Any, alice: Any) -> None:
    batch = order(alice, 1)
    batch.items.update(args={"path": "/<b>bold</b>", "password": "hush"})
    shown = text(page, detail(batch))
    assert "hush" not in shown and "<b>bold" not in shown and "&lt;b&gt;bold" in shown


@pytest.mark.parametrize("query", ["part=head", "part=items&state=failed", "part=nonsense"])
def test_parts_are_answered_to_htmx(page: Any, alice: Any, query: str) -> None:
    answer = page.get(f"{detail(order(alice))}?{query}", headers=HTMX).content.decode()
    assert ("<html" in answer) == ("nonsense" in query)


def test_workers_know_the_tasks_from_the_start() -> None:
    code = """
from config.celery import app
app.loader.import_default_modules()
print("core.run_batch" in app.tasks, "netdisk.run_scan" in app.tasks)
"""
    assert finished(python(code)).split() == ["True", "True"]
