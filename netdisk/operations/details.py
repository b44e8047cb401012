"""Details of files and their download links."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.limits import spend_downloads
from core.operations import Call, operation
from netdisk.errors import NetdiskError, translated

from .answers import client_of, find_file, meta_row, row
from .arguments import Flag, FsIds, OfFile, OnDrive

UPSTREAM = "GET /rest/2.0/xpan/multimedia?method=filemetas"
MEDIA = {1: "video", 2: "audio"}


class FileMetas(OnDrive):
    fsids: FsIds
    dlink: Flag = 0
    thumb: Flag = 0
    extra: Flag = 0
    needmedia: Flag = 0
    detail: Flag = 0


class DownloadLinks(OnDrive):
    fsids: FsIds


@operation("netdisk.file_metas", scope="netdisk:read", title=_("Details of files"), service=True, upstream=UPSTREAM)
def file_metas(call: Call, args: FileMetas) -> dict[str, Any]:
    """Details of up to 100 files, in the order asked for. Links count as downloads."""
    client = client_of(call, args)
    if args.dlink:
        spend_downloads(call.user, len(args.fsids))
    with translated():
        found = client.file_metas(
            args.fsids,
            dlink=bool(args.dlink),
            thumb=bool(args.thumb),
            extra=bool(args.extra),
            need_media=bool(args.needmedia),
            detail=bool(args.detail),
        )
    return {"list": [meta_row(meta) for meta in found.found], "missing": found.missing}


@operation("netdisk.download_links", scope="netdisk:read", title=_("Download links"), service=True, upstream=UPSTREAM)
def download_links(call: Call, args: DownloadLinks) -> dict[str, Any]:
    """Links of up to 100 files, valid 8 hours; fetch them with `User-Agent: pan.baidu.com`. Each counts as a download."""
    client = client_of(call, args)
    spend_downloads(call.user, len(args.fsids))
    with translated():
        found = client.file_metas(args.fsids, dlink=True)
    return {
        "list": [row(meta) | {"dlink": meta.dlink} for meta in found.found],
        "missing": found.missing,
        "headers": {"User-Agent": "pan.baidu.com"},
    }


@operation(
    "netdisk.file_attr",
    scope="netdisk:read",
    title=_("All attributes of a file"),
    service=True,
    upstream=UPSTREAM,
    supported=_("reading only; Baidu lets nobody set them"),
)
def file_attr(call: Call, args: OfFile) -> dict[str, Any]:
    """Everything that is known about one file or folder, by number or path."""
    with translated():
        meta = find_file(client_of(call, args), args, thumb=True, extra=True, need_media=True, detail=True)
    return meta_row(meta)


@operation(
    "netdisk.media_info",
    scope="netdisk:read",
    title=_("Details of a video or song"),
    service=True,
    upstream=UPSTREAM,
)
def media_info(call: Call, args: OfFile) -> dict[str, Any]:
    """Length, size of the picture, frames and channels of one video or song."""
    with translated():
        meta = find_file(client_of(call, args), args, need_media=True, detail=True)
    if meta.category not in MEDIA:
        raise NetdiskError("netdisk.media_failed", upstream_code=31301)
    known = meta.media_info
    return {
        "fs_id": meta.fs_id,
        "path": meta.path,
        "kind": MEDIA[meta.category],
        "size": meta.size,
        "duration": meta.duration or 0,
        "media_info": known.model_dump() if known else {},
        "bits_per_second": round(meta.size * 8000 / known.duration_ms) if known and known.duration_ms else 0,
    }
