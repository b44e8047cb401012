"""What becomes of complete uploads, and what the sweep takes away: in this process, with real files and rows."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.http import HttpResponse

from core.errors import AppError, Conflict
from core.jobs.queue import run_job
from core.models import AuditEntry, Event, Job, JobState
from tests.conftest import PASSWORD
from transfers import runner, tasks
from transfers.models import LibraryFile, Transfer, Upload
from transfers.uploads import errors, finishing, services, staging, sweep
from transfers.uploads.wire import OCTETS

from .tus import UPLOADS, metadata

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = finishing.HASH_AT_ONCE + 1
LATER = timedelta(days=40)


class Crash(BaseException):
    """Stands for the end of the process."""


def send(row: Upload, data: bytes) -> HttpResponse:
    append = services.append(row, row.offset, len(data), None)
    assert append is not None
    response = HttpResponse()
    with append:
        append.write(data)
        finishing.settle(append, response)
    return response


def begin(user: Any, size: int, **said: str) -> Upload:
    return services.begin(user, size, metadata(**said))


def run_jobs() -> None:
    for pk in Job.objects.filter(kind="transfers.finish_upload", state=JobState.QUEUED).values_list("pk", flat=True):
        run_job(pk)


def age(row: Upload, by: timedelta = LATER) -> None:
    Upload.objects.filter(pk=row.pk).update(touched_at=Now() - by)


def staged(library: Path) -> list[Path]:
    return list(library.glob("*/.uploads/*"))


def test_a_file_that_came_in_pieces_is_hashed_while_it_arrives(alice: Any) -> None:
    data = os.urandom(LARGE)
    row = begin(alice, LARGE, filename="film.mkv", folder="/films")
    send(row, data[:1000])
    assert send(row, data[1000:])["Upload-Offset"] == str(LARGE)
    kept = LibraryFile.objects.get(user=alice)
    assert (kept.pk, kept.name, kept.folder, kept.mime) == (row.pk, "film.mkv", "/films", "video/x-matroska")
    assert kept.sha256 == hashlib.sha256(data).hexdigest() and kept.path().read_bytes() == data
    assert not Job.objects.exists()
    assert set(Event.objects.values_list("type", flat=True)) == {"library.added", "upload.done"}
    assert AuditEntry.objects.get().action == "library.upload"


def test_what_another_process_received_is_hashed_by_a_job(alice: Any) -> None:
    data = os.urandom(LARGE)
    row = begin(alice, LARGE, filename="film.mkv")
    send(row, data[:1000])
    staging.digests.__init__()  # type: ignore[misc]
    send(row, data[1000:])
    assert services.described(services.find(alice, row.pk))["state"] == "finishing"
    finishing.complete(Upload.objects.get(pk=row.pk))
    assert Job.objects.count() == 1, "asked twice, done once"
    run_jobs()
    assert LibraryFile.objects.get().sha256 == hashlib.sha256(data).hexdigest()
    assert services.described(services.find(alice, row.pk))["state"] == "done"


@pytest.mark.parametrize("point", ["before_seal", "before_rename", "after_rename", "after_publish", "upload_published"])
def test_F47_a_crash_while_it_is_finished_loses_nothing(alice: Any, settings: Any, library: Path, point: str) -> None:
    def hook(name: str) -> None:
        if name == point:
            raise Crash

    row = begin(alice, 5, filename="x.txt")
    settings.FAULT_HOOK = hook
    with pytest.raises(Crash):
        send(row, b"hello")
    del settings.FAULT_HOOK
    assert not LibraryFile.objects.exists()
    final = library / str(alice.pk) / str(row.pk)
    for path in (final, *staged(library)):
        if path.exists():
            os.utime(path, (time.time() - 7200,) * 2)
    tasks.remove_orphans()
    sweep.remove_orphans()
    age(row, timedelta(minutes=2))
    assert sweep.sweep() == 1
    run_jobs()
    kept = LibraryFile.objects.get()
    assert kept.path().read_bytes() == b"hello" and kept.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert not staged(library)


@pytest.mark.parametrize("point", ["after_write", "before_fsync", "after_fsync", "upload_before_count"])
def test_F03_the_row_never_claims_more_than_is_durable(alice: Any, settings: Any, point: str) -> None:
    def hook(name: str) -> None:
        if name == point:
            raise Crash

    row = begin(alice, 10, filename="x")
    send(row, b"01234")
    settings.FAULT_HOOK = hook
    with pytest.raises(Crash):
        send(row, b"56789")
    del settings.FAULT_HOOK
    row.refresh_from_db()
    assert row.offset == 5 and row.staged_path().read_bytes()[:5] == b"01234"
    send(row, b"56789")
    assert LibraryFile.objects.get().path().read_bytes() == b"0123456789"


def test_cancelling_at_the_last_moment_leaves_no_file(alice: Any, settings: Any, library: Path) -> None:
    row = begin(alice, 5, filename="x")
    settings.FAULT_HOOK = lambda name: name == "upload_published" and Upload.objects.all().delete()
    send(row, b"hello")
    assert not LibraryFile.objects.exists() and not [path for path in library.rglob("*") if path.is_file()]


def test_the_sweep_takes_what_nobody_goes_on_with(alice: Any, library: Path) -> None:
    young, old = begin(alice, 5, filename="young"), begin(alice, 5, filename="old")
    send(old, b"a")
    age(old)
    sweep.sweep()
    assert list(Upload.objects.all()) == [young]
    assert [path.name for path in staged(library)] == [str(young.pk)]


def test_the_sweep_forgets_stored_ones_and_leaves_their_files(alice: Any) -> None:
    row = begin(alice, 5, filename="x")
    send(row, b"hello")
    sweep.sweep()
    assert Upload.objects.exists(), "for a client that lost the last answer"
    Upload.objects.update(finished_at=Now() - timedelta(hours=2))
    sweep.sweep()
    assert not Upload.objects.exists() and LibraryFile.objects.get().path().read_bytes() == b"hello"


def test_F03_staged_files_without_a_row_go(alice: Any, library: Path) -> None:
    row = begin(alice, 5, filename="x")
    lost = row.staged_path().with_name("01900000-0000-7000-8000-000000000000")
    strange = row.staged_path().with_name("no id at all")
    fresh = row.staged_path().with_name("01900000-0000-7000-8000-000000000001")
    for path in (lost, strange, fresh):
        path.write_bytes(b"x")
    for path in (lost, strange, row.staged_path()):
        os.utime(path, (time.time() - 7200,) * 2)
    assert sweep.remove_orphans() == 2
    assert set(staged(library)) == {row.staged_path(), fresh}


def test_a_staged_file_that_is_gone_is_said_to_be(alice: Any) -> None:
    row = begin(alice, 5, filename="x")
    row.staged_path().unlink()
    with pytest.raises(errors.Gone):
        send(row, b"hello")


def test_a_deleted_account_takes_its_uploads_along(alice: Any, library: Path) -> None:
    row = begin(alice, 5, filename="x")
    append = services.append(row, 0, 5, None)
    assert append is not None
    with append:
        append.write(b"hel")
        alice.delete()
        with pytest.raises(errors.Gone):
            append.end()
    assert not Upload.objects.exists() and not [path for path in library.rglob("*") if path.is_file()]


def test_a_link_in_the_place_of_a_staged_file_is_not_followed(alice: Any, tmp_path: Path) -> None:
    row = begin(alice, 5, filename="x")
    outside = tmp_path / "outside"
    outside.write_bytes(b"01234")
    row.staged_path().unlink()
    row.staged_path().symlink_to(outside)
    with pytest.raises(errors.Gone):
        send(row, b"hello")
    assert outside.read_bytes() == b"01234"


def test_F45_room_is_taken_before_the_first_byte(alice: Any, settings: Any, library: Path) -> None:
    row = begin(alice, 3 << 20, filename="x")
    assert row.staged_path().stat().st_blocks * 512 >= 3 << 20
    settings.UPLOAD_MAX_BYTES = settings.UPLOADS_OPEN_BYTES = 0
    cache.clear()
    with pytest.raises(errors.NoSpace) as refused:
        begin(alice, 10**17, filename="too large for any disk")
    assert refused.value.status == 507 and str(refused.value.hint)
    assert Upload.objects.count() == 1 and len(staged(library)) == 1


def test_H45_open_uploads_and_their_bytes_are_limited(alice: Any, mallory: Any, settings: Any) -> None:
    settings.UPLOADS_OPEN, settings.UPLOADS_OPEN_BYTES = 3, 100
    rows = [begin(alice, 20, filename="x") for _ in range(3)]
    with pytest.raises(errors.TooMany):
        begin(alice, 1, filename="one too many")
    begin(mallory, 20, filename="others have their own")
    send(rows[0], b"x" * 20)
    begin(alice, 60, filename="a stored one counts no more")
    services.remove(rows[1])
    with pytest.raises(errors.TooMany):
        begin(alice, 21, filename="too large with the others")
    settings.UPLOAD_MAX_BYTES = 10
    cache.clear()
    with pytest.raises(errors.TooLarge):
        begin(alice, 11, filename="too large")


def test_a_server_without_the_event_loop_takes_them_too(alice: Any, client: Any) -> None:
    """Plain WSGI: the view reads the body itself."""
    login = {"username": alice.username, "password": PASSWORD}
    token = client.post("/auth/login", login, content_type="application/json").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    said = {"Upload-Length": "5", "Upload-Metadata": metadata(filename="x")}
    made = client.generic("POST", UPLOADS, b"he", OCTETS, headers={**headers, **said})
    assert (made.status_code, made["Upload-Offset"]) == (201, "2")
    sent = client.generic("PATCH", made["Location"], b"llo", OCTETS, headers={**headers, "Upload-Offset": "2"})
    assert (sent.status_code, sent["Upload-Offset"]) == (204, "5")
    assert LibraryFile.objects.get().path().read_bytes() == b"hello"


# -- on to a drive


def on_drive(user: Any, drive: Any, data: bytes, **said: str) -> Upload:
    row = begin(user, len(data), **{"drive": str(drive.pk), "path": "/测试", **said})
    send(row, data)
    row.refresh_from_db()
    return row


def test_a_file_for_a_drive_becomes_a_transfer_and_arrives(alice: Any, drive: Any, standin: Any, library: Path) -> None:
    data = os.urandom(5 << 20)
    row = on_drive(alice, drive, data, filename="neu 新.bin", conflict="fail")
    transfer = Transfer.objects.get()
    assert row.transfer == transfer and row.finished_at
    assert (transfer.source_kind, transfer.source) == ("upload", {"upload": str(row.pk)})
    assert services.described(row)["transfer"] == str(transfer.pk)
    with pytest.raises(Conflict):
        services.remove(row)
    while runner.run_next():
        pass
    transfer.refresh_from_db()
    assert transfer.state == JobState.DONE, transfer.error
    told = standin.source("/测试/neu 新.bin")
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    sweep.sweep()
    assert not Upload.objects.exists() and not staged(library)
    assert not LibraryFile.objects.exists()


@pytest.mark.parametrize(
    ("size", "said", "code"),
    [
        (0, {"filename": "empty.txt"}, "netdisk.empty_file"),
        (21 << 30, {"filename": "huge.iso"}, "netdisk.file_too_large"),
        (5, {"filename": "a?b.txt"}, "netdisk.name_refused"),
        (5, {"filename": "a.txt", "path": "../x"}, "netdisk.name_refused"),
        (5, {"filename": "a.txt", "conflict": "perhaps"}, "invalid"),
        (5, {"filename": "a.txt", "drive": "01900000-0000-7000-8000-000000000000"}, "not_found"),
        (5, {"filename": "a.txt", "drive": "x"}, "not_found"),
    ],
)
def test_what_a_drive_would_refuse_is_refused_before_the_first_byte(
    alice: Any, drive: Any, settings: Any, size: int, said: dict[str, str], code: str
) -> None:
    with pytest.raises(AppError) as refused:
        begin(alice, size, **{"drive": str(drive.pk), "path": "/测试", **said})
    assert refused.value.code == code and str(refused.value.message) and str(refused.value.hint)
    assert not Upload.objects.exists()


def test_the_drives_of_others_are_not_there(mallory: Any, drive: Any) -> None:
    with pytest.raises(AppError) as refused:
        begin(mallory, 5, filename="x", drive=str(drive.pk))
    assert refused.value.code == "not_found"


def test_a_drive_that_went_away_meanwhile_is_told_and_tried_again(alice: Any, drive: Any) -> None:
    row = begin(alice, 5, filename="x.txt", drive=str(drive.pk), path="/测试")
    state = drive.state
    type(drive).objects.update(state="disconnected")
    send(row, b"hello")
    told = services.described(services.find(alice, row.pk))
    assert (told["state"], told["error"]["code"]) == ("failed", "not_found") and told["error"]["hint"]
    assert Event.objects.get(type="upload.failed").data["code"] == "not_found"
    assert not Transfer.objects.exists() and row.staged_path().exists()
    type(drive).objects.update(state=state)
    finishing.complete(services.find(alice, row.pk))
    assert Transfer.objects.get().size == 5
    told = services.described(services.find(alice, row.pk))
    assert told["state"] == "done" and told["error"] is None


def test_bytes_that_a_transfer_may_still_need_are_kept(alice: Any, drive: Any) -> None:
    row = on_drive(alice, drive, b"hello", filename="x.txt")
    Transfer.objects.update(state=JobState.FAILED, finished_at=Now())
    sweep.sweep()
    assert row.staged_path().exists(), "it may be tried again"
    Transfer.objects.update(finished_at=Now() - LATER)
    sweep.sweep()
    assert not row.staged_path().exists()
