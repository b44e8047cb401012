"""Folders, and files by kind, page by page."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import AliasChoices, BeforeValidator, Field

from core.operations import Call, operation
from netdisk.baidu.client import BaiduClient, FileType
from netdisk.baidu.listing import Page as Part
from netdisk.errors import translated

from .answers import client_of, gather, row
from .arguments import MAX_LIMIT, Category, Flag, Limit, OnDrive, Order, Page, Path, Rows, Second, Start, items

DIRECTORY = AliasChoices("dir", "path", "parent_path")
PATH = AliasChoices("path", "dir", "parent_path")
NUMBER = AliasChoices("num", "limit")
LIMIT = AliasChoices("limit", "num")
KINDS = {1: "video", 2: "audio", 3: "image", 4: "document", 5: "application", 6: "other", 7: "torrent"}

Extension = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[0-9A-Za-z_-]+$")]
Extensions = Annotated[list[Extension], BeforeValidator(items), Field(max_length=50)]
Categories = Annotated[list[Category], BeforeValidator(items), Field(min_length=1, max_length=7)]


class ListFiles(OnDrive):
    dir: Path = "/"
    order: Order = "name"
    desc: Flag = 0
    start: Start = 0
    limit: Rows = MAX_LIMIT
    folder: Flag = 0
    web: Flag = 0


class ListAll(OnDrive):
    path: Path = "/"
    recursion: Flag = 1
    order: Order = "name"
    desc: Flag = 0
    start: Start = 0
    limit: Rows = MAX_LIMIT
    ctime: Second | None = Field(None, description="Only what was made after this second.")
    mtime: Second | None = Field(None, description="Only what was changed after this second.")
    web: Flag = 0


class ByType(OnDrive):
    recursion: Flag = 1
    page: Page = 1
    web: Flag = 0


class ByTypeInDir(ByType):
    dir: Path = Field("/", validation_alias=DIRECTORY)
    num: Limit = Field(MAX_LIMIT, validation_alias=NUMBER)


class ByTypeBelow(ByType):
    path: Path = Field("/", validation_alias=PATH)
    limit: Limit = Field(MAX_LIMIT, validation_alias=LIMIT)


class ListCategory(OnDrive):
    path: Path = Field("/", validation_alias=PATH)
    category: Categories | None = Field(
        None, description="1 video, 2 audio, 3 image, 4 document, 5 application, 6 other, 7 torrent; lists their files."
    )
    ext: Extensions | None = Field(None, description="Only files with these endings.")
    recursion: Flag = 1
    order: Order = "name"
    desc: Flag = 0
    start: Start = 0
    limit: Rows = MAX_LIMIT


@operation(
    "netdisk.list_files",
    scope="netdisk:read",
    title=_("List a folder"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=list",
)
def list_files(call: Call, args: ListFiles) -> dict[str, Any]:
    """Rows of a folder: folders first, then files, in the order asked for."""
    client = client_of(call, args)

    def fetch(start: int, limit: int) -> Part:
        entries = client.list_dir(
            args.dir,
            order=args.order,
            desc=bool(args.desc),
            start=start,
            limit=limit,
            folder_only=bool(args.folder),
            web=bool(args.web),
        )
        return Part(entries, len(entries) == limit)

    with translated():
        page = gather(call, fetch, args.start, args.limit)
    return {
        "list": [row(entry) for entry in page.entries],
        "has_more": page.has_more,
        "next_start": page.cursor if page.has_more else None,
    }


@operation(
    "netdisk.list_all",
    scope="netdisk:read",
    title=_("List a folder and everything below it"),
    service=True,
    upstream="GET /rest/2.0/xpan/multimedia?method=listall",
    supported=_("8 to 10 calls per minute and drive"),
)
def list_all(call: Call, args: ListAll) -> dict[str, Any]:
    """Rows of everything below a path; follow `cursor` as the next `start`."""
    client = client_of(call, args)

    def fetch(start: int, limit: int) -> Part:
        return client.list_all(
            args.path,
            recursive=bool(args.recursion),
            order=args.order,
            desc=bool(args.desc),
            start=start,
            limit=limit,
            created_after=args.ctime,
            modified_after=args.mtime,
            web=bool(args.web),
        )

    with translated():
        page = gather(call, fetch, args.start, args.limit)
    return {"list": [row(entry) for entry in page.entries], "has_more": page.has_more, "cursor": page.cursor}


def _by_type(client: BaiduClient, kind: FileType, path: str, num: int, args: ByType) -> dict[str, Any]:
    """One page, newest first: with a page number the server knows no other order."""
    with translated():
        page = client.list_by_type(
            kind, path, recursive=bool(args.recursion), page=args.page, num=num, web=bool(args.web)
        )
    return {
        "list": [row(entry) for entry in page.entries],
        "has_more": page.has_more,
        "next_page": args.page + 1 if page.has_more else None,
    }


@operation(
    "netdisk.list_images",
    scope="netdisk:read",
    title=_("List pictures"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=imagelist",
)
def list_images(call: Call, args: ByTypeInDir) -> dict[str, Any]:
    """Pictures in a folder and below it, newest first."""
    return _by_type(client_of(call, args), "image", args.dir, args.num, args)


@operation(
    "netdisk.list_docs",
    scope="netdisk:read",
    title=_("List documents"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=doclist",
)
def list_docs(call: Call, args: ByTypeInDir) -> dict[str, Any]:
    """Documents in a folder and below it, newest first."""
    return _by_type(client_of(call, args), "doc", args.dir, args.num, args)


@operation(
    "netdisk.list_videos",
    scope="netdisk:read",
    title=_("List videos"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=videolist",
)
def list_videos(call: Call, args: ByTypeBelow) -> dict[str, Any]:
    """Videos in a folder and below it, newest first."""
    return _by_type(client_of(call, args), "video", args.path, args.limit, args)


@operation(
    "netdisk.list_bt",
    scope="netdisk:read",
    title=_("List torrents"),
    service=True,
    upstream="GET /rest/2.0/xpan/file?method=btlist",
)
def list_bt(call: Call, args: ByTypeBelow) -> dict[str, Any]:
    """Torrent files in a folder and below it, newest first."""
    return _by_type(client_of(call, args), "bt", args.path, args.limit, args)


@operation(
    "netdisk.list_category",
    scope="netdisk:read",
    title=_("Files by kind"),
    service=True,
    upstream="GET /api/categoryinfo, GET /rest/2.0/xpan/multimedia?method=categorylist",
)
def list_category(call: Call, args: ListCategory) -> dict[str, Any]:
    """Count and bytes of each kind of file below a path; with `category` also the files of these kinds."""
    client = client_of(call, args)
    with translated():
        usage = client.category_info(None, args.path, recursive=bool(args.recursion))
        info = {
            str(number): {"kind": KINDS.get(number, "other"), **usage[number].model_dump()} for number in sorted(usage)
        }
        if args.category is None:
            return {"info": info}
        page = gather(call, category_pages(client, args.category, args), args.start, args.limit)
    return {
        "info": info,
        "list": [row(entry) for entry in page.entries],
        "has_more": page.has_more,
        "cursor": page.cursor,
    }


def category_pages(client: BaiduClient, categories: list[int], args: Any, extensions: Any = None) -> Any:
    def fetch(start: int, limit: int) -> Part:
        return client.category_list(
            categories,
            parent_path=args.path,
            recursive=bool(args.recursion),
            extensions=extensions or args.ext or (),
            start=start,
            limit=limit,
            order=args.order,
            desc=bool(args.desc),
        )

    return fetch
