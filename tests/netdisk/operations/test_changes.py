"""Deleting, moving, renaming, copying: item by item, split, in the background, and one task at a time."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from netdisk.operations import manage
from netdisk.pace import patient
from tests.support.waiting import until

pytestmark = pytest.mark.django_db
ALBUM = "/照片/2025"


def paths(standin: Any, folder: str) -> list[str]:
    return [each["path"] for each in standin.source(folder)["children"]]


def managed(standin: Any) -> list[dict[str, Any]]:
    return [call for call in standin.log() if call["op"] == "filemanager"]


def test_what_fails_is_told_item_by_item_and_the_rest_is_done(door: Any, standin: Any) -> None:
    moves = [
        {"path": "/README.txt", "dest": "/测试"},
        {"path": "/gone.txt", "dest": "/测试"},
        {"path": "/欢迎使用.pdf", "dest": "/nowhere"},
        {"path": "/测试/1B.bin", "dest": "/测试/1B.bin/x"},
    ]
    done = door.data("move", filelist=moves)
    assert (done["total"], done["failed"], done["state"], done["taskid"]) == (4, 3, "done", 0)
    assert [row.get("code") for row in done["info"]] == [
        None,
        "netdisk.not_found",
        "netdisk.parent_missing",
        "netdisk.parent_missing",
    ]
    assert all(row["detail"] and row["hint"] for row in done["info"][1:])
    assert "/测试/README.txt" in paths(standin, "/测试")


def test_when_nothing_worked_it_is_an_error_that_names_each_item(door: Any) -> None:
    error = door.refusal("delete", filelist=["/gone.txt", "/lost.txt"])
    assert error["code"] == "netdisk.not_found" and set(error["errors"]) == {"/gone.txt", "/lost.txt"}
    mixed = [{"path": "/gone.txt", "newname": "a"}, {"path": "/README.txt", "newname": "欢迎使用.pdf"}]
    error = door.refusal("rename", filelist=mixed)
    assert error["code"] == "netdisk.partial_failure" and set(error["errors"]) == {"/gone.txt", "/README.txt"}


@pytest.mark.parametrize(("ondup", "count"), [("newcopy", 2), ("overwrite", 1), ("skip", 1)])
def test_a_taken_name_goes_by_the_callers_choice(ondup: str, count: int, door: Any, standin: Any) -> None:
    copy = [{"path": "/README.txt", "dest": "/测试", "newname": "1B.bin"}]
    assert door.refusal("copy", filelist=copy)["code"] == "netdisk.exists"
    before = standin.source("/测试/1B.bin", hash=0)
    assert door.data("copy", filelist=copy, ondup=ondup)["failed"] == 0
    assert len([path for path in paths(standin, "/测试") if "/1B" in path]) == count
    assert (standin.source("/测试/1B.bin", hash=0)["size"] == before["size"]) is (ondup != "overwrite")


def test_an_items_own_choice_goes_before_the_calls(door: Any) -> None:
    copy = [{"path": "/README.txt", "dest": "/", "ondup": "newcopy"}, {"path": "/欢迎使用.pdf", "dest": "/"}]
    done = door.data("copy", filelist=copy, ondup="fail")
    assert [row.get("code") for row in done["info"]] == [None, "netdisk.exists"]


def test_more_than_999_items_are_split(door: Any, standin: Any) -> None:
    standin.settings(task_s=0.1)
    album = paths(standin, ALBUM)
    with patient(20):
        done = door.data("delete", filelist=album[:2100])
    assert (done["total"], done["failed"], done["taskid"]) == (2100, 0, 0)
    assert len(done["info"]) == 2100 and len(managed(standin)) >= 3
    assert set(paths(standin, ALBUM)) == set(album[2100:])


def test_a_failure_after_the_first_group_is_told_for_the_items_it_hit(
    door: Any, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "MOST_AT_ONCE", 2)
    album = paths(standin, ALBUM)[:5]
    standin.control(
        "POST", "faults", {"name": "errno", "match": {"op": "filemanager"}, "params": {"code": 6}, "skip": 1}
    )
    done = door.data("delete", filelist=album)
    assert [row.get("code") for row in done["info"]] == [None, None, *["netdisk.access_suspended"] * 3]
    assert done["failed"] == 3
    left = paths(standin, ALBUM)
    assert [path in left for path in album] == [False, False, True, True, True]


def test_a_background_task_has_a_number_and_a_state(door: Any, standin: Any) -> None:
    started = door.data("copy", filelist=[{"path": "/README.txt", "dest": "/测试"}], **{"async": 2})
    assert started["state"] == "running" and started["taskid"] and started["info"] == []
    assert door.data("task_status", taskid=started["taskid"])["ended"] is False
    until(lambda: door.data("task_status", taskid=str(started["taskid"]))["ended"])
    ended = door.data("task_status", taskid=started["taskid"])
    assert (ended["status"], ended["failed"], ended["progress"]) == ("success", 0, 100)
    assert ended["info"] == [{"path": "/README.txt", "errno": 0, "to": "/测试/README.txt"}]


def test_a_task_tells_its_failures_like_any_other_call(door: Any, standin: Any) -> None:
    standin.settings(task_s=0.05)
    task = door.data("delete", filelist=["/gone.txt"], **{"async": 2})["taskid"]
    until(lambda: door.data("task_status", taskid=task)["ended"])
    ended = door.data("task_status", taskid=task)
    assert ended["status"] == "failed" and ended["info"][0]["code"] == "netdisk.not_found"


def test_a_task_of_someone_else_is_not_there(door: Any, standin: Any, stranger: Any, mallory: Any) -> None:
    from netdisk.baidu.types import TokenPair
    from netdisk.connect import connect

    connect(mallory, TokenPair(**standin.sign_in("demo2")))
    task = door.data("delete", filelist=["/README.txt"], **{"async": 2})["taskid"]
    assert stranger.refusal("task_status", taskid=task)["code"] == "netdisk.not_found"


def test_while_another_task_runs_a_patient_call_waits_and_an_impatient_one_says_so(door: Any, standin: Any) -> None:
    standin.settings(task_s=1.0)
    one = {"filelist": ["/README.txt"], "async": 2}
    door.data("delete", **one)
    error = door.refusal("delete", filelist=["/欢迎使用.pdf"], **{"async": 2})
    assert error["code"] == "netdisk.busy" and error["status"] == 409
    with patient(20):
        assert door.data("delete", filelist=["/欢迎使用.pdf"], **{"async": 2})["taskid"]
    assert len(managed(standin)) > 3


def test_waiting_for_the_result_of_a_large_task_gives_the_result(door: Any, standin: Any) -> None:
    """Without `async` a large change goes to Baidu's background, but the answer is that of its end."""
    standin.settings(task_s=0.3)
    album = paths(standin, ALBUM)[:150]
    with patient(20):
        done = door.data("delete", filelist=album)
    assert (done["state"], done["failed"], len(done["info"])) == ("done", 0, 150)
    assert managed(standin)[0]["query"]["opera"] == "delete"


