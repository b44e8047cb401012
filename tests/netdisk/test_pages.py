"""The pages of drives and their files, against the stand-in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from core.models import AuditEntry
from netdisk.models import Authorisation, DriveAccount
from netdisk.pace import turn
from netdisk.views.connect import device_address

from .conftest import HTMX

pytestmark = pytest.mark.django_db
ALBUM = "/照片/2025"
FRAME = 5  # queries of every page: session, person, newest event, two badges


def files(drive: DriveAccount) -> str:
    return reverse("netdisk:files", args=[drive.pk])


def test_without_a_drive_the_list_says_what_belongs_here(page: Any) -> None:
    text = page.get("/drives/").content.decode()
    assert "No drive is connected yet" in text and reverse("netdisk:new") in text


def test_the_list_shows_name_state_and_space(page: Any, drive: DriveAccount) -> None:
    text = page.get("/drives/").content.decode()
    drive.refresh_from_db()
    assert drive.name in text and "Connected" in text and f'max="{drive.total}"' in text


def test_the_list_costs_the_same_however_many_drives(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    for number in range(8):
        DriveAccount.objects.create(user=alice, uk=number, name=f"drive {number}")
    page.get("/drives/")
    with django_assert_num_queries(FRAME + 2):  # the drives, and which of them have to wait
        page.get("/drives/")


def test_H20_a_stranger_finds_nothing_of_a_drive(client: Any, mallory: Any, drive: DriveAccount) -> None:
    client.force_login(mallory)
    assert drive.name not in client.get("/drives/").content.decode()
    reads: tuple[tuple[str, list[Any]], ...] = (
        ("files", []),
        ("file", [1]),
        ("text", [1]),
        ("thumb", [1]),
        ("drive", []),
        ("kind", ["videos"]),
    )
    for name, more in (*reads, ("recycle", []), ("limits", [])):
        assert client.get(reverse(f"netdisk:{name}", args=[drive.pk, *more])).status_code == 404
    for name in ("test", "disconnect", "mkdir", "delete", "rename", "move", "copy", "share", "play", "recycle-clear"):
        assert client.post(reverse(f"netdisk:{name}", args=[drive.pk])).status_code == 404
    assert DriveAccount.objects.filter(pk=drive.pk).exists()


@pytest.mark.parametrize("pk", ["0", "-1", "nope", "9" * 40, "00000000-0000-0000-0000-000000000000"])
def test_H21_odd_ids_are_simply_not_found(page: Any, pk: str) -> None:
    assert page.get(f"/drives/{pk}/files").status_code == 404
    assert page.get(f"/drives/device/{pk}").status_code == 404


def test_strangers_are_sent_to_sign_in(client: Any, drive: DriveAccount) -> None:
    for path in ("/drives/", "/drives/new", files(drive)):
        assert client.get(path).url.startswith(reverse("accounts:login"))


def test_the_test_button_answers_with_the_card_and_the_time(page: Any, drive: DriveAccount) -> None:
    text = page.post(reverse("netdisk:test", args=[drive.pk]), headers=HTMX).content.decode()
    assert "The connection works" in text and " ms" in text and "<html" not in text


def test_a_failed_test_says_what_to_do(page: Any, drive: DriveAccount, settings: Any) -> None:
    settings.BAIDU_PAN_URL = "http://127.0.0.1:1"
    text = page.post(reverse("netdisk:test", args=[drive.pk]), headers=HTMX).content.decode()
    assert 'data-tone="needs-you"' in text and "The connection works" not in text


def test_a_drive_that_needs_you_says_so_and_offers_the_way(page: Any, drive: DriveAccount) -> None:
    DriveAccount.objects.update(state=DriveAccount.State.NEEDS_YOU, problem="refresh_refused")
    text = page.get("/drives/").content.decode()
    assert "no longer accepts the stored authorisation" in text and "Connect again" in text


def test_disconnecting_forgets_the_drive(page: Any, drive: DriveAccount) -> None:
    assert page.post(reverse("netdisk:disconnect", args=[drive.pk])).url == "/drives/"
    assert not DriveAccount.objects.exists()
    assert AuditEntry.objects.filter(action="netdisk.disconnect").exists()


def test_connecting_leaves_for_baidu_with_a_one_time_state(page: Any, standin: Any) -> None:
    target = urlsplit(page.post("/drives/connect").url)
    assert f"{target.scheme}://{target.netloc}" == standin.url
    assert len(parse_qs(target.query)["state"][0]) >= 32


def test_only_staff_may_connect_the_shared_account(page: Any, standin: Any) -> None:
    assert page.post("/drives/connect", {"service": "1"}).url == "/drives/"
    assert not Authorisation.objects.exists()


def test_H16_the_callback_page_shows_no_token_and_no_parameter(page: Any, standin: Any) -> None:
    answer = page.get("/oauth/callback", {"state": "x", "code": "<secret>", "error": "<b>boo</b>"})
    text = answer.content.decode()
    assert answer.status_code == 400 and "&lt;secret" not in text and "boo" not in text
    assert "does not belong to this browser" in text and reverse("netdisk:new") in text


def test_a_device_code_is_shown_polled_and_becomes_a_drive(page: Any, alice: Any, standin: Any) -> None:
    standin.settings(device_interval_s=1)
    shown = page.get(page.post("/drives/device").url)
    row = Authorisation.objects.get()
    text = shown.content.decode()
    assert row.user_code in text and "<svg" in text and "Waiting for you" in text
    assert device_address(row) == f"{standin.url}/device?code={row.user_code}"
    poll = reverse("netdisk:device-poll", args=[row.pk])
    assert "hx-post" in page.post(poll, headers=HTMX).content.decode()
    Authorisation.objects.update(outcome="declined")
    said = page.post(poll, headers=HTMX).content.decode()
    assert "declined" in said and "hx-post" not in said


def test_one_page_of_a_large_folder_and_the_way_to_the_next(page: Any, drive: DriveAccount) -> None:
    answer = page.get(files(drive), {"path": ALBUM})
    assert len(answer.context["files"]) == 100
    assert "start=100" in answer.context["more_url"]
    more = page.get(files(drive) + answer.context["more_url"], headers=HTMX)
    assert b"<html" not in more.content
    first, second = ({file["name"] for file in found.context["files"]} for found in (answer, more))
    assert len(second) == 100 and not first & second


def test_the_file_page_costs_no_query_per_file(page: Any, drive: DriveAccount, django_assert_num_queries: Any) -> None:
    page.get(files(drive))
    turn.in_force._until = time.monotonic() + 60  # limits are looked up once a second, and a slow machine takes longer
    with django_assert_num_queries(FRAME + 3):  # the drive for the page and for the operation, the audit line
        page.get(files(drive), {"path": ALBUM})


def test_folders_come_first_and_the_order_is_kept_in_the_address(page: Any, drive: DriveAccount) -> None:
    shown = page.get(files(drive), {"order": "size", "desc": "1"}).context["files"]
    kinds = [file["is_dir"] for file in shown]
    assert kinds == sorted(kinds, reverse=True)
    text = page.get(files(drive), {"path": ALBUM, "order": "size", "desc": "1"}).content.decode()
    assert 'aria-sort="descending"' in text and "order=size&amp;start=100" not in text
    assert "order=size&amp;desc=1&amp;start=100" in text


def test_H40_names_are_shown_as_they_are_and_never_as_markup(page: Any, drive: DriveAccount) -> None:
    text = page.get(files(drive), {"path": "/特殊名称"}).content.decode()
    assert "<b>&" not in text and "<script>alert" not in text
    assert "&lt;b&gt;&amp;&quot;&#x27;.txt" in text and "{{7*7}}" in text


def test_a_search_looks_below_and_says_where(page: Any, drive: DriveAccount) -> None:
    found = page.get(files(drive), {"q": "1GiB"}).context["files"]
    assert [(file["name"], file["folder"]) for file in found] == [("1GiB.bin", "/测试")]
    nothing = page.get(files(drive), {"q": "no such name"}).content.decode()
    assert "matches “no such name”" in nothing


@pytest.mark.parametrize("q", ["x" * 31, "x" * 5000])
def test_a_search_that_is_too_long_is_refused_in_words(page: Any, drive: DriveAccount, q: str) -> None:
    answer = page.get(files(drive), {"q": q})
    assert answer.status_code == 200 and "1 to 30 characters" in answer.content.decode()


@pytest.mark.parametrize("path", ["relative", "/../etc", "/a\x00b", "/" + "x" * 2000])
def test_H40_a_path_that_can_not_be_is_a_banner_not_a_500(page: Any, drive: DriveAccount, path: str) -> None:
    answer = page.get(files(drive), {"path": path})
    assert answer.status_code == 200 and answer.context["banner"]["action_label"]


def test_a_folder_that_is_gone_says_so(page: Any, drive: DriveAccount) -> None:
    answer = page.get(files(drive), {"path": "/nowhere"})
    assert answer.status_code == 404 and "not there any more" in answer.content.decode()


@pytest.mark.parametrize(
    ("fault", "words"),
    [("token_invalid", "Connect again"), ("errno", "")],
)
def test_troubles_of_the_drive_are_a_banner_with_a_next_step(
    page: Any, drive: DriveAccount, standin: Any, fault: str, words: str
) -> None:
    standin.fault(fault, **({"code": 42} if fault == "errno" else {}))
    DriveAccount.objects.update(state=DriveAccount.State.NEEDS_YOU)
    answer = page.get(files(drive))
    text = answer.content.decode()
    assert answer.status_code < 500 and words in text, answer.context["banner"]
    assert answer.context["banner"]["action_url"]


@pytest.mark.parametrize("start", ["-1", "x", "99999999999999999999", "1e3"])
def test_H21_odd_starts_show_the_first_page(page: Any, drive: DriveAccount, start: str) -> None:
    assert page.get(files(drive), {"path": ALBUM, "start": start}).status_code == 200


def test_the_view_is_remembered(page: Any, drive: DriveAccount) -> None:
    assert 'class="thumbs"' in page.get(files(drive), {"path": ALBUM, "view": "grid"}).content.decode()
    assert 'class="thumbs"' in page.get(files(drive), {"path": ALBUM}).content.decode()


def test_a_folder_is_made_and_a_bad_name_refused(page: Any, drive: DriveAccount) -> None:
    url = reverse("netdisk:mkdir", args=[drive.pk])
    page.post(url, {"path": "/文档", "name": "新 夹"})
    assert "新 夹" in [file["name"] for file in page.get(files(drive), {"path": "/文档"}).context["files"]]
    for name in ("a/b", "..", "x" * 300, "a\nb", "", "新 夹"):
        answer = page.post(url, {"path": "/文档", "name": name})
        assert answer.status_code == 422 and answer.context["problem"], name
        assert "It is made in /文档" in answer.content.decode()


def test_details_tell_what_is_known_as_page_and_as_dialog(page: Any, drive: DriveAccount, standin: Any) -> None:
    source = standin.source("/测试/1MiB.bin")
    url = reverse("netdisk:file", args=[drive.pk, source["fs_id"]])
    text = page.get(url).content.decode()
    assert "1MiB.bin" in text and "1,048,576" in text and "/api/v1/transfers" in text
    assert page.get(url, headers=HTMX).content.decode().lstrip().startswith("<dialog")


@pytest.mark.parametrize("fs_id", [1, 2**63 - 1, 2**63, 10**30])
def test_H21_a_file_that_is_not_there(page: Any, drive: DriveAccount, fs_id: int) -> None:
    assert page.get(f"/drives/{drive.pk}/file/{fs_id}").status_code in {400, 404}
