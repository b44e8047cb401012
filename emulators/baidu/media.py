"""Streaming, playlists and image tags (§2.10, §2.11)."""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import Response

from emulators.baidu.call import Call, Payload, operation
from emulators.baidu.errors import ApiError
from emulators.baidu.gate import Facts
from emulators.baidu.links import holds, sign, signed_url
from emulators.baidu.listing import FILE
from emulators.baidu.meta import media_details
from emulators.baidu.thumbs import thumb_urls
from emulators.baidu.tree import Node
from emulators.baidu.users import find_uk

SEGMENT_SECONDS = 10
_TYPES = frozenset({f"M3U8_AUTO_{lines}" for lines in (480, 720, 1080)} | {"M3U8_FLV_264_480"})
_SOUND_TYPES = frozenset({"M3U8_MP3_128", "M3U8_HLS_MP3_128"})
_SUBTITLES = "M3U8_SUBTITLE_SRT"
_LARGEST_SUBTITLE = 4 << 20
_CEILINGS = (480, 720, 1080)
"""Most lines by ``vip_type``."""
_AD_TOKEN_SECONDS = 36_000
_NULL_PACKET = b"\x47\x1f\xff\x10" + b"\xff" * 184
_BROADCAST = "/rest/2.0/xpan/broadcast"
_IMAGES = "/rest/2.0/xpan/imageproc"


@operation("streaming", FILE, "streaming")
async def streaming(call: Call) -> Payload | Response:
    """Return the m3u8 of a video or song; ordinary and vip members first meet errno 133, the ad."""
    node = (
        call.drive.by_id.get(call.integer("fid"))
        if "fid" in call.query
        else call.drive.find(call.query.get("path", ""))
    )
    if not node or node.isdir:
        raise ApiError(31066)
    _check_media(call, node)
    if call.user.vip_type != 2 and not _ad_was_seen(call):
        seconds = round(call.world.settings.ad_s)
        wait = {"adTime": seconds, "ltime": seconds}
        return {"errno": 133, **wait, "adToken": _ad_token(call, int(time.time()))}
    make = _subtitles if call.query["type"] == _SUBTITLES else _playlist
    return Response(make(call, node), media_type="application/x-mpegURL")


def _check_media(call: Call, node: Node) -> None:
    kind, agent = call.query.get("type", ""), call.request.headers.get("user-agent", "")
    if node.category not in (1, 2):
        raise ApiError(31301)
    if kind == _SUBTITLES and not _subtitle_of(node):
        raise ApiError(31649)
    if kind not in (_TYPES if node.category == 1 else _SOUND_TYPES) | {_SUBTITLES}:
        raise ApiError(31304)
    if not agent.startswith(("xpanvideo;", "xpanaudio;")):
        raise ApiError(2)
    lines = kind.removeprefix("M3U8_AUTO_")
    if lines.isdigit() and int(lines) > _CEILINGS[call.user.vip_type]:
        raise ApiError(-1, "entitlement expired")


def _subtitle_of(node: Node) -> Node | None:
    """Return the ``.srt`` file beside a video that has its name."""
    assert node.parent
    return node.parent.children.get(node.name.rpartition(".")[0] + ".srt")


def _subtitles(call: Call, node: Node) -> str:
    found = _subtitle_of(node)
    assert found
    params = {"fid": f"{call.user.uk}-250528-{found.fs_id}"}
    url = signed_url(call.world, "subtitle", f"{call.origin}/subtitle/{found.fs_id:x}.srt", params)
    media = f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="{found.name}",DEFAULT=YES,LANGUAGE="zh"'
    return "\n".join(["#EXTM3U", media, url, "#EXT-X-ENDLIST", ""])


async def subtitle(call: Call, _: Facts) -> Response:
    """Answer a subtitle's address with the text of the file."""
    name = call.request.path_params["name"]
    if not holds(call.world, "subtitle", name, call.query, ("fid",)):
        raise ApiError(31362)
    uk, *_rest, fs_id = call.query["fid"].split("-")
    user = find_uk(int(uk))
    node = call.world.drive(user.name).by_id.get(int(fs_id)) if user else None
    if not node:
        raise ApiError(31066)
    text = call.world.bytes_of(node.content, node.size).read(0, _LARGEST_SUBTITLE)
    return Response(text, media_type="application/x-subrip")


def _ad_token(call: Call, issued: int) -> str:
    return f"{issued}.{sign(call.world, 'ad', call.user.name, {'issued': str(issued)})}"


def _ad_was_seen(call: Call) -> bool:
    token = call.query.get("adToken", "")
    issued = token.partition(".")[0]
    if not (issued.isascii() and issued.isdigit()) or token != _ad_token(call, int(issued)):
        return False
    return call.world.settings.ad_s <= time.time() - int(issued) < _AD_TOKEN_SECONDS


