"""Tokens, the one retry, hooks, and what the wire can do."""

from __future__ import annotations

import socket
import traceback
from typing import Any

import pytest
import requests

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.codes import Code
from netdisk.baidu.endpoints import EndpointClass

from .conftest import TOKEN
from .scripted import HANG_UP, Answer, Seen, Upstream

QUOTA = {"errno": 0, "total": 10, "used": 4}


class Tokens:
    """A token that changes when it is said to be rejected."""

    def __init__(self) -> None:
        self.current = "old-token"
        self.rejected: list[str] = []

    def __call__(self) -> str:
        return self.current

    def renew(self, rejected: str) -> None:
        self.rejected.append(rejected)
        self.current = "new-token"


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


def make(upstream: Upstream, session: requests.Session, tokens: Tokens, **hooks: Any) -> BaiduClient:
    return BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=tokens, **hooks)


def by_token(seen: Seen) -> Answer | dict[str, Any]:
    return QUOTA if seen.query["access_token"] == "new-token" else {"errno": -6}


def test_the_token_is_in_the_query_and_nowhere_else(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "info": []})
    client.delete(["/a"])
    seen = upstream.seen[0]
    assert seen.query["access_token"] == TOKEN
    assert TOKEN.encode() not in seen.body
    assert TOKEN not in str(seen.headers)
    assert seen.headers["User-Agent"] == "pan.baidu.com"


@pytest.mark.parametrize(
    "refusal",
    [
        ({"errno": -6}, 200),
        ({"errno": 111}, 200),
        ({"error_code": 110}, 401),
        ({"errno": 31045}, 200),
        ({"errno": 31024}, 200),
        ({}, 401),
    ],
)
def test_a_refused_token_is_renewed_and_tried_once_more(
    upstream: Upstream, session: requests.Session, tokens: Tokens, refusal: tuple[dict[str, Any], int]
) -> None:
    upstream.say(refusal[0], status=refusal[1])
    upstream.say(QUOTA)
    assert make(upstream, session, tokens, on_token_rejected=tokens.renew).quota().used == 4
    assert tokens.rejected == ["old-token"]
    assert [seen.query["access_token"] for seen in upstream.seen] == ["old-token", "new-token"]


def test_a_token_renewed_by_somebody_else_is_used_without_a_callback(
    upstream: Upstream, session: requests.Session
) -> None:
    upstream.respond = by_token
    given = iter(["old-token", "new-token"])
    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: next(given))
    assert client.quota().total == 10


@pytest.mark.parametrize(("code", "reaction"), [(-6, Reaction.REAUTHORIZE), (31024, Reaction.NOT_SUPPORTED)])
def test_a_second_refusal_is_final(
    upstream: Upstream, session: requests.Session, tokens: Tokens, code: int, reaction: Reaction
) -> None:
    upstream.say({"errno": code}, {"errno": code})
    with pytest.raises(BaiduError) as caught:
        make(upstream, session, tokens, on_token_rejected=tokens.renew).quota()
    assert caught.value.reaction is reaction
    assert (len(upstream.seen), tokens.rejected) == (2, ["old-token"])


