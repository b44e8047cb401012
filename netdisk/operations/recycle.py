"""The recycle bin, through Baidu's old interface: only for apps that still have it (wire/baidu-netdisk.md §2.12)."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.errors import Forbidden
from core.operations import Call, Danger, operation
from netdisk.baidu.listing import Page
from netdisk.errors import NetdiskError

from .answers import client_of, gather, row
from .arguments import MAX_LIMIT, FsId, OnDrive, Rows, Start, items
from .refusals import where_offered

REASON = _("Baidu keeps the recycle bin from this app.")
INSTEAD = _("Open the recycle bin in Baidu's own app or site; what is in it stays for 10 days.")
SUPPORTED = _("with an app that still has Baidu's old PCS interface")


class RecycleList(OnDrive):
    start: Start = 0
    limit: Rows = MAX_LIMIT


class RecycleRestore(OnDrive):
    fsids: Annotated[list[FsId], BeforeValidator(items)] = Field(min_length=1, max_length=1000)


@operation(
    "netdisk.recycle_list",
    scope="netdisk:read",
    title=_("Look into the recycle bin"),
    service=True,
    upstream="GET /rest/2.0/pcs/file?method=listrecycle",
    supported=SUPPORTED,
)
def recycle_list(call: Call, args: RecycleList) -> dict[str, Any]:
    """What was deleted lately; on the shared account for staff only."""
    if call.service and not call.user.is_staff:
        raise Forbidden
    client = client_of(call, args)

    def fetch(start: int, limit: int) -> Page:
        entries = client.recycle_list(start=start, limit=limit)
        return Page(entries, len(entries) == limit)

    with where_offered(REASON, INSTEAD):
        page = gather(call, fetch, args.start, args.limit)
    return {
        "list": [row(entry) for entry in page.entries],
        "has_more": page.has_more,
        "next_start": page.cursor if page.has_more else None,
    }


@operation(
    "netdisk.recycle_restore",
    scope="netdisk:write",
    title=_("Bring back from the recycle bin"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/pcs/file?method=restore",
    supported=SUPPORTED,
)
def recycle_restore(call: Call, args: RecycleRestore) -> dict[str, Any]:
    """To where they were; `missing` are those that could not be brought back."""
    with where_offered(REASON, INSTEAD):
        restored = client_of(call, args).recycle_restore(args.fsids)
    missing = [fs_id for fs_id in args.fsids if fs_id not in restored.fs_ids] if not restored.complete else []
    if missing and not restored.fs_ids:
        raise NetdiskError("netdisk.restore_failed")
    return {"restored": restored.fs_ids or args.fsids, "missing": missing}


@operation(
    "netdisk.recycle_clear",
    scope="netdisk:write",
    title=_("Empty the recycle bin"),
    danger=Danger.DESTROY,
    service=True,
    upstream="POST /rest/2.0/pcs/file?method=delete&type=recycle",
    supported=SUPPORTED,
)
def recycle_clear(call: Call, args: OnDrive) -> dict[str, Any]:
    """For good: nothing of it can be brought back."""
    with where_offered(REASON, INSTEAD):
        return {"cleared": client_of(call, args).recycle_clear()}
