"""Finding files by name and by content."""

from __future__ import annotations

import posixpath
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.operations import Call, operation
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.types import SemanticHit
from netdisk.drives import client_for
from netdisk.errors import NetdiskError, translated
from netdisk.models import DriveAccount

from .answers import client_of, drive_of, row
from .arguments import Category, Flag, OnDrive, Page, Path, number

LONGEST_KEY = 30
MOST_HITS = 500
# Refusals of the semantic search itself; all others would meet the search by name as well.
REFUSALS = {
    "netdisk.not_supported",
    "netdisk.scope_missing",
    "netdisk.entitlement_expired",
    "netdisk.check_failed",
    "netdisk.malformed_reply",
    "netdisk.unknown_error",
    "netdisk.upstream_failed",
    "netdisk.bad_request",
}
Hits = Annotated[int, Field(ge=1, le=MOST_HITS), BeforeValidator(number)]


class SearchFilename(OnDrive):
    key: str = Field(min_length=1, max_length=LONGEST_KEY)
    dir: Path = "/"
    page: Page = 1
    num: Hits = MOST_HITS
    recursion: Flag = 1
    category: Category | None = None
    web: Flag = 0


class SearchSemantic(OnDrive):
    query: str = Field(min_length=1, max_length=300)
    dir: Path = "/"
    page: Page = 1
    num: Hits = 100
    recursion: Flag = 1
    category: Category | None = None


@operation(
    "netdisk.search_filename",
    scope="netdisk:read",
    title=_("Search by name"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=search",
)
def search_filename(call: Call, args: SearchFilename) -> dict[str, Any]:
    """Files whose name holds the key, `num` at a time."""
    return _by_name(client_of(call, args), args.key, args, web=bool(args.web))


def _by_name(client: BaiduClient, key: str, args: Any, *, web: bool = False) -> dict[str, Any]:
    """Pages of `num` rows cut out of the server's, which have 500 whatever is asked for (§2.6)."""
    first = (args.page - 1) * args.num
    entries: list[Any] = []
    number, skip = first // MOST_HITS + 1, first % MOST_HITS
    with translated():
        while True:
            page = client.search(
                key, args.dir, recursive=bool(args.recursion), category=args.category, page=number, web=web
            )
            entries += page.entries[skip:]
            if len(entries) > args.num or not page.has_more or not page.entries:
                break
            number, skip = number + 1, 0
    return {
        "list": [row(entry) for entry in entries[: args.num]],
        "has_more": page.has_more or len(entries) > args.num,
    }


@operation(
    "netdisk.search_semantic",
    scope="netdisk:read",
    title=_("Search by meaning"),
    service=True,
    upstream="POST /xpan/unisearch",
    supported=_("where the app has it; else the search by name answers and says so"),
)
def search_semantic(call: Call, args: SearchSemantic) -> dict[str, Any]:
    """Files whose content or name fits the query; `mode` says which search answered."""
    drive = drive_of(call, args)
    client = client_for(drive)
    try:
        with translated():
            hits = _hits(client, drive, args)
    except NetdiskError as error:
        if error.code not in REFUSALS:
            raise
        note = _t("Baidu's search by meaning is not available to this app, so names were searched instead.")
        return {**_by_name(client, args.query[:LONGEST_KEY], args), "mode": "filename", "note": note}
    first = (args.page - 1) * args.num
    shown = hits[first : first + args.num]
    return {
        "list": [{**row(hit), "content": hit.content, "ocr": hit.ocr} for hit in shown],
        "has_more": len(hits) > first + args.num,
        "mode": "semantic",
    }


def _hits(client: BaiduClient, drive: DriveAccount, args: SearchSemantic) -> list[SemanticHit]:
    """All hits, at most 500: there are no pages upstream, and a folder always means what is below it, too."""
    folders = []
    if args.dir != "/":
        folders = [(drive.uk if drive.uk is not None else client.user_info().uk, args.dir)]
    hits = client.search_semantic(
        args.query, directories=folders, categories=[args.category] if args.category else [], num=MOST_HITS
    )
    if not args.recursion:
        hits = [hit for hit in hits if posixpath.dirname(hit.path) == args.dir]
    return hits