def test_without_a_new_token_there_is_no_second_try(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": -6})
    with pytest.raises(BaiduError) as caught:
        client.quota()
    assert caught.value.reaction is Reaction.REFRESH
    assert len(upstream.seen) == 1


def test_other_errors_are_not_tried_again(upstream: Upstream, session: requests.Session, tokens: Tokens) -> None:
    upstream.say({"errno": 31034})
    with pytest.raises(BaiduError) as caught:
        make(upstream, session, tokens, on_token_rejected=tokens.renew).quota()
    assert (caught.value.reaction, caught.value.endpoint) == (Reaction.BACKOFF, "quota")
    assert (len(upstream.seen), tokens.rejected) == (1, [])


def test_busy_file_manager_is_not_a_token_problem(
    upstream: Upstream, session: requests.Session, tokens: Tokens
) -> None:
    upstream.say({"errno": 111})
    with pytest.raises(BaiduError) as caught:
        make(upstream, session, tokens, on_token_rejected=tokens.renew).delete(["/a"])
    assert caught.value.reaction is Reaction.WAIT
    assert tokens.rejected == []


def test_what_the_renewal_raises_comes_through(upstream: Upstream, session: requests.Session, tokens: Tokens) -> None:
    def refuse(rejected: str) -> None:
        raise LookupError("reconnect the drive")

    upstream.say({"errno": -6})
    with pytest.raises(LookupError):
        make(upstream, session, tokens, on_token_rejected=refuse).quota()


class Passing:
    """A turn that never waits; `again` counts how often a refused request is to be repeated."""

    def __init__(self, again: int = 0) -> None:
        self.again = again
        self.ends: list[Any] = []

    def wait(self) -> None: ...

    def ended(self, error: BaseException | None) -> bool:
        self.ends.append(getattr(error, "code", error))
        self.again -= 1
        return self.again >= 0


def test_each_request_is_throttled_and_measured(upstream: Upstream, session: requests.Session, tokens: Tokens) -> None:
    classes: list[EndpointClass] = []
    results: list[tuple[str, Code, float]] = []

    def noted(kind: EndpointClass) -> Passing:
        classes.append(kind)
        return Passing()

    client = make(
        upstream,
        session,
        tokens,
        on_token_rejected=tokens.renew,
        throttle=noted,
        on_result=lambda *result: results.append(result),
    )
    upstream.say({"errno": 111}, {"errno": 0, "list": []}, HANG_UP)
    client.list_all("/")
    with pytest.raises(BaiduError):
        client.quota()
    assert classes == [EndpointClass.LIST_ALL, EndpointClass.LIST_ALL, EndpointClass.ACCOUNT]
    assert [result[:2] for result in results] == [("list_all", 111), ("list_all", 0), ("quota", "network")]
    assert all(0 <= seconds < 60 for _, _, seconds in results)


def test_a_throttle_that_refuses_sends_nothing(upstream: Upstream, session: requests.Session, tokens: Tokens) -> None:
    def full(kind: EndpointClass) -> Any:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        make(upstream, session, tokens, throttle=full).quota()
    assert upstream.seen == []


def test_a_refused_request_is_sent_again_when_its_turn_comes(
    upstream: Upstream, session: requests.Session, tokens: Tokens
) -> None:
    turn = Passing(again=1)
    upstream.say({"errno": 31034}, {"errno": 0, "total": 5, "used": 1})
    assert make(upstream, session, tokens, throttle=lambda kind: turn).quota().total == 5
    assert (turn.ends, len(upstream.seen)) == ([31034, None], 2)


class Elsewhere(Exception):
    code = "circuit_open"


def test_errors_of_the_session_itself_are_measured_and_come_through(
    upstream: Upstream, session: requests.Session, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise Elsewhere

    monkeypatch.setattr(session, "request", broken)
    codes: list[Code] = []
    client = make(upstream, session, tokens, on_result=lambda endpoint, code, seconds: codes.append(code))
    with pytest.raises(Elsewhere):
        client.quota()
    assert codes == ["circuit_open"]


BROKEN = {
    "hang-up": (HANG_UP, "network"),
    "F51 truncated": (Answer(b'{"errno":0,"total":1', announced=999), "network"),
    "redirect": (Answer(b"", 302, {"Location": "http://127.0.0.1:1/elsewhere"}), "http_302"),
    "html": (Answer(b"<html>"), "malformed"),
    "bad gzip": (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), "network"),
    "front end": (Answer(b"<html>", 403), "http_403"),
    "missing field": (Answer(b'{"errno":0,"used":1}'), "malformed"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_wire_is_one_clean_error(client: BaiduClient, upstream: Upstream, case: str) -> None:
    answer, code = BROKEN[case]
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        client.quota()
    assert caught.value.code == code
    assert len(upstream.seen) == 1
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_nobody_there_is_told_from_no_answer(session: requests.Session) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = BaiduClient(session, pan_url=url, pcs_url=url, access_token=lambda: TOKEN)
        with pytest.raises(BaiduError) as caught:
            client.quota()
    assert caught.value.code == "unreachable"
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_retry_after_is_handed_on(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(Answer(b'{"error":"too many requests"}', 429, {"Retry-After": "17"}))
    with pytest.raises(BaiduError) as caught:
        client.quota()
    assert (caught.value.retry_after, caught.value.platform_code) == (17, "netdisk.rate_limited")


def test_paths_are_percent_encoded_once(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "list": []})
    client.list_dir("/我的 100%+a&b=c#d?/%2F")
    assert upstream.seen[0].query["dir"] == "/我的 100%+a&b=c#d?/%2F"
    assert "dir=%2F%E6%88%91%E7%9A%84%20100%25%2Ba%26b%3Dc%23d%3F%2F%252F" in upstream.seen[0].raw_query
