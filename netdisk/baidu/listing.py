"""Pages of entries and how to walk them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from netdisk.baidu.envelope import Context, Json
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.types import Entry, FileMeta, OptionalFlag, OptionalNumber, Wire, parse, parse_rows


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing. `cursor` is the next start, None where the server gives none."""

    entries: list[Entry]
    has_more: bool
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Metas:
    """Details in the order asked for; `missing` are the ids that the server does not know."""

    found: list[FileMeta] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


class Progress(Wire):
    """How far a listing has come."""

    has_more: OptionalFlag = None
    cursor: OptionalNumber = None


def read_page(data: Json, context: Context, *keys: str, limit: int) -> Page:
    """The page in `data`, its rows under the first of `keys`; a full one without `has_more` promises more."""
    progress = parse(Progress, data, context)
    entries = parse_rows(Entry, data, context, *keys)
    has_more = len(entries) >= limit if progress.has_more is None else progress.has_more
    return Page(entries, has_more, progress.cursor)


def walk_cursor(fetch: Callable[[int], Page], endpoint: str) -> Iterator[Entry]:
    """All entries of a listing that says `has_more` and the next cursor."""
    start = 0
    while True:
        page = fetch(start)
        yield from page.entries
        if not page.has_more:
            return
        following = start + len(page.entries) if page.cursor is None else page.cursor
        if following <= start:
            raise BaiduError("malformed", "cursor does not advance", endpoint=endpoint)
        start = following


def walk_offset(fetch: Callable[[int], list[Entry]], limit: int, endpoint: str) -> Iterator[Entry]:
    """All entries of a listing without `has_more`: it ends with the first page of fewer than `limit` rows."""
    start, before = 0, ""
    while True:
        rows = fetch(start)
        first = rows[0].path if rows else ""
        if first and first == before:
            raise BaiduError("malformed", "the same page again", endpoint=endpoint)
        yield from rows
        if len(rows) < limit:
            return
        start, before = start + len(rows), first
