"""Uploads whose worker dies, or whose source changes: what the drive has confirmed is not sent again (F02, F58)."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from core.jobs import sweep
from core.models import Event, JobState
from tests.support.processes import python
from tests.support.waiting import until
from transfers import runner
from transfers.models import Transfer

from .departures import FOLDER, MIB, content_of, fresh, library_file, moved, names, received, send, there, uploads
from .test_runner import WORK, upstream
from .test_upload_runner import ordinary, sha256  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = 6
SIZE = (PARTS - 1) * 4 * MIB + 99
UNDER_WAY = 2  # parts of an ordinary member
HOOK = """
import os
from django.conf import settings
left = {nth}
def die(name):
    global left
    left -= name == {point!r}
    if not left:
        os._exit(9)
settings.FAULT_HOOK = die
"""


@pytest.fixture
def killed(settings: Any) -> Callable[..., None]:
    """Run the worker in a process that dies at the nth passing of a point."""

    def run(point: str, nth: int = 1) -> None:
        code = HOOK.format(point=point, nth=nth) + WORK.format(library=str(settings.LIBRARY_DIR))
        worker = python(code, env=upstream(settings))
        _out, errors = worker.communicate(timeout=60)
        assert worker.returncode == 9, errors[-2000:]

    return run


def taken_back() -> None:
    """The lease has ended and the sweeper has seen it."""
    Transfer.objects.filter(state=JobState.RUNNING).update(lease_until=Now() - timedelta(seconds=1))
    sweep()


def confirmed(row: Transfer) -> set[int]:
    return set(row.parts.filter(done__gt=0).values_list("index", flat=True))


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("upload_begun", 1),
        ("upload_part_answered", 1),
        ("upload_part_answered", 4),
        ("upload_before_checkpoint", 3),
        ("upload_after_checkpoint", 3),
        ("upload_before_finish", 1),
        ("upload_after_finish", 1),
        ("before_done", 1),
    ],
)
def test_F02_a_kill_at_any_step_sends_no_confirmed_part_again_and_makes_one_file(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    killed: Any,
    point: str,
    nth: int,
) -> None:
    file = library_file(alice, SIZE)
    row = send(alice, file, conflict="rename")
    killed(point, nth)
    kept = confirmed(row)
    assert fresh(row).state == JobState.RUNNING
    taken_back()
    moved(row)
    assert names(standin) == ["film.bin"], "not a second one under another name"
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256
    counts = received(standin)
    assert len(uploads(standin)) == 1 and set(counts) == set(range(PARTS))
    assert all(counts[number] == 1 for number in kept), "what was confirmed and written down is not sent again"
    assert sum(counts.values()) <= PARTS + 2 * UNDER_WAY, (
        "those under way, and as many confirmed and not yet written down"
    )
    assert Event.objects.filter(object=row.object_name, type="transfer.done").count() == 1
    assert fresh(row).destination["fs_id"] == standin.source(f"{FOLDER}/film.bin", hash=0)["fs_id"]


def test_F02_kill_dash_nine_at_random_moments(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    settings: Any,
) -> None:
    seed = int(os.environ.get("FAULTS_SEED", "7"))
    dice = random.Random(seed)
    file = library_file(alice, SIZE)
    row = send(alice, file)
    standin.fault("part_slow", match={"op": "superfile2"}, bytes_per_s=6 * MIB)
    for _ in range(3):
        worker = python(WORK.format(library=str(settings.LIBRARY_DIR)), env=upstream(settings))
        goal = len(confirmed(row)) + dice.randint(0, 1)
        until(lambda goal=goal: len(confirmed(row)) >= goal and fresh(row).state == JobState.RUNNING, 30)  # type: ignore[misc]
        worker.kill()
        worker.wait()
        taken_back()
        Transfer.objects.filter(pk=row.pk).update(crashes=0)
    kept = confirmed(row)
    standin.control("DELETE", "faults")
    moved(row)
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256, f"seed {seed}"
    counts = received(standin)
    assert all(counts[number] <= 2 for number in kept) and sum(counts.values()) <= PARTS + 4 * UNDER_WAY
    assert len(uploads(standin)) == 1 and names(standin) == ["film.bin"]


def test_F02_days_later_the_session_has_expired_and_the_file_still_arrives(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    killed: Any,
) -> None:
    file = library_file(alice, SIZE)
    row = send(alice, file)
    killed("upload_after_checkpoint", 4)
    standin.control("POST", "expire-uploads", {})
    taken_back()
    moved(row)
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256 and len(uploads(standin)) == 2


def test_F02_when_creates_answer_is_lost_the_file_is_found(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
) -> None:
    file = library_file(alice, SIZE)
    standin.fault("answer_lost", times=1, match={"op": "create"})
    row = moved(send(alice, file, conflict="rename"))
    assert names(standin) == ["film.bin"] and there(standin, f"{FOLDER}/film.bin") == file.sha256
    assert row.destination["fs_id"] and uploads(standin)[0]["creates"] == 1


def test_F02_a_rapid_upload_is_made_once_though_its_answer_is_lost_and_the_worker_dies(
    standin: Any,
    drive: Any,
    alice: Any,
    bells: list[str],
    killed: Any,
) -> None:
    file = library_file(alice, SIZE)
    moved(send(alice, file))
    standin.fault("answer_lost", times=1, match={"op": "precreate"})
    second = send(alice, file, name="b.bin")
    assert moved(second).destination["rapid"] is True
    third = send(alice, file, name="c.bin")
    killed("upload_after_rapid")
    taken_back()
    moved(third)
    assert names(standin) == ["b.bin", "c.bin", "film.bin"]
    assert there(standin, f"{FOLDER}/c.bin") == file.sha256


def test_F58_a_library_file_that_became_longer_is_sent_as_it_is_now(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    killed: Any,
) -> None:
    file = library_file(alice, SIZE)
    row = send(alice, file)
    killed("upload_after_checkpoint", 3)
    file.path().write_bytes(content_of(SIZE + MIB, seed=4))
    taken_back()
    assert moved(row).size == SIZE + MIB
    assert there(standin, f"{FOLDER}/film.bin") == sha256(content_of(SIZE + MIB, seed=4))


def test_F58_a_source_changed_at_half_is_never_spliced(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    killed: Any,
) -> None:
    file = library_file(alice, SIZE)
    row = send(alice, file)
    killed("upload_after_checkpoint", 4)
    assert confirmed(row)
    before = file.path().stat()
    other = content_of(SIZE, seed=9)
    file.path().write_bytes(other)
    os.utime(file.path(), ns=(before.st_atime_ns, before.st_mtime_ns))
    taken_back()
    moved(row)
    assert there(standin, f"{FOLDER}/film.bin") == sha256(other), "the new version, whole"
    assert [upload["state"] for upload in uploads(standin)] == ["open", "created"], "a session of its own"


def test_F07_a_worker_whose_lease_was_taken_makes_no_file(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    bells: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = send(alice, library_file(alice, SIZE))

    def taken(point: str) -> None:
        if point == "upload_after_checkpoint":
            Transfer.objects.filter(pk=row.pk).update(fence=99, worker="someone else")

    monkeypatch.setattr("transfers.departing.fault", taken)
    runner.run_next()
    left = fresh(row)
    assert (left.state, left.worker) == (JobState.RUNNING, "someone else")
    assert uploads(standin)[0]["creates"] == 0
