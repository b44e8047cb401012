"""Addresses of our own for pictures and pieces of films: players and `<img>` can't send a token, and Baidu's addresses stay here.

A link is sealed: it hides where it leads, can't be altered, ends by itself, and dies with its user or drive (H07).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from core.errors import NotFound, UpstreamFailed
from core.http import as_app_error, session
from core.outbound import OutboundError
from core.outbound.body import read_bounded
from core.vault import VaultLocked, vault

from .baidu.client import USER_AGENT
from .baidu.media import Playlist, StreamType
from .drives import client_for
from .errors import NetdiskError, translated
from .models import DriveAccount
from .pictures import LARGEST, sniff

PLACE = "netdisk.sealed-link"
PICTURE_SECONDS, FILM_SECONDS = 3600, 6 * 3600
LARGEST_PIECE = 32 * 1024 * 1024
SECONDS = 30.0
PICTURE, PIECE, PLAYLIST = "picture", "piece", "playlist"
M3U8, TRANSPORT, PLAIN = "application/vnd.apple.mpegurl", "video/mp2t", "text/plain; charset=utf-8"
URI = re.compile(r'URI="([^"]+)"')


@dataclass(frozen=True)
class SealedLink:
    """`url` is where a picture or piece is fetched; a playlist has `path`, `stream` and `ad_token` instead."""

    kind: str
    user: int
    drive: str
    until: int
    url: str = ""
    agent: str = USER_AGENT
    mime: str = TRANSPORT
    path: str = ""
    stream: str = ""
    ad_token: str = ""

    def address(self) -> str:
        return reverse("v1:netdisk-media", args=[vault().seal(json.dumps(asdict(self)), PLACE)])


def opened(text: str) -> SealedLink:
    """The link behind an address; one that is too old, altered, or of a user or drive that is gone is not there."""
    try:
        link = SealedLink(**json.loads(vault().open(text, PLACE)))
    except (VaultLocked, UnicodeError, TypeError, ValueError):
        raise NotFound from None
    if link.until < time.time() or not get_user_model()._default_manager.filter(pk=link.user, is_active=True).exists():
        raise NotFound
    return link


def _drive(link: SealedLink) -> DriveAccount:
    drive = DriveAccount.objects.usable().filter(pk=link.drive).first()
    if drive is None or not (drive.is_service or drive.user_id == link.user):
        raise NotFound
    return drive


def picture(user: Any, drive: DriveAccount, url: str) -> str:
    """The address of a thumbnail."""
    return SealedLink(PICTURE, user.pk, str(drive.pk), _until(PICTURE_SECONDS), url=url).address()


def playlist(user: Any, drive: DriveAccount, path: str, kind: StreamType, ad_token: str = "") -> str:
    """The address of a film's playlist, for a player."""
    return SealedLink(
        PLAYLIST, user.pk, str(drive.pk), _until(FILM_SECONDS), path=path, stream=kind.value, ad_token=ad_token
    ).address()


def piece(user: Any, drive: DriveAccount, url: str, kind: StreamType, mime: str = TRANSPORT) -> str:
    """The address of a piece of a film, or of its subtitles."""
    return SealedLink(
        PIECE, user.pk, str(drive.pk), _until(FILM_SECONDS), url=url, agent=kind.user_agent, mime=mime
    ).address()


def _until(seconds: int) -> int:
    return int(time.time()) + seconds


def rewritten(text: str, base: str, address: Callable[[str], str]) -> str:
    """A playlist whose every address is given by `address(upstream address)`."""
    lines = []
    for line in text.splitlines():
        if line.startswith("#"):
            lines.append(URI.sub(lambda found: f'URI="{address(urljoin(base, found[1]))}"', line))
        else:
            lines.append(address(urljoin(base, line.strip())) if line.strip() else line)
    return "\n".join(lines) + "\n"


def own_playlist(user: Any, drive: DriveAccount, text: str, kind: StreamType, *, base: str = "", site: str = "") -> str:
    """A playlist that leads to us only; `site` stands before our addresses where the text itself has none."""
    return rewritten(text, base or settings.BAIDU_PAN_URL, lambda url: site + piece(user, drive, url, kind))


def content(link: SealedLink) -> tuple[bytes, str]:
    """What a link leads to, and its type."""
    drive = _drive(link)
    if link.kind == PLAYLIST:
        return _playlist(link, drive), M3U8
    if link.kind == PICTURE:
        data = fetch(link.url, link.agent, LARGEST)
        kind = sniff(data)
        if not kind:
            raise UpstreamFailed
        return data, kind
    data = fetch(link.url, link.agent, LARGEST_PIECE)
    if data.startswith(b"#EXTM3U"):
        text = data.decode("utf-8", "replace")
        user = get_user_model()._default_manager.get(pk=link.user)
        return own_playlist(user, drive, text, _kind_of_agent(link.agent), base=link.url).encode(), M3U8
    return data, link.mime


def _kind_of_agent(agent: str) -> StreamType:
    return StreamType.HLS_MP3 if agent == StreamType.HLS_MP3.user_agent else StreamType.VIDEO_480


def _playlist(link: SealedLink, drive: DriveAccount) -> bytes:
    kind = StreamType(link.stream)
    with translated():
        found = client_for(drive).stream(link.path, kind=kind, ad_token=link.ad_token)
    if not isinstance(found, Playlist):
        raise NetdiskError("netdisk.ad_required", retry_after=found.seconds)
    user = get_user_model()._default_manager.get(pk=link.user)
    return own_playlist(user, drive, found.text, kind).encode()


def fetch(url: str, agent: str, limit: int) -> bytes:
    """Through the gate, with bounds on bytes and time; no token goes along."""
    try:
        response = session("baidu-media").get(
            url, headers={"User-Agent": agent}, stream=True, allow_redirects=True, timeout=SECONDS
        )
        body = read_bounded(response, limit, seconds=SECONDS)
    except OutboundError as error:
        raise as_app_error(error) from error
    if response.status_code != 200:
        raise UpstreamFailed
    return body
