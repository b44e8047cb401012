"""A path on a netdisk as the upload engine's target (wire/baidu-netdisk.md §3): sessions, hosts, conflicts, and Baidu's refusals."""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import connection

from netdisk import pace
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.errors import BaiduError, Reaction
from netdisk.baidu.types import Entry
from netdisk.baidu.upload import PLACEHOLDER_BLOCKS, Rtype, plan_blocks
from netdisk.errors import NetdiskError, translated

from .engine.upload import (
    Begun,
    BlockTooLarge,
    Order,
    PartBody,
    PartsRefused,
    RapidRefused,
    SessionLost,
    Stored,
)

MIB = 1024 * 1024
PATIENCE = 5.0  # seconds in which a limited call gets its turn; longer waits are spent in the queue
USUAL_BLOCK = 16 * MIB  # where the membership allows it
CLOCKS_DIFFER = 300.0  # seconds between Baidu's clock and ours that do no harm
RAPID_REFUSED = "transfers.rapid_refused"
REMEMBER = 86_400
RTYPES = {
    "fail": Rtype.FAIL,
    "rename": Rtype.RENAME,
    "overwrite": Rtype.OVERWRITE,
    "skip": Rtype.RENAME_IF_DIFFERENT,
}


class NetdiskTarget:
    """Safe to use from several threads. Raises `NetdiskError` beside the engine's own errors."""

    def __init__(self, client: BaiduClient, vip_type: int, path: str, conflict: str) -> None:
        self._client, self._vip = client, vip_type
        self._path, self._conflict = path, conflict
        self._folder, self._name = posixpath.split(path)
        self._hosts: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def rapid(self) -> bool:
        """Whether to ask for rapid uploads: not when the app was refused them lately, as hashing the whole costs time."""
        return not cache.get(RAPID_REFUSED)

    def block_size(self, size: int, most: int | None) -> int:
        with _calling():
            return plan_blocks(size, self._vip, wanted=min(most or USUAL_BLOCK, USUAL_BLOCK)).block_size

    def existing(self, size: int) -> Stored | None:
        """What is there already makes sending needless (skip), or forbids it (fail)."""
        if self._conflict not in ("skip", "fail"):
            return None
        with _calling():
            found = next(self._entries(lambda entry: entry.name == self._name), None)
        if found is None:
            return None
        if self._conflict == "fail":
            raise NetdiskError("netdisk.exists")
        return _stored(found) if found.size == size and not found.is_dir else None

    def begin(self, order: Order) -> Begun:
        with _calling():
            known = order.md5s or PLACEHOLDER_BLOCKS[: min(order.blocks, len(PLACEHOLDER_BLOCKS))]
            made = self._client.precreate(
                self._path,
                order.size,
                known,
                rtype=RTYPES[self._conflict],
                upload_id=order.session,
                content_md5=order.content_md5,
                slice_md5=order.slice_md5,
            )
        return Begun(stored=_stored(made.entry)) if made.entry else Begun(made.upload_id, made.missing)

    def send(self, session: str, number: int, body: PartBody) -> str:
        with _calling():
            host = self._host(session)
            try:
                return self._client.upload_part(host, self._path, session, number, body)
            except BaiduError as error:
                if error.code in ("network", "unreachable"):
                    self._hosts.pop(session, None)  # perhaps another host does better
                raise

    def finish(self, order: Order) -> Stored:
        with _calling():
            rtype = RTYPES[self._conflict]
            entry = self._client.create_file(self._path, order.size, order.md5s, upload_id=order.session, rtype=rtype)
        return _stored(entry)

    def find(self, order: Order, since: float) -> Stored | None:
        """Looks among the newest of the folder; a renamed file keeps the beginning and the end of its name."""
        stem, ending = posixpath.splitext(self._name)
        renamed = self._conflict in ("rename", "skip")

        def ours(entry: Entry) -> bool:
            named = entry.name == self._name or (
                renamed and entry.name.startswith(stem) and entry.name.endswith(ending)
            )
            young = max(entry.server_ctime, entry.server_mtime) >= since - CLOCKS_DIFFER
            other = order.blocks == 1 and entry.content_md5 not in (None, order.md5s[0])
            return named and young and entry.size == order.size and not entry.is_dir and not other

        with _calling():
            found = list(self._entries(ours, newest=True))
        return _stored(max(found, key=lambda entry: entry.server_ctime)) if found else None

    def _host(self, session: str) -> str:
        with self._lock:
            if session not in self._hosts:
                self._hosts[session] = self._client.locate_upload(self._path, session)
            return self._hosts[session]

    def _entries(self, fits: Callable[[Entry], bool], *, newest: bool = False) -> Iterator[Entry]:
        """Of the target's folder, which may not exist yet."""
        order: Any = {"order": "time", "desc": True} if newest else {}
        try:
            yield from filter(fits, self._client.iter_dir(self._folder, **order))
        except BaiduError as error:
            if error.platform_code != "netdisk.not_found":
                raise


@contextmanager
def _calling() -> Iterator[None]:
    """A call on one of the engine's threads, which come and go: patient as bulk work is, its refusals in the engine's words."""
    try:
        with translated(), pace.patient(PATIENCE, bulk=True), _engine_errors():
            yield
    except NetdiskError as error:
        # A long pause is spent in the queue, where people see it and others may use the slot, not in the engine.
        error.permanent = error.permanent or (error.retry_after or 0) >= PATIENCE
        raise
    finally:
        connection.close()


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except BaiduError as error:
        failure = error.reaction
        if failure is Reaction.NO_RAPID:
            cache.set(RAPID_REFUSED, True, REMEMBER)
            raise RapidRefused(str(error)) from error
        if failure is Reaction.SMALLER_PARTS:
            raise BlockTooLarge(str(error)) from error
        if failure is Reaction.RESEND_PARTS:
            lost = error.platform_code != "netdisk.upload_incomplete"
            raise (SessionLost if lost else PartsRefused)(str(error)) from error
        raise


def _stored(entry: Entry) -> Stored:
    return Stored(entry.path, entry.size, entry.fs_id, entry.md5 or "")
