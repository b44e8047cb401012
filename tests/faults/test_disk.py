"""A data folder on a file system that is too small."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.standin import Program, Standin
from tests.support.site import Client, Site
from tests.support.waiting import until

from . import transfers
from .stack import upstream
from .transfers import LARGE, SMALL


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if not mount(folder, "size=64m"):
        pytest.skip("this machine does not let us mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)


@pytest.mark.slow
def test_F45_a_full_data_folder_waits_says_so_and_goes_on_by_itself(
    small_disk: Path, program: Program, drive_side: Standin
) -> None:
    site = Site(small_disk, env={**upstream(program), "REGISTRATION": "open", "DOWNLOAD_LIMIT": "0"}).start()
    try:
        client = Client(site.url).register("harbour")
        client.connect_drive(drive_side.url)
        sent = drive_side.control("GET", "counters")["bytes_sent"]
        large = transfers.start(client, drive_side, LARGE)
        until(lambda: transfers.look(client, large)["state"] == "waiting", 30, "the transfer to wait")
        told = transfers.look(client, large)
        assert told["error"]["code"] == "disk_full" and told["attempts"] == 0
        assert drive_side.control("GET", "counters")["bytes_sent"] - sent < 1 << 20, "refused before the first byte"
        filler = small_disk / "filler"
        with filler.open("wb") as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(1 << 16))
        answers = {client.put("/auth/me", json={"first_name": str(number)}).status_code for number in range(20)}
        assert answers <= {200, 503}, "a database that can't grow refuses cleanly"
        assert client.get("/health").json()["parts"]["disk"] == "low"
        filler.unlink()
        assert client.put("/auth/me", json={"first_name": "room"}).status_code == 200
        transfers.whole(client, drive_side, SMALL, transfers.start(client, drive_side, SMALL))
        subprocess.run(["mount", "-o", "remount,size=400m", str(small_disk)], capture_output=True, check=True)
        transfers.whole(client, drive_side, LARGE, large, 90)
    finally:
        site.stop()
