"""Deleting, renaming, moving, copying and making folders from the pages, with script (htmx) and without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from core.models import AuditEntry
from netdisk.models import DriveAccount
from netdisk.views import asking

from .conftest import HTMX, Calls

pytestmark = pytest.mark.django_db
HOME = "/测试"


def url(drive: DriveAccount, name: str) -> str:
    return reverse(f"netdisk:{name}", args=[drive.pk])


def pick(standin: Any, path: str) -> str:
    return f"{standin.source(path, hash=0)['fs_id']}:{path}"


def names(page: Any, drive: DriveAccount, path: str) -> list[str]:
    return [file["name"] for file in page.get(url(drive, "files"), {"path": path}).context["files"]]


def events(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])
    return found


def test_deleting_is_asked_first_without_a_call_and_done_with_one(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls
) -> None:
    ids = [pick(standin, f"{HOME}/{name}") for name in ("1B.bin", "1KiB.bin")] + [pick(standin, "/空文件夹") + "/"]
    calls()
    asked = page.post(url(drive, "delete"), {"id": ids}, headers=HTMX).content.decode()
    assert calls() == []
    assert asked.lstrip().startswith("<dialog") and "Delete 3 items?" in asked and "10 days" in asked
    assert all(name in asked for name in ("1B.bin", "1KiB.bin", "空文件夹")) and "#folder" in asked
    done = page.post(url(drive, "delete"), {"id": ids, "go": "1"}, headers=HTMX)
    assert done.status_code == 204 and calls() == ["filemanager"]
    assert set(events(done)) == {"toast", "dialog-close", "files-changed"}
    assert "1B.bin" not in names(page, drive, HOME)
    assert AuditEntry.objects.filter(action="netdisk.delete", surface="page", result="ok").exists()


def test_only_some_of_many_are_named_in_the_question(page: Any, drive: DriveAccount) -> None:
    ids = [f"{number}:/x/file-{number}.txt" for number in range(1, 21)]
    asked = page.post(url(drive, "delete"), {"id": ids}).content.decode()
    assert "file-8.txt</bdi>" in asked and "file-9.txt</bdi>" not in asked and "and 12 more" in asked
    assert asked.count('name="id"') == 20


@pytest.mark.parametrize("name", ["delete", "rename", "move", "copy", "share"])
@pytest.mark.parametrize("ids", [[], ["x"], ["1"], ["1:relative"], ["1:/"], [f"{2**63}:/a"], ["-1:/a"]])
def test_H21_forms_that_name_nothing_are_refused(page: Any, drive: DriveAccount, name: str, ids: list[str]) -> None:
    assert page.post(url(drive, name), {"id": ids, "go": "1"}).status_code == 400


def test_more_than_one_call_takes_is_refused_in_words(page: Any, drive: DriveAccount, calls: Calls) -> None:
    calls()
    answer = page.post(url(drive, "delete"), {"id": [f"{number}:/a{number}" for number in range(1, 1001)], "go": "1"})
    assert answer.status_code == 400 and "At most 999 items" in answer.content.decode() and calls() == []


def test_what_stayed_is_listed_with_its_reason_and_only_that_is_tried_again(
    page: Any, drive: DriveAccount, standin: Any
) -> None:
    ids = [pick(standin, f"{HOME}/1B.bin"), f"1:{HOME}/gone.bin"]
    answer = page.post(url(drive, "delete"), {"id": ids, "go": "1"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["HX-Trigger"] == "files-changed"
    assert "1 of 2 are done" in text and "not there any more" in text and "Retry these" in text
    assert f'value="1:{HOME}/gone.bin"' in text and "1B.bin" not in text


def test_when_nothing_worked_each_has_its_reason(page: Any, drive: DriveAccount) -> None:
    answer = page.post(url(drive, "delete"), {"id": ["1:/gone.bin", "2:/lost.bin"], "go": "1"})
    text = answer.content.decode()
    assert "Nothing could be deleted" in text and text.count("not there any more") == 2


def test_one_that_fails_is_a_sentence_in_the_question(page: Any, drive: DriveAccount) -> None:
    answer = page.post(url(drive, "delete"), {"id": "1:/gone.bin", "go": "1"}, headers=HTMX)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert "not there any more" in answer.context["problem"]


def test_renaming_costs_one_call_and_tells_the_new_path(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls
) -> None:
    item = pick(standin, f"{HOME}/1KiB.bin")
    calls()
    done = page.post(url(drive, "rename"), {"id": item, "name": "新.bin", "go": "1"}, headers=HTMX)
    assert done.status_code == 204 and calls() == ["filemanager"]
    assert events(done)["files-changed"] == {"path": f"{HOME}/新.bin"}
    assert "新.bin" in names(page, drive, HOME)


def test_the_old_name_again_asks_nobody(page: Any, drive: DriveAccount, standin: Any, calls: Calls) -> None:
    item = pick(standin, f"{HOME}/1KiB.bin")
    calls()
    assert page.post(url(drive, "rename"), {"id": item, "name": "1KiB.bin", "go": "1"}).status_code == 302
    assert calls() == []


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "..", "x" * 256, "a\x00b", "a\u202eb"])
def test_H40_names_that_can_not_be_are_refused_before_anyone_is_asked(
    page: Any, drive: DriveAccount, calls: Calls, name: str
) -> None:
    calls()
    answer = page.post(url(drive, "rename"), {"id": f"1:{HOME}/1KiB.bin", "name": name, "go": "1"}, headers=HTMX)
    assert answer.status_code == 422 and "error" in answer.content.decode() and calls() == []


def test_the_picker_lists_folders_only_with_one_call_a_step(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls
) -> None:
    item = pick(standin, "/文档") + "/"
    calls()
    answer = page.post(url(drive, "move"), {"id": item}, headers=HTMX)
    assert calls() == ["list"]
    folders = {path: moves for path, _name, moves in answer.context["folders"]}
    assert folders["/文档"] is True and folders["/照片"] is False and "README.txt" not in str(folders)
    inside = page.post(url(drive, "move"), {"id": item, "dest": "/", "open": "/照片"}, headers=HTMX)
    assert [step["label"] for step in inside.context["steps"]] == [drive.name, "照片"]
    assert calls() == ["list"]


def test_a_folder_never_goes_into_itself(page: Any, drive: DriveAccount, standin: Any) -> None:
    item = pick(standin, "/文档") + "/"
    for destination in ("/文档", "/文档/工作"):
        answer = page.post(url(drive, "move"), {"id": item, "dest": destination, "go": "1"}, headers=HTMX)
        assert answer.status_code == 422 and "into itself" in answer.context["problem"]


@pytest.mark.parametrize(("ondup", "left"), [("fail", 1), ("newcopy", 0), ("overwrite", 0), ("skip", 0)])
def test_the_choice_for_taken_names_is_kept_to(
    page: Any, drive: DriveAccount, standin: Any, ondup: str, left: int
) -> None:
    ids = [pick(standin, f"{HOME}/{name}") for name in ("1B.bin", "1KiB.bin")]
    page.post(url(drive, "copy"), {"id": ids[0], "dest": "/空文件夹", "go": "1"})
    answer = page.post(url(drive, "copy"), {"id": ids, "dest": "/空文件夹", "ondup": ondup, "go": "1"}, headers=HTMX)
    failed = answer.context["failed"] if answer.context else []
    assert len(failed) == left
    assert len(names(page, drive, "/空文件夹")) == (3 if ondup == "newcopy" else 2)


def test_a_new_folder_is_made_on_the_way_and_a_bad_name_said(page: Any, drive: DriveAccount, standin: Any) -> None:
    item = pick(standin, f"{HOME}/1B.bin")
    bad = page.post(url(drive, "move"), {"id": item, "dest": "/空文件夹", "name": "a:b", "make": "1"}, headers=HTMX)
    assert bad.status_code == 422 and "none of these characters" in bad.context["problem"]
    good = page.post(url(drive, "move"), {"id": item, "dest": "/空文件夹", "name": "里", "make": "1"}, headers=HTMX)
    assert good.context["dest"] == "/空文件夹/里"


def test_a_change_that_has_to_wait_is_sent_again_by_itself(page: Any, drive: DriveAccount, standin: Any) -> None:
    item = pick(standin, f"{HOME}/1B.bin")
    standin.fault("rate_limited", match={"op": "filemanager"})
    answer = page.post(url(drive, "delete"), {"id": item, "go": "1"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 422 and "Nothing has changed yet" in text
    seconds = answer.context["wait"].seconds
    assert 1 <= seconds <= asking.LONGEST_WAIT_SECONDS and f"load delay:{seconds}s" in text
    assert '<input type="hidden" name="go" value="1">' in text and "1B.bin" in names(page, drive, HOME)


def test_staff_change_the_shared_drive_from_the_same_pages(
    client: Any, admin: Any, alice: Any, standin: Any, drive: DriveAccount
) -> None:
    DriveAccount.objects.filter(pk=drive.pk).update(user=None, slot="service")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(alice)
    assert client.get(url(drive, "files")).status_code == 404
    client.force_login(admin)
    text = client.get(url(drive, "files"), {"path": HOME}).content.decode()
    assert 'data-act="delete"' in text and "from-drive" not in text.split('id="select-bar"')[1].split("</form>")[0]
    item = pick(standin, f"{HOME}/1B.bin")
    assert client.post(url(drive, "delete"), {"id": item, "go": "1"}, headers=HTMX).status_code == 204
    assert "1B.bin" not in names(client, drive, HOME)


def test_ticked_files_go_to_the_library_by_the_same_values(page: Any, drive: DriveAccount, standin: Any) -> None:
    ids = [pick(standin, f"{HOME}/{name}") for name in ("1B.bin", "1KiB.bin")]
    answer = page.post(reverse("transfers:from-drive"), {"drive": drive.pk, "id": ids}, headers=HTMX)
    assert answer.status_code == 204 and "2 files" in events(answer)["toast"]["text"]
