"""The worker's side: take a batch, run its items in order, write down what became of each.

Before an item runs, its row says `running`. Should this process die now, whoever takes the batch over knows that the outcome is
open: a repeatable item runs again, any other becomes `unknown` and waits for a person.
"""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import close_old_connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from core import audit, events, operations, request
from core.errors import AppError, NotFound
from core.faults import fault
from core.jobs.lease import Lease, LeaseLost, keeper, worker_name
from core.jobs.queue import ring
from core.models import Batch, BatchItem, JobState
from core.operations import Call, Operation, Surface

from .outcome import LOOK_FIRST, Then, judge, pause
from .services import State, recount, tell

log = structlog.get_logger(__name__)
SLICE_SECONDS = 20.0  # then other work gets the thread
CLOSE_SECONDS = 15.0
RESULT_BYTES = 2_000
closing = threading.Event()
_running: set[Any] = set()


def run(pk: Any) -> bool:
    """Claim one batch and run its items for a while; false when someone else has it or it is not due."""
    if closing.is_set():
        return False
    close_old_connections()
    batch: Batch | None = Batch.objects.select_related("user").claim(pk, worker_name())
    if batch is None:
        return False
    here = request.enter(request.RequestInfo(request_id=str(batch.pk), surface=batch.surface, bulk=True))
    structlog.contextvars.bind_contextvars(batch=str(batch.pk))
    _running.add(batch.pk)
    try:
        with translation.override(getattr(batch.user, "language", "") or None):
            Run(batch).execute()
    finally:
        _running.discard(batch.pk)
        structlog.contextvars.unbind_contextvars("batch")
        request.leave(here)
    return True


