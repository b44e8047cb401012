"""The account behind a drive: how full it is, whose it is, and what its membership allows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.operations import Call, operation
from netdisk.baidu.upload import limits_for
from netdisk.drives import client_for
from netdisk.errors import translated

from .answers import client_of, drive_of
from .arguments import Flag, OnDrive

MEMBERSHIPS = {0: "ordinary", 1: "vip", 2: "svip"}


class QuotaArguments(OnDrive):
    checkfree: Flag = 0
    checkexpire: Flag = 0


@operation(
    "netdisk.quota", scope="netdisk:read", title=_("Space of the drive"), service=True, upstream="GET /api/quota"
)
def quota(call: Call, args: QuotaArguments) -> dict[str, Any]:
    """Total and used bytes of the drive."""
    with translated():
        found = client_of(call, args).quota(check_free=bool(args.checkfree), check_expire=bool(args.checkexpire))
    return {"total": found.total, "used": found.used, "free": found.free, "expire": found.expire}


@operation(
    "netdisk.user_detail",
    scope="netdisk:read",
    title=_("Account of the drive"),
    service=True,
    upstream="GET /rest/2.0/xpan/nas?method=uinfo",
)
def user_detail(call: Call, args: OnDrive) -> dict[str, Any]:
    """Names, membership, and what that allows: bytes of the largest file and of its parts."""
    drive = drive_of(call, args)
    with translated():
        info = client_for(drive).user_info()
    limits = limits_for(info.vip_type)
    return {
        "drive": str(drive.pk),
        "uk": info.uk,
        "baidu_name": info.baidu_name,
        "netdisk_name": info.netdisk_name,
        "avatar_url": info.avatar_url,
        "vip_type": info.vip_type,
        "membership": MEMBERSHIPS.get(info.vip_type, "ordinary"),
        "limits": {
            "part_size": limits.block_size,
            "largest_part": limits.max_block,
            "largest_file": limits.max_file,
            "most_parts": limits.max_blocks,
        },
    }
