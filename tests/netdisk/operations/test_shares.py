"""Shares, the recycle bin and picture tags: what the credentials allow, and plain words where they don't."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from core.models import AuditEntry
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect

from .cases import PICTURES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _app_id(settings: Any) -> None:
    settings.BAIDU_APP_ID = "10000001"


def test_a_code_is_made_up_when_none_is_given_and_stands_in_the_link(door: Any, number: Any) -> None:
    codes = set()
    for _turn in range(5):
        made = door.data("share_create", fsid_list=[number("/README.txt")])
        assert re.fullmatch(r"[0-9a-z]{4}", made["pwd"]) and made["period"] == 7
        assert made["url"] == f"{made['link']}&pwd={made['pwd']}"
        codes.add(made["pwd"])
    assert len(codes) > 1


def test_the_link_opens_with_the_code(door: Any, number: Any, standin: Any) -> None:
    made = door.data("share_create", fsid_list=[number("/README.txt")], pwd="12zx")
    query = {"product": "netdisk", "appid": "1", "access_token": standin.access_token, "short_url": made["short_url"]}
    answer = requests.post(f"{standin.url}/apaas/1.0/share/verify", params=query, data={"pwd": "12zx"}, timeout=10)
    assert answer.json()["data"]["spwd"]


@pytest.mark.parametrize("code", [20013, 13998, 3, 4])
def test_an_app_without_the_package_hears_what_to_do_instead(code: int, door: Any, number: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "share_set"}, code=code)
    error = door.refusal("share_create", fsid_list=[number("/README.txt")])
    assert error["code"] == "netdisk.not_supported" and "BAIDU_APP_ID" in error["hint"]


def test_a_site_without_an_app_number_asks_nobody(door: Any, settings: Any, standin: Any) -> None:
    settings.BAIDU_APP_ID = ""
    assert door.refusal("share_create", fsid_list=[1])["code"] == "netdisk.not_supported"
    assert not [call for call in standin.log() if call["op"] == "share_set"]


@pytest.mark.parametrize("pwd", ["123", "12345", "AB12", "1 23", "１２３４", "12a\n", ""])
def test_a_code_is_four_of_the_right_letters(pwd: str, door: Any) -> None:
    error = door.refusal("share_create", fsid_list=[1], pwd=pwd)
    assert error["code"] == "invalid" and list(error["errors"]) == ["pwd"]


@pytest.mark.parametrize("code", [105, 108, 115, 120, 130, 13072, 13077, 9200])
def test_refusals_of_a_share_say_what_is_wrong(code: int, door: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "share_set"}, code=code)
    error = door.refusal("share_create", fsid_list=[1])
    assert error["code"].startswith("netdisk.") and error["status"] < 500


def test_no_code_of_a_share_is_kept_in_the_audit_trail(door: Any, number: Any) -> None:
    door.data("share_create", fsid_list=[number("/README.txt")], pwd="9qxz", remark="for you")
    line = AuditEntry.objects.get(action="netdisk.share_create")
    assert "9qxz" not in json.dumps(line.summary)


# the recycle bin


@pytest.fixture
def entitled(standin: Any) -> None:
    standin.settings(pcs_entitled=True)


def test_what_was_deleted_is_in_the_bin_and_comes_back(door: Any, entitled: None, standin: Any) -> None:
    door.data("delete", filelist=["/README.txt", "/欢迎使用.pdf"])
    rows = {row["path"]: row["fs_id"] for row in door.data("recycle_list", limit="1000")["list"]}
    assert set(rows) == {"/README.txt", "/欢迎使用.pdf"}
    assert door.data("recycle_restore", fsids=json.dumps([rows["/README.txt"]]))["missing"] == []
    assert standin.source("/README.txt", hash=0)["size"] == 1234
    assert door.data("recycle_clear") == {"cleared": 1}
    assert door.data("recycle_list")["list"] == []


def test_the_bin_has_pages(door: Any, entitled: None, standin: Any) -> None:
    album = [each["path"] for each in standin.source("/照片/2025")["children"]][:90]
    door.data("delete", filelist=album)
    first = door.data("recycle_list", limit=50)
    rest = door.data("recycle_list", start=first["next_start"], limit=50)
    assert first["has_more"] and not rest["has_more"] and rest["next_start"] is None
    assert {row["path"] for row in (*first["list"], *rest["list"])} == set(album)


def test_what_could_not_be_brought_back_is_named(door: Any, entitled: None, number: Any) -> None:
    gone = number("/README.txt")
    door.data("delete", filelist=["/README.txt"])
    assert door.data("recycle_restore", fsids=[gone, 1]) == {"restored": [gone], "missing": [1]}
    assert door.refusal("recycle_restore", fsids=[gone])["code"] == "netdisk.restore_failed"


@pytest.mark.parametrize("op", ["recycle_list", "recycle_restore", "recycle_clear"])
@pytest.mark.parametrize("code", [3, 4, 31064, 31024])
def test_every_way_of_refusing_the_bin_means_the_same(op: str, code: int, door: Any, standin: Any) -> None:
    standin.fault("errno", match={}, code=code, times=1)
    error = door.refusal(op, **({"fsids": [1]} if op == "recycle_restore" else {}))
    assert error["code"] == "netdisk.not_supported" and error["hint"]


def test_the_bin_of_the_shared_account_is_for_staff(entitled: None, standin: Any, stranger: Any, admin: Any) -> None:
    connect(admin, TokenPair(**standin.sign_in("demo2")), service=True)
    for op in ("recycle_list", "recycle_clear"):
        assert stranger.exec(op, mode="public").json()["error"]["code"] == "forbidden"
        assert type(stranger).of(admin).exec(op, mode="public").json()["status"] == "ok"


# tags and finer kinds


def test_tags_lead_to_pictures(door: Any) -> None:
    tag = next(tag for tag in door.data("ai_tags")["tags"] if tag["name"] == "杭州")
    found = door.data("ai_tags", tag_id=str(tag["tag_id"]), limit=20)
    assert len(found["list"]) == 20 and found["has_more"] and found["next_start"] == 20
    assert all(row["path"].startswith(PICTURES) for row in found["list"])
    rest = door.data("ai_tags", tag_id=tag["tag_id"], start=20, limit=100)
    assert len(rest["list"]) == tag["count"] - 20 and rest["next_start"] is None
    assert door.data("ai_tags", keyword="大理")["list"]


def test_finer_kinds_are_named_and_hold_their_endings(door: Any) -> None:
    kinds = {each["kind"]: each for each in door.data("ai_category")["kinds"]}
    assert len(kinds) >= 10
    for kind in ("lossless", "slides", "table"):
        found = door.data("ai_category", kind=kind, limit=10_000)["list"]
        assert found and all(row["path"].rpartition(".")[2] in kinds[kind]["ext"] for row in found)


def test_a_kind_can_be_searched_by_meaning(door: Any, standin: Any) -> None:
    found = door.data("ai_category", kind="slides", query="报告", limit=5)
    assert found["list"] and all(row["path"].endswith(".pptx") and "报告" in row["path"] for row in found["list"])
    standin.fault("errno", match={"op": "unisearch"}, code=20013)
    assert door.refusal("ai_category", kind="slides", query="报告")["code"] == "netdisk.not_supported"
