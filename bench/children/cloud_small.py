"""A process with the embedded workers: sends small files of a library to a CloudDrive2 server, one transfer each."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from bench.children import serve, set_up
from bench.children.fetch import cpu_seconds

DEMO = "demo"
PATIENCE = 1500.0


def act(do: str, **arguments: Any) -> dict[str, Any]:
    actions: dict[str, Callable[..., dict[str, Any]]] = {"fill": fill, "send": send}
    return actions[do](**arguments)


@cache
def _owner() -> Any:
    """Staff, as the address of the server is a private one."""
    from accounts.models import User

    return User.objects.create_user("mover", is_staff=True)


@cache
def _server(port: int) -> Any:
    from transfers.clouds import servers

    return servers.add(_owner(), servers.Access("nas", "127.0.0.1", port, username=DEMO, secret=DEMO))


def fill(count: int, size: int) -> dict[str, Any]:
    """Put files into the library, as finished downloads leave them."""
    from transfers.models import LibraryFile

    dice, rows = random.Random(4), []
    for number in range(count):
        data = dice.randbytes(size)
        digest = hashlib.sha256(data).hexdigest()
        row = LibraryFile(user=_owner(), name=f"{number:05d}.bin", size=size, sha256=digest)
        row.path().parent.mkdir(parents=True, exist_ok=True)
        row.path().write_bytes(data)
        rows.append(row)
    LibraryFile.objects.bulk_create(rows, batch_size=500)
    return {}


def send(port: int, path: str) -> dict[str, Any]:
    """Queue every file of the library and wait for the last; seconds, and how many of them the queueing took."""
    from core.models import JobState
    from transfers import services
    from transfers.models import LibraryFile, Transfer

    server = _server(port)
    keys = list(LibraryFile.objects.filter(user=_owner()).order_by("name").values_list("pk", flat=True))
    cpu, began = cpu_seconds(), time.monotonic()
    for start in range(0, len(keys), services.MAX_BATCH):
        batch = [services.from_library(_owner(), key) for key in keys[start : start + services.MAX_BATCH]]
        services.store_all(_owner(), batch, path=path, server_id=server.pk)
    queued = time.monotonic() - began
    active = Transfer.objects.active()
    while active.exists():
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"{active.count()} transfers did not end")
        time.sleep(0.2)
    wall, used = time.monotonic() - began, cpu_seconds() - cpu
    failed = Transfer.objects.exclude(state=JobState.DONE).values_list("error_code", flat=True)[:3]
    if failed:
        raise RuntimeError(f"not all transfers ended well: {list(failed)}")
    Transfer.objects.all().delete()
    return {"wall": wall, "queued": queued, "cpu": used, "count": len(keys)}


if __name__ == "__main__":
    set_up()
    from config.embedded import workers

    workers.start()
    serve(act)
