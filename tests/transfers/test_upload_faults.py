"""What Baidu does to an upload: each code of wire/baidu-netdisk.md §3 with the reaction it names, over the real client."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.models import JobState
from transfers import runner, services

from .departures import FOLDER, MIB, fresh, library_file, moved, names, received, send, there, uploads
from .test_upload_runner import ordinary  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = 4
SIZE = (PARTS - 1) * 4 * MIB + 99


@pytest.fixture
def file(alice: Any) -> Any:
    return library_file(alice, SIZE)


@pytest.fixture
def arrives(standin: Any, ordinary: Any, alice: Any, file: Any, bells: list[str]) -> Any:  # noqa: F811
    """Send it; it has to arrive once and whole, and to be told how it went."""

    def run(**options: Any) -> list[str]:
        row = moved(send(alice, file, **options))
        assert there(standin, row.destination["path"]) == file.sha256
        assert names(standin) == ["film.bin"]
        return [step.data["code"] for step in row.steps.filter(code="retry").order_by("pk")]

    return run


def fails(row: Any) -> str:
    assert runner.run_next()
    failed = fresh(row)
    assert failed.state == JobState.FAILED, (failed.state, failed.error_code)
    assert services.problem(failed)
    return failed.error_code


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("status", {"code": 503}),
        ("status", {"code": 500}),
        ("too_many_requests", {"seconds": 1}),
        ("errno", {"code": 31212, "status": 503}),
        ("html_body", {"status": 502}),
    ],
)
@pytest.mark.parametrize("op", ["precreate", "superfile2", "create"])
def test_F49_what_passes_is_waited_for(standin: Any, arrives: Any, op: str, fault: str, options: Any) -> None:
    standin.fault(fault, times=1, match={"op": op}, **options)
    arrives()
    assert sum(received(standin).values()) == PARTS


def test_F49_a_host_that_can_not_be_located_is_replaced_by_the_usual_one(standin: Any, arrives: Any) -> None:
    standin.fault("status", match={"op": "locateupload"}, code=503)
    arrives()


def test_F49_a_permanent_refusal_is_not_repeated(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    file: Any,
    bells: list[str],
) -> None:
    standin.fault("errno", match={"op": "superfile2"}, code=31064, status=403)
    assert fails(send(alice, file)) == "netdisk.path_refused"
    assert len(standin.log(op="superfile2")) <= 2, "no more than were under way"


@pytest.mark.parametrize("hits", [1, 3])
def test_F51_F57_a_part_whose_connection_breaks_is_sent_again(standin: Any, arrives: Any, hits: int) -> None:
    standin.fault("part_dropped", times=hits, match={"op": "superfile2"}, after=MIB)
    retried = arrives()
    assert len(retried) == hits and sum(received(standin).values()) == PARTS


def test_F52_a_part_that_arrives_wrong_is_sent_again(standin: Any, arrives: Any) -> None:
    standin.fault("part_flip", times=1, match={"op": "superfile2", "partseq": 2})
    assert arrives() == ["part_damaged"]
    assert received(standin)[2] == 2


def test_a_part_that_the_drive_forgot_is_sent_again_and_only_that(standin: Any, arrives: Any) -> None:
    """31363 from create: ask which, send those."""
    standin.fault("part_forgotten", times=1, match={"op": "superfile2", "partseq": 3})
    assert arrives() == ["upload_incomplete"]
    counts = received(standin)
    assert sum(counts.values()) <= PARTS + 1 and len(uploads(standin)) == 1


@pytest.mark.parametrize("op", ["superfile2", "create"])
def test_an_expired_session_is_begun_anew(standin: Any, arrives: Any, op: str) -> None:
    """31299 and 31355."""
    standin.fault("uploadid_expired", times=1, match={"op": op})
    assert arrives() == ["upload_session_lost"]
    assert [upload["state"] for upload in uploads(standin)] == ["expired", "created"]


@pytest.mark.parametrize("answer", [31364, 413])
def test_too_large_parts_are_made_smaller(
    standin: Any, drive: Any, alice: Any, file: Any, bells: list[str], answer: int
) -> None:
    standin.settings(block_limit_svip=4 * MIB, large_part_answer=answer)
    row = moved(send(alice, file))
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256
    assert {part.stop - part.start for part in row.parts.all()[: PARTS - 1]} == {4 * MIB}


@pytest.mark.parametrize("code", [10, 31190, 31353, 31363])
def test_a_create_that_fails_once_is_repaired(standin: Any, arrives: Any, code: int) -> None:
    standin.fault("errno", times=1, match={"op": "create"}, code=code)
    assert arrives() == ["upload_incomplete"]


def test_a_create_that_always_fails_gives_up_and_says_so(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    file: Any,
    bells: list[str],
) -> None:
    standin.fault("errno", match={"op": "create"}, code=31190)
    row = send(alice, file)
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.WAITING, "upload_incomplete")
    assert services.problem(fresh(row)) and len(standin.log(op="create")) == 3


@pytest.mark.parametrize(
    ("op", "code", "ours"),
    [
        ("precreate", -7, "netdisk.path_refused"),
        ("precreate", -10, "netdisk.no_space"),
        ("precreate", 2, "netdisk.bad_request"),
        ("precreate", 20013, "netdisk.not_supported"),
        ("superfile2", 31024, "netdisk.not_supported"),
        ("superfile2", 31211, "netdisk.path_refused"),
        ("create", -10, "netdisk.no_space"),
        ("create", -8, "netdisk.exists"),
        ("create", 31365, "netdisk.file_too_large"),
    ],
)
def test_what_trying_again_can_not_change_ends_with_its_reason(
    standin: Any,
    ordinary: Any,  # noqa: F811
    alice: Any,
    file: Any,
    bells: list[str],
    op: str,
    code: int,
    ours: str,
) -> None:
    standin.fault("errno", match={"op": op}, code=code)
    assert fails(send(alice, file)) == ours


def test_an_empty_list_of_missing_parts_is_the_first_part(standin: Any, arrives: Any) -> None:
    """Appendix A: documentation says `[]` is `[0]`; the rest is asked for when create misses it."""
    standin.settings(block_list_answer="empty")
    arrives()


def test_F63_many_parts_that_see_an_expired_token_refresh_it_once(
    standin: Any,
    drive: Any,
    alice: Any,
    file: Any,
    bells: list[str],
) -> None:
    """Four senders at once, and a download beside them."""
    standin.settings(block_limit_svip=4 * MIB, large_part_answer=31364)
    rows = [send(alice, file, name=f"{number}.bin") for number in range(2)]
    expired = threading.Event()
    standin.fault("latency", times=4, match={"op": "superfile2"}, ms=200)
    before = standin.control("GET", "counters")["refreshes_done"]

    def expire() -> None:
        while not standin.log(op="superfile2"):
            expired.wait(0.01)
        standin.control("POST", "expire-tokens", {"user": "demo"})
        expired.set()

    thread = threading.Thread(target=expire)
    thread.start()
    workers = [threading.Thread(target=work) for _ in rows]
    for worker in workers:
        worker.start()
    for worker in (*workers, thread):
        worker.join(60)
    assert expired.is_set()
    for number, row in enumerate(rows):
        assert fresh(row).state == JobState.DONE, (fresh(row).error_code, fresh(row).error)
        assert there(standin, f"{FOLDER}/{number}.bin") == file.sha256
    counters = standin.control("GET", "counters")
    assert counters["refreshes_done"] == before + 1
    assert set(counters["refresh_calls"].values()) == {1}, "one call for each generation"


def work() -> None:
    from django.db import connection

    try:
        runner.run_next()
    finally:
        connection.close()
