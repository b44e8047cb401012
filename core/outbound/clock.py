"""Time and chance behind one object, so that tests decide both."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` measures (seconds), `wall` dates (Unix seconds), `sleep` waits, `random` draws from [0, 1).

    A job that can be cancelled passes a `sleep` that raises when it is.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


SYSTEM_CLOCK = Clock()
