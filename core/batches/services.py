"""What people do with batches: order, look, cancel, run some items again. The worker's side is in `runner`."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import events, operations
from core.errors import AppError, Conflict, Forbidden, Invalid, LimitReached, NotFound
from core.jobs.queue import ring
from core.models import Batch, BatchItem, JobState
from core.models.jobs import ENDED
from core.operations import Call

MOST_ITEMS = 1_000
MOST_WAITING = 50  # batches of one user that have not ended
MOST_BYTES = 2 * 1024 * 1024  # of all arguments together
OWN = "core.batch_"
State = BatchItem.State
AGAIN: dict[str, Any] = {"attempts": 0, "result": None, "error": {}, "started_at": None, "finished_at": None}


@dataclass(frozen=True)
class Order:
    """One wanted operation; `args` as they came, checked against the operation before anything is stored."""

    op: str
    args: dict[str, Any] = field(default_factory=dict)


def submit(
    call: Call, orders: list[Order], *, name: str = "", stop_on_error: bool = False, key: str | None = None
) -> Batch:
    """Store a batch, all of it or nothing, and wake a worker. The same `key` with the same orders is the same batch."""
    digest = _digest(call, orders, stop_on_error)
    if before := _made_before(call.user, key, digest):
        return before
    entries = _checked(call, orders)
    try:
        with transaction.atomic():
            _leave_room(call.user)
            batch = Batch.objects.create(
                user=call.user,
                name=name,
                surface=call.surface,
                scopes=sorted(call.scopes),
                service=call.service,
                approved=call.approved,
                stop_on_error=stop_on_error,
                key=key or None,
                digest=digest,
                total=len(orders),
                available_at=Now(),
                rung_at=Now(),
            )
            BatchItem.objects.bulk_create(
                [
                    BatchItem(batch=batch, position=number, op=entry.name, args=order.args)
                    for number, (entry, order) in enumerate(zip(entries, orders, strict=True))
                ],
                batch_size=200,
            )
            tell(batch)
            wake(batch)
    except IntegrityError:
        if before := _made_before(call.user, key, digest):
            return before  # the same order, taken by another process a moment ago
        raise
    return batch


def _digest(call: Call, orders: list[Order], stop_on_error: bool) -> str:
    plain = [[order.op, order.args] for order in orders]
    body = json.dumps([plain, stop_on_error, call.service], sort_keys=True).encode()
    if len(body) > MOST_BYTES:
        raise Invalid(
            _("The items of a batch may take %d MiB together.") % (MOST_BYTES >> 20), hint=_("Send several batches.")
        )
    return hashlib.sha256(body).hexdigest()


def _made_before(user: Any, key: str | None, digest: str) -> Batch | None:
    before: Batch | None = Batch.objects.visible_to(user).filter(key=key).first() if key else None
    if before and before.digest != digest:
        raise Conflict(
            _("This key was used for another batch."),
            code="key_reused",
            hint=_("Send a new key with new items, or the same items with the old key."),
        )
    return before


def _checked(call: Call, orders: list[Order]) -> list[operations.Operation]:
    """The operation of each order. Every one that could not begin is named by its index, and then none is stored."""
    entries, problems = [], dict[str, list[Any]]()
    for number, order in enumerate(orders):
        try:
            entry = operations.find(order.op)
            if entry.name.startswith(OWN):
                raise Forbidden(_("A batch can't hold another batch."))
            operations.check(entry, call, order.args)
            entries.append(entry)
        except AppError as error:
            place = f"items.{number}"
            if error.fields:
                problems |= {f"{place}.args.{name}": texts for name, texts in error.fields.items()}
            else:
                problems[f"{place}.op"] = [error.message]
    if problems:
        raise Invalid(
            _("Some items of the batch can't be run, so none was stored."), code="batch_refused", fields=problems
        )
    return entries


def _leave_room(user: Any) -> None:
    if Batch.objects.visible_to(user).active().count() >= MOST_WAITING:
        raise LimitReached(
            _("Too many batches are waiting already."),
            code="too_many_batches",
            hint=_("Wait until some have ended, or cancel some."),
        )


def find(user: Any, pk: Any) -> Batch:
    """A batch of this user; anything else, malformed ids too, is simply not found."""
    try:
        found: Batch | None = Batch.objects.visible_to(user).filter(pk=uuid.UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def cancel(batch: Batch) -> Batch:
    """End it: what has not begun is not run; an item in hand is let finish. Ended batches stay as they are."""
    with transaction.atomic():
        if Batch.objects.filter(pk=batch.pk, state=JobState.RUNNING).update(wanted="cancel"):
            batch.refresh_from_db()
            return batch
        waiting = Batch.objects.filter(pk=batch.pk, state__in=(JobState.QUEUED, JobState.WAITING))
        if waiting.update(state=JobState.CANCELLED, finished_at=Now(), error="", error_code=""):
            batch.items.filter(state=State.QUEUED).update(state=State.SKIPPED)
            recount(batch)
            tell(batch)
    return batch


def retry(batch: Batch, *, unknown: bool = False, positions: list[int] | None = None) -> Batch:
    """Run again what failed or was not run; with `unknown` also what may have been done already.

    `positions` (from 0) picks single items. A waiting batch goes on at once.
    """
    states = [State.FAILED, State.SKIPPED, *([State.UNKNOWN] if unknown else [])]
    with transaction.atomic():
        items = batch.items.filter(state__in=states)
        items = items if positions is None else items.filter(position__in=positions)
        ended = Batch.objects.select_for_update().filter(pk=batch.pk, state__in=ENDED).exists()
        if ended and not items.update(state=State.QUEUED, **AGAIN):
            raise Conflict(
                _("Nothing here can be run again."), hint=_("Items whose outcome is unknown are run again one by one.")
            )
        fresh: dict[str, Any] = {"state": JobState.QUEUED, "available_at": Now(), "rung_at": Now(), "finished_at": None}
        fresh |= {"crashes": 0, "error": "", "error_code": "", "wanted": ""}
        startable = Batch.objects.filter(pk=batch.pk, state__in=(*ENDED, JobState.WAITING))
        if not startable.update(**fresh):
            raise Conflict(_("The batch is running."), hint=_("Wait until it has ended, or cancel it."))
        recount(batch)
        tell(batch)
        wake(batch)
    return batch


def recount(batch: Batch) -> None:
    """Bring the counts in line with the items, after many of them changed at once."""
    found = dict(batch.items.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {name: found.get(name, 0) for name in ("done", "failed", "unknown", "skipped")}
    Batch.objects.filter(pk=batch.pk).update(**counts)
    batch.refresh_from_db()


def wake(batch: Batch) -> None:
    from .tasks import run_batch

    transaction.on_commit(lambda: ring(run_batch, batch.pk), robust=True)


def tell(batch: Batch) -> None:
    events.publish(batch.user_id, "batch.changed", summary(batch), object_=batch.object_name)


def summary(batch: Batch) -> dict[str, Any]:
    """What events, answers and lists say about a batch."""
    waiting = batch.state == JobState.WAITING
    return {
        "id": str(batch.pk),
        "name": batch.name,
        "state": batch.state,
        "total": batch.total,
        "done": batch.done,
        "failed": batch.failed,
        "unknown": batch.unknown,
        "skipped": batch.skipped,
        "waiting_until": batch.available_at.isoformat() if waiting else None,
        "error": {"code": batch.error_code, "detail": batch.error} if batch.error_code else None,
    }
