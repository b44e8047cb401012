"""Streams, playlists and what is new (§2.10, §2.4)."""

from __future__ import annotations

from typing import Any

import pytest

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.media import BEST_VIDEO, AdRequired, Playlist, StreamType

from .scripted import Answer, Upstream

M3U8 = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttps://bj.baidupcs.com/video?sign=s\n"
AD = {"errno": 133, "adTime": 15, "adToken": "a+b/c==", "ltime": 15}


def test_a_member_gets_the_playlist_at_once(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(M3U8.encode())
    playlist = client.stream("/我.mp4", kind=StreamType.VIDEO_1080)
    assert isinstance(playlist, Playlist)
    assert playlist.text == M3U8
    assert "sign" not in repr(playlist)
    seen = upstream.seen[0]
    assert (seen.path, seen.query["method"]) == ("/rest/2.0/xpan/file", "streaming")
    assert (seen.query["path"], seen.query["type"]) == ("/我.mp4", "M3U8_AUTO_1080")
    assert seen.headers["User-Agent"] == "xpanvideo;netdisk;iPhone13;ios-iphone;15.1;ts"


def test_others_wait_and_ask_again(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(AD, b"\xef\xbb\xbf" + M3U8.encode())
    wait = client.stream("/a.mp4")
    assert isinstance(wait, AdRequired)
    assert (wait.seconds, wait.token) == (15, "a+b/c==")
    playlist = client.stream("/a.mp4", ad_token=wait.token)
    assert isinstance(playlist, Playlist)
    assert playlist.text == M3U8
    assert "adToken=a%2Bb%2Fc%3D%3D" in upstream.seen[1].raw_query
    assert "adToken" not in upstream.seen[0].query


@pytest.mark.parametrize("kind", [StreamType.MP3, StreamType.HLS_MP3])
def test_audio_by_its_number(client: BaiduClient, upstream: Upstream, kind: StreamType) -> None:
    upstream.say(M3U8.encode())
    client.stream(fs_id=5, kind=kind)
    seen = upstream.seen[0]
    assert seen.headers["User-Agent"].startswith("xpanaudio;")
    assert seen.query["fid"] == "5"
    assert "path" not in seen.query


def test_a_playlist_is_finished_when_it_says_so() -> None:
    assert not Playlist(M3U8).finished
    assert Playlist(M3U8 + "#EXT-X-ENDLIST\n").finished


def test_subtitles() -> None:
    text = (
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="中文",DEFAULT=YES,URI="https://a/1.srt"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,NAME="English"\n'
        "https://a/2.srt\n"
    )
    assert Playlist(text).subtitles == [("中文", "https://a/1.srt"), ("English", "https://a/2.srt")]
    assert Playlist(M3U8).subtitles == []


def test_the_best_video_by_membership() -> None:
    assert [kind.value for kind in BEST_VIDEO] == ["M3U8_AUTO_480", "M3U8_AUTO_720", "M3U8_AUTO_1080"]


@pytest.mark.parametrize(
    ("answer", "code", "reaction"),
    [
        ({"errno": 31341}, 31341, Reaction.BACKOFF),
        ({"errno": 31066}, 31066, Reaction.GIVE_UP),
        ({"errno": 31649}, 31649, Reaction.GIVE_UP),
        ({"errno": 0}, "malformed", Reaction.BACKOFF),
        ({"errno": 133, "ltime": 15}, "malformed", Reaction.BACKOFF),
        ({"errno": 133, "ltime": 10**9, "adToken": "x"}, "malformed", Reaction.BACKOFF),
        (b"<html>", "malformed", Reaction.BACKOFF),
        (Answer(M3U8.encode(), 503), "http_503", Reaction.BACKOFF),
    ],
)
def test_no_playlist(client: BaiduClient, upstream: Upstream, answer: Any, code: int | str, reaction: Reaction) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        client.stream("/a.mp4")
    assert (caught.value.code, caught.value.reaction) == (code, reaction)


def test_broadcasts(client: BaiduClient, upstream: Upstream) -> None:
    row = {"mb_id": "7", "name": "早上", "file_count": 1, "ctime": 5, "mtime": 6, "btype": 0, "bstype": 2}
    upstream.say({"errno": 0, "has_more": 1, "list": [row], "newno": "", "show_msg": ""})
    (found,), has_more = client.broadcasts(page=2)
    assert (found.mb_id, found.name, found.file_count, found.kind, found.style, has_more) == (7, "早上", 1, 0, 2, True)
    seen = upstream.seen[0]
    assert (seen.path, seen.query["page"], seen.query["psize"]) == ("/rest/2.0/xpan/broadcast/list", "2", "20")


def test_the_files_of_a_broadcast(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "has_more": 0, "list": [{"fs_id": "1", "path": "/a.mp3", "broadcast_file_mtime": "5"}]})
    page = client.broadcast_files(7)
    assert [(entry.fs_id, entry.name) for entry in page.entries] == [(1, "a.mp3")]
    assert not page.has_more
    assert (upstream.seen[0].query["mb_id"], upstream.seen[0].query["showmeta"]) == ("7", "1")


def test_no_such_broadcast(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 50002})
    with pytest.raises(BaiduError) as caught:
        client.broadcast_files(7)
    assert caught.value.platform_code == "netdisk.not_found"


def test_recent_files(client: BaiduClient, upstream: Upstream) -> None:
    row = {"fs_id": 1, "path": "/a.jpg", "server_filename": "a.jpg", "isdir": 0, "size": 1, "category": 3}
    upstream.say({"errno": 0, "cursor": 1, "has_more": 1, "list": [row]})
    page = client.list_recent(3, start=0, limit=1, since=5)
    assert ([entry.path for entry in page.entries], page.cursor, page.has_more) == (["/a.jpg"], 1, True)
    query = upstream.seen[0].query
    assert (query["method"], query["category"], query["stime"]) == ("recentlist", "3", "5")
    assert "etime" not in query
