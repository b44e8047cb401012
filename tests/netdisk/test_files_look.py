"""Looking at files from the pages: details, text, films, shares, search, kinds, the recycle bin, and waiting for Baidu."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.urls import reverse

from netdisk.models import DriveAccount, Pace
from netdisk.views.details import shown_as
from tests.emulators.uploading import Sending

from .conftest import HTMX, Calls

pytestmark = pytest.mark.django_db
ALBUM = "/照片/2025"
FILM = "/视频/家庭"


def url(drive: DriveAccount, name: str, *more: Any) -> str:
    return reverse(f"netdisk:{name}", args=[drive.pk, *more])


def number(standin: Any, path: str) -> int:
    found: int = standin.source(path, hash=0)["fs_id"]
    return found


def first_in(page: Any, drive: DriveAccount, path: str) -> dict[str, Any]:
    found: dict[str, Any] = page.get(url(drive, "files"), {"path": path}).context["files"][0]
    return found


@pytest.mark.parametrize(
    ("name", "more", "asked"),
    [
        ("files", {"path": ALBUM}, ["list"]),
        ("files", {"path": ALBUM, "start": "100"}, ["list"]),
        ("files", {"path": ALBUM, "shown": "300"}, ["list"]),
        ("files", {"q": "报告"}, ["search"]),
        ("files", {"q": "报告", "by": "content", "kind": "document"}, ["unisearch"]),
        ("recycle", {}, ["listrecycle"]),
    ],
)
def test_every_view_asks_baidu_once(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls, name: str, more: dict[str, str], asked: list[str]
) -> None:
    standin.settings(pcs_entitled=True)
    calls()
    assert page.get(url(drive, name), more).status_code == 200
    assert calls() == asked


@pytest.mark.parametrize(
    ("kind", "asked"), [("pictures", "imagelist"), ("videos", "videolist"), ("documents", "doclist")]
)
def test_a_kind_is_asked_once_and_goes_on_by_pages(
    page: Any, drive: DriveAccount, calls: Calls, kind: str, asked: str
) -> None:
    calls()
    answer = page.get(url(drive, "kind", kind))
    assert calls() == [asked] and answer.context["files"]
    if kind == "pictures":
        more = page.get(url(drive, "kind", kind) + answer.context["more_url"], headers=HTMX)
        first, second = ({file["pick"] for file in part.context["files"]} for part in (answer, more))
        assert second and not first & second and b"<html" not in more.content


def test_pictures_stand_under_their_months_each_named_once(page: Any, drive: DriveAccount) -> None:
    answer = page.get(url(drive, "kind", "pictures"))
    named = [file["month_key"] for file in answer.context["files"] if file["month"]]
    assert named and len(named) == len(set(named)) and named == sorted(named, reverse=True)
    more = page.get(url(drive, "kind", "pictures") + answer.context["more_url"], headers=HTMX)
    again = [file["month_key"] for file in more.context["files"] if file["month"]]
    assert named[-1] not in again
    assert page.get(url(drive, "kind", "nonsense")).status_code == 404


def test_the_pages_cost_no_query_per_file(page: Any, drive: DriveAccount, django_assert_max_num_queries: Any) -> None:
    page.get(url(drive, "files"))
    for name, more in (("files", []), ("kind", ["pictures"]), ("recycle", [])):
        with django_assert_max_num_queries(10):
            page.get(url(drive, name, *more), {"path": ALBUM})


def test_a_refresh_brings_as_many_rows_as_were_shown(page: Any, drive: DriveAccount) -> None:
    answer = page.get(url(drive, "files"), {"path": ALBUM, "shown": "250"}, headers=HTMX)
    assert len(answer.context["files"]) == 250 and "start=250" in answer.context["more_url"]


def test_a_kind_refreshed_goes_on_where_it_was(page: Any, drive: DriveAccount) -> None:
    answer = page.get(url(drive, "kind", "pictures"), {"shown": "239"}, headers=HTMX)
    assert len(answer.context["files"]) == 240 and "page=3" in answer.context["more_url"]
    more = page.get(url(drive, "kind", "pictures") + answer.context["more_url"], headers=HTMX)
    first, second = ({file["pick"] for file in part.context["files"]} for part in (answer, more))
    assert second and not first & second


def test_the_content_search_says_when_it_fell_back_to_names(page: Any, drive: DriveAccount, standin: Any) -> None:
    assert not page.get(url(drive, "files"), {"q": "报告", "by": "content"}).context["remark"]
    standin.fault("errno", match={"op": "unisearch"}, code=20013)
    answer = page.get(url(drive, "files"), {"q": "报告", "by": "content"})
    assert answer.context["files"] and "names were searched instead" in answer.content.decode()


def test_a_search_is_narrowed_to_a_kind(page: Any, drive: DriveAccount) -> None:
    every = page.get(url(drive, "files"), {"q": "报告"}).context["files"]
    films = page.get(url(drive, "files"), {"q": "报告", "kind": "video"}).context["files"]
    assert {file["kind"] for file in films} == {"video"} and 0 < len(films) < len(every)
    assert all(file["folder"] for file in every)


@pytest.mark.parametrize(
    ("kind", "name", "size", "picture", "way"),
    [
        ("image", "a.jpg", 1, "/p", "image"),
        ("image", "a.heic", 1, "", ""),
        ("video", "a.mp4", 1, "/p", "video"),
        ("audio", "a.flac", 1, "", "audio"),
        ("code", "a.py", 1, "", "text"),
        ("document", "a.md", 1, "", "text"),
        ("document", "a.PDF", 1, "", ""),
        ("file", "Makefile", 1, "", "text"),
        ("file", "big.log", 3 * 1024 * 1024, "", ""),
        ("folder", "a", 0, "", ""),
    ],
)
def test_a_file_is_shown_as_far_as_a_browser_can(kind: str, name: str, size: int, picture: str, way: str) -> None:
    assert shown_as(kind, name, size, picture) == way


def test_details_ask_once_and_offer_what_can_be_done(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls
) -> None:
    fs_id = number(standin, "/文档")
    calls()
    text = page.get(url(drive, "file", fs_id), headers=HTMX).content.decode()
    assert calls() == ["filemetas"]
    for name in ("share", "rename", "move", "copy", "delete"):
        assert f"{url(drive, name)}?id={fs_id}%3A%2F%E6%96%87%E6%A1%A3%2F" in text


def test_H40_a_text_is_bounded_and_never_markup(page: Any, drive: DriveAccount, standin: Any, calls: Calls) -> None:
    made = Sending(standin, "/t.md", ("<script>alert(1)</script>\n" + "长" * 50_000).encode()).all()
    calls()
    answer = page.get(url(drive, "text", made["fs_id"]), headers=HTMX)
    text = answer.content.decode()
    assert calls() == ["filemetas", "dlink", "cdn"]
    assert "&lt;script&gt;" in text and "<script>" not in text and "<html" not in text
    assert "Only the first 64 KB are shown" in text and len(answer.content) < 100_000


def test_what_is_no_text_says_so(page: Any, drive: DriveAccount, standin: Any) -> None:
    text = page.get(url(drive, "text", number(standin, "/测试/1KiB.bin")), headers=HTMX).content.decode()
    assert "no preview" in text and "Download" in text


def test_members_of_the_highest_rank_play_at_once_and_no_address_of_baidu_is_in_the_page(
    page: Any, drive: DriveAccount, standin: Any
) -> None:
    film = first_in(page, drive, FILM)
    answer = page.post(url(drive, "play"), {"path": film["path"], "fs_id": film["fs_id"]}, headers=HTMX)
    text = answer.content.decode()
    assert "<video" in text and f'src="{answer.context["found"]["url"]}"' in text
    assert standin.url not in text and answer.context["found"]["url"].startswith("/")


def test_others_see_the_wait_and_come_back_with_what_baidu_gave(page: Any, drive: DriveAccount, standin: Any) -> None:
    standin.control("POST", "user", {"user": "demo", "vip_type": 0})
    film = first_in(page, drive, FILM)
    answer = page.post(url(drive, "play"), {"path": film["path"], "fs_id": film["fs_id"]}, headers=HTMX)
    text = answer.content.decode()
    assert 'data-countdown="15"' in text and "load delay:15s" in text and "<video" not in text
    assert f'name="ad_token" value="{answer.context["found"]["ad_token"]}"' in text


def test_a_film_that_can_not_be_played_says_why(page: Any, drive: DriveAccount, standin: Any) -> None:
    answer = page.post(url(drive, "play"), {"path": "/README.txt", "fs_id": "1"}, headers=HTMX)
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()
    for odd in ("", "relative", "/" + "x" * 3000):
        assert page.post(url(drive, "play"), {"path": odd}, headers=HTMX).status_code == 200


@pytest.fixture
def with_app(settings: Any) -> None:
    settings.BAIDU_APP_ID = "12345"


def test_a_share_is_made_with_one_call_and_shown_with_its_code(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls, with_app: None
) -> None:
    item = f"{number(standin, '/README.txt')}:/README.txt"
    asked = page.post(url(drive, "share"), {"id": item}, headers=HTMX)
    assert len(asked.context["form"]["pwd"].initial) == 4
    calls()
    form = {"id": item, "period": "30", "pwd": "ab12", "remark": "für dich", "go": "1"}
    answer = page.post(url(drive, "share"), form, headers=HTMX)
    text = answer.content.decode()
    assert calls() == ["share_set"] and "<svg" in text and "ab12" in text and "Valid for 30 days" in text
    assert answer.context["made"]["link"] in text


@pytest.mark.parametrize("form", [{"pwd": "ABCD"}, {"pwd": "abc"}, {"pwd": "ab12é"}, {"pwd": ""}, {"period": "9999"}])
def test_a_bad_code_or_period_never_reaches_baidu(
    page: Any, drive: DriveAccount, standin: Any, calls: Calls, with_app: None, form: dict[str, str]
) -> None:
    calls()
    good = {"id": "1:/README.txt", "period": "7", "pwd": "ab12", "go": "1"}
    answer = page.post(url(drive, "share"), good | form, headers=HTMX)
    assert answer.status_code == 422 and calls() == []


@pytest.mark.parametrize("entitled", [True, False])
def test_an_app_without_the_right_is_told_what_to_do_instead(
    page: Any, drive: DriveAccount, standin: Any, settings: Any, entitled: bool
) -> None:
    settings.BAIDU_APP_ID = "" if entitled else "12345"
    standin.settings(share_entitled=entitled)
    form = {"id": "1:/README.txt", "period": "7", "pwd": "ab12", "go": "1"}
    answer = page.post(url(drive, "share"), form, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and "Open Baidu’s site" in text and "/README.txt" in text


def test_the_recycle_bin_gives_back_and_is_emptied(page: Any, drive: DriveAccount, standin: Any) -> None:
    standin.settings(pcs_entitled=True)
    item = f"{number(standin, '/测试/1B.bin')}:/测试/1B.bin"
    page.post(url(drive, "delete"), {"id": item, "go": "1"})
    shown = page.get(url(drive, "recycle")).context["files"]
    assert [file["name"] for file in shown] == ["1B.bin"]
    page.post(url(drive, "recycle-restore"), {"id": shown[0]["pick"]})
    assert standin.source("/测试/1B.bin")["size"] == 1
    page.post(url(drive, "delete"), {"id": item, "go": "1"})
    page.post(url(drive, "recycle-clear"))
    assert "The recycle bin is empty" in page.get(url(drive, "recycle")).content.decode()


def test_a_bin_that_the_app_may_not_see_says_where_it_is(page: Any, drive: DriveAccount) -> None:
    answer = page.get(url(drive, "recycle"))
    text = answer.content.decode()
    assert answer.status_code == 200 and "keeps the recycle bin from this app" in text and "pan.baidu.com" in text


@pytest.mark.parametrize(("name", "more"), [("files", []), ("kind", ["videos"]), ("recycle", [])])
def test_a_page_that_has_to_wait_tries_again_by_itself(
    page: Any, drive: DriveAccount, standin: Any, settings: Any, name: str, more: list[str]
) -> None:
    standin.settings(pcs_entitled=True)
    standin.fault("rate_limited")
    started = time.monotonic()
    answer = page.get(url(drive, name, *more))
    text = answer.content.decode()
    assert time.monotonic() - started < 10 and answer.status_code == 200
    assert "Baidu asks to slow down" in text and f"load delay:{answer.context['wait'].seconds}s" in text
    assert f'<noscript><meta http-equiv="refresh" content="{answer.context["wait"].seconds}">' in text
    assert "banner" not in answer.context or not answer.context["banner"]


def test_rows_that_have_to_wait_leave_what_is_shown(page: Any, drive: DriveAccount, standin: Any) -> None:
    standin.fault("rate_limited")
    answer = page.get(url(drive, "files"), {"path": ALBUM, "start": "100"}, headers=HTMX)
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#files-wait", "outerHTML")
    assert 'hx-target="#rows"' in answer.content.decode() and "start=100" in answer.content.decode()


def test_the_card_of_a_drive_says_that_calls_wait_and_how_fast_they_may_go(page: Any, drive: DriveAccount) -> None:
    Pace.objects.create(
        key="x", drive=drive, kind="list", active=True, rate=12.0, held_until=time.time() + 300, hold=300
    )
    assert "Calls wait by themselves" in page.get("/drives/").content.decode()
    text = page.get(url(drive, "limits"), headers=HTMX).content.decode()
    assert "Folders" in text and "12 a minute" in text and "Next call" in text and "<html" not in text