class Run:
    """One slice of one batch in this process."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.lease = Lease(Batch, batch.pk, batch.fence)
        self.held = Batch.objects.all().held(batch.pk, batch.fence)
        self.call = Call(
            batch.user,
            Surface(batch.surface),
            scopes=frozenset(batch.scopes),
            service=batch.service,
            approved=batch.approved,
        )

    def execute(self) -> None:
        keeper.hold(self.lease)
        try:
            self._begin()
            self._work()
        except LeaseLost:
            log.warning("batch.lease_lost")
        finally:
            keeper.drop(self.lease)

    def _begin(self) -> None:
        """Settle what a dead worker left in hand, and say that the batch moves."""
        for item in self.batch.items.filter(state=State.RUNNING):
            _settle(item)
        with transaction.atomic():
            recount(self.batch)
            if not self.held.update(error="", error_code=""):
                raise LeaseLost
            self.batch.refresh_from_db()
            tell(self.batch)

    def _work(self) -> None:
        until = time.monotonic() + SLICE_SECONDS
        while True:
            if not self.lease.valid():
                raise LeaseLost
            if self._cancelled() or self._stops():
                return self._end()
            item = self.batch.items.filter(state=State.QUEUED).first()
            if item is None:
                return self._end()
            if closing.is_set() or time.monotonic() > until:
                return self._hand_back()
            seconds = self._item(item)
            if seconds is not None:
                return self._wait(seconds)

    def _cancelled(self) -> bool:
        self.batch.refresh_from_db(fields=["wanted", "done", "failed", "unknown", "skipped"])
        return self.batch.wanted == "cancel" or not self.batch.user.is_active

    def _stops(self) -> bool:
        return self.batch.stop_on_error and bool(self.batch.failed or self.batch.unknown)

    def _item(self, item: BatchItem) -> float | None:
        """Run one item; seconds when the batch has to wait before it goes on."""
        mine = BatchItem.objects.filter(pk=item.pk, state=State.QUEUED)
        if not mine.update(state=State.RUNNING, attempts=F("attempts") + 1, started_at=Now()):
            raise LeaseLost
        item.attempts += 1
        fault("batch_item_begun")
        try:
            entry = operations.find(item.op)
        except NotFound as error:  # of a release that this one replaced
            self._store(item, State.FAILED, error=problem(error))
            return None
        try:
            result = operations.run(entry, self.call, item.args)
        except AppError as error:
            return self._failed(item, entry, error)
        except Exception:
            log.exception("batch.item_crashed", operation=item.op)
            self._store(item, State.FAILED if entry.repeatable else State.UNKNOWN, error=problem(AppError()))
            return None
        fault("batch_item_done")
        self._store(item, State.DONE, result=brief(result))
        return None

    def _failed(self, item: BatchItem, entry: Operation, error: AppError) -> float | None:
        then, found = judge(entry, error, item.attempts), problem(error)
        if then is Then.FAIL:
            self._store(item, State.FAILED, error=found)
            return None
        if then is Then.UNKNOWN:
            self._store(item, State.UNKNOWN, error={**found, "hint": str(LOOK_FIRST)})
            return None
        attempts = item.attempts - 1 if then is Then.WAIT else item.attempts
        with transaction.atomic():
            if not self.held.update(error_code=found["code"][:64], error=found["detail"][:500]):
                raise LeaseLost
            BatchItem.objects.filter(pk=item.pk).update(state=State.QUEUED, attempts=attempts, error=found)
        return pause(then, error, item.attempts)

    def _store(self, item: BatchItem, state: str, *, result: Any = None, error: dict[str, Any] | None = None) -> None:
        """The outcome, only while the batch is still ours; an item that got through ends a series of crashes."""
        with transaction.atomic():
            if not self.held.update(crashes=0, **{state: F(state) + 1}):
                raise LeaseLost
            BatchItem.objects.filter(pk=item.pk).update(
                state=state, result=result, error=error or {}, finished_at=Now()
            )
        finished = self.batch.finished + 1
        events.progress(self.batch.user_id, self.batch.object_name, {"bytes": finished, "total": self.batch.total})

    def _end(self) -> None:
        """Everything has its outcome, or the rest is not wanted any more."""
        with transaction.atomic():
            skipped = self.batch.items.filter(state=State.QUEUED).update(state=State.SKIPPED)
            troubled = self.batch.failed or self.batch.unknown or self.batch.skipped or skipped
            state = JobState.FAILED if troubled else JobState.DONE
            if self.batch.wanted == "cancel" and skipped:
                state = JobState.CANCELLED
            self._leave(state, skipped=F("skipped") + skipped, wanted="")

    def _wait(self, seconds: float) -> None:
        with transaction.atomic():
            self._leave(JobState.WAITING, available_at=Now() + timedelta(seconds=seconds))

    def _hand_back(self) -> None:
        """Let others have the thread; whoever is free goes on at once."""
        if self.lease.release(JobState.QUEUED, available_at=Now()) and not closing.is_set():
            from .tasks import run_batch

            ring(run_batch, self.batch.pk)

    def _leave(self, state: str, **changes: Any) -> None:
        if not self.lease.release(state, **changes):
            raise LeaseLost
        self.batch.refresh_from_db()
        tell(self.batch)


def _settle(item: BatchItem) -> None:
    """An item whose worker died in it."""
    try:
        repeatable = operations.find(item.op).repeatable
    except NotFound:
        repeatable = False
    if repeatable:
        BatchItem.objects.filter(pk=item.pk, state=State.RUNNING).update(state=State.QUEUED)
        return
    error = {
        "code": "outcome_unknown",
        "detail": _("The worker stopped while this was running; it may have happened or not."),
        "hint": str(LOOK_FIRST),
    }
    BatchItem.objects.filter(pk=item.pk, state=State.RUNNING).update(
        state=State.UNKNOWN, error=error, finished_at=Now()
    )


def problem(error: AppError) -> dict[str, Any]:
    """An error as an item keeps it; the fields of refused arguments are told in its sentence."""
    words = "; ".join(str(text) for texts in list(error.fields.values())[:5] for text in texts[:3])
    detail = f"{error.message} {words}".strip()
    return {"code": error.code, "detail": detail[:500], "hint": str(error.hint)[:500]}


def brief(result: Any) -> Any:
    """A result as an item keeps it: secrets masked, and only its outline where it is long."""
    plain = operations.dump(result)
    short = json.loads(json.dumps(audit.masked(plain), cls=DjangoJSONEncoder))
    return short if len(json.dumps(short, ensure_ascii=False)) <= RESULT_BYTES else audit.outline(plain)


def taken_back(pk: Any) -> None:
    """The sweeper took a batch from a dead worker: tell its owner; a parked one has no item in hand any more."""
    batch = Batch.objects.get(pk=pk)
    if batch.state == JobState.FAILED:
        for item in batch.items.filter(state=State.RUNNING):
            _settle(item)
        batch.items.filter(state=State.QUEUED).update(state=State.SKIPPED)
        recount(batch)
    tell(batch)


def hand_back_all() -> None:
    """This process stops: items in hand are let finish, then their batches go back into the queue."""
    closing.set()
    deadline = time.monotonic() + CLOSE_SECONDS
    while _running and time.monotonic() < deadline:
        time.sleep(0.05)
