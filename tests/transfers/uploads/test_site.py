"""F03, F47: a server that is killed in the middle of an upload, at the worst places; and what the disk holds then."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

from .tus import Tus

SIZE = 96 << 20
BLOCK = os.urandom(1 << 20)


def content(size: int, start: int = 0) -> Iterator[bytes]:
    """Bytes that differ from block to block, from `start` on."""
    for number in range(start >> 20, size >> 20):
        block = number.to_bytes(8, "big") + BLOCK[8:]
        yield block[max(0, start - (number << 20)) :]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "data", env={"EMULATORS": "off"}).start()
    yield site
    if site.process and site.process.poll() is None:
        site.kill()


def admin(site: Site) -> Tus:
    return Tus(Client(site.url).sign_in("admin", PASSWORD))


def stored(site: Site, url: str) -> tuple[int, int]:
    """What the row claims, and how many bytes of the staged file are really there (it is made with its full length)."""
    pk = url.rpartition("/")[2]
    with sqlite3.connect(site.data / "yungang.sqlite3") as plain:
        row = plain.execute('SELECT "offset" FROM transfers_upload WHERE id = ?', [pk.replace("-", "")]).fetchone()
    right = 0
    with next(site.data.glob(f"library/*/.uploads/{pk}")).open("rb") as file:
        for block in content(SIZE):
            if file.read(len(block)) != block:
                break
            right += len(block)
    return int(row[0]), right


def test_F03_a_killed_server_goes_on_where_the_bytes_are_durable(place: Site) -> None:
    tus = admin(place)
    url = tus.begin(SIZE, filename="film.mkv")
    half = threading.Event()

    def throttled() -> Iterator[bytes]:
        for number, block in enumerate(content(SIZE)):
            if number == SIZE >> 21:
                half.set()
                until(lambda: place.process is None or place.process.poll() is not None, 60, "the server to be killed")
            yield block

    def send() -> None:
        with pytest.raises(requests.ConnectionError):
            tus.patch(url, 0, throttled())

    sender = threading.Thread(target=send)
    sender.start()
    assert half.wait(30)
    until(lambda: tus.look(url)["offset"] > 0, 30, "a checkpoint")
    place.kill()
    sender.join(30)
    claimed, right = stored(place, url)
    assert 0 < claimed <= right < SIZE
    place.start()
    tus = admin(place)
    assert tus.offset(url) == claimed
    assert [row["offset"] for row in tus.unfinished()] == [claimed]
    assert tus.patch(url, claimed, content(SIZE, claimed)).status_code == 204
    done = until(lambda: _done(tus, url), 30, "the file to be in the library")
    kept = tus.client.get(f"/api/v1/library/{done['file']}").json()
    whole = hashlib.sha256()
    for block in content(SIZE):
        whole.update(block)
    assert kept["sha256"] == whole.hexdigest() and kept["size"] == SIZE
    assert not list(place.data.glob("library/*/.uploads/*"))


def _done(tus: Tus, url: str) -> dict[str, Any] | None:
    found = tus.look(url)
    return found if found["state"] == "done" else None


@pytest.mark.slow
def test_a_server_that_stops_keeps_what_came(place: Site) -> None:
    """SIGTERM in the middle of a request: it waits for the request for a while, then counts its bytes and goes."""
    tus = admin(place)
    url = tus.begin(SIZE, filename="film.mkv")
    sent = threading.Event()

    def endless() -> Iterator[bytes]:
        for number, block in enumerate(content(SIZE)):
            if number == 8:
                sent.set()
                until(lambda: place.process is None or place.process.poll() is not None, 60, "the server to end")
            yield block

    def send() -> None:
        with contextlib.suppress(requests.ConnectionError):
            tus.patch(url, 0, endless())

    sender = threading.Thread(target=send)
    sender.start()
    assert sent.wait(30)
    assert place.stop(60) == 0
    sender.join(30)
    claimed, right = stored(place, url)
    assert 6 << 20 <= claimed <= right
