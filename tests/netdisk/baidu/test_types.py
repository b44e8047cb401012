"""Parsing at the door: tolerant where servers differ, a named field where they are wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdisk.baidu.codes import Family
from netdisk.baidu.envelope import Context
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.types import DeviceCode, Entry, FileMeta, ItemResult, TokenPair, Wire, parse, parse_rows

CONTEXT = Context("list_dir", Family.XPAN)

ROW: dict[str, Any] = {
    "fs_id": 123,
    "path": "/a/b.jpg",
    "server_filename": "b.jpg",
    "size": 1024,
    "isdir": 0,
    "category": 3,
    "md5": "bd686f11dkea8dc5113480f530da507e",
    "server_ctime": 1596078161,
    "server_mtime": 1596078162,
    "local_ctime": 1596078163,
    "local_mtime": 1596078164,
    "thumbs": {"icon": "https://t/i", "url1": "https://t/1", "url2": "", "url3": 5},
    "tkbind_id": 0,
    "wpfile": 0,
}


def entry(**changes: Any) -> Entry:
    return parse(Entry, {**ROW, **changes}, CONTEXT)


def test_a_row_of_the_document() -> None:
    row = entry()
    assert (row.fs_id, row.path, row.name, row.size, row.is_dir, row.category) == (
        123,
        "/a/b.jpg",
        "b.jpg",
        1024,
        False,
        3,
    )
    assert (row.server_ctime, row.server_mtime, row.local_ctime, row.local_mtime) == (
        1596078161,
        1596078162,
        1596078163,
        1596078164,
    )
    assert row.thumbs == {"icon": "https://t/i", "url1": "https://t/1"}
    assert row.md5 == "bd686f11dkea8dc5113480f530da507e"
    assert row.content_md5 == "5d41402abc4b2a76b9719d911017c592"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"fs_id": "657059106724647"}, "fs_id", 657059106724647),
        ({"fs_id": None}, "fs_id", 0),
        ({"size": "9"}, "size", 9),
        ({"size": ""}, "size", 0),
        ({"isdir": "1"}, "is_dir", True),
        ({"isdir": None}, "is_dir", False),
        ({"thumbs": ""}, "thumbs", {}),
        ({"thumbs": []}, "thumbs", {}),
        ({"thumbs": None}, "thumbs", {}),
        ({"md5": ""}, "md5", None),
        ({"md5": ""}, "content_md5", None),
        ({"md5": "5d41402abc4b2a76b9719d911017c592"}, "content_md5", None),
        ({"dir_empty": 1}, "dir_empty", True),
        ({"server_filename": "", "path": "/x/y/"}, "name", "y"),
        ({"server_filename": None}, "name", "b.jpg"),
        ({"server_mtime": -1}, "server_mtime", -1),
    ],
)
def test_servers_differ(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(entry(**changes), field) == value


def test_names_and_ids_have_two_spellings() -> None:
    assert parse(Entry, {"fs_id": 1, "path": "/v.mp4", "filename": "w.mp4"}, CONTEXT).name == "w.mp4"
    assert parse(Entry, {"fsid": 7, "path": "/v.mp4"}, CONTEXT).fs_id == 7
    created = parse(Entry, {"fs_id": 1, "path": "/d", "ctime": 5, "mtime": 6}, CONTEXT)
    assert (created.server_ctime, created.server_mtime) == (5, 6)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fs_id": "many"}, "fs_id"),
        ({"fs_id": 2**63}, "fs_id"),
        ({"fs_id": -1}, "fs_id"),
        ({"size": -1}, "size"),
        ({"size": [1]}, "size"),
        ({"size": 1.5}, "size"),
        ({"path": None}, "path"),
        ({"path": ""}, "path"),
        ({"path": ["/secret"]}, "path"),
        ({"path": "/\ud800"}, "path"),
        ({"isdir": "perhaps"}, "isdir"),
        ({"thumbs": "link"}, "thumbs"),
    ],
)
def test_H50_a_wrong_type_names_the_field_and_not_the_value(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BaiduError) as caught:
        parse_rows(Entry, {"list": [ROW, {**ROW, **changes}]}, CONTEXT, "list")
    assert caught.value.code == "malformed"
    assert caught.value.message.startswith(f"list.1.{field}")
    assert not any(word in str(caught.value) for word in ("many", "secret", "perhaps", "link"))
    assert caught.value.__cause__ is None and caught.value.__context__ is None


@pytest.mark.parametrize("row", [None, 5, "x", [], [1]])
def test_a_row_that_is_no_object_is_named(row: object) -> None:
    with pytest.raises(BaiduError, match=r"list\.0"):
        parse_rows(Entry, {"list": [row]}, CONTEXT, "list")


@pytest.mark.parametrize("empty", [[], {}, None, ""])
def test_an_empty_list_has_four_spellings(empty: object) -> None:
    assert parse_rows(Entry, {"list": empty}, CONTEXT, "list") == []
    assert parse_rows(Entry, {}, CONTEXT, "list") == []


@pytest.mark.parametrize("wrong", [{"a": 1}, "rows", 5])
def test_a_list_that_is_none_is_named(wrong: object) -> None:
    with pytest.raises(BaiduError, match="list: not a list"):
        parse_rows(Entry, {"list": wrong}, CONTEXT, "list")


def test_a_video_of_the_document() -> None:
    info = {
        "channels": 2,
        "duration": 61,
        "duration_ms": 60530,
        "extra_info": "",
        "file_size": "1",
        "frame_rate": 25,
        "height": 720,
        "width": 1280,
        "resolution": "width:1280,height:720",
        "rotate": 0,
        "sample_rate": 44100,
    }
    meta = parse(FileMeta, {**ROW, "dlink": "https://d/1?sign=s", "duration": 61, "media_info": info}, CONTEXT)
    assert meta.media_info is not None
    assert (meta.duration, meta.media_info.duration_ms, meta.media_info.width) == (61, 60530, 1280)
    assert "sign=s" not in repr(meta)
    assert parse(FileMeta, {**ROW, "media_info": ""}, CONTEXT).media_info is None


TOKENS = {
    "access_token": "121.a",
    "refresh_token": "122.b",
    "expires_in": "2592000",
    "scope": "basic netdisk",
}


def test_token_pairs_do_not_show_their_tokens() -> None:
    pair = parse(TokenPair, TOKENS, CONTEXT)
    assert (pair.access_token, pair.refresh_token, pair.expires_in) == ("121.a", "122.b", 2592000)
    assert "121.a" not in f"{pair!r} {pair}" and "122.b" not in f"{pair!r} {pair}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_token", ""),
        ("refresh_token", None),
        ("refresh_token", ["122.b"]),
        ("expires_in", 0),
        ("expires_in", "x"),
    ],
)
def test_a_token_pair_is_whole_or_an_error(field: str, value: object) -> None:
    with pytest.raises(BaiduError, match=field) as caught:
        parse(TokenPair, {**TOKENS, field: value}, CONTEXT)
    assert "122.b" not in str(caught.value)


@pytest.mark.parametrize(("sent", "used"), [(None, 5), (0, 5), (1, 5), (5, 5), (8, 8)])
def test_devices_are_never_polled_faster_than_allowed(sent: object, used: int) -> None:
    data = {
        "device_code": "d",
        "user_code": "u",
        "verification_url": "v",
        "expires_in": 300,
        "interval": sent,
    }
    assert parse(DeviceCode, data, CONTEXT).interval == used


def test_an_item_names_our_code() -> None:
    assert ItemResult(path="/a", errno=-9).platform_code == "netdisk.not_found"
    assert ItemResult(path="/a", errno=111).platform_code == "netdisk.busy"
    assert ItemResult(path="/a").platform_code is None


@given(
    st.sampled_from([Entry, FileMeta, TokenPair, DeviceCode, ItemResult]),
    st.dictionaries(
        st.sampled_from(["fs_id", "path", "size", "isdir", "thumbs", "media_info", "errno", "expires_in", "md5"]),
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2)
        | st.floats()
        | st.booleans(),
    ),
)
def test_no_row_raises_anything_but_ours(model: type[Wire], data: dict[str, Any]) -> None:
    try:
        parse(model, data, CONTEXT)
    except BaiduError as error:
        assert error.code == "malformed"
