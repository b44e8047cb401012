"""Shares: made by one, opened and taken over by another, seen by anyone who knows four characters."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.emulators.standin import Browser, Standin, wait_for
from tests.emulators.uploading import Sending, told

Json = dict[str, Any]


def apaas(baidu: Standin, name: str, body: Json | None = None, verb: str = "POST", **query: Any) -> Json:
    query = {"product": "netdisk", "appid": "10000001", "access_token": baidu.access_token} | query
    url = f"{baidu.url}/apaas/1.0/share/{name}"
    answer: Json = requests.request(verb, url, params=query, data=body, timeout=30).json()
    return answer


def ids(baidu: Standin, *paths: str) -> str:
    return json.dumps([str(baidu.source(path, hash=0)["fs_id"]) for path in paths])


def share(baidu: Standin, *paths: str, **form: Any) -> Json:
    """Share files for a week behind ``12zx`` and return the data of the answer."""
    answer = apaas(baidu, "set", {"fsid_list": ids(baidu, *paths), "period": 7, "pwd": "12zx"} | form)
    assert answer["errno"] == 0, answer
    return dict(answer["data"])


def opened(baidu: Standin, made: Json) -> Json:
    """The parameters of a call on a share whose password is known."""
    answer = apaas(baidu, "verify", {"pwd": made["pwd"]}, short_url=made["short_url"])
    return {"spwd": answer["data"]["spwd"]}


def test_a_share_is_made_as_documented(baidu: Standin) -> None:
    answer = apaas(baidu, "set", {"fsid_list": ids(baidu, "/文档"), "period": 7, "pwd": "12zx", "remark": "test"})
    assert (answer["errno"], answer["show_msg"]) == (0, "请求成功")
    assert isinstance(answer["request_id"], str)
    made = answer["data"]
    assert (made["period"], made["pwd"], made["remark"]) == (7, "12zx", "test")
    assert len(made["short_url"]) == 22
    assert made["link"] == f"{baidu.url}/netdisk/share?surl={made['short_url']}"
    assert made["share_id"] > 0


def test_the_form_may_be_multipart(baidu: Standin) -> None:
    query = {"product": "netdisk", "appid": "1", "access_token": baidu.access_token}
    form = {"fsid_list": ids(baidu, "/README.txt"), "period": "1", "pwd": "abcd", "remark": "中文"}
    parts = {name: (None, value) for name, value in form.items()}
    answer = requests.post(f"{baidu.url}/apaas/1.0/share/set", params=query, files=parts, timeout=30).json()
    assert (answer["errno"], answer["data"]["remark"]) == (0, "中文")


@pytest.mark.parametrize("pwd", ["", "abc", "abcde", "ABCD", "ab-d", "中文字符"])
def test_the_password_is_four_small_letters_or_digits(baidu: Standin, pwd: str) -> None:
    answer = apaas(baidu, "set", {"fsid_list": ids(baidu, "/README.txt"), "period": 7, "pwd": pwd})
    assert answer["errno"] == 2


@pytest.mark.parametrize(
    ("change", "errno"),
    [
        ({"period": 0}, 2),
        ({"period": 366}, 2),
        ({"period": "x"}, 2),
        ({"fsid_list": "[]"}, 2),
        ({"fsid_list": "nonsense"}, 2),
        ({"fsid_list": '["1"]'}, -9),
        ({"fsid_list": json.dumps([str(n) for n in range(1000)])}, -33),
    ],
)
def test_nonsense_is_not_shared(baidu: Standin, change: Json, errno: int) -> None:
    form = {"fsid_list": ids(baidu, "/README.txt"), "period": 7, "pwd": "12zx"}
    assert apaas(baidu, "set", form | change)["errno"] == errno


def test_a_pack_may_offer_some_periods_only(baidu: Standin) -> None:
    baidu.settings(share_periods="0,1,7,30")
    assert share(baidu, "/README.txt", period=0)["period"] == 0
    form = {"fsid_list": ids(baidu, "/README.txt"), "period": 2, "pwd": "12zx"}
    assert apaas(baidu, "set", form)["errno"] == 2


@pytest.mark.parametrize("code", [20013, 13998])
def test_without_the_entitlement_every_call_is_refused(baidu: Standin, code: int) -> None:
    baidu.settings(share_entitled=False, share_refusal=code)
    for name in ("set", "verify", "info", "list", "transfer", "taskquery"):
        answer = apaas(baidu, name)
        assert (answer["errno"], bool(answer["show_msg"])) == (code, True)


def test_product_appid_and_token_are_needed(baidu: Standin) -> None:
    assert apaas(baidu, "set", product="")["errno"] == 2
    assert apaas(baidu, "set", appid="x")["errno"] == 2
    assert apaas(baidu, "set", access_token="x")["errno"] == -6


def test_somebody_else_opens_and_lists_a_share(baidu: Standin) -> None:
    made = share(baidu, "/文档/工作", "/README.txt", remark="hi")
    baidu.sign_in("demo2")
    where = {"short_url": made["short_url"]}
    assert apaas(baidu, "verify", {"pwd": "0000"}, **where)["errno"] == 13003
    assert apaas(baidu, "info", {}, **where)["errno"] == 13003
    session = opened(baidu, made)
    info = apaas(baidu, "info", session, **where)["data"]
    assert info["link_info"]["file_cnt"] == 2
    assert info["link_info"]["remark"] == "hi"
    assert info["share_user_info"]["user_name"] == "d***o"
    root = apaas(baidu, "list", session, **where)["data"]
    assert root["count"] == 2
    assert {row["server_filename"] for row in root["list"]} == {"工作", "README.txt"}
    below = session | {"dir": "/文档/工作", "page_size": 3, "order_by": "size", "desc_order": 1}
    first = apaas(baidu, "list", below, **where)["data"]
    second = apaas(baidu, "list", below | {"page": 2}, **where)["data"]
    assert len(first["list"]) == len(second["list"]) == 3
    files = [row["size"] for row in first["list"] + second["list"] if not row["isdir"]]
    assert files == sorted(files, reverse=True)
    assert apaas(baidu, "list", session | {"dir": "/照片"}, **where)["errno"] == -9
    assert apaas(baidu, "list", session | {"page": 0}, **where)["errno"] == 2
    by_get = apaas(baidu, "list", verb="GET", **where, **session)
    assert by_get["data"] == root
    assert apaas(baidu, "info", session, short_url="unknown")["errno"] == 2131


def finished(baidu: Standin, task: int) -> Json | None:
    state: Json = apaas(baidu, "taskquery", verb="GET", task_id=task)["data"]
    return state if state["status"] in ("success", "fail") else None


def test_a_share_is_taken_over_into_another_drive(baidu: Standin) -> None:
    Sending(baidu, "/geteilt/neu.txt", b"shared bytes").all()
    made = share(baidu, "/geteilt", "/README.txt")
    whole = ids(baidu, "/geteilt", "/README.txt")
    baidu.user = "demo2"
    baidu.sign_in()
    session, where = opened(baidu, made), {"short_url": made["short_url"]}
    order = session | {"fsid_list": whole, "to_path": "/空文件夹", "async": 2, "ondup": "fail"}
    baidu.settings(task_s=0.5)
    started = apaas(baidu, "transfer", order, **where)["data"]
    assert started["tkbind_errno"] == 0
    assert apaas(baidu, "transfer", order, **where)["errno"] == 13071
    done = wait_for(lambda: finished(baidu, started["task_id"]))
    assert (done["status"], done["progress"], done["desc"]["succNum"]) == ("success", 100, 2)
    assert {row["to"] for row in done["desc"]["list"]} == {"/空文件夹/geteilt", "/空文件夹/README.txt"}
    assert baidu.fetch(baidu.dlink("/空文件夹/geteilt/neu.txt")).content == b"shared bytes"
    again = apaas(baidu, "transfer", order, **where)["data"]["task_id"]
    assert wait_for(lambda: finished(baidu, again))["status"] == "fail"
    beside = apaas(baidu, "transfer", order | {"ondup": "newcopy"}, **where)["data"]["task_id"]
    assert wait_for(lambda: finished(baidu, beside))["status"] == "success"
    assert apaas(baidu, "transfer", order | {"to_path": "/nowhere"}, **where)["errno"] == -9
    assert apaas(baidu, "taskquery", verb="GET", task_id=1)["errno"] == 2
    assert told(baidu, "/空文件夹/geteilt/neu.txt")["size"] == 12


def test_an_ordinary_user_takes_over_few_files_at_once(baidu: Standin) -> None:
    made = share(baidu, "/照片/2025")
    order = {"fsid_list": ids(baidu, "/照片/2025"), "to_path": "/空文件夹", "async": 2}
    baidu.sign_in("demo3")
    answer = apaas(baidu, "transfer", order | opened(baidu, made), short_url=made["short_url"])
    assert answer["errno"] == 120


def test_a_share_survives_in_the_bin_no_more(baidu: Standin) -> None:
    made = share(baidu, "/README.txt")
    session = opened(baidu, made)
    baidu.control("POST", "change", {"op": "delete", "path": "/README.txt"})
    assert apaas(baidu, "list", session, short_url=made["short_url"])["data"]["list"] == []


def test_anyone_with_the_password_sees_the_page(baidu: Standin, browser: Browser) -> None:
    made = share(baidu, "/文档", "/README.txt")
    page = browser.open(made["link"])
    assert page.status_code == 200
    assert "README.txt" not in page.text
    wrong = browser.submit(page, pwd="0000")
    assert wrong.status_code == 403
    shown = browser.submit(wrong, pwd="12zx")
    assert "README.txt" in shown.text
    deeper = browser.submit(shown)
    assert "工作" in deeper.text
    assert browser.open(f"{baidu.url}/netdisk/share?surl=x").status_code == 404


@pytest.mark.parametrize("method", ["set", "verify", "list", "transfer"])
def test_the_old_share_api_answers_a_parameter_error(baidu: Standin, method: str) -> None:
    assert baidu.get("/rest/2.0/xpan/share", method=method, surl="x").json()["errno"] == 2
