"""The reins of the transfers that run in this process."""

from __future__ import annotations

import threading
from typing import Any

from .engine.control import Control, StopReason

running: dict[Any, Control] = {}
closing = threading.Event()  # set when this process stops: nothing new is taken


def ask(pk: Any, reason: StopReason) -> None:
    """Stop one at once if it runs here; other processes see the row."""
    control = running.get(pk)
    if control is not None:
        control.request_stop(reason)


def ask_all(reason: StopReason) -> None:
    for control in tuple(running.values()):
        control.request_stop(reason)
