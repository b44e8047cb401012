"""upload_local, upload_url, upload_text and the offline downloads, through the seed's door, against the stand-in (A6, A7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from core.models import AuditEntry, JobState
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from tests.netdisk.operations.conftest import Door
from transfers import runner
from transfers.models import Transfer, Upload

from .departures import FOLDER, MIB, library_file, there
from .engine.faulty_server import FaultyServer
from .test_upload_runner import CONTENT, origin, second, sha256  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(drive: Any, alice: Any, client: Any) -> Door:
    return Door.of(alice)


@pytest.fixture
def worker(bells: list[str]) -> Iterator[None]:
    """A worker that takes what comes, as the site's own does."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if not runner.run_next():
                over.wait(0.02)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(10)


def test_upload_local_sends_a_library_file_and_waits_for_it(standin: Any, door: Door, alice: Any, worker: None) -> None:
    file = library_file(alice)
    for named in (str(file.pk), "/film.bin"):
        data = door.data("upload_local", local_file_path=named, remote_path=f"{FOLDER}/x.bin", conflict="overwrite")
        assert (data["state"], data["path"], data["size"]) == ("done", f"{FOLDER}/x.bin", file.size)
        assert data["fs_id"] == standin.source(f"{FOLDER}/x.bin", hash=0)["fs_id"] and data["md5"]
        assert Transfer.objects.filter(pk=data["transfer"], user=alice).exists()
    assert data["rapid"] is True, "the second time the drive knows it"
    assert there(standin, f"{FOLDER}/x.bin") == file.sha256


def test_a_remote_path_that_ends_with_a_slash_is_a_folder(door: Door, alice: Any, bells: list[str]) -> None:
    library_file(alice, MIB)
    data = door.data("upload_local", local_file_path="/film.bin", remote_path=f"{FOLDER}/", wait="0")
    assert (data["state"], data["path"], data["fs_id"]) == ("queued", f"{FOLDER}/film.bin", None)


@pytest.mark.parametrize(
    "named",
    [
        "/etc/passwd",
        "/tmp/demo.txt",
        "../../etc/passwd",
        "/../film.bin",
        "~/film.bin",
        "file:///film.bin",
        "film.bin\\",
    ],
)
def test_H40_upload_local_reaches_nothing_but_the_library(door: Door, alice: Any, named: str) -> None:
    library_file(alice, MIB)
    assert door.refusal("upload_local", local_file_path=named, remote_path="/x")["code"] == "not_found"
    assert not Transfer.objects.exists()


def test_H20_upload_local_finds_no_strangers_file(door: Door, alice: Any, mallory: Any) -> None:
    file = library_file(mallory, MIB)
    for named in (str(file.pk), "/film.bin"):
        assert door.refusal("upload_local", local_file_path=named, remote_path="/x")["code"] == "not_found"


def test_what_went_wrong_is_the_answer(standin: Any, door: Door, alice: Any, worker: None) -> None:
    file = library_file(alice, MIB)
    args = {"local_file_path": str(file.pk), "remote_path": f"{FOLDER}/x.bin"}
    door.data("upload_local", **args)
    assert door.refusal("upload_local", **args, conflict="fail")["code"] == "netdisk.exists"
    assert door.refusal("upload_local", **{**args, "remote_path": "/a?b"})["code"] == "netdisk.name_refused"
    assert door.refusal("upload_local", **{**args, "remote_path": "x"})["status"] == 400
    file.path().unlink()
    assert door.refusal("upload_local", **{**args, "remote_path": "/y"})["code"] == "source_gone"


def test_upload_url_goes_straight_through(
    standin: Any,
    door: Door,
    alice: Any,
    worker: None,
    origin: FaultyServer,  # noqa: F811
) -> None:
    data = door.data("upload_url", url=origin.url, dir=FOLDER, filename="a.bin", wait=60)
    assert (data["state"], data["path"], data["rapid"]) == ("done", f"{FOLDER}/a.bin", False)
    assert there(standin, f"{FOLDER}/a.bin") == sha256(CONTENT)
    named = door.data("upload_url", url=origin.url, dir=FOLDER, wait=0)
    assert named["path"] == f"{FOLDER}/some file.bin"
    line = AuditEntry.objects.filter(action="transfers.upload_url").first()
    assert line is not None and "token" not in str(line.summary)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "http://localhost/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://0x7f000001/x",
        "http://2130706433/x",
        "http://192.168.0.1/x",
        "file:///etc/passwd",
        "gopher://example.org/x",
        "http://user:password@example.org@10.0.0.1/x",
        "nonsense",
    ],
)
def test_H30_upload_url_refuses_before_anything_is_stored(door: Door, url: str) -> None:
    error = door.refusal("upload_url", url=url, dir="/", filename="x.bin")
    assert error["code"] == "address_refused", error
    assert not Transfer.objects.exists()