def test_out_of_patience_the_answer_names_the_task(door: Any, standin: Any) -> None:
    standin.settings(task_s=30)
    done = door.data("delete", filelist=paths(standin, ALBUM)[:150])
    assert done["state"] == "running" and done["taskid"]


def test_when_nobody_tells_how_a_task_stands_it_is_still_running(door: Any, standin: Any) -> None:
    standin.settings(task_s=0.1)
    standin.fault("errno", match={"op": "taskquery"}, code=42001)
    done = door.data("delete", filelist=paths(standin, ALBUM)[:150])
    assert done["state"] == "running" and done["taskid"]


def test_a_hint_that_can_not_be_looked_up_does_not_hide_what_was_done(door: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "list"}, code=31034)
    moves = [{"path": "/README.txt", "dest": "/测试"}, {"path": "/欢迎使用.pdf", "dest": "/nowhere"}]
    done = door.data("move", filelist=moves)
    assert [row.get("code") for row in done["info"]] == [None, "netdisk.not_found"]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_both_end_well(door: Any, standin: Any, alice: Any) -> None:
    standin.settings(task_s=0.4)
    album, results = paths(standin, ALBUM), []

    def delete(part: list[str]) -> None:
        with patient(30):
            results.append(type(door).of(alice).data("delete", filelist=part))
        connection.close()

    threads = [threading.Thread(target=delete, args=(album[n * 120 : (n + 1) * 120],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(done["state"], done["failed"]) for done in results] == [("done", 0)] * 2
    assert set(paths(standin, ALBUM)) == set(album[240:])


def test_a_folder_can_take_another_name_when_its_name_is_taken(door: Any) -> None:
    assert door.refusal("mkdir", path="/测试")["code"] == "netdisk.exists"
    assert door.data("mkdir", path="/测试", rtype="1")["path"].startswith("/测试_")


@pytest.mark.parametrize(
    "name",
    ["a/b", "..", ".", "", "a\nb", "a\x7fb", "a\x85b", "a\u2028b", "x" * 256],
    ids=["slash", "up", "dot", "none", "line", "del", "next line", "separator", "long"],
)
def test_a_new_name_is_one_plain_name(name: str, door: Any, standin: Any) -> None:
    error = door.refusal("rename", filelist=[{"path": "/README.txt", "newname": name}])
    assert error["code"] == "invalid" and list(error["errors"]) == ["filelist.0.newname"]
    assert not managed(standin)


@pytest.mark.parametrize("name", ["a\nb", "a\x1bb", "a\x85b", "a\u2028b", "x" * 256, "a\n/b"])
@pytest.mark.parametrize("operation", ["mkdir", "upload_multipart_init"])
def test_H40_nothing_is_made_under_a_name_that_is_more_than_a_line(
    operation: str, name: str, door: Any, standin: Any
) -> None:
    more = {"size": 5} if operation == "upload_multipart_init" else {}
    error = door.refusal(operation, path=f"/apps/yungang/{name}", **more)
    assert error["code"] == "invalid" and list(error["errors"]) == ["path"]
    assert not {"create", "precreate"} & {call["op"] for call in standin.log()}


@pytest.mark.parametrize("name", ["a:b", "a?", " a", "a.", "🚢"])
def test_names_that_baidu_refuses_are_its_to_refuse(name: str, door: Any) -> None:
    assert door.refusal("rename", filelist=[{"path": "/README.txt", "newname": name}])["code"] == "netdisk.path_refused"


@pytest.mark.parametrize("path", ["/", "//", "README.txt", "/a/../b", "/a/./b", "", "/" + "x" * 1000])
def test_no_path_leaves_the_drive_or_means_all_of_it(path: str, door: Any, standin: Any) -> None:
    assert door.refusal("delete", filelist=[path])["code"] == "invalid"
    assert not managed(standin)
