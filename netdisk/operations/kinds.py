"""What Baidu's recognition says about pictures, and finer kinds of files than its seven categories."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.operations import Call, operation
from netdisk.errors import translated

from .answers import client_of, gather, row
from .arguments import MAX_LIMIT, Flag, FsId, Limit, OnDrive, Order, Path, Rows, Start, number
from .listing import PATH, Extensions, category_pages
from .refusals import where_offered

# Kind: Baidu's category and the endings; everything else of a category is its own kind.
FINER: dict[str, tuple[int, tuple[str, ...]]] = {
    "text": (4, ("txt", "md", "log", "csv")),
    "book": (4, ("epub", "mobi", "azw3", "fb2")),
    "pdf": (4, ("pdf",)),
    "writing": (4, ("doc", "docx", "odt", "rtf", "wps")),
    "table": (4, ("xls", "xlsx", "ods", "et")),
    "slides": (4, ("ppt", "pptx", "odp", "dps")),
    "photo": (3, ("jpg", "jpeg", "heic", "raw", "cr2", "nef", "dng")),
    "drawing": (3, ("png", "gif", "svg", "webp", "bmp")),
    "movie": (1, ("mkv", "mp4", "avi", "mov", "rmvb", "ts", "m2ts")),
    "music": (2, ("mp3", "m4a", "aac", "ogg")),
    "lossless": (2, ("flac", "ape", "wav", "alac")),
    "program": (5, ("exe", "apk", "dmg", "msi", "deb", "rpm", "ipa")),
    "archive": (6, ("zip", "rar", "7z", "tar", "gz", "xz", "bz2")),
    "torrent": (7, ("torrent",)),
}
Finer = Literal[
    "text", "book", "pdf", "writing", "table", "slides", "photo", "drawing", "movie", "music", "lossless", "program",
    "archive", "torrent",
]  # fmt: skip


class Tags(OnDrive):
    type: Annotated[Literal[1, 2], BeforeValidator(number)] = 1
    tag_id: FsId | None = Field(None, description="Lists the pictures with it.")
    keyword: str = Field("", max_length=100, description="Lists the pictures that fit it.")
    start: Start = 0
    limit: Limit = 100


class Kinds(OnDrive):
    kind: Finer | None = Field(None, description="Left out: the answer names all kinds.")
    path: Path = Field("/", validation_alias=PATH)
    ext: Extensions | None = Field(None, description="Other endings than those of the kind.")
    query: str = Field("", max_length=300, description="Only files of the kind whose content or name fits.")
    recursion: Flag = 1
    order: Order = "name"
    desc: Flag = 0
    start: Start = 0
    limit: Rows = MAX_LIMIT


@operation(
    "netdisk.ai_tags",
    scope="netdisk:read",
    title=_("Tags of pictures"),
    service=True,
    upstream="GET /rest/2.0/xpan/imageproc?method=gettags, GET /rest/2.0/xpan/imageproc?method=search",
    supported=_("where Baidu gives the app its recognition of pictures"),
)
def ai_tags(call: Call, args: Tags) -> dict[str, Any]:
    """What Baidu has recognised on the pictures; with `tag_id` or `keyword` the pictures themselves."""
    client = client_of(call, args)
    reason = _("Baidu gives this app no recognition of pictures.")
    with where_offered(reason, _("list_images shows all pictures, search_filename finds them by name.")):
        if args.tag_id or args.keyword:
            images, has_more = client.images_by_tag(
                args.keyword, tag_id=args.tag_id or 0, start=args.start, limit=args.limit
            )
            shown = [row(image) | {"date_taken": image.date_taken} for image in images]
            return {"list": shown, "has_more": has_more, "next_start": args.start + len(shown) if has_more else None}
        return {"tags": [tag.model_dump() for tag in client.image_tags(args.type)]}


@operation(
    "netdisk.ai_category",
    scope="netdisk:read",
    title=_("Files by finer kinds"),
    service=True,
    upstream="GET /rest/2.0/xpan/multimedia?method=categorylist, POST /xpan/unisearch",
    supported=_("by kind always; with a query where the app has the search by meaning"),
)
def ai_category(call: Call, args: Kinds) -> dict[str, Any]:
    """Files of a kind such as books, tables or lossless music. Put together here: Baidu has no such call."""
    client = client_of(call, args)
    if args.kind is None:
        return {"kinds": [{"kind": name, "category": kind, "ext": list(ext)} for name, (kind, ext) in FINER.items()]}
    category, usual = FINER[args.kind]
    endings = tuple(ending.lower() for ending in args.ext or usual)
    if args.query:
        return _by_meaning(client, args, category, endings)
    with translated():
        page = gather(call, category_pages(client, [category], args, endings), args.start, args.limit)
    return {"list": [row(entry) for entry in page.entries], "has_more": page.has_more, "cursor": page.cursor}


def _by_meaning(client: Any, args: Kinds, category: int, endings: tuple[str, ...]) -> dict[str, Any]:
    reason = _("Baidu gives this app no search by meaning.")
    with where_offered(reason, _("Leave the query out, or search by name with search_filename.")):
        folders = [(client.user_info().uk, args.path)] if args.path != "/" else []
        hits = client.search_semantic(args.query, directories=folders, categories=[category])
    fitting = [hit for hit in hits if hit.name.lower().endswith(tuple(f".{ending}" for ending in endings))]
    shown = fitting[args.start : args.start + args.limit]
    more = len(fitting) > args.start + len(shown)
    return {
        "list": [{**row(hit), "content": hit.content} for hit in shown],
        "has_more": more,
        "cursor": args.start + len(shown),
    }
