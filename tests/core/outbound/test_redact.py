"""Secrets leave neither in URLs nor in text: row H59."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.outbound import redact_text, redact_url

CANARY = "c4n4ry-v4lue"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.s5F-x_signature"
HEX = "5d41402abc4b2a76b9719d911017c592"


@pytest.mark.parametrize(
    "name",
    ["access_token", "refresh_token", "client_secret", "code", "sign", "token", "key", "ticket", "pwd",
     "password", "api_key", "ACCESS_TOKEN", "access%5Ftoken", "X-Amz-Signature", "session_key", "spwd",
     "device_code", "x-oss-security-token", "sekey", "app-key"],
)  # fmt: skip
def test_H59_secret_parameters_are_masked(name):
    url = f"https://pan.baidu.com/rest?method=list&{name}={CANARY}&dir=%2F#frag"
    assert redact_url(url) == f"https://pan.baidu.com/rest?method=list&{name}=***&dir=%2F#frag"
    assert redact_url(f"https://h/?{name}={CANARY}") == f"https://h/?{name}=***"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:pa:ss@host/x", "http://***@host/x"),
        ("redis://:pw@host:6379/0", "redis://***@host:6379/0"),
        ("https://host/cb#access_token=abc&expires_in=1", "https://host/cb#access_token=***&expires_in=1"),
        ("https://host/?token=a?b=c&x=1", "https://host/?token=***&x=1"),
        ("https://host/a@b?q=x@y", "https://host/a@b?q=x@y"),
        ("https://host/path?method=list&errno=0", "https://host/path?method=list&errno=0"),
        ("/relative?token=abc", "/relative?token=***"),
        ("https://host/?token=", "https://host/?token="),
        ("", ""),
    ],
)
def test_H59_urls(url, expected):
    assert redact_url(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"GET https://h/?access_token={CANARY} failed", "GET https://h/?access_token=*** failed"),
        (f"'http://u:{CANARY}@h/?sign={CANARY}'", "'http://***@h/?sign=***'"),
        (f"Authorization: Bearer {CANARY}\nnext", "Authorization: ***\nnext"),
        (f"sent Bearer {CANARY} there", "sent Bearer *** there"),
        (f"Cookie: sessionid={CANARY}; b=2\nHost: h", "Cookie: ***\nHost: h"),
        (f'{{"Authorization": "Bearer {CANARY}", "a": 1}}', '{"Authorization": "***", "a": 1}'),
        (f'{{"access_token": "{CANARY}", "expires_in": 1}}', '{"access_token": "***", "expires_in": 1}'),
        (f'"{{\\"refresh_token\\": \\"{CANARY}\\"}}"', '"{\\"refresh_token\\": \\"***\\"}"'),
        (f"{{'password': '{CANARY} with blanks', 'a': 1}}", "{'password': '***', 'a': 1}"),
        (f"grant_type=authorization_code&code={CANARY}&x=1", "grant_type=authorization_code&code=***&x=1"),
        (f"client_secret={CANARY}", "client_secret=***"),
        (f"token {JWT} end", "token *** end"),
        ("key ask_live_Ab-C_9 end", "key *** end"),
        ("key sk-proj-abcdefghijklmnop end", "key *** end"),
        (f"baidu 121.{HEX}.Y2hhcg-x.abc end", "baidu *** end"),
        (f"md5 {HEX}{HEX} end", "md5 *** end"),
        (f"GET /media/v1.0123abcd.{HEX}_-AzBy== end", "GET /media/*** end"),
    ],
)
def test_H59_text(text, expected):
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    ["errno: 31326, code: 403, key: 5", "a ticket was sold", "request 7f3c0d9e-8a51-4b0c-9c55-3b4f7f2e7a10",
     "bearer of news", "https://host/path?dir=/a&page=2", "12.5 of 100 MiB", "状态：完成", ""],
)  # fmt: skip
def test_ordinary_text_stays(text):
    assert redact_text(text) == text


@given(st.text(), st.sampled_from(["access_token", "client_secret", "sign", "pwd"]), st.text())
def test_H59_no_surrounding_text_uncovers_a_parameter(before, name, after):
    text = f"{before} https://h/?a={quote(after)}&{name}={CANARY}&b={quote(after)} {after}"
    assert CANARY not in redact_text(text)


@given(st.text())
def test_H59_redacting_twice_changes_nothing(text):
    once = redact_text(f"https://h/?token={quote(text) or 'x'}")
    assert redact_text(once) == once


@pytest.mark.parametrize(
    "unit",
    ["eyJ-", "eyJaaaaa.", "a.a.", "http://", "a://a", "token=", "?token=", "&a=b", "Bearer ",
     "0123456789abcdef", "v1.01234567.", "v1.01234567." + "a" * 38, "authorization:", '"token": "', "'", "\\", "12." + "a" * 8],
)  # fmt: skip
def test_H57_hostile_text_is_redacted_in_linear_time(unit):
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    redact_text(text)
    redact_url(text)
    assert time.process_time() - started < 2
