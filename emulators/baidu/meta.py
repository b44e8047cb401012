"""The account, and single files: quota, uinfo, filemetas (§2.1, §2.5)."""

from __future__ import annotations

import json
import math
import random
import time
from typing import Any

from emulators.baidu.call import IOT, Call, Payload, operation
from emulators.baidu.download import dlink_for
from emulators.baidu.errors import ApiError
from emulators.baidu.listing import MULTIMEDIA
from emulators.baidu.rows import Row, has_thumbs, times
from emulators.baidu.seeding import EPOCH, YEAR
from emulators.baidu.thumbs import thumb_urls
from emulators.baidu.tree import Node

MOST_IDS = 100


@operation("quota", "/api/quota")
async def quota(call: Call) -> Payload:
    """Tell capacity and use in bytes; ``free`` (free-tier capacity) only with ``checkfree=1``."""
    payload: Payload = {"total": call.user.total, "used": call.drive.used(), "expire": False}
    if call.flag("checkfree"):
        payload["free"] = call.user.total
    return payload


@operation("uinfo", "/rest/2.0/xpan/nas", "uinfo", text_id=True, says_succ=True)
async def uinfo(call: Call) -> Payload:
    """Tell who the user is."""
    return {
        "baidu_name": call.user.display_name,
        "netdisk_name": call.user.display_name,
        "avatar_url": f"{call.origin}/avatar/{call.user.uk}.png",
        "vip_type": call.user.vip_type,
        "uk": call.user.uk,
    }


@operation("iotqueryuinfo", "/rest/2.0/xpan/device", "iotqueryuinfo", family=IOT)
async def iot_uinfo(call: Call) -> Payload:
    """Tell the membership as hardware apps ask for it."""
    paid = int(call.user.vip_type == 2)
    data = {"has_privilege": paid, "is_svip": paid, "is_iot_svip": 0}
    return {"data": data | {"start_time": EPOCH - YEAR, "end_time": EPOCH + 9 * YEAR, "now": int(time.time())}}


@operation("filemetas", MULTIMEDIA, "filemetas", text_id=True, says_succ=True)
async def filemetas(call: Call) -> Payload:
    """Tell about up to 100 files by fs_id; ids the user does not have are left out."""
    nodes = (call.drive.by_id.get(number) for number in _ids(call.query.get("fsids", "")))
    return {"names": {}, "list": [_meta_row(call, node) for node in nodes if node]}


def _ids(text: str) -> list[int]:
    try:
        numbers = json.loads(text)
    except ValueError:
        raise ApiError(2) from None
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= MOST_IDS:
        raise ApiError(2)
    if not all(isinstance(each, int) for each in numbers):
        raise ApiError(2)
    return numbers


def _meta_row(call: Call, node: Node) -> Row:
    row: Row = {
        "category": node.category,
        "filename": node.name,
        "fs_id": node.fs_id,
        "isdir": int(node.isdir),
        "oper_id": call.user.uk,
        "path": node.path,
        **times(node),
        "size": node.size,
    }
    if node.isdir:
        return row
    row["md5"] = node.md5
    if call.flag("dlink"):
        row["dlink"] = dlink_for(call, node)
    if call.flag("thumb") and has_thumbs(node):
        row["thumbs"] = thumb_urls(call, node)
    if call.flag("extra") and node.category == 3:
        row |= _image_details(node)
    if node.category in (1, 2) and (call.flag("needmedia") or call.flag("detail")):
        row |= media_details(node)
    return row


def _image_details(node: Node) -> dict[str, Any]:
    dice = random.Random(node.content)
    width, height = dice.choice(((4032, 3024), (3024, 4032), (6000, 4000), (1920, 1080)))
    return {
        "date_taken": node.ctime,
        "width": width,
        "height": height,
        "orientation": dice.choice(("normal", "normal", "rotate 90")),
    }


def media_details(node: Node) -> dict[str, Any]:
    """Return ``duration`` in seconds and ``media_info`` of a video or song."""
    sound = node.category == 2
    milliseconds = 1 + node.size * 8000 // (320_000 if sound else 8_000_000)
    seconds = math.ceil(milliseconds / 1000)
    width, height = (0, 0) if sound else (1920, 1080)
    info = {
        "channels": 2,
        "duration": seconds,
        "duration_ms": milliseconds,
        "extra_info": "",
        "file_size": str(node.size),
        "frame_rate": 0 if sound else 25,
        "height": height,
        "width": width,
        "meta_info": "",
        "resolution": f"width:{width},height:{height}",
        "rotate": 0,
        "sample_rate": 44100,
        "use_segment": 0,
    }
    return {"duration": seconds, "media_info": info}
