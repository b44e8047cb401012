"""Scans (A7): walked page by page, kept, compared and summed up, against the stand-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from core import operations
from core.jobs import sweep
from core.models import Event, JobState
from core.operations import Call, Surface
from netdisk.models import Pace
from netdisk.scans import runner, services
from netdisk.scans.changes import MOST_KEPT, Change, compare
from netdisk.scans.models import Scan, ScanPage
from netdisk.scans.packing import Row, rows
from tests.support.processes import python

TRANSACTIONAL = pytest.mark.django_db(transaction=True)
SMALL = "/文档/工作"
LARGE = "/照片"


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every wake-up that was sent, in order; none arrives anywhere."""
    rung: list[str] = []
    monkeypatch.setattr("netdisk.scans.services.ring", lambda task, pk: rung.append(str(pk)))
    monkeypatch.setattr("core.jobs.sweeper.ring", lambda task, pk: rung.append(str(pk)))
    return rung


@pytest.fixture(autouse=True)
def _no_limit_of_our_own(settings: Any) -> None:
    settings.NETDISK_LIST_ALL_PER_MINUTE = 0


def ask(user: Any, op: str, **args: Any) -> dict[str, Any]:
    answer: dict[str, Any] = operations.run(operations.find(op), Call(user, Surface.REST), args)
    return answer


def walked(standin: Any, path: str) -> dict[str, dict[str, Any]]:
    """Everything below a path as the stand-in itself tells it, by path."""
    found: dict[str, dict[str, Any]] = {}
    for child in standin.source(path).get("children", []):
        found[child["path"]] = child
        if child["isdir"]:
            found |= walked(standin, child["path"])
    return found


def change(standin: Any, op: str, path: str, **more: str) -> None:
    standin.control("POST", "change", {"op": op, "path": path, **more})


def pages_of(monkeypatch: pytest.MonkeyPatch, rows_of_a_page: int) -> None:
    monkeypatch.setattr("netdisk.scans.runner.PAGE_ROWS", rows_of_a_page)


# What takes the space


@TRANSACTIONAL
def test_a_small_tree_is_summed_up_while_the_caller_waits(alice: Any, drive: Any, standin: Any) -> None:
    answer = ask(alice, "space_usage", path=SMALL)
    truth = walked(standin, SMALL)
    files = [each for each in truth.values() if not each["isdir"]]
    assert answer["state"] == "done" and answer["taken_at"]
    assert (answer["files"], answer["size"]) == (len(files), sum(each["size"] for each in files))
    assert answer["folders"][0]["path"] == f"{SMALL}/合同" and answer["folders"][0]["files"] > 0
    assert sum(kind["size"] for kind in answer["kinds"]) == answer["size"]
    assert {kind["kind"] for kind in answer["kinds"]} == {"document"}
    assert answer["quota"]["free"] == answer["quota"]["total"] - answer["quota"]["used"]
    biggest = max(files, key=lambda each: (each["size"], each["path"]))
    assert (answer["largest"][0]["path"], answer["largest"][0]["size"]) == (biggest["path"], biggest["size"])


@TRANSACTIONAL
def test_a_folder_below_a_scanned_one_is_answered_without_another_walk(alice: Any, drive: Any, standin: Any) -> None:
    ask(alice, "space_usage", path="/文档")
    walks = len(standin.log(op="listall"))
    deeper = ask(alice, "space_usage", path=SMALL)
    assert deeper["path"] == SMALL and deeper["size"] == sum(
        each["size"] for each in walked(standin, SMALL).values() if not each["isdir"]
    )
    assert len(standin.log(op="listall")) == walks
    assert ask(alice, "space_usage", path="/文档", depth=2)["folders"][-1]["path"].count("/") <= 3
    ask(alice, "space_usage", path=SMALL, fresh=1)
    assert len(standin.log(op="listall")) == walks + 1


