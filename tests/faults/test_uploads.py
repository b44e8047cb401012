"""An upload to a drive while the whole site is killed and started again (F02)."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest

from tests.emulators.standin import Standin
from tests.support.site import Site

from . import transfers
from .conftest import rounds
from .test_single import durable, person, row, site  # noqa: F401
from .transfers import LARGE, MIB

FOLDER = "/上传"
PARTS, PART = 25, 4 * MIB
UNDER_WAY = 2  # parts of an ordinary member at once


@pytest.fixture
def plain(drive_side: Standin) -> Iterator[Standin]:
    """A drive of an ordinary member that knows no content beforehand."""
    drive_side.control("POST", "reset")
    drive_side.settings(rapid_upload="off")
    drive_side.control("POST", "user", {"user": "demo", "vip_type": 0})
    yield drive_side
    drive_side.control("POST", "reset")
    drive_side.control("DELETE", "settings/rapid_upload")


@pytest.mark.parametrize("kills", [1, pytest.param(rounds(4, 15), marks=pytest.mark.slow)])
def test_F02_the_site_is_killed_at_random_moments_of_one_upload(
    plain: Standin,
    site: Site,  # noqa: F811
    dice: random.Random,
    kills: int,
) -> None:
    client = person(site, plain)
    file = transfers.whole(client, plain, LARGE, transfers.start(client, plain, LARGE))
    plain.fault("part_slow", match={"op": "superfile2"}, bytes_per_s=100 * MIB // (12 * kills))
    body = {"source": {"library": file["id"]}, "destination": {"kind": "netdisk", "folder": FOLDER}}
    upload = client.post("/api/v1/transfers", json=body).json()
    reached = 0
    for _ in range(kills):
        transfers.moving(client, upload, reached + 1)
        threading.Event().wait(dice.uniform(0, 1.5))  # the random moment is the fault, nothing is waited for
        site.kill()
        left = durable(site, upload)
        assert left >= reached, "progress never goes backwards"
        reached = left
        site.start()
    plain.control("DELETE", "faults")
    done = transfers.ended(client, upload)
    assert done["state"] == "done", done
    told = plain.source(FOLDER)["children"]
    assert [child["path"] for child in told] == [f"{FOLDER}/100MiB.bin"], "one file, under its own name"
    assert plain.source(f"{FOLDER}/100MiB.bin")["sha256"] == file["sha256"]
    sessions = plain.control("GET", "uploads")["uploads"]
    counts = [part["count"] for part in sessions[0]["parts"]]
    assert len(sessions) == 1 and len(counts) == PARTS
    assert sum(counts) <= PARTS + kills * UNDER_WAY, "no confirmed part is sent again"
    events = "SELECT count(*) FROM core_event WHERE type = 'transfer.done' AND object = ?"
    assert row(site, events, f"transfer:{upload['id']}") == (1,)
    codes = [step["code"] for step in client.get(f"/api/v1/transfers/{upload['id']}").json()["steps"]]
    assert codes.count("resumed") == kills
