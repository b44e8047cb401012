"""A process with the embedded workers: enqueues empty jobs one by one; answers the seconds until each began."""

from __future__ import annotations

import threading
import time
from typing import Any

from bench.children import serve, set_up

KIND = "bench.empty"
IDLE = 0.02
began = 0.0
ran = threading.Event()


def empty() -> None:
    global began
    began = time.monotonic()
    ran.set()


def enqueue(count: int) -> dict[str, Any]:
    from core.jobs import enqueue as add

    times = []
    for _ in range(count):
        ran.clear()
        sent = time.monotonic()
        add(KIND)
        if not ran.wait(10):
            raise TimeoutError("a job did not begin")
        times.append(began - sent)
        time.sleep(IDLE)  # the next one meets a worker at rest
    return {"times": times}


if __name__ == "__main__":
    set_up()
    from config.embedded import workers
    from core.jobs import job

    job(KIND)(empty)
    workers.start()
    enqueue(20)
    serve(enqueue)
