"""H20, over every operation that is declared: nobody reaches anybody else's drive, and Baidu never hears of the attempt."""

from __future__ import annotations

from typing import Any

import pytest

from core.operations import Operation, all_operations
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from netdisk.models import DriveAccount

from .cases import CASES, Stage

pytestmark = pytest.mark.django_db
# Operations that other rooms declare: arguments that they take.
OTHERS: dict[str, dict[str, Any]] = {
    "upload_local": {"local_file_path": "/a.txt", "remote_path": "/a.txt", "wait": 0},
    "upload_url": {"url": "https://example.org/a.txt", "dir": "/", "filename": "a.txt", "wait": 0},
    "upload_text": {"content": "hello", "dir": "/", "filename": "a.txt", "wait": 0},
    "offline_add": {"source_url": "https://example.org/a.txt", "save_path": "/", "wait": 0},
    "offline_status": {"task_ids": [1]},
    "offline_cancel": {"task_id": 1},
}
ON_DRIVES = [
    entry
    for entry in all_operations()
    if "drive" in entry.arguments.model_fields and not entry.name.startswith("clouds.")  # those have tests of their own
]
MISSING = "01900000-0000-7000-8000-000000000000"


def each(entries: list[Operation]) -> Any:
    return pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.short_name) for entry in entries])


def arguments(entry: Operation, stage: Stage) -> dict[str, Any]:
    """Arguments that the operation takes: those of its case, else of the table above."""
    if entry.short_name in OTHERS:
        return OTHERS[entry.short_name]
    case = CASES[entry.short_name]
    stage.standin.settings(**case.settings)
    return case.good(stage) or case.bad(stage)


@pytest.fixture
def mallorys(standin: Any, drive: Any, mallory: Any) -> DriveAccount:
    """Mallory has a drive of another account, so that hers could be mixed up with alice's."""
    return connect(mallory, TokenPair(**standin.sign_in("demo2")))


def test_every_operation_on_a_drive_can_be_tried() -> None:
    assert len(ON_DRIVES) >= 40
    assert {entry.short_name for entry in ON_DRIVES} <= set(CASES) | set(OTHERS)


@each(ON_DRIVES)
def test_H20_anothers_drive_is_not_there(
    entry: Operation, standin: Any, door: Any, drive: Any, stranger: Any, mallorys: Any
) -> None:
    args = arguments(entry, Stage(standin, door))
    before = standin.log()
    named = stranger.refusal(entry.short_name, **args, drive=str(drive.pk))
    nobodys = stranger.refusal(entry.short_name, **args, drive=MISSING)
    assert {**named, "request_id": ""} == {**nobodys, "request_id": ""} and named["status"] == 404
    assert stranger.post(entry.short_name, {**args, "drive": str(drive.pk)}).status_code == 404
    assert standin.log() == before


@each(ON_DRIVES)
def test_H20_whoever_names_no_drive_gets_their_own(
    entry: Operation, standin: Any, door: Any, stranger: Any, mallorys: Any
) -> None:
    args = arguments(entry, Stage(standin, door))
    before = len(standin.log())
    answer = stranger.exec(entry.short_name, args)
    asked = {call["user"] for call in standin.log()[before:]}
    # Nothing is asked about what Baidu has for nobody (501), about an upload of someone else's (404), by work put off.
    assert asked == {"demo2"} or (not asked and (answer.status_code in {404, 501} or entry.short_name in OTHERS))


@each(ON_DRIVES)
def test_H20_without_a_drive_there_is_only_the_advice_to_connect_one(
    entry: Operation, standin: Any, door: Any, stranger: Any
) -> None:
    args = arguments(entry, Stage(standin, door))
    before = standin.log()
    error = stranger.refusal(entry.short_name, **args)
    assert error["code"] in {"netdisk.no_drive", "not_found"}  # an upload of someone else's is not there at all
    assert standin.log() == before


@each([entry for entry in ON_DRIVES if entry.service])
def test_H20_the_shared_account_is_not_opened_by_naming_it(
    entry: Operation, standin: Any, door: Any, stranger: Any, mallorys: Any, admin: Any
) -> None:
    shared = connect(admin, TokenPair(**standin.sign_in("demo4")), service=True)
    args = arguments(entry, Stage(standin, door))
    before = standin.log()
    error = stranger.refusal(entry.short_name, **args, drive=str(shared.pk))
    assert error["status"] == 404
    if entry.danger != "read":
        refused = stranger.exec(entry.short_name, args, mode="public")
        assert refused.status_code == 403
    assert standin.log() == before
