"""Batches (A7): ordered at once, checked whole, run in order, each item once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import translation

from core import operations
from core.batches import rows, runner, services
from core.batches.services import Order
from core.jobs import sweep
from core.models import AuditEntry, Batch, BatchItem, Event, JobState
from core.operations import Call, Surface
from core.retention import BATCH_DAYS, prune
from tests.support.processes import python

TRANSACTIONAL = pytest.mark.django_db(transaction=True)
READS = {"op": "quota", "args": {}}


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every wake-up that was sent, in order; none arrives anywhere."""
    rung: list[str] = []
    for place in ("core.batches.services.ring", "core.batches.runner.ring"):
        monkeypatch.setattr(place, lambda task, pk: rung.append(str(pk)))
    return rung


def call(user: Any, *scopes: str, **more: Any) -> Call:
    return Call(user, Surface.REST, scopes=frozenset(scopes or {"*"}), **more)


def submit(user: Any, *items: dict[str, Any], **more: Any) -> Batch:
    answer = operations.run(operations.find("batch_submit"), call(user), {"items": list(items), **more})
    return Batch.objects.get(pk=answer["id"])


def folder(path: str) -> dict[str, Any]:
    return {"op": "mkdir", "args": {"path": path}}


def states(batch: Batch) -> list[str]:
    return list(batch.items.values_list("state", flat=True))


def run(batch: Batch) -> Batch:
    assert runner.run(batch.pk) is True
    batch.refresh_from_db()
    return batch


def due(batch: Batch) -> None:
    """As if the time to wait had passed."""
    Batch.objects.filter(pk=batch.pk).update(available_at=Now())


def made(standin: Any) -> int:
    """How many folders were asked for upstream."""
    return len(standin.log(op="mkdir"))


@TRANSACTIONAL
def test_items_run_in_order_and_each_keeps_its_outcome(alice: Any, drive: Any, standin: Any, bells: list[str]) -> None:
    batch = submit(alice, folder("/a"), folder("/a/b"), folder("/a"), {"op": "list_files", "args": {"dir": "/a"}})
    assert bells == [str(batch.pk)] and batch.state == JobState.QUEUED and made(standin) == 0
    run(batch)
    assert states(batch) == ["done", "done", "failed", "done"] and batch.state == JobState.FAILED
    assert (batch.total, batch.done, batch.failed, batch.finished) == (4, 3, 1, 4) and batch.finished_at
    refused, listed = batch.items.get(position=2), batch.items.get(position=3)
    assert refused.error["code"] == "netdisk.exists" and refused.error["hint"] and refused.attempts == 1
    assert listed.result["list"][0]["path"] == "/a/b"
    told = Event.objects.filter(object=batch.object_name).order_by("seq").values_list("data__state", flat=True)
    assert list(told) == ["queued", "running", "failed"]
    lines = AuditEntry.objects.filter(request_id=str(batch.pk))
    assert [line.action for line in lines.order_by("pk")] == ["netdisk.mkdir"] * 3 + ["netdisk.list_files"]


@TRANSACTIONAL
def test_items_and_arguments_may_be_json_texts(alice: Any, drive: Any) -> None:
    items = json.dumps([{"op": "mkdir", "args": json.dumps({"path": "/loose"})}, {"op": "quota"}])
    answer = operations.run(
        operations.find("core.batch_submit"), call(alice), {"items": items, "stop_on_error": "true"}
    )
    batch = run(Batch.objects.get(pk=answer["id"]))
    assert batch.stop_on_error and batch.state == JobState.DONE and states(batch) == ["done", "done"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"op": "no_such_thing"}, "items.1.op"),
    ({"op": "mkdir", "args": {"path": "relative"}}, "items.1.args.path"),
    ({"op": "mkdir", "args": {"path": "/x", "surprise": 1}}, "items.1.args.surprise"),
    ({"op": "batch_submit", "args": {"items": [READS]}}, "items.1.op"),
    ({"op": "core.batch_retry", "args": {"id": "x"}}, "items.1.op"),
    ({"op": "mkdir", "args": {"path": "/x"}, "more": 1}, "items.1.more"),
    ({"args": {}}, "items.1.op"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("wrong", "place"), WRONG)
