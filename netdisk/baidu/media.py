"""Watching and listening: transcoded streams, playlists, what was added lately (wire/baidu-netdisk.md §2.10, §2.4)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from netdisk.baidu import endpoints
from netdisk.baidu.envelope import Context, Reply, interpret
from netdisk.baidu.listing import Page, Progress, read_page
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import Number, Secret, SignedNumber, Text, Wire, parse, parse_rows

PLAY_AD_FIRST = 133
VIDEO_AGENT = "xpanvideo;netdisk;iPhone13;ios-iphone;15.1;ts"
AUDIO_AGENT = "xpanaudio;netdisk;iPhone13;ios-iphone;15.1;ts"

_PLAYLIST = b"#EXTM3U"
_TRACK = re.compile(r'#EXT-X-MEDIA:[^\n]*?\bNAME="?([^",\n]*)[^\n]*(?:\bURI="([^"\n]+)"[^\n]*|\n(?!#)([^\n]+))')


class StreamType(StrEnum):
    """What the server makes of a file: a size of video, a kind of audio, subtitles."""

    VIDEO_480 = "M3U8_AUTO_480"
    VIDEO_720 = "M3U8_AUTO_720"
    VIDEO_1080 = "M3U8_AUTO_1080"
    FLV_480 = "M3U8_FLV_264_480"
    MP3 = "M3U8_MP3_128"
    HLS_MP3 = "M3U8_HLS_MP3_128"
    SUBTITLES = "M3U8_SUBTITLE_SRT"

    @property
    def user_agent(self) -> str:
        """The User-Agent that the server asks for; the pieces of the stream are fetched with it, too."""
        return AUDIO_AGENT if self in (StreamType.MP3, StreamType.HLS_MP3) else VIDEO_AGENT


BEST_VIDEO = (StreamType.VIDEO_480, StreamType.VIDEO_720, StreamType.VIDEO_1080)
"""The largest video by `UserInfo.vip_type`."""


@dataclass(frozen=True, slots=True)
class Playlist:
    """An m3u8: signed addresses, so keep it out of logs."""

    text: str = field(repr=False)

    @property
    def finished(self) -> bool:
        """False while the server still transcodes: what it has can be played, more comes with a later call."""
        return "#EXT-X-ENDLIST" in self.text

    @property
    def subtitles(self) -> list[tuple[str, str]]:
        """(name, address) of each subtitle of a `StreamType.SUBTITLES` list."""
        return [(name, uri or line.strip()) for name, uri, line in _TRACK.findall(self.text)]


class AdRequired(Wire):
    """The members' shortcut is not given: wait `seconds`, then ask again with `token` (good for 10 hours)."""

    seconds: Annotated[int, Field(ge=0, le=3600, validation_alias="ltime")]
    token: Secret = Field(validation_alias="adToken")


class Broadcast(Wire):
    """A playlist of the user; `kind` 0 is audio, `style` 0 ordinary, 1 music, 2 course."""

    mb_id: Number
    name: Text = ""
    file_count: Number = 0
    ctime: SignedNumber = 0
    mtime: SignedNumber = 0
    kind: Number = Field(0, validation_alias="btype")
    style: Number = Field(0, validation_alias="bstype")


class MediaCalls:
    """The media part of the client."""

    _transport: Transport

    def stream(
        self, path: str = "", *, kind: StreamType = StreamType.VIDEO_480, fs_id: int = 0, ad_token: str = ""
    ) -> Playlist | AdRequired:
        """The m3u8 of a video or audio file, named by `path` or `fs_id`; members get it at once, others wait first.

        BaiduError 31341 while there is nothing to play yet; other media errors are final.
        """
        query: Values = {"path": path or None, "fid": fs_id or None, "type": kind, "adToken": ad_token or None}
        reply, context = self._transport.call(
            endpoints.STREAM, query, accept={PLAY_AD_FIRST}, user_agent=kind.user_agent, read=_read_playlist
        )
        if reply.code == PLAY_AD_FIRST:
            return parse(AdRequired, reply.data, context)
        if "m3u8" not in reply.data:
            raise context.error("malformed", "no playlist", reply.request_id)
        return Playlist(reply.data["m3u8"])

    def broadcasts(self, *, page: int = 1, page_size: int = 20) -> tuple[list[Broadcast], bool]:
        """One page (from 1) of the user's playlists, and whether there are more."""
        reply, context = self._transport.call(endpoints.BROADCASTS, {"page": page, "psize": page_size})
        found = parse_rows(Broadcast, reply.data, context, "list")
        return found, bool(parse(Progress, reply.data, context).has_more)

    def broadcast_files(self, mb_id: int, *, page: int = 1, page_size: int = 100, show_meta: bool = True) -> Page:
        """One page (from 1) of the files of a playlist."""
        query: Values = {"mb_id": mb_id, "showmeta": show_meta, "page": page, "psize": page_size}
        reply, context = self._transport.call(endpoints.BROADCAST_FILES, query)
        return read_page(reply.data, context, "list", limit=page_size)

    def list_recent(
        self,
        category: int | None = None,
        *,
        start: int = 0,
        limit: int = 100,
        since: int | None = None,
        until: int | None = None,
    ) -> Page:
        """One page of what was added lately, of one category or all, between two Unix times."""
        query: Values = {"category": category, "start": start, "limit": limit, "stime": since, "etime": until}
        reply, context = self._transport.call(endpoints.RECENT, query)
        return read_page(reply.data, context, "list", limit=limit)


def _read_playlist(body: bytes, context: Context, accept: Collection[int]) -> Reply:
    """An m3u8 as a reply; anything else is an envelope."""
    if context.http_status == 200 and body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_PLAYLIST):
        return Reply({"m3u8": body.decode("utf-8-sig", "replace")}, 0, "")
    return interpret(body, context, accept)
