"""Looking at files without fetching them whole: thumbnails, previews, playlists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pydantic import AliasChoices, BeforeValidator, Field

from accounts.limits import spend_downloads
from core.file_kinds import kind_of
from core.operations import Call, operation
from netdisk import sealed_links
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.media import BEST_VIDEO, AdRequired, Playlist, StreamType
from netdisk.baidu.types import FileMeta
from netdisk.drives import client_for
from netdisk.errors import NetdiskError, not_supported, translated
from netdisk.models import DriveAccount
from netdisk.pictures import SIZES

from .answers import drive_of, find_file
from .arguments import Flag, OfFile, number
from .previews import TEXTS, excerpt
from .waiting import wait_out

QUALITIES = {
    "480": StreamType.VIDEO_480,
    "720": StreamType.VIDEO_720,
    "1080": StreamType.VIDEO_1080,
    "audio": StreamType.HLS_MP3,
    "subtitles": StreamType.SUBTITLES,
}
NAMES = {kind.value: name for name, kind in QUALITIES.items()} | {"M3U8_MP3_128": "audio"}


def _quality(value: Any) -> Any:
    return NAMES.get(str(value), str(value)) if isinstance(value, int | str) else value


Quality = Annotated[Literal["auto", "480", "720", "1080", "audio", "subtitles"], BeforeValidator(_quality)]


class ThumbGet(OfFile):
    size: Literal["small", "medium", "large"] = "medium"


class PreviewGet(OfFile):
    kib: Annotated[int, Field(ge=1, le=256), BeforeValidator(number)] = Field(64, description="At most this much text.")


class MediaPlaylist(OfFile):
    quality: Quality = Field("auto", validation_alias=AliasChoices("quality", "type"))
    ad_token: str = Field("", max_length=500, validation_alias=AliasChoices("ad_token", "adToken"))
    wait: Flag = Field(
        1, description="1: wait while Baidu shows its advertisement; 0: answer at once how long it takes."
    )


@operation(
    "netdisk.thumb_get",
    scope="netdisk:read",
    title=_("Thumbnail of a file"),
    service=True,
    upstream="GET /rest/2.0/xpan/multimedia?method=filemetas",
    supported=_("for pictures and videos that Baidu has drawn"),
)
def thumb_get(call: Call, args: ThumbGet) -> dict[str, Any]:
    """Addresses of a picture of the file: `url` and `sizes` lead to this site and live for an hour."""
    drive = drive_of(call, args)
    with translated():
        meta = find_file(client_for(drive), args, thumb=True)
    sizes = _pictures(call, drive, meta)
    if not sizes:
        raise NetdiskError(
            "netdisk.not_found",
            message=_("There is no picture of this file."),
            hint=_("Baidu draws pictures and videos only, some minutes after they came."),
        )
    return {
        "fs_id": meta.fs_id,
        "path": meta.path,
        "size": args.size,
        "url": sizes.get(args.size) or next(iter(sizes.values())),
        "sizes": sizes,
        "thumbs": dict(meta.thumbs),
    }


def _pictures(call: Call, drive: DriveAccount, meta: FileMeta) -> dict[str, str]:
    """Our address for each size that Baidu has, or has something near to."""
    chosen = {
        size: next((meta.thumbs[name] for name in names if name in meta.thumbs), "") for size, names in SIZES.items()
    }
    return {size: sealed_links.picture(call.user, drive, url) for size, url in chosen.items() if url}


@operation(
    "netdisk.preview_get",
    scope="netdisk:read",
    title=_("Preview of a file"),
    service=True,
    upstream="GET /rest/2.0/xpan/multimedia?method=filemetas",
    supported=_("text and pictures here, videos and songs by media_playlist; not for office documents"),
)
def preview_get(call: Call, args: PreviewGet) -> dict[str, Any]:
    """The beginning of a text, the picture, or how to play it. Does not count as a download."""
    drive = drive_of(call, args)
    client = client_for(drive)
    with translated():
        meta = find_file(client, args, thumb=True, dlink=True)
    kind = kind_of(meta.name, is_dir=meta.is_dir)
    shown: dict[str, Any] = {"fs_id": meta.fs_id, "path": meta.path, "size": meta.size}
    if kind in {"video", "audio"}:
        play = {"op": "media_playlist", "args": {"fsid": meta.fs_id}}
        return {**shown, "kind": kind, "playlist": play, "sizes": _pictures(call, drive, meta)}
    if sizes := _pictures(call, drive, meta):
        return {**shown, "kind": "image", "url": sizes.get("large") or next(iter(sizes.values())), "sizes": sizes}
    if kind in TEXTS and not meta.is_dir:
        found = excerpt(client, meta, args.kib * 1024)
        if found is not None:
            return {**shown, "kind": "text", **found}
    raise _no_preview(kind)


def _no_preview(kind: str) -> NetdiskError:
    if kind == "folder":
        return not_supported(_("A folder has no preview."), _("List it with list_files."))
    if kind == "document":
        return not_supported(
            _("Baidu has taken its preview of documents offline."), _("Download the file and open it there.")
        )
    return not_supported(_("There is no preview of this kind of file."), _("Download the file and open it there."))


@operation(
    "netdisk.media_playlist",
    scope="netdisk:read",
    title=_("Playlist of a video or song"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=streaming",
    supported=_("480 lines for everyone, 720 for members, 1080 for super members"),
)
def media_playlist(call: Call, args: MediaPlaylist) -> dict[str, Any]:
    """An m3u8 whose pieces come through this site; `url` is for players. Counts as a download.

    `state` is `ready`, or `ad` with the `seconds` to wait and the `ad_token` to come back with.
    """
    drive = drive_of(call, args)
    client = client_for(drive)
    path, kind = _stream_of(client, drive, args)
    try:
        found, ad_token = _stream(client, path, kind, args)
    except NetdiskError as error:
        if error.code != "netdisk.entitlement_expired":
            raise
        if args.quality != "auto":  # what the drive's row says of the membership may be old
            raise NetdiskError(
                error.code,
                message=_("The membership of this account does not play so many lines."),
                hint=_("Ask for 480 lines."),
            ) from error
        kind = StreamType.VIDEO_480
        found, ad_token = _stream(client, path, kind, args)
    if isinstance(found, AdRequired):
        return {"state": "ad", "path": path, "seconds": found.seconds, "ad_token": found.token}
    spend_downloads(call.user)
    answer: dict[str, Any] = {"state": "ready", "path": path, "quality": NAMES[kind.value], "finished": found.finished}
    if kind is StreamType.SUBTITLES:
        links = [
            {"name": name, "url": sealed_links.piece(call.user, drive, url, kind, sealed_links.PLAIN)}
            for name, url in found.subtitles
        ]
        return {**answer, "subtitles": links}
    return {
        **answer,
        "url": sealed_links.playlist(call.user, drive, path, kind, ad_token),
        "m3u8": sealed_links.own_playlist(call.user, drive, found.text, kind, site=settings.PUBLIC_URL),
    }


def _stream_of(client: BaiduClient, drive: DriveAccount, args: MediaPlaylist) -> tuple[str, StreamType]:
    if args.path:
        path = args.path
    else:
        with translated():
            path = find_file(client, args).path
    if args.quality != "auto":
        return path, QUALITIES[args.quality]
    if kind_of(path) == "audio":
        return path, StreamType.HLS_MP3
    return path, BEST_VIDEO[min(drive.vip_type, len(BEST_VIDEO) - 1)]


def _stream(client: BaiduClient, path: str, kind: StreamType, args: MediaPlaylist) -> tuple[Playlist | AdRequired, str]:
    """The playlist, after Baidu's advertisement if there is time for it; and the token that it was got with."""
    with translated():
        found = client.stream(path, kind=kind, ad_token=args.ad_token)
        if isinstance(found, AdRequired) and args.wait and wait_out(found.seconds):
            return client.stream(path, kind=kind, ad_token=found.token), found.token
    return found, args.ad_token