def test_upload_text_writes_a_text(standin: Any, door: Door, alice: Any, worker: None) -> None:
    text = "云港\nhello 😀 " * 1000
    data = door.data("upload_text", content=text, dir=FOLDER, filename="note.txt")
    assert (data["state"], data["path"]) == ("done", f"{FOLDER}/note.txt")
    assert there(standin, f"{FOLDER}/note.txt") == sha256(text.encode())
    assert not any(upload.staged_path().exists() for upload in Upload.objects.all())
    assert door.data("upload_text", content="x" * 200_000, dir=FOLDER, filename="long.txt", wait=0)["state"]


@pytest.mark.parametrize("args", [{"content": ""}, {"content": "x" * 200_001}, {"filename": ""}, {"filename": "a/b"}])
def test_texts_that_can_not_be_are_refused_and_leave_nothing(door: Door, args: dict[str, str], library: Any) -> None:
    error = door.refusal("upload_text", **{"content": "x", "dir": "/", "filename": "a.txt", **args})
    assert error["status"] == 400
    assert not Transfer.objects.exists() and not Upload.objects.exists()
    assert [path for path in library.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("wait", [-1, 61, "soon", True, 1.5])
def test_the_wait_is_bounded(door: Door, alice: Any, wait: Any) -> None:
    library_file(alice, MIB)
    error = door.refusal("upload_local", local_file_path="/film.bin", remote_path="/x", wait=wait)
    assert error["status"] == 400 and not Transfer.objects.exists()


def test_the_shared_account_takes_uploads_of_staff_only(
    standin: Any, drive: Any, alice: Any, admin: Any, worker: None
) -> None:
    shared = connect(admin, TokenPair(**standin.sign_in("demo3")), service=True)
    args = {"content": "for all", "dir": FOLDER, "filename": "a.txt"}
    refused = Door.of(alice).exec("upload_text", args, mode="public").json()
    assert refused["error"]["status"] == 403
    answer = Door.of(admin).exec("upload_text", args, mode="public").json()
    assert answer["status"] == "ok" and answer["data"]["state"] == "done", answer
    assert Transfer.objects.get().target == shared
    assert standin.control("GET", "files", user="demo3", path=f"{FOLDER}/a.txt")["size"] == 7


# -- offline downloads


def test_offline_add_lets_baidu_do_it_where_it_does(standin: Any, door: Door) -> None:
    standin.settings(pcs_entitled=True, offline_s=600)
    data = door.data("offline_add", source_url="magnet:?xt=urn:btih:0123", save_path="/apps/x")
    assert data["via"] == "baidu" and data["task_id"].isdigit()
    task = door.data("offline_status", task_ids=[data["task_id"], 5])["list"]
    assert [row["state"] for row in task] == ["running", "unknown"]
    assert door.data("offline_cancel", task_id=data["task_id"])["state"] == "cancelled"
    assert door.data("offline_status", task_ids=data["task_id"])["list"][0]["state"] == "cancelled"
    assert not Transfer.objects.exists()


def test_offline_add_does_it_itself_where_baidu_does_not(
    standin: Any,
    door: Door,
    alice: Any,
    worker: None,
    origin: FaultyServer,  # noqa: F811
) -> None:
    data = door.data("offline_add", source_url=origin.url, save_path=FOLDER, wait=30)
    assert (data["via"], data["state"], data["path"]) == ("yungang", "done", f"{FOLDER}/some file.bin")
    assert data["note"] and data["transfer"] == data["task_id"]
    row = door.data("offline_status", task_ids=[data["task_id"]])["list"][0]
    assert (row["state"], row["via"], row["finished_size"]) == ("done", "yungang", len(CONTENT))
    named = door.data("offline_add", source_url=origin.url, save_path=f"{FOLDER}/b.bin")
    assert named["path"] == f"{FOLDER}/b.bin"


def test_our_own_offline_downloads_can_be_stopped(
    standin: Any,
    door: Door,
    alice: Any,
    mallory: Any,
    bells: list[str],
    origin: FaultyServer,  # noqa: F811
) -> None:
    task = door.data("offline_add", source_url=origin.url, save_path=FOLDER)["task_id"]
    other = Door.of(mallory)
    assert other.data("offline_status", task_ids=[task])["list"][0]["state"] == "unknown"
    assert other.refusal("offline_cancel", task_id=task)["code"] == "not_found"
    assert door.data("offline_cancel", task_id=task)["state"] == "cancelled"
    assert Transfer.objects.get().state == JobState.CANCELLED


@pytest.mark.parametrize("url", ["magnet:?xt=urn:btih:0123", "ed2k://|file|x|1|0|/", "ftp://example.org/x"])
def test_what_neither_can_fetch_says_why_and_what_to_do(door: Door, url: str) -> None:
    error = door.refusal("offline_add", source_url=url, save_path="/apps/x")
    assert (error["status"], error["code"]) == (501, "netdisk.not_supported")
    assert error["detail"] != error["hint"] and not Transfer.objects.exists()


def test_H30_our_offline_download_passes_the_gate(door: Door) -> None:
    error = door.refusal("offline_add", source_url="http://169.254.169.254/x", save_path="/apps/x")
    assert error["code"] == "address_refused" and not Transfer.objects.exists()
