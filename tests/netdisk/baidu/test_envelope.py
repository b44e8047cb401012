"""Every envelope of §0, and everything that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdisk.baidu.codes import Code, Family, Reaction
from netdisk.baidu.envelope import Context, interpret
from netdisk.baidu.errors import BaiduError

CONTEXT = Context("list_dir", Family.XPAN)


def read(body: bytes | dict[str, Any], status: int = 200, **kwargs: Any) -> BaiduError | None:
    """The error in `body`, None for success."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        interpret(raw, Context("list_dir", kwargs.pop("family", Family.XPAN), status, **kwargs))
    except BaiduError as error:
        return error
    return None


@pytest.mark.parametrize(
    "body",
    [
        {"errno": 0, "list": [], "request_id": 8653275738888897022},
        {"errno": 0, "errmsg": "succ", "request_id": "674030589892501935"},
        {"errno": "0", "show_msg": "请求成功", "data": {}},
        {"md5": "5d41402abc4b2a76b9719d911017c592", "request_id": 1},
        {"error_no": 0, "error_msg": "", "data": [], "is_end": True},
        {"error_code": 0, "error_msg": "", "data": {}},
        {"access_token": "121.x", "refresh_token": "122.y", "expires_in": 2592000},
        {"errno": None, "error": "", "error_code": ""},
    ],
)
def test_success_of_each_family(body: dict[str, Any]) -> None:
    assert read(body) is None


ERRORS: list[tuple[dict[str, Any], int, Code, str]] = [
    ({"errno": -9, "errmsg": "gone", "request_id": 7}, 200, -9, "gone"),
    ({"errno": -6, "request_id": 8653275738888897022}, 200, -6, ""),
    ({"errno": "-7"}, 200, -7, ""),
    (
        {"error_code": 31066, "error_msg": "file does not exist", "request_id": 1},
        403,
        31066,
        "file does not exist",
    ),
    ({"error_code": 110, "error_msg": "Access token invalid"}, 401, 110, "Access token invalid"),
    ({"error": "invalid_grant", "error_description": "revoked"}, 400, "invalid_grant", "revoked"),
    ({"error_no": 31034, "error_msg": "busy", "data": []}, 200, 31034, "busy"),
    ({"errno": 13003, "request_id": "text", "show_msg": "需要提取码"}, 200, 13003, "需要提取码"),
    (
        {"error": "Trigger security policy", "error_description": "Please try again later"},
        200,
        "security_policy",
        "Please try again later",
    ),
    ({"error": "invalid_client", "errno": -6}, 400, "invalid_client", ""),
    ({"errno": -6, "error_code": 31066}, 200, -6, ""),
    ({"errno": 0, "error_code": 31066}, 200, 31066, ""),
    ({"error_code": 0, "error_msg": "no error"}, 200, "no_error", ""),
    ({"anything": 1}, 500, "http_500", ""),
    ({"errno": 0}, 503, "http_503", ""),
    ({"errno": 0}, 302, "http_302", ""),
    ({"errno": {}}, 200, "malformed", "errno is no number"),
    ({"errno": True}, 200, "malformed", "errno is no number"),
    ({"error_code": "soon"}, 200, "malformed", "error_code is no number"),
]


@pytest.mark.parametrize(("body", "status", "code", "message"), ERRORS)
def test_error_of_each_family(body: dict[str, Any], status: int, code: Code, message: str) -> None:
    error = read(body, status)
    assert error is not None
    assert (error.code, error.message, error.http_status) == (code, message, status)


GARBAGE = [
    (b"", 200, "malformed", "empty body"),
    (b"  \n", 200, "malformed", "empty body"),
    (b"<html><body>Bad gateway</body></html>", 200, "malformed", "not a JSON object"),
    (b"<html><body>Bad gateway</body></html>", 502, "http_502", "not a JSON object"),
    (b"", 403, "http_403", "empty body"),
    (b"Trigger security policy", 200, "security_policy", ""),
    (b"<html>Trigger security policy</html>", 403, "security_policy", ""),
    (b"[]", 200, "malformed", "not a JSON object"),
    (b"null", 200, "malformed", "not a JSON object"),
    (b'{"errno":0', 200, "malformed", "not a JSON object"),
    (b'{"errno":0,"size":NaN}', 200, "malformed", "not a JSON object"),
    (b'{"errno":' + b"1" * 5000 + b"}", 200, "malformed", "not a JSON object"),
    (b'{"a":' * 100_000, 200, "malformed", "not a JSON object"),
    (b"\xff\xfe\x00", 200, "malformed", "not a JSON object"),
]


@pytest.mark.parametrize(("body", "status", "code", "message"), GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_a_named_error(body: bytes, status: int, code: Code, message: str) -> None:
    error = read(body, status)
    assert error is not None
    assert (error.code, error.message) == (code, message)


@given(st.binary(max_size=200), st.integers(100, 599))
def test_no_bytes_raise_anything_but_ours(body: bytes, status: int) -> None:
    read(body, status)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["error", "errno", "error_code", "error_no", "errmsg", "error_msg", "request_id"])


@settings(max_examples=300)
@given(st.dictionaries(keys, json_values, max_size=7))
def test_no_object_raises_anything_but_ours(body: dict[str, Any]) -> None:
    error = read(body)
    assert error is None or error.reaction in Reaction


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (8653275738888897022, "8653275738888897022"),
        ("8947927278924605057", "8947927278924605057"),
        (None, ""),
        ([], ""),
    ],
)
def test_request_id_is_kept_as_text(sent: Any, kept: str) -> None:
    assert interpret(json.dumps({"errno": 0, "request_id": sent}).encode(), CONTEXT).request_id == kept
    error = read({"errno": -9, "request_id": sent})
    assert error is not None and error.request_id == kept


def test_an_accepted_number_is_a_reply() -> None:
    reply = interpret(b'{"errno":12,"info":[]}', CONTEXT, accept={12})
    assert reply.code == 12
    assert read({"errno": 12}) is not None


def test_echoed_secrets_are_masked_everywhere() -> None:
    body = {"error": "bad s3cret", "error_description": "s3cret is wrong", "request_id": "s3cret"}
    error = read(body, 400, secrets=("s3cret",))
    assert error is not None
    assert "s3cret" not in f"{error!r} {error} {error.code} {error.message} {error.request_id}"


def test_texts_are_bounded_and_one_line() -> None:
    error = read({"error": "e" * 5000, "error_description": "a\r\nb\x1b[31m" + "d" * 5000, "request_id": "r" * 5000})
    assert error is not None
    assert len(str(error)) < 600
    assert str(error).isprintable()


def test_retry_after_of_the_answer_wins_over_the_table() -> None:
    said, unsaid = read({"errno": 31034}, retry_after=7.0), read({"errno": 31034})
    assert said is not None and said.retry_after == 7.0
    assert unsaid is not None and unsaid.retry_after == 30