@TRANSACTIONAL
def test_a_folder_that_was_not_there_is_not_found_and_a_wrong_path_says_so(alice: Any, drive: Any) -> None:
    ask(alice, "space_usage", path="/文档")
    for path in ("/文档/nothing", "/nowhere"):
        with pytest.raises(operations.AppError) as refused:
            ask(alice, "space_usage", path=path)
        assert (refused.value.code, refused.value.status) == ("netdisk.not_found", 404)


@TRANSACTIONAL
def test_a_large_tree_goes_on_in_the_background_page_by_page(
    alice: Any, drive: Any, standin: Any, bells: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(monkeypatch, 200)
    answer = ask(alice, "space_usage", path=LARGE)
    assert answer["state"] == "running" and answer["progress"] == {"entries": 400, "pages": 2}
    assert bells == [answer["scan"]]
    again = ask(alice, "space_usage", path=LARGE)
    assert again["scan"] == answer["scan"], "the same walk, not another one"
    while Scan.objects.get().state != JobState.DONE:
        assert runner.run(answer["scan"])
    done = ask(alice, "space_usage", path=LARGE)
    files = [each for each in walked(standin, LARGE).values() if not each["isdir"]]
    assert (done["scan"], done["files"]) == (answer["scan"], len(files))
    told = Event.objects.filter(object=f"scan:{answer['scan']}").order_by("seq").values_list("data__state", flat=True)
    assert list(told) == ["queued", "done"]


@TRANSACTIONAL
def test_a_limit_of_the_drive_makes_a_scan_wait_and_say_until_when(alice: Any, drive: Any, standin: Any) -> None:
    standin.fault("rate_limited", match={"op": "listall"})
    answer = ask(alice, "space_usage", path=SMALL)
    assert (
        answer["state"] == "waiting" and answer["waiting_until"] and answer["error"]["code"] == "netdisk.rate_limited"
    )
    assert runner.run(answer["scan"]) is False, "not before its time"
    standin.control("DELETE", "faults")
    Pace.objects.all().delete()
    Scan.objects.update(available_at=Now())
    assert runner.run(answer["scan"]) and ask(alice, "space_usage", path=SMALL)["state"] == "done"


@TRANSACTIONAL
def test_a_scan_that_keeps_failing_ends_with_the_reason(
    alice: Any, drive: Any, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netdisk.scans.runner.MOST_FAILURES", 2)
    standin.fault("html_body", match={"op": "listall"})
    pk = ask(alice, "space_usage", path=SMALL)["scan"]
    Scan.objects.update(available_at=Now())
    runner.run(pk)
    scan = Scan.objects.get()
    assert scan.state == JobState.FAILED and scan.error
    with pytest.raises(operations.AppError) as refused:
        ask(alice, "space_usage", path=SMALL, scan=pk)
    assert refused.value.status == 409 and scan.error in str(refused.value)


@TRANSACTIONAL
def test_a_tree_that_is_too_large_is_refused_with_what_to_do(
    alice: Any, drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(monkeypatch, 10)
    monkeypatch.setattr("netdisk.scans.runner.MOST_ENTRIES", 15)
    with pytest.raises(operations.AppError) as refused:
        ask(alice, "space_usage", path="/文档")
    assert refused.value.code == "scan_too_large" and refused.value.hint


# Surviving a crash

DIE = """
import os, signal
from django.conf import settings
seen = []
def hook(name):
    seen.append(name)
    if name == {point!r} and seen.count(name) == 2: os.kill(os.getpid(), signal.SIGKILL)
settings.FAULT_HOOK = hook
settings.NETDISK_LIST_ALL_PER_MINUTE = 0
from netdisk.scans import runner
runner.PAGE_ROWS = 100
runner.run({pk!r})
"""


@TRANSACTIONAL
@pytest.mark.parametrize(("point", "kept"), [("scan_page_read", 100), ("scan_page_stored", 200)])
def test_F01_a_killed_scan_goes_on_after_its_last_page(
    alice: Any, drive: Any, standin: Any, monkeypatch: pytest.MonkeyPatch, point: str, kept: int
) -> None:
    pages_of(monkeypatch, 100)
    scan = services.start(drive, LARGE, alice)
    host = standin.url.removeprefix("http://")
    urls = dict.fromkeys(("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL"), standin.url)
    worker = python(
        DIE.format(point=point, pk=str(scan.pk)), env={**urls, "OUTBOUND_ALLOW": host, "BAIDU_TOKEN_HOSTS": host}
    )
    worker.communicate(timeout=60)
    assert worker.returncode == -9
    scan.refresh_from_db()
    assert (scan.state, scan.cursor, scan.entries, scan.parts.count()) == (JobState.RUNNING, kept, kept, kept // 100)
    Scan.objects.update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    standin.control("DELETE", "log")
    while Scan.objects.get().state != JobState.DONE:
        assert runner.run(scan.pk)
    truth = walked(standin, LARGE)
    assert len(standin.log(op="listall")) == -(-len(truth) // 100) - kept // 100, "no stored page is asked for again"
    assert {row.path: row.size for row in rows(scan)} == {path: each["size"] for path, each in truth.items()}


@TRANSACTIONAL
def test_F07_a_walker_that_lost_its_lease_stores_nothing_more(
    alice: Any, drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = services.start(drive, SMALL, alice)
    monkeypatch.setattr("netdisk.scans.runner.fault", lambda name: Scan.objects.update(fence=99))
    assert runner.run(scan.pk)
    scan.refresh_from_db()
    assert (scan.entries, scan.state) == (0, JobState.RUNNING) and not ScanPage.objects.exists()


# What has changed


@TRANSACTIONAL
def test_the_first_look_says_that_it_is_the_first(alice: Any, drive: Any) -> None:
    answer = ask(alice, "change_diff", path=SMALL)
    assert answer["state"] == "first" and answer["list"] == [] and answer["detail"] and answer["since"] is None


@TRANSACTIONAL
def test_every_kind_of_change_is_told_once(alice: Any, drive: Any, standin: Any) -> None:
    first = ask(alice, "change_diff", path="/文档")
    names = sorted(path for path, each in walked(standin, "/文档/工作/合同").items() if not each["isdir"])
    gone, renamed, moved, touched = names[:4]
    change(standin, "delete", gone)
    change(standin, "rename", renamed, newname="别名.pdf")
    change(standin, "move", moved, dest="/文档/笔记", newname=moved.rsplit("/", 1)[1])
    change(standin, "mkdir", "/文档/新")
    standin.control("POST", "touch", {"path": touched, "size": 77})
    change(standin, "rename", "/文档/电子书", newname="书")
    answer = ask(alice, "change_diff", path="/文档")
    assert answer["state"] == "done" and answer["since"] == first["until"]
    told = {row["change"]: row for row in answer["list"] if not row["isdir"]}
    assert told["removed"]["path"] == gone
    assert (told["renamed"]["old_path"], told["renamed"]["path"]) == (renamed, "/文档/工作/合同/别名.pdf")
    assert told["moved"]["old_path"] == moved and told["moved"]["path"].startswith("/文档/笔记/")
    assert (told["changed"]["path"], told["changed"]["size"]) == (touched, 77)
    folders = [(row["change"], row["path"]) for row in answer["list"] if row["isdir"]]
    assert folders == [("renamed", "/文档/书"), ("added", "/文档/新")], "what lies in a renamed folder is not listed"
    assert answer["counts"] == {"added": 1, "removed": 1, "changed": 1, "moved": 1, "renamed": 2}


@TRANSACTIONAL
def test_the_answer_is_paged_and_older_scans_can_be_compared(alice: Any, drive: Any, standin: Any) -> None:
    first = ask(alice, "change_diff", path=SMALL)["until"]
    change(standin, "mkdir", f"{SMALL}/a")
    second = ask(alice, "change_diff", path=SMALL)["until"]
    change(standin, "mkdir", f"{SMALL}/b")
    change(standin, "mkdir", f"{SMALL}/c")
    third = ask(alice, "change_diff", path=SMALL, limit=1)
    assert [row["path"] for row in third["list"]] == [f"{SMALL}/b"] and third["next_start"] == 1
    rest = ask(alice, "change_diff", path=SMALL, until=third["until"], start=1, limit=1)
    assert [row["path"] for row in rest["list"]] == [f"{SMALL}/c"] and rest["next_start"] is None
    whole = ask(alice, "change_diff", path=SMALL, since=first, until=third["until"])
    assert [row["path"] for row in whole["list"]] == [f"{SMALL}/{name}" for name in "abc"]
    backwards = ask(alice, "change_diff", path=SMALL, since=third["until"], until=second)
    assert backwards["counts"]["removed"] == 2
    with pytest.raises(operations.AppError) as refused:
        ask(alice, "change_diff", path="/文档", since=first, until=second)
    assert refused.value.status == 400


@TRANSACTIONAL
def test_only_a_bounded_number_of_scans_is_kept(
    alice: Any, drive: Any, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netdisk.scans.services.KEPT_OF_PATH", 2)
    for _ in range(4):
        ask(alice, "change_diff", path=SMALL)
    assert Scan.objects.count() == 2 and set(ScanPage.objects.values_list("scan", flat=True)) == set(
        Scan.objects.values_list("pk", flat=True)
    )


@TRANSACTIONAL
def test_H20_scans_of_another_drive_are_not_found(alice: Any, mallory: Any, drive: Any) -> None:
    scan = ask(alice, "change_diff", path=SMALL)["until"]
    for arguments in ({"until": scan}, {"since": scan}, {"until": scan, "drive": str(drive.pk)}):
        with pytest.raises(operations.AppError) as refused:
            ask(mallory, "change_diff", path=SMALL, **arguments)
        assert refused.value.status in (404, 409) and refused.value.code in ("not_found", "netdisk.no_drive")
    with pytest.raises(operations.AppError) as refused:
        ask(alice, "space_usage", scan="nope")
    assert refused.value.code == "not_found"


# The comparison itself


def row(number: int, path: str, size: int = 1, *, is_dir: int = 0, md5: str = "x") -> Row:
    return Row(number, path, size, 0, md5, 6, is_dir)


def told(before: list[Row], after: list[Row], root: str = "/") -> list[tuple[str, str, str]]:
    return [(each.kind, each.old_path, each.path) for each in compare(lambda: before, lambda: after, root).rows]


def test_a_file_written_anew_at_its_path_has_changed() -> None:
    assert told([row(1, "/a", 5)], [row(2, "/a", 6)]) == [("changed", "", "/a")]


def test_what_moves_with_its_folder_is_told_by_the_folder() -> None:
    before = [row(1, "/a", is_dir=1), row(2, "/a/b", is_dir=1), row(3, "/a/b/c"), row(4, "/a/d")]
    after = [row(1, "/x/y", is_dir=1), row(2, "/x/y/b", is_dir=1), row(3, "/x/y/b/c"), row(4, "/x/y/e")]
    assert told(before, after) == [("moved", "/a", "/x/y"), ("moved", "/a/d", "/x/y/e")]


def test_a_file_in_a_moved_folder_that_was_changed_too_is_told() -> None:
    before = [row(1, "/a", is_dir=1), row(2, "/a/b", 1)]
    assert told(before, [row(1, "/c", is_dir=1), row(2, "/c/b", 9)]) == [
        ("renamed", "/a", "/c"),
        ("changed", "/a/b", "/c/b"),
    ]


def test_what_crosses_the_root_comes_or_goes() -> None:
    before, after = [row(1, "/in/a"), row(2, "/out/b")], [row(1, "/out/a"), row(2, "/in/b")]
    assert told(before, after, "/in") == [("removed", "", "/in/a"), ("added", "", "/in/b")]


def test_of_very_many_changes_the_first_are_kept_and_all_are_counted() -> None:
    found = compare(list, lambda: [row(number + 1, f"/{number}") for number in range(MOST_KEPT + 5)])
    assert len(found.packed()["rows"]) == MOST_KEPT and found.counts["added"] == MOST_KEPT + 5
    assert isinstance(found.rows[0], Change)
