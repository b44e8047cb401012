"""The caller's CloudDrive2 servers themselves; connecting and changing them needs secrets and is `/api/v1/servers`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.operations import Call, NoArguments, operation
from transfers.clouds import servers
from transfers.models import CloudServer

from .clouds import READ, OnServer, time_of


@operation("clouds.cloud_servers", scope=READ, title=_("CloudDrive2 servers"))
def cloud_servers(call: Call, args: NoArguments) -> dict[str, Any]:
    """The caller's servers, with what the last test found; the first one is taken when none is named."""
    return {"list": [_row(server) for server in CloudServer.objects.visible_to(call.user)]}


def _row(server: CloudServer) -> dict[str, Any]:
    return {
        "id": str(server.pk),
        "name": server.name,
        "host": server.host,
        "port": server.port,
        "tls": server.tls,
        "state": server.state,
        "problem": server.problem,
        "missing": server.missing,
        "version": server.version,
        "root": server.root,
        "checked": time_of(server.checked_at.timestamp()) if server.checked_at else None,
    }


@operation(
    "clouds.cloud_test",
    scope=READ,
    title=_("Test a CloudDrive2 server"),
    upstream="GetSystemInfo, FindFileByPath, GetApiTokenInfo, GetRuntimeInfo",
)
def cloud_test(call: Call, args: OnServer) -> dict[str, Any]:
    """Whether the connection works: `ok`, which rights the token lacks, or what is wrong and what to do."""
    server = servers.find(call.user, args.server)
    return {"server": str(server.pk), **servers.test(server)}
