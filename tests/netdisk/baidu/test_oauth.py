"""The token endpoint (§1), one call at a time."""

from __future__ import annotations

import logging
import socket
import traceback
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from netdisk.baidu import BaiduError, OAuthClient, Reaction
from netdisk.baidu.errors import (
    AuthorizationDeclined,
    AuthorizationPending,
    DeviceCodeExpired,
    PollTooFast,
)

from .conftest import SECRET
from .scripted import HANG_UP, Answer, Upstream

TOKENS = {
    "access_token": "121.aaaa",
    "expires_in": 2592000,
    "refresh_token": "122.bbbb",
    "scope": "basic netdisk",
    "session_key": "",
    "session_secret": "",
}
DEVICE = {
    "device_code": "dev-1",
    "user_code": "u5er",
    "verification_url": "https://openapi.baidu.com/device",
    "qrcode_url": "https://openapi.baidu.com/device/qrcode/x",
    "expires_in": 300,
    "interval": 5,
}


def test_authorize_url_carries_what_was_asked_for(oauth: OAuthClient, upstream: Upstream) -> None:
    url = oauth.authorize_url("st&te", "https://me.test/back?x=1", display="mobile", force_login=True)
    assert url.startswith(f"{upstream.url}/oauth/2.0/authorize?")
    assert {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()} == {
        "response_type": "code",
        "client_id": "app-key",
        "redirect_uri": "https://me.test/back?x=1",
        "scope": "basic,netdisk",
        "state": "st&te",
        "display": "mobile",
        "force_login": "1",
    }
    assert SECRET not in url


def test_exchange_code(oauth: OAuthClient, upstream: Upstream) -> None:
    upstream.say(TOKENS)
    pair = oauth.exchange_code("c0de", "https://me.test/back")
    assert (pair.access_token, pair.refresh_token) == ("121.aaaa", "122.bbbb")
    assert (pair.expires_in, pair.scope) == (2592000, "basic netdisk")
    assert upstream.seen[0].path == "/oauth/2.0/token"
    assert upstream.seen[0].query == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "https://me.test/back",
        "client_id": "app-key",
        "client_secret": SECRET,
    }


def test_refresh(oauth: OAuthClient, upstream: Upstream) -> None:
    upstream.say(TOKENS)
    assert oauth.refresh("122.old").refresh_token == "122.bbbb"
    assert upstream.seen[0].query == {
        "grant_type": "refresh_token",
        "refresh_token": "122.old",
        "client_id": "app-key",
        "client_secret": SECRET,
    }


def test_device_code(oauth: OAuthClient, upstream: Upstream) -> None:
    upstream.say(DEVICE)
    device = oauth.device_code()
    assert (device.device_code, device.user_code, device.interval, device.expires_in) == (
        "dev-1",
        "u5er",
        5,
        300,
    )
    assert "dev-1" not in repr(device)
    assert upstream.seen[0].path == "/oauth/2.0/device/code"
    assert upstream.seen[0].query == {
        "response_type": "device_code",
        "client_id": "app-key",
        "scope": "basic,netdisk",
    }


@pytest.mark.parametrize(
    ("word", "kind", "reaction"),
    [
        ("authorization_pending", AuthorizationPending, Reaction.KEEP_POLLING),
        ("slow_down", PollTooFast, Reaction.SLOW_DOWN),
        ("authorization_declined", AuthorizationDeclined, Reaction.GIVE_UP),
        ("access_denied", AuthorizationDeclined, Reaction.GIVE_UP),
        ("expired_token", DeviceCodeExpired, Reaction.GIVE_UP),
        ("invalid_client", BaiduError, Reaction.CONFIGURE),
    ],
)
def test_polling_raises_typed_refusals(
    oauth: OAuthClient, upstream: Upstream, word: str, kind: type[BaiduError], reaction: Reaction
) -> None:
    upstream.say({"error": word, "error_description": "said so"}, status=400)
    with pytest.raises(BaiduError) as caught:
        oauth.poll_device("dev-1")
    assert type(caught.value) is kind
    assert (caught.value.reaction, caught.value.code, caught.value.http_status) == (reaction, word, 400)


def test_polling_ends_with_a_token_pair(oauth: OAuthClient, upstream: Upstream) -> None:
    upstream.say(TOKENS)
    assert oauth.poll_device("dev-1").access_token == "121.aaaa"
    assert upstream.seen[0].query["grant_type"] == "device_token"
    assert upstream.seen[0].query["code"] == "dev-1"


@pytest.mark.parametrize("word", ["invalid_request", "invalid_grant", "expired_token"])
def test_a_refused_refresh_needs_the_user(oauth: OAuthClient, upstream: Upstream, word: str) -> None:
    upstream.say({"error": word, "error_description": "refresh token has been used"}, status=400)
    with pytest.raises(BaiduError) as caught:
        oauth.refresh("122.old")
    assert caught.value.reaction is Reaction.REAUTHORIZE
    assert len(upstream.seen) == 1


UNCLEAR = [
    HANG_UP,
    Answer(b"", 502),
    Answer(b"<html>"),
    Answer(b'{"access_token":"121.aaaa"}'),
    Answer(b'{"access_token"', announced=500),
]


@pytest.mark.parametrize("answer", UNCLEAR, ids=["hang-up", "502", "html", "half a pair", "truncated"])
def test_F63_a_refresh_without_an_answer_says_that_the_token_may_be_spent(
    oauth: OAuthClient, upstream: Upstream, answer: Answer
) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        oauth.refresh("122.old")
    assert caught.value.then is Reaction.REAUTHORIZE
    assert len(upstream.seen) == 1


def test_a_refresh_that_was_never_sent_says_so(session: requests.Session) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        oauth = OAuthClient(session, f"http://127.0.0.1:{unused.getsockname()[1]}", "app-key", SECRET)
        with pytest.raises(BaiduError) as caught:
            oauth.refresh("122.old")
    assert (caught.value.code, caught.value.then) == ("unreachable", None)


ECHOES = [
    Answer(f'{{"error":"{SECRET}","error_description":"{SECRET} and 122.old and tok=122.old"}}'.encode(), 400),
    Answer(f"<html>{SECRET} 122.old</html>".encode(), 500),
    Answer(f'{{"errno":-6,"errmsg":"?client_secret={SECRET}","request_id":"{SECRET}"}}'.encode()),
    Answer(f'{{"access_token":["122.old","{SECRET}"]}}'.encode()),
    HANG_UP,
]


@pytest.mark.parametrize("answer", ECHOES, ids=["echo", "html", "query", "wrong type", "hang-up"])
def test_H59_no_secret_in_any_error(oauth: OAuthClient, upstream: Upstream, answer: Answer) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        oauth.refresh("122.old")
    text = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert SECRET not in text
    assert "122.old" not in text.replace('oauth.refresh("122.old")', "")


def test_H59_nothing_is_logged_by_us(oauth: OAuthClient, upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    upstream.say(TOKENS)
    with caplog.at_level(logging.DEBUG):
        oauth.refresh("122.old")
    assert not [record for record in caplog.records if record.name.startswith("netdisk")]
