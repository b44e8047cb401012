"""Streaming in one step and in two, its ceilings and subtitles; the lists of what changed last."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.emulators.standin import Standin
from tests.emulators.uploading import Sending

AGENT = {"User-Agent": "xpanvideo;netdisk;iPhone13;ios-iphone;15.1;ts"}


def video(baidu: Standin, number: int = 0) -> str:
    path: str = baidu.source("/视频/家庭")["children"][number]["path"]
    return path


def stream(baidu: Standin, kind: str = "M3U8_AUTO_480", **query: Any) -> requests.Response:
    if "fid" not in query:
        query.setdefault("path", video(baidu))
    query |= {"method": "streaming", "type": kind, "access_token": baidu.access_token}
    return requests.get(f"{baidu.url}/rest/2.0/xpan/file", params=query, headers=AGENT, timeout=30)


@pytest.mark.parametrize(("vip_type", "most"), [(0, 480), (1, 720), (2, 1080)])
def test_membership_decides_how_sharp_a_stream_may_be(baidu: Standin, vip_type: int, most: int) -> None:
    baidu.control("POST", "user", {"vip_type": vip_type})
    baidu.settings(ad_s=0)
    for lines in (480, 720, 1080):
        kind = f"M3U8_AUTO_{lines}"
        if lines > most:
            assert stream(baidu, kind).json()["errno"] == -1
            continue
        answer = stream(baidu, kind)
        if vip_type < 2:
            ad = answer.json()
            assert (ad["errno"], ad["ltime"]) == (133, 0)
            answer = stream(baidu, kind, adToken=ad["adToken"])
        assert answer.text.startswith("#EXTM3U")


def test_the_ad_has_to_be_watched_to_its_end(baidu: Standin) -> None:
    baidu.control("POST", "user", {"vip_type": 0})
    ad = stream(baidu).json()
    assert (ad["errno"], ad["adTime"]) == (133, 15)
    assert stream(baidu, adToken=ad["adToken"]).json()["errno"] == 133
    assert stream(baidu, adToken="1.forged").json()["errno"] == 133


def test_a_stream_by_fid_and_one_that_is_still_transcoding(baidu: Standin) -> None:
    fid = baidu.source(video(baidu), hash=0)["fs_id"]
    baidu.fault("stream_unfinished", times=1)
    assert "#EXT-X-ENDLIST" not in stream(baidu, fid=fid).text
    assert "#EXT-X-ENDLIST" in stream(baidu, fid=fid).text
    baidu.fault("errno", times=1, match={"op": "streaming"}, code=31341)
    assert stream(baidu, fid=fid).json()["errno"] == 31341
    assert stream(baidu, path="/没有").json()["errno"] == 31066
    assert stream(baidu, "M3U8_AUTO_9000").json()["errno"] == 31304


def test_subtitles_lie_beside_the_video(baidu: Standin) -> None:
    assert stream(baidu, "M3U8_SUBTITLE_SRT").json()["errno"] == 31649
    text = "1\n00:00:00,000 --> 00:00:02,000\n你好\n".encode()
    Sending(baidu, video(baidu).rpartition(".")[0] + ".srt", text).all()
    lines = stream(baidu, "M3U8_SUBTITLE_SRT").text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("#EXT-X-MEDIA"))
    assert "NAME=" in lines[at]
    assert requests.get(lines[at + 1], timeout=30).content == text
    assert requests.get(f"{lines[at + 1]}x", timeout=30).json()["error_code"] == 31362


def test_the_recent_list_sorts_and_narrows(baidu: Standin) -> None:
    newest = baidu.multimedia("recentlist", limit=20)["list"]
    times = [row["server_mtime"] for row in newest]
    assert times == sorted(times, reverse=True)
    oldest = baidu.multimedia("recentlist", limit=20, order="asc")["list"]
    assert oldest[0]["server_mtime"] < times[-1]
    large = baidu.multimedia("recentlist", category=1, sortby="size", limit=5)["list"]
    sizes = [row["size"] for row in large]
    assert sizes == sorted(sizes, reverse=True)
    assert baidu.multimedia("recentlist", resolution="on", limit=101)["errno"] == 31023


def test_hardware_apps_ask_for_the_membership(baidu: Standin) -> None:
    answer = baidu.get("/rest/2.0/xpan/device", method="iotqueryuinfo", device_id="1").json()
    assert (answer["error_code"], answer["data"]["is_svip"]) == (0, 1)
    assert answer["data"]["start_time"] < answer["data"]["now"] < answer["data"]["end_time"]
