"""Pictures, previews and films through addresses of our own: nothing of Baidu's leads out, nothing is open to strangers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from accounts.limits import allowance
from core.vault import vault
from netdisk import sealed_links
from netdisk.baidu.media import StreamType
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from netdisk.drives import disconnect
from netdisk.models import DriveAccount
from netdisk.pace import patient
from netdisk.sealed_links import rewritten

from .cases import FILMS, PICTURES, SONGS, Stage

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"/api/v1/netdisk/media/[\w.=-]+")


@pytest.fixture
def stage(standin: Any, door: Any) -> Stage:
    return Stage(standin, door)


def fetch(address: str) -> Any:
    """As a player does: without any session or token."""
    return Client(raise_request_exception=False).get(ADDRESS.search(address)[0])  # type: ignore[index]


# thumbnails


@pytest.mark.parametrize("size", ["small", "medium", "large"])
def test_a_thumbnail_comes_through_us(size: str, stage: Stage) -> None:
    found = stage.door.data("thumb_get", path=stage.first(PICTURES)["path"], size=size)
    answer = fetch(found["url"])
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert found["url"] == found["sizes"][size] and set(found["sizes"]) == {"small", "medium", "large"}
    assert found["thumbs"]["url1"].startswith(stage.standin.url)


def test_a_folder_and_a_file_that_is_gone_have_none(stage: Stage) -> None:
    assert stage.door.refusal("thumb_get", path="/照片")["code"] == "netdisk.not_found"
    assert stage.door.refusal("thumb_get", fsid=1)["code"] == "netdisk.not_found"
    assert stage.door.refusal("thumb_get", path="/照片/x.jpg")["code"] == "netdisk.not_found"
    assert stage.door.refusal("thumb_get")["code"] == "invalid"
    assert stage.door.refusal("thumb_get", fsid=1, path="/a")["code"] == "invalid"


# sealed links


def test_a_link_hides_where_it_leads(stage: Stage) -> None:
    url = stage.door.data("thumb_get", path=stage.first(PICTURES)["path"])["url"]
    assert stage.standin.url not in url and "thumbnail" not in url and "sign" not in url


@pytest.mark.parametrize(
    "change", [lambda link: link[:-3] + "AAA", lambda link: link[:40], lambda link: "x", lambda link: "a.b.c"]
)
def test_an_altered_link_is_not_there(change: Any, stage: Stage) -> None:
    url = stage.door.data("thumb_get", path=stage.first(PICTURES)["path"])["url"]
    link = url.rpartition("/")[2]
    assert Client(raise_request_exception=False).get(f"/api/v1/netdisk/media/{change(link)}").status_code == 404


def test_what_another_place_sealed_is_no_link(drive: Any) -> None:
    token = DriveAccount.objects.get(pk=drive.pk).token.access
    assert Client().get(f"/api/v1/netdisk/media/{token}").status_code == 404
    assert Client().get(f"/api/v1/netdisk/media/{vault().seal('[]', sealed_links.PLACE)}").status_code == 404


def test_links_end_by_themselves(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_links, "PICTURE_SECONDS", -1)
    assert fetch(stage.door.data("thumb_get", path=stage.first(PICTURES)["path"])["url"]).status_code == 404


def test_links_die_with_the_drive_and_with_the_user(stage: Stage, alice: Any, drive: Any) -> None:
    url = stage.door.data("thumb_get", path=stage.first(PICTURES)["path"])["url"]
    alice.is_active = False
    alice.save()
    assert fetch(url).status_code == 404
    alice.is_active = True
    alice.save()
    assert fetch(url).status_code == 200
    disconnect(alice, drive)
    assert fetch(url).status_code == 404


@pytest.fixture
def elsewhere(settings: Any, standin: Any) -> Iterator[str]:
    """A host that answers with what no picture is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<script>alert(1)</script>" if self.path == "/page" else b"x" * 3_000_000
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    from core import http

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.OUTBOUND_ALLOW += f",127.0.0.1:{server.server_port}"
    http.policy.cache_clear()
    http.session.cache_clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/page", "/large"])
def test_H34_what_is_no_picture_is_not_passed_on(path: str, elsewhere: str, drive: Any, alice: Any) -> None:
    answer = fetch(sealed_links.picture(alice, drive, elsewhere + path))
    assert answer.status_code == 502 and b"alert" not in answer.content


def test_H30_a_playlist_can_not_make_us_call_a_private_address(drive: Any, alice: Any) -> None:
    answer = fetch(sealed_links.piece(alice, drive, "http://169.254.169.254/latest", StreamType.VIDEO_480))
    assert answer.status_code == 400 and answer.json()["code"] == "address_refused"


# previews


@pytest.mark.parametrize(
    ("path", "kind"), [(f"{PICTURES}", "image"), ("/照片/截图", "image"), (FILMS, "video"), (SONGS, "audio")]
)
def test_each_kind_has_its_preview(path: str, kind: str, stage: Stage) -> None:
    found = stage.door.data("preview_get", fsid=stage.first(path)["fs_id"])
    assert found["kind"] == kind
    if kind == "image":
        assert fetch(found["url"]).status_code == 200
    else:
        assert stage.door.data("media_playlist", **found["playlist"]["args"])["state"] == "ready"


@pytest.mark.parametrize("path", ["/欢迎使用.pdf", "/测试", "/测试/1MiB.bin"])
def test_what_has_none_says_why(path: str, stage: Stage) -> None:
    error = stage.door.refusal("preview_get", path=path)
    assert error["code"] == "netdisk.not_supported" and error["hint"]


