"""Lists are whole: whoever follows the pages sees everything once, beyond the first thousand as well."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
ALBUM = "/照片/2025"


@pytest.fixture
def album(standin: Any) -> set[str]:
    found = {each["path"] for each in standin.source(ALBUM)["children"]}
    assert len(found) > 3000
    return found


def calls(standin: Any, op: str) -> list[dict[str, Any]]:
    return [call for call in standin.log() if call["op"] == op]


def test_a_folder_is_read_page_by_page_to_its_end(door: Any, album: set[str]) -> None:
    start, paths = 0, []
    while start is not None:
        page = door.data("list_files", dir=ALBUM, start=start, limit=1000)
        assert page["has_more"] is (page["next_start"] is not None)
        paths += [row["path"] for row in page["list"]]
        start = page["next_start"]
    assert len(paths) == len(set(paths)) and set(paths) == album


def test_a_larger_page_is_put_together_of_thousands(door: Any, album: set[str], standin: Any) -> None:
    page = door.data("list_files", dir=ALBUM, limit=10_000)
    assert {row["path"] for row in page["list"]} == album and page["has_more"] is False
    assert [call["query"]["limit"] for call in calls(standin, "list")] == ["1000"] * len(calls(standin, "list"))


def test_everything_below_follows_the_cursor(door: Any, standin: Any) -> None:
    page = door.data("list_all", path="/照片", limit=2500)
    rest = door.data("list_all", path="/照片", start=page["cursor"], limit=10_000)
    paths = [row["path"] for row in (*page["list"], *rest["list"])]
    assert len(page["list"]) == 2500 and page["has_more"] is True and rest["has_more"] is False
    assert len(paths) == len(set(paths)) > 5000
    assert [call["query"]["start"] for call in calls(standin, "listall")][:3] == ["0", "1000", "2000"]


def test_pictures_are_counted_and_listed_the_same(door: Any) -> None:
    total = door.data("list_category", path="/照片")["info"]["3"]["count"]
    number, paths = 1, set()
    while number:
        page = door.data("list_images", dir="/照片", page=number, num=1000)
        paths |= {row["path"] for row in page["list"]}
        number = page["next_page"]
    assert len(paths) == total > 3000


@pytest.mark.parametrize(("op", "category"), [("list_docs", 4), ("list_images", 3), ("list_videos", 1), ("list_bt", 7)])
def test_each_list_holds_its_kind_newest_first(door: Any, op: str, category: int) -> None:
    found = door.data(op, limit=200)["list"]
    assert len(found) > 40 and {row["category"] for row in found} == {category}
    changed = [row["server_mtime"] for row in found]
    assert changed == sorted(changed, reverse=True)


def test_a_kind_can_be_listed_with_some_endings_only(door: Any) -> None:
    page = door.data("list_category", path="/音乐", category=2, ext="flac", limit=10_000)
    assert page["list"] and all(row["path"].endswith(".flac") for row in page["list"])
    assert page["has_more"] is False and page["cursor"] == len(page["list"])
    assert page["info"]["2"]["kind"] == "audio"


def test_the_md5_of_the_content_is_decoded(door: Any, standin: Any) -> None:
    row = next(row for row in door.data("list_files", dir="/")["list"] if row["path"] == "/README.txt")
    body = standin.fetch(standin.dlink("/README.txt")).content
    assert row["content_md5"] == hashlib.md5(body).hexdigest() != row["md5"]


def test_thumbnails_come_when_asked_for(door: Any) -> None:
    plain = door.data("list_files", dir="/照片/截图", limit=3)["list"]
    webbed = door.data("list_files", dir="/照片/截图", limit=3, web=1)["list"]
    assert all("thumbs" not in row for row in plain) and all(row["thumbs"]["url1"] for row in webbed)


def test_links_count_as_downloads_and_the_limit_is_kept(door: Any, alice: Any, standin: Any, number: Any) -> None:
    alice.download_limit = 3
    alice.save()
    one = number("/README.txt")
    door.data("download_links", fsids=[one, number("/欢迎使用.pdf")])
    door.data("file_metas", fsids=[one])
    assert door.refusal("file_metas", fsids=[one, 5], dlink=1)["code"] == "limit_reached"
    door.data("file_metas", fsids=[one], dlink=1)
    asked = len(calls(standin, "filemetas"))
    assert door.refusal("download_links", fsids=[one])["code"] == "limit_reached"
    assert len(calls(standin, "filemetas")) == asked