def test_one_wrong_item_is_named_by_its_index_and_nothing_is_stored(
    alice: Any, wrong: dict[str, Any], place: str
) -> None:
    with pytest.raises(operations.AppError) as refused:
        submit(alice, READS, wrong)
    assert place in refused.value.fields and refused.value.status == 400
    assert not Batch.objects.exists() and not BatchItem.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "items",
    [[], [READS] * 1001, "[", "nonsense", 7, [[]], [None], '[{"op": "\\u0000"}]', '[{"op": "quota", "op": "x"}]'],
)
def test_a_batch_holds_one_to_a_thousand_items(alice: Any, items: Any) -> None:
    with pytest.raises(operations.AppError):
        operations.run(operations.find("batch_submit"), call(alice), {"items": items})
    with pytest.raises(operations.AppError):
        operations.run(operations.find("batch_submit"), call(alice), {"items": [READS], "stop_on_error": items})
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_a_thousand_items_are_stored_in_few_queries(alice: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(40):
        batch = submit(alice, *[READS] * 1000)
    assert batch.items.count() == batch.total == 1000


@TRANSACTIONAL
def test_stop_on_error_leaves_the_rest_and_a_retry_runs_what_is_missing(alice: Any, drive: Any, standin: Any) -> None:
    batch = run(submit(alice, folder("/s"), folder("/s"), folder("/s/t"), stop_on_error=True))
    assert states(batch) == ["done", "failed", "skipped"] and batch.state == JobState.FAILED
    standin.control("POST", "change", {"op": "delete", "path": "/s"})
    operations.run(operations.find("batch_retry"), call(alice), {"id": str(batch.pk)})
    batch.refresh_from_db()
    assert states(batch) == ["done", "queued", "queued"] and (batch.done, batch.failed, batch.skipped) == (1, 0, 0)
    assert run(batch).state == JobState.DONE and states(batch) == ["done"] * 3


@TRANSACTIONAL
def test_F60_the_same_key_gives_the_same_batch_and_refuses_another(alice: Any, mallory: Any, bells: list[str]) -> None:
    first, again = submit(alice, READS, key="k1"), submit(alice, READS, key="k1")
    assert first.pk == again.pk and bells == [str(first.pk)]
    with pytest.raises(operations.AppError) as refused:
        submit(alice, READS, READS, key="k1")
    assert (refused.value.status, refused.value.code) == (409, "key_reused")
    assert submit(mallory, READS, key="k1").pk != first.pk


@TRANSACTIONAL
def test_a_limit_makes_the_whole_batch_wait_and_is_no_failure(alice: Any, drive: Any, standin: Any) -> None:
    batch = submit(alice, folder("/w"), folder("/w/1"))
    standin.fault("rate_limited", match={"op": "mkdir"})
    run(batch)
    assert batch.state == JobState.WAITING and batch.error_code == "netdisk.rate_limited"
    assert states(batch) == ["queued", "queued"] and batch.items.get(position=0).attempts == 0
    shown = services.summary(batch)
    assert shown["waiting_until"] == batch.available_at.isoformat() and batch.available_at > batch.created_at
    assert runner.run(batch.pk) is False, "not before its time"
    standin.control("DELETE", "faults")
    operations.run(operations.find("batch_retry"), call(alice), {"id": str(batch.pk)})
    free_to_go(drive)
    assert run(batch).state == JobState.DONE and batch.error_code == ""


def free_to_go(drive: Any) -> None:
    """As if the hold of the drive were over."""
    from netdisk.models import Pace

    Pace.objects.filter(drive=drive).delete()


@TRANSACTIONAL
def test_a_passing_failure_of_a_read_is_tried_again_until_it_is_one_too_many(
    alice: Any, drive: Any, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.batches.outcome.MAX_ATTEMPTS", 2)
    batch = submit(alice, READS, READS)
    standin.fault("html_body", match={"op": "quota"})
    run(batch)
    assert batch.state == JobState.WAITING and states(batch) == ["queued", "queued"]
    assert batch.items.get(position=0).attempts == 1 and batch.items.get(position=0).error["detail"]
    standin.control("DELETE", "faults")
    due(batch)
    assert run(batch).state == JobState.DONE and batch.items.get(position=0).attempts == 2
    standin.fault("html_body", match={"op": "quota"})
    broken = submit(alice, READS)
    run(broken)
    due(broken)
    assert run(broken).state == JobState.FAILED and states(broken) == ["failed"]


@TRANSACTIONAL
def test_a_change_without_an_answer_is_not_done_twice_but_said_to_be_unknown(
    alice: Any, drive: Any, standin: Any
) -> None:
    standin.fault("answer_lost", 1, {"op": "mkdir"})
    batch = run(submit(alice, folder("/once"), folder("/after")))
    assert states(batch) == ["unknown", "done"] and batch.state == JobState.FAILED and batch.unknown == 1
    assert made(standin) == 2 and standin.source("/once")["isdir"], "it had happened"
    assert "again" in batch.items.get(position=0).error["hint"]
    with pytest.raises(operations.AppError):
        services.retry(batch)
    services.retry(batch, unknown=True, positions=[0])
    assert states(run(batch)) == ["failed", "done"] and batch.items.get(position=0).error["code"] == "netdisk.exists"


DIE = """
import os, signal, sys
from django.conf import settings
seen = []
def hook(name):
    seen.append(name)
    if name == {point!r} and seen.count(name) == {nth}: os.kill(os.getpid(), signal.SIGKILL)
settings.FAULT_HOOK = hook
from core.batches import runner
runner.run({pk!r})
"""


def killed_in(batch: Batch, point: str, nth: int, standin: Any) -> None:
    """Run it in a process of its own that dies at the nth pass of a point; then the sweeper takes the batch back."""
    urls = dict.fromkeys(("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL"), standin.url)
    hosts = {
        "OUTBOUND_ALLOW": standin.url.removeprefix("http://"),
        "BAIDU_TOKEN_HOSTS": standin.url.removeprefix("http://"),
    }
    worker = python(DIE.format(point=point, nth=nth, pk=str(batch.pk)), env={**urls, **hosts})
    worker.communicate(timeout=60)
    assert worker.returncode == -9
    assert Batch.objects.get(pk=batch.pk).state == JobState.RUNNING
    Batch.objects.filter(pk=batch.pk).update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    batch.refresh_from_db()
    assert batch.state == JobState.QUEUED and batch.crashes == 1


@TRANSACTIONAL
@pytest.mark.parametrize(("point", "happened"), [("batch_item_begun", False), ("batch_item_done", True)])
def test_F08_a_killed_worker_leaves_a_change_unknown_and_repeats_nothing_of_it(
    alice: Any, drive: Any, standin: Any, point: str, happened: bool
) -> None:
    batch = submit(alice, folder("/k"), folder("/k/1"), folder("/k/2"))
    killed_in(batch, point, 2, standin)
    assert states(batch) == ["done", "running", "queued"]
    run(batch)
    assert states(batch) == ["done", "unknown", "done"] and batch.crashes == 0
    assert batch.items.get(position=1).error["code"] == "outcome_unknown"
    assert made(standin) == (3 if happened else 2)


@TRANSACTIONAL
def test_F08_a_killed_worker_leaves_a_read_that_is_simply_read_again(alice: Any, drive: Any, standin: Any) -> None:
    batch = submit(alice, READS, READS)
    killed_in(batch, "batch_item_done", 1, standin)
    assert run(batch).state == JobState.DONE and states(batch) == ["done", "done"]
    assert batch.items.get(position=0).attempts == 2


@TRANSACTIONAL
def test_F10_a_batch_whose_item_keeps_killing_its_worker_is_parked(alice: Any, drive: Any) -> None:
    batch = submit(alice, READS, READS)
    batch.items.filter(position=0).update(state="running")
    past = Now() - timedelta(seconds=1)
    Batch.objects.filter(pk=batch.pk).update(state=JobState.RUNNING, worker="gone", lease_until=past, crashes=2)
    sweep()
    batch.refresh_from_db()
    assert (batch.state, batch.error_code, batch.skipped) == (JobState.FAILED, "crashed", 2)
    with translation.override("en"):
        assert rows.row(batch)["note"]["text"].startswith("The worker stopped")
    services.retry(batch)
    assert run(batch).state == JobState.DONE and batch.error == ""


@TRANSACTIONAL
def test_F07_the_outcome_of_a_worker_that_lost_its_lease_is_not_written(
    alice: Any, drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submit(alice, READS)

    def frozen(name: str) -> None:
        if name == "batch_item_done":
            Batch.objects.filter(pk=batch.pk).update(fence=99)

    monkeypatch.setattr("core.batches.runner.fault", frozen)
    run(batch)
    assert states(batch) == ["running"] and batch.done == 0 and batch.state == JobState.RUNNING


@TRANSACTIONAL
def test_a_batch_has_no_more_rights_than_the_call_that_ordered_it(alice: Any, admin: Any, drive: Any) -> None:
    items = {"items": [folder("/x")]}
    with pytest.raises(operations.AppError) as refused:
        operations.run(operations.find("batch_submit"), call(alice, "batches:write", "netdisk:read"), items)
    assert "items.0.op" in refused.value.fields
    for service in (False, True):
        with pytest.raises(operations.AppError):
            operations.run(operations.find("batch_submit"), call(alice, "netdisk:*", service=service), items)
    batch = services.submit(call(alice), [Order("mkdir", {"path": "/x"})])
    Batch.objects.filter(pk=batch.pk).update(scopes=["netdisk:read"])
    run(batch)
    assert batch.items.get().error["code"] == "scope_missing"
    shared = operations.run(operations.find("batch_submit"), call(admin, service=True), {"items": [READS]})
    ordered = run(Batch.objects.get(pk=shared["id"]))
    assert ordered.service and ordered.items.get().error["code"] == "netdisk.no_service_account"


@TRANSACTIONAL
def test_a_deactivated_person_s_batch_does_nothing_more(alice: Any, drive: Any, standin: Any) -> None:
    batch = submit(alice, folder("/late"))
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert run(batch).state == JobState.FAILED and states(batch) == ["skipped"] and made(standin) == 0


@TRANSACTIONAL
def test_cancelling_leaves_what_has_not_begun(alice: Any, drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = submit(alice, READS, READS)
    services.cancel(idle)
    assert idle.state == JobState.CANCELLED and states(idle) == ["skipped", "skipped"] and idle.skipped == 2
    moving = submit(alice, READS, READS)
    monkeypatch.setattr("core.batches.runner.fault", lambda name: services.cancel(Batch.objects.get(pk=moving.pk)))
    assert run(moving).state == JobState.CANCELLED and states(moving) == ["done", "skipped"]
    assert services.cancel(moving).state == JobState.CANCELLED, "cancelling twice is cancelling once"


@TRANSACTIONAL
def test_a_long_batch_gives_its_thread_to_others_and_goes_on(
    alice: Any, drive: Any, bells: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.batches.runner.SLICE_SECONDS", -1)
    batch = submit(alice, READS, READS)
    bells.clear()
    run(batch)
    assert batch.state == JobState.QUEUED and bells == [str(batch.pk)]
    monkeypatch.setattr("core.batches.runner.SLICE_SECONDS", 20)
    assert run(batch).state == JobState.DONE


@TRANSACTIONAL
def test_F06_an_ending_process_hands_its_batches_back(alice: Any, drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = submit(alice, READS, READS)
    monkeypatch.setattr("core.batches.runner.fault", lambda name: runner.closing.set())
    try:
        run(batch)
        assert batch.state == JobState.QUEUED and states(batch) == ["done", "queued"]
        assert runner.run(batch.pk) is False, "nothing new begins"
    finally:
        runner.closing.clear()
    monkeypatch.undo()
    assert run(batch).state == JobState.DONE


@pytest.mark.django_db
def test_results_are_kept_short_and_without_secrets() -> None:
    short = runner.brief({"list": [{"password": "hush", "path": "/a", "n": 1}]})
    assert short == {"list": [{"password": "•••", "path": "/a", "n": 1}]}
    long = json.dumps(runner.brief({"list": [{"path": "/" + "x" * 100}] * 500, "next": 3}))
    assert len(long) < runner.RESULT_BYTES and "500" in long


@pytest.mark.django_db
def test_a_person_s_waiting_batches_are_bounded(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.batches.services.MOST_WAITING", 1)
    submit(alice, READS)
    with pytest.raises(operations.AppError) as refused:
        submit(alice, READS)
    assert (refused.value.status, refused.value.code) == (429, "too_many_batches")


@pytest.mark.django_db
def test_status_pages_through_the_items_and_lists_the_newest_batches(alice: Any) -> None:
    first, second = submit(alice, *[READS] * 5, name="first"), submit(alice, READS)
    status = operations.find("batch_status")
    answer = operations.run(status, call(alice), {"id": str(first.pk), "start": 2, "limit": 2})
    assert [item["n"] for item in answer["items"]] == [2, 3] and answer["next_start"] == 4 and answer["name"] == "first"
    assert operations.run(status, call(alice), {"id": str(first.pk), "state": "failed"})["items"] == []
    listed = operations.run(status, call(alice), {})["list"]
    assert [each["id"] for each in listed] == [str(second.pk), str(first.pk)]


@pytest.mark.django_db
def test_H20_a_stranger_s_batch_is_not_found(alice: Any, mallory: Any) -> None:
    batch = submit(alice, READS)
    for name in ("batch_status", "batch_cancel", "batch_retry"):
        for pk in (str(batch.pk), "nope", ""):
            with pytest.raises(operations.AppError) as refused:
                operations.run(operations.find(name), call(mallory), {"id": pk})
            assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert operations.run(operations.find("batch_status"), call(mallory), {})["list"] == []
    assert states(batch) == ["queued"]


@pytest.mark.django_db
def test_ended_batches_go_after_their_time(alice: Any) -> None:
    old, young, waiting = submit(alice, READS), submit(alice, READS), submit(alice, READS)
    Batch.objects.exclude(pk=waiting.pk).update(state=JobState.DONE, finished_at=Now())
    Batch.objects.filter(pk=old.pk).update(finished_at=Now() - timedelta(days=BATCH_DAYS, hours=1))
    prune()
    assert set(Batch.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert not BatchItem.objects.filter(batch=old).exists()


@TRANSACTIONAL
def test_batches_go_through_the_seed_s_door(client: Any, alice: Any, drive: Any) -> None:
    client.force_login(alice)

    def ask(op: str, mode: str = "user", **args: Any) -> Any:
        body = {"op": op, "args": args}
        return client.post(f"/mcp/{mode}/exec", body, content_type="application/json").json()

    ordered = ask("batch_submit", items=[folder("/door"), READS])
    assert ordered["status"] == "ok" and ordered["data"]["state"] == "queued"
    run(Batch.objects.get(pk=ordered["data"]["id"]))
    told = ask("batch_status", id=ordered["data"]["id"])["data"]
    assert (told["state"], told["done"]) == ("done", 2) and told["items"][0]["result"]["path"] == "/door"
    assert ask("batch_cancel", id=told["id"])["data"]["state"] == "done", "an ended batch stays as it is"
    assert ask("batch_retry", id=told["id"])["error"]["status"] == 409
    refused = ask("batch_submit", items=[READS, folder("x")])["error"]
    assert refused["code"] == "batch_refused" and "items.1.args.path" in refused["errors"] and refused["hint"]
    assert ask("batch_submit", "public", items=[READS])["error"]["status"] == 403