def _playlist(call: Call, node: Node) -> str:
    seconds = media_details(node)["duration"]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    for start in range(0, seconds, SEGMENT_SECONDS):
        base = f"{call.origin}/segment/{node.fs_id:x}-{start // SEGMENT_SECONDS}.ts"
        params = {"fid": f"{call.user.uk}-250528-{node.fs_id}"}
        lines += [
            f"#EXTINF:{min(SEGMENT_SECONDS, seconds - start)},",
            signed_url(call.world, "segment", base, params),
        ]
    if call.world.faults.take("stream_unfinished", call.facts):
        return "\n".join([*lines[:6], ""])
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


async def segment(call: Call, _: Facts) -> Response:
    """Answer a segment's address with empty transport packets."""
    if not holds(call.world, "segment", call.request.path_params["name"], call.query, ("fid",)):
        raise ApiError(31362)
    return Response(_NULL_PACKET * 350, media_type="video/mp2t")


def _songs(call: Call) -> list[Node]:
    return [node for node in call.drive.by_id.values() if node.category == 2]


@operation("broadcast_list", f"{_BROADCAST}/list", "list", kind="list")
async def broadcast_list(call: Call) -> Payload:
    """List the playlists: one, with all songs."""
    songs = _songs(call)
    newest = max((node.mtime for node in songs), default=0)
    row = {"mb_id": 1, "name": "默认播单", "file_count": len(songs), "ctime": newest, "mtime": newest}
    rows = [row | {"btype": 0, "bstype": 0}] if call.integer("page", 1) <= 1 else []
    return {"has_more": 0, "list": rows, "newno": "", "show_msg": ""}


@operation("broadcast_filelist", f"{_BROADCAST}/filelist", kind="list")
async def broadcast_files(call: Call) -> Payload:
    """List the songs of a playlist; numbers are text here."""
    if call.integer("mb_id") != 1:
        raise ApiError(50002)
    page, size = max(1, call.integer("page", 1)), max(1, call.integer("psize", 20))
    songs = _songs(call)
    rows = [
        {"fs_id": str(node.fs_id), "path": node.path, "broadcast_file_mtime": str(node.mtime)}
        for node in songs[(page - 1) * size : page * size]
    ]
    return {"has_more": int(page * size < len(songs)), "list": rows}


def _tags(call: Call) -> dict[str, list[Node]]:
    """Return the user's pictures by the folder they are in: the tags of this stand-in."""
    tags: dict[str, list[Node]] = {}
    for node in call.drive.by_id.values():
        if node.category == 3 and node.parent:
            tags.setdefault(node.parent.name, []).append(node)
    return tags


@operation("gettags", _IMAGES, "gettags", kind="list")
async def get_tags(call: Call) -> Payload:
    """List the tags of the user's pictures."""
    rows: list[dict[str, Any]] = []
    for number, (name, nodes) in enumerate(_tags(call).items()):
        cover = nodes[0]
        shown = {
            "is_show": 1,
            "is_search": 1,
            "cover_fid": cover.fs_id,
            "thumb": thumb_urls(call, cover)["url1"],
        }
        row = {"tag_id": 100 + number, "tag_name": name, "count": len(nodes), **shown}
        rows.append(row | {"ctime": cover.ctime, "mtime": cover.mtime, "status": 1})
    return {"list": rows}


@operation("image_search", _IMAGES, "search", kind="search")
async def image_search(call: Call) -> Payload:
    """Find pictures by tag id (``search_type`` 1) or by text (2)."""
    keyword, start = call.query.get("keyword", ""), call.integer("start")
    limit = max(1, call.integer("limit", 100))
    if not keyword or start < 0:
        raise ApiError(2)
    if call.query.get("search_type") == "1":
        found = next((nodes for n, nodes in enumerate(_tags(call).values()) if str(100 + n) == keyword), [])
    else:
        found = [each for nodes in _tags(call).values() for each in nodes if keyword in each.path]
    more = int(start + limit < len(found))
    return {"has_more": more, "list": [_image_row(call, node) for node in found[start : start + limit]]}


def _image_row(call: Call, node: Node) -> dict[str, Any]:
    day = time.gmtime(node.ctime)
    assert node.parent
    return {
        "fs_id": node.fs_id,
        "category": 3,
        "path": node.path,
        "parent_path": node.parent.path,
        "server_filename": node.name,
        "md5": node.md5,
        "size": node.size,
        "date_taken": node.ctime,
        "year": day.tm_year,
        "month": day.tm_mon,
        "day": day.tm_mday,
        "resolution": "",
        "orientation": "",
        "server_ctime": node.ctime,
        "server_mtime": node.mtime,
        "thumb": thumb_urls(call, node),
    }
