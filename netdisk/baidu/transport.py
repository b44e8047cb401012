"""Authorised calls: puts the access token into the query, renews it once when it is refused, measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import requests

from netdisk.baidu.codes import Code, Reaction
from netdisk.baidu.endpoints import Endpoint, EndpointClass
from netdisk.baidu.envelope import Context, Reply, interpret
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.exchange import Reader, Request, Value, exchange
from netdisk.baidu.multipart import Multipart

Values = Mapping[str, Value]


class Turn(Protocol):
    """One call's way through the rate limits.

    `wait` runs before each request and may raise instead of sending it. `ended` runs after each, with its error
    or None; True means that Baidu refused the request untouched and it is to be sent again.
    """

    def wait(self) -> None: ...
    def ended(self, error: BaseException | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the surroundings may attach.

    `on_token_rejected(old_token)` renews the token before the one retry; it may raise.
    `throttle(endpoint_class)` gives each call its way through the rate limits (§6); `on_result(endpoint_name,
    code, seconds)` runs after each request, with code 0 for success.
    """

    on_token_rejected: Callable[[str], None] | None = None
    throttle: Callable[[EndpointClass], Turn] | None = None
    on_result: Callable[[str, Code, float], None] | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """`access_token` is asked before each request, so that it always gives the current one."""

    session: requests.Session
    base_url: str
    access_token: Callable[[], str]
    user_agent: str
    hooks: Hooks

    def call(
        self,
        endpoint: Endpoint,
        query: Values | None = None,
        *,
        form: Values | None = None,
        text: str | None = None,
        accept: Collection[int] = (),
        base_url: str = "",
        part: Multipart | None = None,
        user_agent: str = "",
        read: Reader = interpret,
    ) -> tuple[Reply, Context]:
        """The reply and the context to parse it in; a refused token is renewed and tried once more.

        `base_url` leads to another host than usual: it gets the token, so the caller has to trust it. `read`
        is for answers that are no envelope.
        """

        def send(token: str) -> tuple[Reply, Context]:
            full = {**endpoint.query, **(query or {}), "access_token": token}
            url = f"{base_url or self.base_url}{endpoint.path}"
            request = Request(endpoint.http, url, full, form, text, user_agent or self.user_agent, part)
            context = Context(endpoint.name, endpoint.family, secrets=(token,))
            reply = self._paced(endpoint, lambda: exchange(self.session, request, context, accept, read))
            return reply, context

        token = self.access_token()
        try:
            return send(token)
        except BaiduError as error:
            if error.reaction is not Reaction.REFRESH:
                raise
            rejection = error
        return self._again(send, token, rejection)

    def _again(
        self, send: Callable[[str], tuple[Reply, Context]], rejected: str, rejection: BaiduError
    ) -> tuple[Reply, Context]:
        if self.hooks.on_token_rejected is not None:
            self.hooks.on_token_rejected(rejected)
        fresh = self.access_token()
        if fresh == rejected:
            raise rejection
        try:
            return send(fresh)
        except BaiduError as error:
            if error.reaction is Reaction.REFRESH:
                error.escalate()
            raise

    def _paced(self, endpoint: Endpoint, send: Callable[[], Reply]) -> Reply:
        if self.hooks.throttle is None:
            return self._measured(endpoint, send)
        turn = self.hooks.throttle(endpoint.kind)
        while True:
            turn.wait()
            try:
                reply = self._measured(endpoint, send)
            except BaseException as error:
                if not turn.ended(error):
                    raise
            else:
                turn.ended(None)
                return reply

    def _measured(self, endpoint: Endpoint, send: Callable[[], Reply]) -> Reply:
        started = time.monotonic()
        code: Code = "network"
        try:
            reply = send()
            code = reply.code
            return reply
        except Exception as error:
            code = getattr(error, "code", code)  # the session's own errors may have one too
            raise
        finally:
            if self.hooks.on_result is not None:
                self.hooks.on_result(endpoint.name, code, time.monotonic() - started)
