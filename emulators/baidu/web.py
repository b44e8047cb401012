"""Endpoints of the web site: they want cookies, a token is no good there (§2.12-2.15)."""

from __future__ import annotations

from emulators.baidu.call import Call, Payload, operation
from emulators.baidu.errors import ApiError

PATHS = (
    "/api/recycle/list",
    "/api/recycle/delete",
    "/rest/2.0/services/cloud_dl",
    "/share/record",
    "/share/cancel",
    "/share/surlinfoinrecord",
    "/share/set",
    "/share/pset",
    "/share/verify",
    "/api/getcaptcha",
    "/api/filemetas",
    "/api/mediainfo",
    "/api/batch/filediff",
)


def _register(path: str) -> None:
    @operation(f"web{path.replace('/', '_')}", path, public=True)
    async def refuse(_: Call) -> Payload:
        raise ApiError(-6)


for _path in PATHS:
    _register(_path)