def test_previews_do_not_count_as_downloads_and_playlists_do(stage: Stage, alice: Any) -> None:
    stage.door.data("preview_get", path=stage.first(PICTURES)["path"])
    assert allowance(alice).used == 0
    stage.door.data("media_playlist", path=stage.first(FILMS)["path"])
    assert allowance(alice).used == 1
    alice.download_limit = 1
    alice.save()
    assert stage.door.refusal("media_playlist", path=stage.first(FILMS)["path"])["code"] == "limit_reached"


# films


def test_a_film_plays_through_us_alone(stage: Stage) -> None:
    found = stage.door.data("media_playlist", path=stage.first(FILMS)["path"])
    assert (found["state"], found["finished"], found["quality"]) == ("ready", True, "1080")
    for text in (found["m3u8"], fetch(found["url"]).content.decode()):
        assert text.startswith("#EXTM3U") and text.rstrip().endswith("#EXT-X-ENDLIST")
        assert stage.standin.url not in text and "access_token" not in text and "sign=" not in text
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert lines and all(ADDRESS.search(line) for line in lines)
    piece = fetch(lines[0])
    assert piece.status_code == 200 and piece["Content-Type"] == "video/mp2t" and piece.content[:1] == b"\x47"


def test_a_song_and_its_number_do_as_well(stage: Stage) -> None:
    found = stage.door.data("media_playlist", fsid=stage.first(SONGS)["fs_id"])
    assert found["quality"] == "audio" and fetch(found["url"]).status_code == 200


@pytest.mark.parametrize(("asked", "given"), [(480, "480"), ("720", "720"), ("M3U8_AUTO_1080", "1080")])
def test_quality_goes_by_any_of_its_names(asked: Any, given: str, stage: Stage) -> None:
    path = stage.first(FILMS)["path"]
    assert stage.door.data("media_playlist", path=path, quality=asked)["quality"] == given
    assert stage.door.data("media_playlist", path=path, type=asked)["quality"] == given
    assert stage.door.refusal("media_playlist", path=path, quality="4k")["code"] == "invalid"


def test_who_has_no_membership_hears_how_long_the_advertisement_takes(
    standin: Any, stranger: Any, mallory: Any
) -> None:
    connect(mallory, TokenPair(**standin.sign_in("demo3")))
    standin.user = "demo3"
    film = Stage(standin, stranger).first(FILMS)["path"]
    found = stranger.data("media_playlist", path=film, wait=0)
    assert found["state"] == "ad" and found["seconds"] > 0 and found["ad_token"]
    assert allowance(mallory).used == 0
    # Baidu's own patience is not ours: asked too early it shows the advertisement again.
    assert stranger.data("media_playlist", path=film, ad_token=found["ad_token"], wait=0)["state"] == "ad"


def test_with_patience_the_advertisement_is_waited_for(standin: Any, stranger: Any, mallory: Any) -> None:
    standin.settings(ad_s=1)
    connect(mallory, TokenPair(**standin.sign_in("demo3")))
    standin.user = "demo3"
    film = Stage(standin, stranger).first(FILMS)["path"]
    assert stranger.data("media_playlist", path=film)["state"] == "ad"
    with patient(20):
        found = stranger.data("media_playlist", path=film)
    assert (found["state"], found["quality"]) == ("ready", "480")
    assert fetch(found["url"]).status_code == 200


def test_quality_never_exceeds_the_membership(standin: Any, stranger: Any, mallory: Any) -> None:
    standin.settings(ad_s=0)
    connect(mallory, TokenPair(**standin.sign_in("demo3")))
    DriveAccount.objects.filter(user=mallory).update(vip_type=2)  # known from better days
    standin.user = "demo3"
    film = Stage(standin, stranger).first(FILMS)["path"]
    with patient(5):
        assert stranger.data("media_playlist", path=film)["quality"] == "480"
        error = stranger.refusal("media_playlist", path=film, quality=1080)
    assert error["code"] == "netdisk.entitlement_expired" and "480" in error["hint"]


def test_subtitles_are_read_through_us(stage: Stage) -> None:
    film = stage.first(FILMS)["path"]
    assert stage.door.refusal("media_playlist", path=film, quality="subtitles")["code"] == "netdisk.media_failed"
    name = film.rpartition("/")[2].rpartition(".")[0] + ".srt"
    stage.standin.control("POST", "change", {"op": "copy", "path": "/README.txt", "dest": FILMS, "newname": name})
    found = stage.door.data("media_playlist", path=film, quality="subtitles")
    answer = fetch(found["subtitles"][0]["url"])
    assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (31341, "netdisk.transcoding"),
        (31338, "netdisk.media_failed"),
        (31347, "netdisk.media_failed"),
        (31066, "netdisk.not_found"),
    ],
)
def test_what_baidu_can_not_play_is_said_in_words(code: int, ours: str, stage: Stage) -> None:
    stage.standin.fault("errno", match={"op": "streaming"}, code=code)
    error = stage.door.refusal("media_playlist", path=stage.first(FILMS)["path"])
    assert error["code"] == ours and error["detail"] != error["hint"]


def test_every_address_in_a_playlist_is_replaced() -> None:
    text = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x1\n#EXTINF:10,\nhttps://cdn.example/1.ts?sign=a\n\n2.ts\n'
    found = rewritten(text, "https://pan.example/a/list.m3u8", lambda url: f"<{url}>")
    assert found.splitlines() == [
        "#EXTM3U",
        '#EXT-X-KEY:METHOD=AES-128,URI="<https://pan.example/a/key.bin>",IV=0x1',
        "#EXTINF:10,",
        "<https://cdn.example/1.ts?sign=a>",
        "",
        "<https://pan.example/a/2.ts>",
    ]
