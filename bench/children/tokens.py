"""A process with its own TokenStore: makes a drive, looks its token up from many threads, races for a refresh."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.children import serve, set_up

MONTH = 30 * 86_400


def act(do: str, **arguments: Any) -> dict[str, Any]:
    actions: dict[str, Callable[..., dict[str, Any]]] = {
        "make": make, "expire": expire, "race": race, "look_up": look_up, "state": state,
    }  # fmt: skip
    return actions[do](**arguments)


def make(token: str) -> dict[str, Any]:
    """A drive with a fresh token; its id."""
    from accounts.models import User
    from netdisk.baidu.types import TokenPair
    from netdisk.models import DriveAccount
    from netdisk.tokens import store

    drive = DriveAccount.objects.create(user=User.objects.create_user("racer"), name="drive")
    store(drive, TokenPair(access_token=f"a{token}", refresh_token=token, expires_in=MONTH))
    return {"drive": str(drive.pk)}


def expire(drive: str) -> dict[str, Any]:
    from django.utils import timezone

    from netdisk.models import OAuthToken

    OAuthToken.objects.filter(account_id=UUID(drive)).update(expires_at=timezone.now() - timedelta(seconds=1))
    return {}


def state(drive: str) -> dict[str, Any]:
    from netdisk.models import OAuthToken

    return {"generation": OAuthToken.objects.get(account_id=UUID(drive)).generation}


def race(drive: str, threads: int) -> dict[str, Any]:
    """Ask for a fresh token from several threads at once; the tokens they got."""
    from django.db import connection

    from netdisk.tokens import tokens

    key, found = UUID(drive), set[str]()
    tokens.forget(key)

    def ask() -> None:
        try:
            found.add(tokens.ensure_fresh(key))
        except Exception as error:
            found.add(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    _together([ask] * threads)
    return {"tokens": sorted(found)}


def look_up(drive: str, threads: int, seconds: float) -> dict[str, Any]:
    """Look a fresh token up for some seconds; lookups per second of all threads together."""
    from netdisk.tokens import tokens

    key, counts = UUID(drive), [0] * threads
    tokens.ensure_fresh(key)
    stop = time.monotonic() + seconds

    def ask(number: int) -> None:
        done = 0
        while time.monotonic() < stop:
            for _ in range(100):
                tokens.ensure_fresh(key)
            done += 100
        counts[number] = done

    began = time.monotonic()
    _together([lambda number=number: ask(number) for number in range(threads)])  # type: ignore[misc]
    return {"rate": sum(counts) / (time.monotonic() - began)}


def _together(works: list[Callable[[], None]]) -> None:
    running = [threading.Thread(target=work) for work in works]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


if __name__ == "__main__":
    set_up()
    serve(act)
