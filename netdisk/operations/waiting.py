"""Waiting for Baidu, bounded: one background task per account, so the next one waits for it (wire/baidu-netdisk.md §2.8)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.utils.translation import gettext as _

from core.operations import Call
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.types import TaskState, TaskStatus
from netdisk.errors import NetdiskError, translated
from netdisk.pace.patience import current_patience
from netdisk.pace.turn import Telling

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.25, 3.0, 1.6
ENDED = {TaskState.SUCCESS, TaskState.FAILED}
T = TypeVar("T")


def pauses() -> Iterator[bool]:
    """Sleeps between two looks, longer each time, until the caller's patience is over; the caller is told."""
    deadline, pause, telling = time.monotonic() + current_patience().seconds, FIRST_PAUSE, Telling()
    try:
        while (left := deadline - time.monotonic()) > 0:
            telling.left(min(pause, left))
            time.sleep(min(pause, left))
            yield True
            pause = min(pause * GROWTH, LONGEST_PAUSE)
    finally:
        telling.over()


def wait_out(seconds: float) -> bool:
    """Wait so long, in all, if the caller's patience allows it."""
    if seconds > current_patience().seconds:
        return False
    end, telling = time.monotonic() + seconds, Telling()
    try:
        while (left := end - time.monotonic()) > 0:
            telling.left(left)
            time.sleep(min(1.0, left))
    finally:
        telling.over()
    return True


def when_free(work: Callable[[], T]) -> T:
    """The result of `work`, tried again while an earlier task of the account is running; raises `netdisk.busy` in the end."""
    waiting = pauses()
    while True:
        try:
            return work()
        except NetdiskError as error:
            if error.code != "netdisk.busy" or not next(waiting, False):
                raise


def task_end(call: Call, client: BaiduClient, taskid: int) -> TaskStatus:
    """How a background task stands when it has ended, or when the patience has."""
    waiting = pauses()
    while True:
        with translated():
            status = client.task_query(taskid)
        if status.status in ENDED or not next(waiting, False):
            return status
        call.progress(status.progress, 100, _("Baidu is working on it"))
