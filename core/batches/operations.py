"""Batches as operations. Their short names are the seed's: `batch_submit`, `batch_status` (A7)."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.api import strict_json
from core.models import Batch, BatchItem
from core.operations import Arguments, Call, Danger, dump, operation

from . import services
from .services import MOST_ITEMS, Order

MOST_SHOWN = 1_000
LISTED = 50


def _parsed(value: Any) -> Any:
    """A list or an object, also as a JSON text (A6)."""
    if isinstance(value, str):
        try:
            return strict_json(value.encode())
        except (ValueError, RecursionError) as error:
            raise ValueError('write a list such as [{"op": "quota", "args": {}}]') from error
    return value


def _flag(value: Any) -> Any:
    return False if value is None or value == "" else value


Flag = Annotated[bool, BeforeValidator(_flag)]


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    op: str = Field(min_length=1, max_length=80)
    args: Annotated[dict[str, Any] | None, BeforeValidator(_parsed)] = None


class Submit(Arguments):
    items: Annotated[list[Item], BeforeValidator(_parsed), Field(min_length=1, max_length=MOST_ITEMS)]
    name: str = Field("", max_length=120)
    stop_on_error: Flag = Field(False, description="Leave the rest when one fails.")
    key: str | None = Field(None, min_length=1, max_length=80, description="The same key again gives the same batch.")


class Named(Arguments):
    id: str = Field(max_length=36)

    def target(self) -> str:
        return f"batch:{self.id}"


class Status(Arguments):
    id: str | None = Field(None, max_length=36, description="Without it: the newest batches.")
    state: BatchItem.State | None = Field(None, description="Only items in this state.")
    start: int = Field(0, ge=0, le=MOST_ITEMS)
    limit: int = Field(100, ge=1, le=MOST_SHOWN)


class Retry(Named):
    unknown: Flag = Field(False, description="Also items that may have been done already.")
    items: Annotated[list[int] | None, BeforeValidator(_parsed)] = Field(
        None, max_length=MOST_ITEMS, description="Only these, counted from 0."
    )


@operation("core.batch_submit", scope="batches:write", title=_("Order a batch"), danger=Danger.WRITE, service=True)
def batch_submit(call: Call, args: Submit) -> dict[str, Any]:
    """Up to 1,000 operations, run one after the other in the background with the rights of this call.

    Every item is checked first; when one could not begin, none is stored. What fails for a passing reason is tried again.
    """
    orders = [Order(item.op, item.args or {}) for item in args.items]
    batch = services.submit(call, orders, name=args.name, stop_on_error=args.stop_on_error, key=args.key)
    return services.summary(batch)


@operation("core.batch_status", scope="batches:read", title=_("State of a batch"), service=True)
def batch_status(call: Call, args: Status) -> dict[str, Any]:
    """How far a batch is and what became of its items; without `id` the newest batches."""
    if args.id is None:
        mine = Batch.objects.visible_to(call.user)[args.start : args.start + min(args.limit, LISTED)]
        return {"list": [services.summary(batch) for batch in mine]}
    batch = services.find(call.user, args.id)
    rows = batch.items.filter(state=args.state) if args.state else batch.items.all()
    found = list(rows[args.start : args.start + args.limit + 1])
    more = len(found) > args.limit
    return services.summary(batch) | {
        "items": [item_row(item) for item in found[: args.limit]],
        "next_start": args.start + args.limit if more else None,
    }


@operation("core.batch_cancel", scope="batches:write", title=_("Cancel a batch"), danger=Danger.WRITE, service=True)
def batch_cancel(call: Call, args: Named) -> dict[str, Any]:
    """What has not begun is not run; the item in hand is let finish."""
    return services.summary(services.cancel(services.find(call.user, args.id)))


@operation(
    "core.batch_retry", scope="batches:write", title=_("Run items of a batch again"), danger=Danger.WRITE, service=True
)
def batch_retry(call: Call, args: Retry) -> dict[str, Any]:
    """Items that failed or were not run go again; a waiting batch goes on at once."""
    batch = services.find(call.user, args.id)
    return services.summary(services.retry(batch, unknown=args.unknown, positions=args.items))


def item_row(item: BatchItem) -> dict[str, Any]:
    return {
        "n": item.position,
        "op": item.op,
        "state": item.state,
        "attempts": item.attempts,
        "result": dump(item.result),
        "error": item.error or None,
        "finished_at": item.finished_at.isoformat() if item.finished_at else None,
    }
