"""The moods of the gateway, whom they strike and how often; and what the control API tells."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from tests.emulators.standin import Browser, Standin, wait_for


def quota(baidu: Standin) -> requests.Response:
    return baidu.get("/api/quota")


@pytest.mark.parametrize(
    ("fault", "params", "status", "start"),
    [
        ("status", {"code": 502}, 502, "upstream error"),
        ("forbidden", {}, 403, "<html>"),
        ("security_policy", {}, 200, '{"error":"Trigger security policy"'),
        ("html_body", {}, 200, "<!DOCTYPE html>"),
        ("empty_body", {}, 200, ""),
        ("broken_json", {}, 200, '{"errno":0'),
        ("rate_limited", {}, 200, '{"errno":31034'),
        ("errno", {"code": -7}, 200, '{"errno":-7'),
        ("token_invalid", {}, 200, '{"errno":-6'),
        ("token_expired", {}, 200, '{"errno":111'),
        ("token_expired", {"status": 401}, 401, '{"errno":111'),
        ("token_401", {}, 401, '{"errno":110'),
    ],
)
def test_F49_one_answer_is_spoilt(baidu: Standin, fault: str, params: Any, status: int, start: str) -> None:
    baidu.fault(fault, times=1, **params)
    answer = quota(baidu)
    assert answer.status_code == status
    assert answer.text.startswith(start)
    if not start:
        assert answer.content == b""
    assert quota(baidu).json()["errno"] == 0


@pytest.mark.parametrize("date", [False, True])
def test_F49_retry_after_in_seconds_or_as_a_date(baidu: Standin, date: bool) -> None:
    baidu.fault("too_many_requests", times=1, seconds=7, date=date)
    answer = quota(baidu)
    after = answer.headers["Retry-After"]
    seconds = parsedate_to_datetime(after).timestamp() - time.time() if date else float(after)
    assert answer.status_code == 429
    assert 5 <= seconds <= 7


def test_F50_no_answer_at_all(baidu: Standin) -> None:
    baidu.fault("drop", times=1)
    with pytest.raises(requests.ConnectionError):
        quota(baidu)
    baidu.fault("hang", times=1)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{baidu.url}/api/quota", timeout=0.3)
    baidu.fault("latency", times=1, ms=300)
    started = time.monotonic()
    assert quota(baidu).json()["errno"] == 0
    assert time.monotonic() - started >= 0.3


def test_faults_strike_only_what_they_match(baidu: Standin) -> None:
    baidu.fault("rate_limited", match={"op": "list", "user": "demo"})
    assert quota(baidu).json()["errno"] == 0
    assert baidu.file("list")["errno"] == 31034
    baidu.sign_in("demo2")
    assert baidu.file("list")["errno"] == 0


def test_faults_can_skip_repeat_and_be_removed(baidu: Standin) -> None:
    baidu.control("POST", "faults", {"name": "rate_limited", "skip": 1, "every": 2, "times": 2})
    codes = [quota(baidu).json()["errno"] for _ in range(7)]
    assert codes == [0, 0, 31034, 0, 31034, 0, 0]
    (fault,) = baidu.control("GET", "faults")
    assert fault["hits"] == 2
    baidu.fault("forbidden")
    baidu.control("DELETE", "faults/forbidden")
    assert [each["name"] for each in baidu.control("GET", "faults")] == ["rate_limited"]
    baidu.control("DELETE", "faults")
    assert baidu.control("GET", "faults") == []


def test_faults_match_a_file(baidu: Standin) -> None:
    fs_id = baidu.source("/README.txt", hash=0)["fs_id"]
    baidu.fault("status", match={"fs_id": fs_id, "op": "cdn"}, code=500)
    assert baidu.fetch(baidu.dlink("/README.txt")).status_code == 500
    assert baidu.fetch(baidu.dlink("/测试/1B.bin")).status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"name": "nonsense"},
        {},
        {"name": "cut", "wrong": 1},
        {"name": "cut", "times": "x"},
        {"name": "dlink_s"},
    ],
)
def test_bad_orders_are_refused(baidu: Standin, order: dict[str, Any]) -> None:
    answer = requests.post(f"{baidu.url}/control/faults", json=order, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("settings", b'{"nonsense":1}'), ("settings", b"["), ("token", b"[]"), ("touch", b"{}")],
)
def test_bad_bodies_are_refused(baidu: Standin, path: str, body: bytes) -> None:
    assert requests.post(f"{baidu.url}/control/{path}", data=body, timeout=30).status_code == 400


def test_every_fault_of_the_catalogue_can_be_switched_on(baidu: Standin) -> None:
    catalogue = baidu.control("GET", "state")["catalogue"]
    for name in catalogue:
        baidu.fault(name, times=0)
    assert len(baidu.control("GET", "faults")) == len(catalogue)
    assert quota(baidu).json()["errno"] == 0


def test_reset_brings_everything_back(baidu: Standin) -> None:
    baidu.fault("forbidden")
    baidu.settings(latency_ms=1)
    baidu.control("POST", "change", {"op": "delete", "path": "/README.txt"})
    baidu.control("POST", "reset")
    assert baidu.control("GET", "faults") == []
    assert baidu.control("GET", "settings")["latency_ms"] == 0
    assert baidu.source("/README.txt")["size"] == 1234
    assert quota(baidu).json()["errno"] == -6


def test_the_log_tells_calls_without_secrets(baidu: Standin, browser: Browser) -> None:
    baidu.control("DELETE", "log")
    pair = baidu.sign_in()
    baidu.file("list", dir="/照片")
    baidu.fetch(baidu.dlink("/测试/1B.bin"), Range="bytes=0-0")
    baidu.token("refresh_token", refresh_token=pair["refresh_token"])
    calls = baidu.log()
    assert [each["op"] for each in calls] == ["list", "filemetas", "dlink", "cdn", "token_refresh"]
    assert [each["status"] for each in calls] == [200, 200, 302, 206, 200]
    assert {each["user"] for each in calls} == {"demo"}
    assert calls[0]["query"]["dir"] == "/照片"
    assert calls[3]["range"] == "bytes=0-0"
    shown = str(calls)
    assert not any(secret in shown for secret in (pair["access_token"], pair["refresh_token"], "demo-secret"))
    assert [each["op"] for each in baidu.log(op="list")] == ["list"]
    counters = baidu.control("GET", "counters")
    assert (counters["token_calls"], counters["refreshes_done"], counters["downloads"]) == (1, 1, 1)
    assert counters["bytes_sent"] == 1


def test_touch_changes_contents_etag_and_time(baidu: Standin) -> None:
    before = baidu.source("/README.txt")
    after = baidu.control("POST", "touch", {"path": "/README.txt", "size": 4321})
    assert after["fs_id"] == before["fs_id"]
    assert after["size"] == baidu.meta("/README.txt")["size"] == 4321
    assert after["etag"] != before["etag"]
    assert after["mtime"] > before["mtime"]
    assert baidu.source("/README.txt")["sha256"] != before["sha256"]


def test_users_have_trees_of_their_own(baidu: Standin) -> None:
    mine = {each["fs_id"] for each in baidu.source("/测试")["children"]}
    baidu.user = "demo17"
    theirs = {each["fs_id"] for each in baidu.source("/测试")["children"]}
    assert not mine & theirs
    missing = requests.get(f"{baidu.url}/control/files", params={"user": "nobody"}, timeout=30)
    assert missing.status_code == 404


def test_concurrent_slow_calls_do_not_hold_up_others(baidu: Standin) -> None:
    baidu.fault("latency", match={"op": "uinfo"}, ms=2000)
    with pytest.raises(requests.ReadTimeout):
        requests.get(
            f"{baidu.url}/rest/2.0/xpan/nas",
            params={"method": "uinfo", "access_token": baidu.access_token},
            timeout=0.2,
        )
    started = time.monotonic()
    assert quota(baidu).json()["errno"] == 0
    assert time.monotonic() - started < 1
    wait_for(lambda: baidu.log(op="uinfo"), 5)
