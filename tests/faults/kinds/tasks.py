from __future__ import annotations

import os
import threading
import time

from django.conf import settings

from core.jobs import every, job
from core.models import LiveSettingChange

PULSE = "fault.pulse"


@job("fault.effect")
def effect(mark: str, seconds: float = 0) -> None:
    """A side effect that can be counted, after `seconds` of work."""
    threading.Event().wait(seconds)
    LiveSettingChange.objects.create(key=mark)


@job("fault.crash")
def crash() -> None:
    os._exit(139)


if getattr(settings, "FAULT_PULSE", False):

    @every(1, PULSE)
    def pulse() -> None:
        """One row per firing: when, and which process."""
        LiveSettingChange.objects.create(key=PULSE, after={"at": time.time(), "pid": os.getpid()})
