"""Lists, metadata and searches, field by field as the wire document has them."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import requests

from tests.emulators.standin import AGENT, Standin

ALBUM = "/照片/2025"
LIST_KEYS = {
    "fs_id", "path", "server_filename", "size", "isdir", "category", "server_ctime", "server_mtime",
    "local_ctime", "local_mtime", "tkbind_id", "real_category", "wpfile", "server_atime", "extent_tinyint7",
    "owner_id", "owner_type", "unlist", "share", "pl", "oper_id", "from_type",
}  # fmt: skip


def names(answer: dict[str, Any]) -> list[str]:
    return [row["server_filename"] for row in answer["list"]]


# -- who may ask


def test_without_a_token_only_errno_and_request_id(baidu: Standin) -> None:
    answer = requests.get(f"{baidu.url}/rest/2.0/xpan/file?method=list", timeout=30)
    assert answer.status_code == 200
    assert set(answer.json()) == {"errno", "request_id"}
    assert answer.json()["errno"] == -6
    assert answer.json()["request_id"] > 2**53


def test_the_token_counts_only_in_the_query(baidu: Standin) -> None:
    header = {"Authorization": f"Bearer {baidu.access_token}"}
    assert requests.get(f"{baidu.url}/api/quota", headers=header, timeout=30).json()["errno"] == -6


def test_an_extra_openapi_parameter_is_tolerated(baidu: Standin) -> None:
    assert baidu.file("list", openapi="xpansdk")["errno"] == 0


def test_unknown_methods_are_refused_in_the_envelope_of_their_host(baidu: Standin) -> None:
    assert baidu.file("nonsense")["errno"] == 3
    legacy = baidu.get("/rest/2.0/pcs/file", method="nonsense")
    assert (legacy.status_code, legacy.json()["error_code"]) == (400, 3)
    assert "errno" not in legacy.json()


def test_a_basic_token_has_no_netdisk(baidu: Standin) -> None:
    baidu.sign_in(scope="basic")
    assert baidu.get("/api/quota").json()["errno"] == 20013


# -- quota and user


def test_quota(baidu: Standin) -> None:
    answer = baidu.get("/api/quota").json()
    assert set(answer) == {"errno", "total", "used", "expire", "request_id"}
    assert 0 < answer["used"] < answer["total"]
    assert answer["expire"] is False
    assert "free" in baidu.get("/api/quota", checkfree=1).json()


def test_uinfo(baidu: Standin) -> None:
    answer = baidu.get("/rest/2.0/xpan/nas", method="uinfo", vip_version="v2").json()
    assert (answer["errno"], answer["errmsg"]) == (0, "succ")
    assert isinstance(answer["request_id"], str)
    assert isinstance(answer["uk"], int)
    assert answer["vip_type"] == 2
    assert requests.get(answer["avatar_url"], timeout=30).content.startswith(b"\x89PNG")
    baidu.sign_in("demo2")
    assert baidu.get("/rest/2.0/xpan/nas", method="uinfo").json()["vip_type"] == 1


# -- list


def test_list_puts_folders_first_and_has_the_documented_fields(baidu: Standin) -> None:
    answer = baidu.file("list", dir="/")
    assert {"errno", "guid_info", "guid", "request_id", "list"} == set(answer)
    kinds = [row["isdir"] for row in answer["list"]]
    assert kinds == sorted(kinds, reverse=True)
    folder, file = answer["list"][0], answer["list"][-1]
    assert set(folder) == LIST_KEYS
    assert set(file) == LIST_KEYS | {"md5"}
    assert (folder["isdir"], folder["size"], folder["category"]) == (1, 0, 6)
    assert len(file["md5"]) == 32
    assert all(row["fs_id"] > 2**40 for row in answer["list"])


def test_limit_is_ignored_without_start(baidu: Standin) -> None:
    assert len(baidu.file("list", dir=ALBUM, limit=10)["list"]) == 1000
    assert len(baidu.file("list", dir=ALBUM, limit=10, start=0)["list"]) == 10
    baidu.settings(rows_without_start=0)
    assert len(baidu.file("list", dir=ALBUM)["list"]) >= 5000


def test_paging_meets_every_entry_once(baidu: Standin) -> None:
    seen: list[int] = []
    while True:
        page = baidu.file("list", dir=ALBUM, start=len(seen), limit=1000, order="time", desc=1)["list"]
        seen += [row["fs_id"] for row in page]
        if len(page) < 1000:
            break
    assert len(seen) == len(set(seen)) == len(baidu.source(ALBUM)["children"]) >= 5000


@pytest.mark.parametrize(("order", "field"), [("time", "server_mtime"), ("size", "size"), ("name", "server_filename")])
@pytest.mark.parametrize("desc", [0, 1])
def test_orders(baidu: Standin, order: str, field: str, desc: int) -> None:
    rows = baidu.file("list", dir="/文档/工作", order=order, desc=desc)["list"]
    files = [row[field] for row in rows if not row["isdir"]]
    assert files == sorted(files, reverse=bool(desc))
    assert rows[0]["isdir"] == 1


def test_web_adds_thumbs_and_dir_empty(baidu: Standin) -> None:
    rows = {row["path"]: row for row in baidu.file("list", dir="/", web=1)["list"]}
    assert rows["/空文件夹"]["dir_empty"] == 1
    assert rows["/照片"]["dir_empty"] == 0
    photo = baidu.file("list", dir="/照片/截图", web=1)["list"][0]
    assert set(photo["thumbs"]) == {"icon", "url1", "url2", "url3"}
    assert "thumbs" not in baidu.file("list", dir="/照片/截图")["list"][0]
    assert "dir_empty" in baidu.file("list", dir="/", showempty=1)["list"][0]


def test_folder_lists_only_paths_of_folders(baidu: Standin) -> None:
    rows = baidu.file("list", dir="/", folder=1)["list"]
    assert {"path": "/照片"} in rows
    assert all(set(row) == {"path"} for row in rows)


def test_awkward_names_come_unharmed(baidu: Standin) -> None:
    found = names(baidu.file("list", dir="/特殊名称"))
    assert "<b>&\"'.txt" in found
    assert any(len(name) > 80 for name in found)
    for name in found:
        assert baidu.file("search", key=name[:30], dir="/特殊名称")["list"]


def test_missing_folders_differ_by_endpoint(baidu: Standin) -> None:
    assert baidu.file("list", dir="/没有")["errno"] == -9
    assert baidu.multimedia("listall", path="/没有")["errno"] == 31066
    assert baidu.file("list", dir="/README.txt")["errno"] == -9
    assert baidu.file("list", start="x")["errno"] == 2


def test_the_sandbox_hides_the_rest(baidu: Standin) -> None:
    baidu.settings(sandbox="/apps/yungang")
    assert baidu.file("list", dir="/")["errno"] == -7
    assert baidu.file("list", dir="/apps/yungang")["errno"] == 0
    assert baidu.post_file("create", {"path": "/x", "isdir": "1"})["errno"] == -7


def test_request_id_can_be_text(baidu: Standin) -> None:
    baidu.settings(request_id_as="text")
    assert isinstance(baidu.file("list")["request_id"], str)


# -- listall and the type lists


def test_listall_walks_everything_by_cursor(baidu: Standin) -> None:
    seen: set[int] = set()
    start = 0
    while True:
        answer = baidu.multimedia("listall", path="/", recursion=1, start=start, limit=5000)
        assert len(answer["list"]) <= 1000
        seen |= {row["fs_id"] for row in answer["list"]}
        start = answer["cursor"]
        if not answer["has_more"]:
            break
    assert len(seen) == start == baidu.control("GET", "state")["drives"]["demo"] >= 5000


def test_listall_without_recursion_and_since_a_time(baidu: Standin) -> None:
    flat = baidu.multimedia("listall", path="/文档")
    assert all(row["path"].count("/") == 2 for row in flat["list"])
    times = sorted(row["server_mtime"] for row in flat["list"])
    later = baidu.multimedia("listall", path="/文档", mtime=times[1])
    assert len(later["list"]) == len(times) - 2


def test_listall_is_limited_per_minute_when_asked(baidu: Standin) -> None:
    baidu.fault("listall_per_minute", value=3)
    codes = [baidu.multimedia("listall", path="/空文件夹")["errno"] for _ in range(4)]
    assert codes == [0, 0, 0, 31034]


@pytest.mark.parametrize(("method", "category"), [("doclist", 4), ("imagelist", 3), ("videolist", 1), ("btlist", 7)])
def test_type_lists_answer_in_info(baidu: Standin, method: str, category: int) -> None:
    whole = baidu.file(method, parent_path="/", recursion=1)["info"]
    assert whole
    assert {row["category"] for row in whole} == {category}
    page = baidu.file(method, parent_path="/", recursion=1, page=2, num=5, web=1)["info"]
    times = [row["server_mtime"] for row in baidu.file(method, recursion=1, page=1, num=1000)["info"]]
    assert times == sorted(times, reverse=True)
    assert len(page) == 5
    assert ("thumbs" in page[0]) == (category in (1, 3))


def test_category_info_sums_up(baidu: Standin) -> None:
    info = baidu.get("/api/categoryinfo").json()["info"]
    assert set(info) == set("1234567")
    assert sum(each["size"] for each in info.values()) == baidu.get("/api/quota").json()["used"]
    one = baidu.get("/api/categoryinfo", category=3, parent_path="/照片/截图").json()["info"]
    assert one["3"]["total"] == one["3"]["count"] == len(baidu.source("/照片/截图")["children"])


def test_category_list_by_category_and_extension(baidu: Standin) -> None:
    answer = baidu.multimedia("categorylist", category="3,4", parent_path="/", recursion=1, ext="pdf,PNG", limit=7)
    assert (answer["has_more"], answer["cursor"], len(answer["list"])) == (1, 7, 7)
    assert {row["server_filename"].rpartition(".")[2] for row in answer["list"]} <= {"pdf", "png"}
    assert baidu.multimedia("categorylist")["errno"] == 31023


def test_recent_list_is_newest_first(baidu: Standin) -> None:
    rows = baidu.multimedia("recentlist", category=4, limit=20)["list"]
    times = [row["server_mtime"] for row in rows]
    assert times == sorted(times, reverse=True)


# -- filemetas


def test_filemetas_fields_and_unknown_ids(baidu: Standin) -> None:
    fs_id = baidu.source("/测试/1MiB.bin", hash=0)["fs_id"]
    answer = baidu.multimedia("filemetas", fsids=f"[{fs_id},1]")
    assert answer["errmsg"] == "succ"
    assert answer["names"] == {}
    assert isinstance(answer["request_id"], str)
    (row,) = answer["list"]
    assert row["filename"] == "1MiB.bin"
    assert row["fs_id"] == fs_id
    assert "server_filename" not in row
    assert "dlink" not in row


def test_filemetas_takes_at_most_a_hundred(baidu: Standin) -> None:
    assert baidu.multimedia("filemetas", fsids=json.dumps(list(range(100))))["errno"] == 0
    assert baidu.multimedia("filemetas", fsids=json.dumps(list(range(101))))["errno"] == 2
    for wrong in ("", "[]", "x", '["a"]', "5"):
        assert baidu.multimedia("filemetas", fsids=wrong)["errno"] == 2


def test_one_users_ids_are_unknown_to_another(baidu: Standin) -> None:
    fs_id = baidu.source("/README.txt", hash=0)["fs_id"]
    baidu.sign_in("demo2")
    assert baidu.multimedia("filemetas", fsids=f"[{fs_id}]")["list"] == []


def test_details_of_pictures_and_films(baidu: Standin) -> None:
    picture = baidu.meta(baidu.source("/照片/截图")["children"][0]["path"], extra=1, thumb=1)
    assert {"date_taken", "width", "height", "orientation", "thumbs"} <= set(picture)
    film = baidu.meta(baidu.source("/视频/家庭")["children"][0]["path"], needmedia=1)
    assert film["duration"] == film["media_info"]["duration"] > 0
    assert film["media_info"]["resolution"] == "width:1920,height:1080"


def test_thumbnails_are_signed_pictures_of_their_size(baidu: Standin) -> None:
    thumbs = baidu.meta(baidu.source("/照片/截图")["children"][0]["path"], thumb=1)["thumbs"]
    sizes = {}
    for key, url in thumbs.items():
        picture = requests.get(url, timeout=30)
        assert picture.headers["Content-Type"] == "image/png"
        sizes[key] = struct.unpack(">II", picture.content[16:24])
    assert sizes == {"icon": (60, 60), "url1": (140, 90), "url2": (360, 270), "url3": (850, 580)}
    altered = requests.get(thumbs["url1"].replace("sign=", "sign=0"), timeout=30)
    assert (altered.status_code, altered.json()["error_code"]) == (403, 31362)
    baidu.settings(thumb_ua_rule=True)
    assert requests.get(thumbs["url1"], timeout=30).status_code == 403
    assert requests.get(thumbs["url1"], headers=AGENT, timeout=30).status_code == 200


# -- search


def test_search_by_name(baidu: Standin) -> None:
    answer = baidu.file("search", key="IMG_2025", dir="/", recursion=1, num=10)
    assert answer["has_more"] == 1
    assert len(answer["list"]) == answer["display_count"] == 500
    assert answer["contentlist"] == []
    second = baidu.file("search", key="IMG_2025", dir="/", recursion=1, page=2)
    assert not set(names(answer)) & set(names(second))
    assert baidu.file("search", key="readme", dir="/")["list"][0]["server_filename"] == "README.txt"
    assert baidu.file("search", key="到底了", dir="/")["list"] == []


@pytest.mark.parametrize("key", ["", "长" * 31])
def test_search_refuses_bad_keys(baidu: Standin, key: str) -> None:
    assert baidu.file("search", key=key)["errno"] == 2


def test_unisearch_takes_its_parameters_in_the_query(baidu: Standin) -> None:
    query = {"query": "README", "scene": "mcpserver", "access_token": baidu.access_token}
    answer = requests.post(f"{baidu.url}/xpan/unisearch", params=query, json={}, timeout=30).json()
    assert answer["error_no"] == 0
    assert answer["is_end"] is True
    row = answer["data"][0]["list"][0]
    assert row["filename"] == "README.txt"
    assert row["fsid"] == baidu.source("/README.txt", hash=0)["fs_id"]
    empty = requests.post(f"{baidu.url}/xpan/unisearch", params=query, timeout=30).json()
    assert empty["error_no"] == 2


# -- the rest


def test_streaming_gives_a_playlist_to_svip_and_an_ad_to_others(baidu: Standin) -> None:
    agent = {"User-Agent": "xpanvideo;netdisk;iPhone13;ios-iphone;15.1;ts"}
    path = baidu.source("/视频/家庭")["children"][0]["path"]
    query = {"method": "streaming", "path": path, "type": "M3U8_AUTO_480", "access_token": baidu.access_token}
    m3u8 = requests.get(f"{baidu.url}/rest/2.0/xpan/file", params=query, headers=agent, timeout=30).text
    assert m3u8.startswith("#EXTM3U")
    assert "#EXT-X-ENDLIST" in m3u8
    first = next(line for line in m3u8.splitlines() if line.startswith("http"))
    assert requests.get(first, timeout=30).content[0] == 0x47
    baidu.user = "demo3"
    query["access_token"] = baidu.sign_in()["access_token"]
    query["path"] = baidu.source("/视频/家庭")["children"][0]["path"]
    ad = requests.get(f"{baidu.url}/rest/2.0/xpan/file", params=query, headers=agent, timeout=30).json()
    assert (ad["errno"], ad["ltime"]) == (133, 15)
    assert baidu.file("streaming", path="/README.txt", type="M3U8_AUTO_480")["errno"] == 31301


def test_playlists_tags_and_the_missing_share_entitlement(baidu: Standin) -> None:
    assert baidu.get("/rest/2.0/xpan/broadcast/list", method="list").json()["list"][0]["mb_id"] == 1
    songs = baidu.get("/rest/2.0/xpan/broadcast/filelist", mb_id=1, psize=3).json()["list"]
    assert [isinstance(row["fs_id"], str) for row in songs] == [True] * 3
    assert baidu.get("/rest/2.0/xpan/broadcast/filelist", mb_id=2).json()["errno"] == 50002
    tag = baidu.get("/rest/2.0/xpan/imageproc", method="gettags", type=1).json()["list"][0]
    found = baidu.get("/rest/2.0/xpan/imageproc", method="search", search_type=1, keyword=tag["tag_id"], limit=5)
    assert len(found.json()["list"]) == 5
    baidu.settings(share_entitled=False)
    share = requests.post(f"{baidu.url}/apaas/1.0/share/set?access_token={baidu.access_token}", timeout=30).json()
    assert share["errno"] == 20013
    assert "show_msg" in share
    assert isinstance(share["request_id"], str)
