"""Thumbnails through our own address (H30, H34, H43)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from netdisk.models import DriveAccount
from netdisk.views import thumbs

pytestmark = pytest.mark.django_db
PHOTOS = "/照片/2025"


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    return client


class Odd(BaseHTTPRequestHandler):
    """Pictures that are none."""

    def do_GET(self) -> None:
        bodies = {
            "/html": b"<script>alert(1)</script>",
            "/svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "/large": b"\x89PNG\r\n\x1a\n" + b"0" * (thumbs.LARGEST + 1),
            "/good": b"\xff\xd8\xff" + b"0" * 100,
            "/gone": b"\x89PNG\r\n\x1a\n",
        }
        self.send_response(404 if self.path == "/gone" else 200)
        body = bodies[self.path]
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def odd(settings: Any, drive: DriveAccount) -> Iterator[str]:
    from core import http

    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOW += f",127.0.0.1:{server.server_port}"
    http.policy.cache_clear()
    http.session.cache_clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def thumb(page: Any, drive: DriveAccount, fs_id: int, size: str = "small") -> Any:
    return page.get(reverse("netdisk:thumb", args=[drive.pk, fs_id]), {"size": size})


def point(drive: DriveAccount, url: str) -> None:
    cache.set(f"thumbs:{drive.pk}:5", {"url1": url}, 60)


def test_a_listing_spares_the_second_question(page: Any, drive: DriveAccount, standin: Any) -> None:
    file = page.get(reverse("netdisk:files", args=[drive.pk]), {"path": PHOTOS}).context["files"][0]
    before = len([call for call in standin.log() if "multimedia" in call["path"]])
    answer = page.get(file["small_url"])
    assert answer["Content-Type"] == "image/png" and answer.content.startswith(b"\x89PNG")
    assert "private" in answer["Cache-Control"] and "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert len([call for call in standin.log() if "multimedia" in call["path"]]) == before


def test_without_a_listing_the_drive_is_asked(page: Any, drive: DriveAccount, standin: Any) -> None:
    file = page.get(reverse("netdisk:files", args=[drive.pk]), {"path": PHOTOS}).context["files"][0]
    cache.clear()
    small, large = (thumb(page, drive, file["fs_id"], size).content for size in ("small", "large"))
    assert small.startswith(b"\x89PNG") and len(large) > len(small)


@pytest.mark.parametrize("path", ["/html", "/svg", "/large", "/gone"])
def test_H34_what_is_no_picture_never_comes_through(page: Any, drive: DriveAccount, odd: str, path: str) -> None:
    point(drive, odd + path)
    answer = thumb(page, drive, 5)
    assert answer.status_code == 200 and answer.content == thumbs.FALLBACK
    assert "immutable" not in answer["Cache-Control"]


def test_the_type_is_told_by_the_bytes(page: Any, drive: DriveAccount, odd: str) -> None:
    point(drive, f"{odd}/good")
    assert thumb(page, drive, 5)["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://169.254.169.254/", "file:///etc/passwd", "x", "http://"]
)
def test_H30_addresses_that_are_not_allowed_give_the_plain_sign(page: Any, drive: DriveAccount, url: str) -> None:
    point(drive, url)
    assert thumb(page, drive, 5).content == thumbs.FALLBACK


@pytest.mark.parametrize("fs_id", [1, 2**63, 10**40])
def test_H21_unknown_numbers_give_the_plain_sign(page: Any, drive: DriveAccount, fs_id: int) -> None:
    assert thumb(page, drive, fs_id).content == thumbs.FALLBACK
