"""The client of one Baidu Netdisk account (wire/baidu-netdisk.md §2); uploads and more are in the mixins.

    client = BaiduClient(session, pan_url="https://pan.baidu.com", pcs_url="https://d.pcs.baidu.com",
                         access_token=lambda: token)
    for entry in client.iter_dir("/"): ...

Calls raise BaiduError, and what the session raises of its own. Paths are absolute, times Unix seconds, sizes
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import requests

from netdisk.baidu import endpoints
from netdisk.baidu.codes import Code, Family
from netdisk.baidu.endpoints import Endpoint, EndpointClass
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.exchange import encode
from netdisk.baidu.files import FileCalls
from netdisk.baidu.hosts import BAIDU_HOSTS, trusted_hosts
from netdisk.baidu.legacy import LegacyCalls
from netdisk.baidu.listing import Metas, Page, read_page, walk_cursor, walk_offset
from netdisk.baidu.media import MediaCalls
from netdisk.baidu.share import ShareCalls
from netdisk.baidu.tags import TagCalls
from netdisk.baidu.transport import Hooks, Transport, Turn, Values
from netdisk.baidu.types import (
    CategoryUsage,
    Entry,
    FileMeta,
    Quota,
    SemanticHit,
    UserInfo,
    Wire,
    parse,
    parse_rows,
    rows,
)
from netdisk.baidu.upload import UploadCalls

USER_AGENT = "pan.baidu.com"
MAX_ROWS = 1000
METAS_PER_CALL = 100
SEARCH_ROWS = 500  # fixed by the server

Order = Literal["name", "time", "size"]
FileType = Literal["doc", "image", "video", "bt"]
Model = TypeVar("Model", bound=Wire)


class BaiduClient(FileCalls, UploadCalls, ShareCalls, MediaCalls, TagCalls, LegacyCalls):
    """Safe to share between threads when `session` and `access_token` are.

    `download_hosts` are the hosts that may get the token on downloads and uploads, as `TrustedHosts` reads
    them; the hosts of the base URLs are trusted in any case. `app_id` is the app's number, needed for sharing
    only. See `Hooks` for the three callables.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        pan_url: str,
        pcs_url: str,
        access_token: Callable[[], str],
        user_agent: str = USER_AGENT,
        app_id: str = "",
        download_hosts: Iterable[str] = BAIDU_HOSTS,
        on_token_rejected: Callable[[str], None] | None = None,
        throttle: Callable[[EndpointClass], Turn] | None = None,
        on_result: Callable[[str, Code, float], None] | None = None,
    ) -> None:
        hooks = Hooks(on_token_rejected, throttle, on_result)
        self.pcs_url = pcs_url.rstrip("/")
        self._app_id = app_id
        self._transport = Transport(session, pan_url.rstrip("/"), access_token, user_agent, hooks)
        self._trusted = trusted_hosts(*download_hosts, _origin(pan_url), _origin(pcs_url))

    # Account (§2.1)

    def quota(self, *, check_free: bool = False, check_expire: bool = False) -> Quota:
        return self._one(Quota, endpoints.QUOTA, {"checkfree": check_free, "checkexpire": check_expire})

    def user_info(self) -> UserInfo:
        return self._one(UserInfo, endpoints.USER_INFO)

    # Listings (§2.2-2.4)

    def list_dir(
        self,
        directory: str = "/",
        *,
        order: Order = "name",
        desc: bool = False,
        start: int = 0,
        limit: int = MAX_ROWS,
        folder_only: bool = False,
        web: bool = False,
    ) -> list[Entry]:
        """One page of a folder, folders first; fewer than `limit` rows mean the end. `web` adds thumbnails.

        With `folder_only` the server names nothing but paths. `start` is always sent: `limit` is ignored
        without it.
        """
        query: Values = {
            "dir": directory,
            "order": order,
            "desc": desc,
            "start": start,
            "limit": limit,
            "folder": folder_only,
            "web": web,
        }
        reply, context = self._transport.call(endpoints.LIST_DIR, query)
        defaults = {"isdir": 1} if folder_only else None
        return parse_rows(Entry, reply.data, context, "list", defaults=defaults)

    def iter_dir(
        self,
        directory: str = "/",
        *,
        order: Order = "name",
        desc: bool = False,
        limit: int = MAX_ROWS,
        folder_only: bool = False,
        web: bool = False,
    ) -> Iterator[Entry]:
        """All entries of a folder, asked for page by page."""

        def fetch(start: int) -> list[Entry]:
            return self.list_dir(
                directory,
                order=order,
                desc=desc,
                start=start,
                limit=limit,
                folder_only=folder_only,
                web=web,
            )

        return walk_offset(fetch, limit, endpoints.LIST_DIR.name)

    def list_all(
        self,
        path: str,
        *,
        recursive: bool = True,
        order: Order | None = None,
        desc: bool = False,
        start: int = 0,
        limit: int = MAX_ROWS,
        created_after: int | None = None,
        modified_after: int | None = None,
        web: bool = False,
    ) -> Page:
        """One page of everything below `path`; limited to 8 to 10 calls a minute."""
        query: Values = {
            "path": path,
            "recursion": recursive,
            "order": order,
            "desc": desc,
            "start": start,
            "limit": limit,
            "ctime": created_after,
            "mtime": modified_after,
            "web": web,
        }
        return self._page(endpoints.LIST_ALL, query, limit, "list")

    def iter_all(
        self,
        path: str,
        *,
        recursive: bool = True,
        limit: int = MAX_ROWS,
        modified_after: int | None = None,
    ) -> Iterator[Entry]:
        """Everything below `path`, following the cursor."""

        def fetch(start: int) -> Page:
            return self.list_all(path, recursive=recursive, start=start, limit=limit, modified_after=modified_after)

        return walk_cursor(fetch, endpoints.LIST_ALL.name)

    def list_by_type(
        self,
        file_type: FileType,
        parent_path: str = "/",
        *,
        recursive: bool = True,
        page: int = 1,
        num: int = MAX_ROWS,
        order: Order = "time",
        desc: bool = True,
        web: bool = False,
    ) -> Page:
        """One page (from 1) of the documents, images, videos or torrents below `parent_path`."""
        query: Values = {
            "parent_path": parent_path,
            "recursion": recursive,
            "page": page,
            "num": num,
            "order": order,
            "desc": desc,
            "web": web,
        }
        return self._page(endpoints.BY_TYPE[file_type], query, num, "info", "list")

    def category_info(
        self, category: int | None = None, parent_path: str = "/", *, recursive: bool = True
    ) -> dict[int, CategoryUsage]:
        """Count and bytes by category.

        1 video, 2 audio, 3 image, 4 document, 5 application, 6 other, 7 torrent.
        """
        query: Values = {"category": category, "parent_path": parent_path, "recursion": recursive}
        reply, context = self._transport.call(endpoints.CATEGORY_INFO, query)
        info = reply.data.get("info") or {}
        if isinstance(info, dict) and "count" in info:  # flat, as one client has seen it
            info = {str(category or 0): info}
        if not isinstance(info, dict) or not all(str(key).isdecimal() for key in info):
            raise context.error("malformed", "info: not a table of categories")
        return {int(key): parse(CategoryUsage, value, context, f"info.{key}") for key, value in info.items()}

    def category_list(
        self,
        categories: Sequence[int],
        *,
        parent_path: str = "/",
        recursive: bool = True,
        show_dir: bool = False,
        extensions: Sequence[str] = (),
        start: int = 0,
        limit: int = MAX_ROWS,
        order: Order = "name",
        desc: bool = False,
    ) -> Page:
        """One page of the files of some categories, narrowed to `extensions` ("txt", "epub")."""
        query: Values = {
            "category": ",".join(map(str, categories)),
            "parent_path": parent_path,
            "recursion": recursive,
            "show_dir": show_dir,
            "ext": ",".join(extensions) or None,
            "start": start,
            "limit": limit,
            "order": order,
            "desc": desc,
        }
        return self._page(endpoints.CATEGORY_LIST, query, limit, "list")

    # Details (§2.5)

    def file_metas(
        self,
        fs_ids: Sequence[int],
        *,
        dlink: bool = False,
        thumb: bool = False,
        extra: bool = False,
        need_media: bool = False,
        detail: bool = False,
    ) -> Metas:
        """Details in the order of `fs_ids` (repeats once), fetched 100 at a time."""
        flags = {
            "dlink": dlink,
            "thumb": thumb,
            "extra": extra,
            "needmedia": need_media,
            "detail": detail,
        }
        wanted = list(dict.fromkeys(fs_ids))
        known: dict[int, FileMeta] = {}
        for first in range(0, len(wanted), METAS_PER_CALL):
            batch = wanted[first : first + METAS_PER_CALL]
            reply, context = self._transport.call(
                endpoints.FILE_METAS, {"fsids": json.dumps(batch, separators=(",", ":")), **flags}
            )
            known.update((meta.fs_id, meta) for meta in parse_rows(FileMeta, reply.data, context, "list"))
        return Metas(
            [known[fs_id] for fs_id in wanted if fs_id in known],
            [fs_id for fs_id in wanted if fs_id not in known],
        )

    # Search (§2.6)

    def search(
        self,
        key: str,
        directory: str = "/",
        *,
        recursive: bool = True,
        category: int | None = None,
        page: int = 1,
        web: bool = False,
    ) -> Page:
        """One page (from 1) of the names containing `key` (at most 30 characters).

        500 rows, fixed by the server.
        """
        query: Values = {
            "key": key,
            "dir": directory,
            "recursion": recursive,
            "category": category,
            "page": page,
            "num": SEARCH_ROWS,
            "web": web,
        }
        return self._page(endpoints.SEARCH, query, SEARCH_ROWS, "list")

    def iter_search(self, key: str, directory: str = "/", *, recursive: bool = True) -> Iterator[Entry]:
        """All names containing `key`; ends with the first empty page, whatever `has_more` says."""
        number, has_more = 1, True
        while has_more:
            page = self.search(key, directory, recursive=recursive, page=number)
            yield from page.entries
            number, has_more = number + 1, page.has_more and bool(page.entries)

    def search_semantic(
        self,
        query: str,
        *,
        directories: Sequence[tuple[int, str]] = (),
        categories: Sequence[int] = (),
        num: int = 500,
        search_type: Literal[0, 1, 2] = 2,
    ) -> list[SemanticHit]:
        """Hits by content; `directories` are (uk, path); `search_type` 0 simple, 1 semantic, 2 automatic."""
        where = [{"uk": uk, "path": path} for uk, path in directories]
        parameters: Values = {
            "query": query,
            "dirs": json.dumps(where, ensure_ascii=False) if where else None,
            "category": json.dumps(list(categories)) if categories else None,
            "num": num,
            "search_type": search_type,
        }
        reply, context = self._transport.call(endpoints.SEARCH_SEMANTIC, parameters, text="{}")
        hits: list[SemanticHit] = []
        for source in rows(reply.data, context, "data"):
            if not isinstance(source, dict):
                raise context.error("malformed", "data: not a list of sources")
            hits += parse_rows(SemanticHit, source, context, "list")
        return hits

    # Download (§4)

    def is_trusted_host(self, url: str) -> bool:
        """Whether the access token may be sent to this address."""
        return url in self._trusted

    def download_request(self, dlink: str) -> tuple[str, dict[str, str]]:
        """Address and headers to fetch `dlink`: the address holds the token, so keep it out of logs.

        Keep the User-Agent on redirects; the token is not needed there. BaiduError "untrusted_host" for a
        foreign host.
        """
        if not self.is_trusted_host(dlink):
            raise BaiduError("untrusted_host", family=Family.DOWNLOAD, endpoint="download")
        address = dlink.partition("#")[0]
        joint = "&" if "?" in address else "?"
        token = encode({"access_token": self._transport.access_token()})
        return f"{address}{joint}{token}", {"User-Agent": self._transport.user_agent}

    # Shared by the calls above

    def _one(self, model: type[Model], endpoint: Endpoint, query: Values | None = None) -> Model:
        reply, context = self._transport.call(endpoint, query)
        return parse(model, reply.data, context)

    def _page(self, endpoint: Endpoint, query: Values, limit: int, *keys: str) -> Page:
        reply, context = self._transport.call(endpoint, query)
        return read_page(reply.data, context, *keys, limit=limit)


def _origin(url: str) -> str:
    """`host:port` of a base URL."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
