"""What Baidu's picture recognition found (wire/baidu-netdisk.md §2.11); not documented, not there for every app."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from netdisk.baidu import endpoints
from netdisk.baidu.listing import Progress
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import Entry, Flag, Maybe, Number, SignedNumber, Text, Wire, parse, parse_rows


class Tag(Wire):
    """A tag of the user's pictures and how many have it."""

    tag_id: Number = Field(validation_alias=AliasChoices("tag_id", "tagid"))
    name: Text = Field(validation_alias=AliasChoices("tag_name", "tag"))
    count: Number = 0
    is_shown: Flag = Field(True, validation_alias="is_show")
    cover_fs_id: Number = Field(0, validation_alias="cover_fid")
    thumb: Text = ""
    ctime: SignedNumber = 0
    mtime: SignedNumber = 0


class TaggedImage(Entry):
    """A picture that a search by tag found."""

    date_taken: Maybe[int] = None
    resolution: Text = ""
    orientation: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, data: Any) -> Any:
        """`path` from its two halves where it is empty, `thumb` (one address, or several by size) as `thumbs`."""
        if not isinstance(data, dict):
            return data
        row = dict(data)
        if not row.get("path") and row.get("server_filename"):
            row["path"] = f"{str(row.get('parent_path') or '').rstrip('/')}/{row['server_filename']}"
        thumb = row.get("thumb")
        if thumb:
            row["thumbs"] = thumb if isinstance(thumb, dict) else {"url1": thumb}
        return row


class TagCalls:
    """The tag part of the client."""

    _transport: Transport

    def image_tags(self, kind: Literal[1, 2] = 1) -> list[Tag]:
        """The tags of the user's pictures."""
        reply, context = self._transport.call(endpoints.IMAGE_TAGS, {"type": kind})
        return parse_rows(Tag, reply.data, context, "list", "tags")

    def images_by_tag(
        self, keyword: str = "", *, tag_id: int = 0, start: int = 0, limit: int = 100, thumb_sizes: str = ""
    ) -> tuple[list[TaggedImage], bool]:
        """One page of the pictures with a tag, or matching a text; and whether there are more."""
        query: Values = {
            "search_type": 1 if tag_id else 2,
            "keyword": tag_id or keyword,
            "start": start,
            "limit": limit,
            "size": thumb_sizes or None,
        }
        reply, context = self._transport.call(endpoints.IMAGE_SEARCH, query)
        images = parse_rows(TaggedImage, reply.data, context, "list")
        return images, bool(parse(Progress, reply.data, context).has_more)
