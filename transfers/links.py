"""Where the bytes of a transfer are just now: a plain link, or a drive's link that is asked for again when it expires."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from core import http
from core.errors import NotFound
from core.outbound import Stream
from netdisk import pace
from netdisk.drives import client_for
from netdisk.errors import NetdiskError, translated
from netdisk.models import DriveAccount

from .clouds import fetching
from .engine import Link, OpenStream, Resolve
from .models import Transfer

LONG_PAUSE = 5.0  # seconds; also how long a limited call waits for its turn


def resolver(transfer: Transfer) -> Resolve:
    if transfer.source_kind == Transfer.Source.URL:
        return lambda renew: Link(transfer.source["url"])
    if transfer.source_kind == Transfer.Source.CLOUDDRIVE:
        return fetching.resolver(transfer)

    def netdisk_link(renew: bool) -> Link:
        try:
            with pace.patient(LONG_PAUSE, bulk=True):
                return _netdisk_link(transfer)
        except NetdiskError as error:
            # A long pause is spent in the queue, where people see it and others may use the slot, not in the engine.
            error.permanent = error.permanent or (error.retry_after or 0) >= LONG_PAUSE
            raise
        finally:
            connection.close()  # asked for on the engine's threads, which come and go

    return netdisk_link


def _netdisk_link(transfer: Transfer) -> Link:
    drive = DriveAccount.objects.usable().filter(transfers=transfer).first()
    if drive is None:
        raise NetdiskError("netdisk.no_drive")
    with translated():
        client = client_for(drive)
        found = client.file_metas([transfer.source["fs_id"]], dlink=True).found
        if not found or not found[0].dlink:
            raise NotFound(code="netdisk.not_found")
        return Link(*client.download_request(found[0].dlink))


def opener(transfer: Transfer) -> OpenStream:
    if transfer.source_kind == Transfer.Source.CLOUDDRIVE:
        return fetching.opener(transfer)
    upstream = "baidu" if transfer.source_kind == Transfer.Source.NETDISK else ""

    def open_stream(url: str, headers: Mapping[str, str]) -> Stream:
        return http.stream(url, headers, upstream=upstream)

    return open_stream
