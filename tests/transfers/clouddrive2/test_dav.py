"""WebDAV: wire/clouddrive2.md §5.2."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests

from tests.emulators.clouddrive2.standin import Control, Program
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import FAST, SHA256, SIZE, Source, Stopper
from transfers.clouddrive2.dav import DavUploads
from transfers.clouddrive2.errors import CloudDriveError, Kind

PATH = "/CloudNAS/新 夹/d%.bin"


@pytest.fixture
def dav(session: requests.Session, cd2_program: Program, control: Control) -> DavUploads:
    control.settings(dav_enabled=True)
    return DavUploads(session, cd2_program.url, "demo", "demo", FAST)


def names(control: Control) -> list[str]:
    return [each["name"] for each in control("GET", "files", path="/CloudNAS/新 夹")["children"]]


@pytest.mark.parametrize("size", [0, 1, SIZE])
def test_a_file_arrives_under_its_name(dav: DavUploads, control: Control, size: int) -> None:
    dav.check()
    dav.mkdir("/CloudNAS/新 夹")
    dav.mkdir("/CloudNAS/新 夹")
    sent: list[int] = []
    source = Source(size)
    dav.write(PATH, size, source, on_sent=sent.append)
    assert control.file(PATH)["sha256"] == hashlib.sha256(source.data).hexdigest()
    assert (dav.size(PATH), sent[-1:]) == (size, [size] if size else [])
    dav.write(PATH, SIZE, Source())
    assert (names(control), control.file(PATH)["sha256"]) == (["d%.bin"], SHA256)
    until(lambda: control.states(PATH)[-1:] == ["Finish"])
    dav.delete(PATH)
    assert dav.size(PATH) is None


def test_webdav_that_is_off_or_refuses_says_so(
    dav: DavUploads, session: requests.Session, cd2_program: Program, control: Control
) -> None:
    with pytest.raises(CloudDriveError) as error:
        DavUploads(session, cd2_program.url, "demo", "wrong", FAST).check()
    assert error.value.kind is Kind.AUTH
    control.settings(dav_enabled=False)
    with pytest.raises(CloudDriveError, match="switched off") as error:
        dav.check()
    assert error.value.kind is Kind.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (413, "clouddrive_too_large", True),
        (507, "clouddrive_no_space", True),
        (503, "clouddrive_unavailable", False),
        (400, "clouddrive_refused", True),
    ],
)
def test_F49_statuses_have_stable_codes(
    dav: DavUploads, control: Control, status: int, code: str, permanent: bool
) -> None:
    dav.mkdir("/CloudNAS/新 夹")
    control.fault("dav_status", code=status, match={"op": "PUT"})
    with pytest.raises(CloudDriveError) as error:
        dav.write(PATH, SIZE, Source())
    assert (error.value.code, error.value.permanent) == (code, permanent)
    assert names(control) == []


@pytest.mark.parametrize("op", ["MOVE", "HEAD"])
def test_a_failure_after_the_bytes_leaves_no_draft(dav: DavUploads, control: Control, op: str) -> None:
    dav.mkdir("/CloudNAS/新 夹")
    control.fault("dav_status", times=1, match={"op": op})
    with pytest.raises(CloudDriveError):
        dav.write(PATH, SIZE, Source())
    assert names(control) == []


def test_sources_stops_and_places_that_fail(dav: DavUploads, control: Control) -> None:
    dav.mkdir("/CloudNAS/新 夹")
    stop = Stopper()

    def halt(_: int) -> None:
        stop.stopped = True

    with pytest.raises(InterruptedError):
        dav.write(PATH, SIZE, Source(), stop=stop, on_sent=lambda sent: halt(sent) if sent > 1_000_000 else None)
    with pytest.raises(CloudDriveError, match="The source gave"):
        dav.write(PATH, SIZE + 1, Source())
    assert names(control) == []
    cases: tuple[tuple[str, Any], ...] = (
        ("/归档/x", Kind.PERMISSION),
        ("/CloudNAS/none/x", Kind.NOT_FOUND),
        ("/CloudNAS/../x", Kind.PERMANENT),
    )
    for path, kind in cases:
        with pytest.raises(CloudDriveError) as error:
            dav.write(path, 3, Source(3))
        assert error.value.kind is kind
