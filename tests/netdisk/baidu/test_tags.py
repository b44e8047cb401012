"""Tags of pictures, in the shapes that clients have seen (§2.11)."""

from __future__ import annotations

from typing import Any

import pytest

from netdisk.baidu import BaiduClient, BaiduError

from .scripted import Answer, Upstream

TAG = {"count": 8, "is_show": 1, "is_search": 1, "cover_fid": 123456, "thumb": "https://t/1", "ctime": 5, "mtime": 6}
IMAGE = {"fs_id": 1, "category": 3, "server_filename": "a.jpg", "md5": "", "size": 1, "date_taken": 5, "year": 2024}


@pytest.mark.parametrize(
    "answer",
    [
        {"list": [{"tag_id": 100, "tag_name": "旅行", **TAG}]},
        {"tags": [{"tagid": "100", "tag": "旅行", **TAG}]},
        {"list": [], "tags": [{"tag_id": 100, "tag": "旅行", **TAG}]},
    ],
)
def test_tags(client: BaiduClient, upstream: Upstream, answer: dict[str, Any]) -> None:
    upstream.say({"errno": 0, **answer})
    (tag,) = client.image_tags(2)
    assert (tag.tag_id, tag.name, tag.count, tag.is_shown, tag.cover_fs_id) == (100, "旅行", 8, True, 123456)
    seen = upstream.seen[0]
    assert (seen.path, seen.query["method"]) == ("/rest/2.0/xpan/imageproc", "gettags")
    assert (seen.query["key"], seen.query["type"]) == ("tag", "2")


@pytest.mark.parametrize("empty", [[], {}, None, ""])
def test_no_tags(client: BaiduClient, upstream: Upstream, empty: Any) -> None:
    upstream.say({"errno": 0, "list": empty})
    assert client.image_tags() == []


@pytest.mark.parametrize(
    ("more", "path", "thumbs"),
    [
        ({"path": "/p/a.jpg", "thumb": "https://t/1"}, "/p/a.jpg", {"url1": "https://t/1"}),
        ({"path": "", "parent_path": "/p", "thumb": {"icon": "https://t/2"}}, "/p/a.jpg", {"icon": "https://t/2"}),
        ({"path": None, "parent_path": "/", "thumb": ""}, "/a.jpg", {}),
        ({"parent_path": None}, "/a.jpg", {}),
    ],
)
def test_pictures_by_tag(
    client: BaiduClient, upstream: Upstream, more: dict[str, Any], path: str, thumbs: dict[str, str]
) -> None:
    upstream.say({"errno": 0, "has_more": 1, "list": [{**IMAGE, **more}]})
    (image,), has_more = client.images_by_tag(tag_id=100, start=10, limit=5)
    assert (image.fs_id, image.path, image.name, image.thumbs, image.date_taken) == (1, path, "a.jpg", thumbs, 5)
    assert has_more
    query = upstream.seen[0].query
    assert (query["method"], query["search_type"], query["keyword"]) == ("search", "1", "100")
    assert (query["start"], query["limit"]) == ("10", "5")
    assert "size" not in query


def test_pictures_by_text(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "list": {}})
    assert client.images_by_tag("海 边", thumb_sizes="c360_u270,c850_u580") == ([], False)
    query = upstream.seen[0].query
    assert (query["search_type"], query["keyword"], query["size"]) == ("2", "海 边", "c360_u270,c850_u580")


@pytest.mark.parametrize("row", ["x", 5, None, {"fs_id": 1}])
def test_rows_that_are_none(client: BaiduClient, upstream: Upstream, row: Any) -> None:
    upstream.say({"errno": 0, "list": [row]})
    with pytest.raises(BaiduError) as caught:
        client.images_by_tag("x")
    assert caught.value.code == "malformed"


@pytest.mark.parametrize("answer", [Answer(b"", 404), Answer(b"", 403), {"errno": 3}, {"errno": 42999}])
def test_not_every_app_has_tags(client: BaiduClient, upstream: Upstream, answer: Any) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        client.image_tags()
    assert caught.value.platform_code == "netdisk.not_supported"
