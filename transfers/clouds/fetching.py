"""The bytes of a file on CloudDrive2 as a source: its download address, asked for anew when it is refused (wire §3.6)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from core import http
from core.outbound import Stream, open_stream
from transfers.engine import Link, OpenStream, Resolve
from transfers.models import CloudServer, Transfer

from .errors import CloudError, translated
from .servers import client_for, policy


def server_of(transfer: Transfer) -> CloudServer:
    """The server that a transfer reads from, as it is now."""
    server = CloudServer.objects.filter(departures=transfer).first()
    if server is None:
        raise CloudError("clouddrive.no_server")
    return server


def resolver(transfer: Transfer) -> Resolve:
    def cloud_link(renew: bool) -> Link:
        try:
            with translated():
                link = client_for(server_of(transfer)).download_link(transfer.source["path"])
        finally:
            connection.close()  # asked for on the engine's threads, which come and go
        return Link(link.url, dict(link.headers))

    return cloud_link


def opener(transfer: Transfer) -> OpenStream:
    allowed = policy(server_of(transfer))

    def open_link(url: str, headers: Mapping[str, str]) -> Stream:
        return open_stream(url, policy=allowed, headers=headers, on_redirect=None, on_call=http.count("download"))

    return open_link
