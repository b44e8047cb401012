"""Faults that strike before an operation runs: the gateway's moods."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from emulators.baidu.call import PCS, Refusal, failure
from emulators.baidu.errors import ApiError
from emulators.baidu.faults import Fault
from emulators.baidu.world import World
from emulators.serving import TRANSPORT

Facts = dict[str, Any]
"""What a fault may match: op, user, fs_id, path, method."""

_PAGE = "<!DOCTYPE html><html><head><title>百度安全验证</title></head><body>网络不给力，请稍后重试</body></html>"


class Silence(Response):
    """No answer: hold the connection until the caller leaves or the time is over, then close it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await _gone(receive)
        except TimeoutError:
            scope[TRANSPORT].abort()
            await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _retry_later(fault: Fault) -> Response:
    seconds = fault.number("seconds", 1)
    after = formatdate(time() + seconds, usegmt=True) if fault.params.get("date") else str(round(seconds))
    return JSONResponse({"error": "too many requests"}, 429, {"Retry-After": after})


def _policy(fault: Fault) -> Response:
    body = {"error": "Trigger security policy", "error_description": "Please try again later"}
    return JSONResponse(body, fault.count("status", 200))


def _broken(_: Fault) -> Response:
    return Response('{"errno":0,"list":[{"fs_id":12', media_type="application/json")


_ANSWERS: dict[str, Callable[[Fault], Response]] = {
    "status": lambda fault: Response("upstream error", fault.count("code", 503)),
    "too_many_requests": _retry_later,
    "forbidden": lambda _: HTMLResponse("<html><body>403 Forbidden</body></html>", 403),
    "security_policy": _policy,
    "html_body": lambda fault: HTMLResponse(_PAGE, fault.count("status", 200)),
    "empty_body": lambda fault: Response(status_code=fault.count("status", 200), media_type="application/json"),
    "broken_json": _broken,
    "drop": lambda _: Silence(0),
    "hang": lambda fault: Silence(fault.number("seconds", 3600)),
}


def _code(fault: Fault, family: str) -> ApiError:
    status = fault.params.get("status")
    codes = {
        "rate_limited": 31034,
        "storm": 31034,
        "token_invalid": 110 if family == PCS else -6,
        "token_expired": 111,
        "token_401": 110,
        "errno": fault.count("code", -6),
    }
    default = 401 if fault.name == "token_401" else None
    return ApiError(codes[fault.name], str(fault.params.get("message", "")), status=status or default)


async def gate(world: World, family: str, facts: Facts) -> Response | None:
    """Return the answer of the first fault that strikes a call, None to let it through."""
    late = world.faults.take("latency", facts)
    delay = world.settings.latency_ms + (late.number("ms", 1000) if late else 0)
    if delay:
        await asyncio.sleep(delay / 1000)
    for fault in list(world.faults.active):
        if fault.name in _ANSWERS and fault.strikes(facts):
            return _ANSWERS[fault.name](fault)
        if fault.name in _CODES and fault.strikes(facts):
            return failure(world, family, _code(fault, family))
    return None


_CODES = frozenset({"rate_limited", "storm", "errno", "token_invalid", "token_expired", "token_401"})


def note(world: World, request: Request, facts: Facts, response: Response) -> None:
    """Write a call into the log, without any token."""
    world.counters[f"calls.{facts['op']}"] += 1
    shown = {key: value for key, value in request.query_params.items() if key not in _SECRETS}
    world.log.append(
        {
            "time": time(),
            "method": request.method,
            "path": request.url.path,
            "op": facts["op"],
            "user": facts.get("user", ""),
            "fs_id": facts.get("fs_id"),
            "class": facts.get("class", ""),
            "status": 0 if isinstance(response, Silence) else response.status_code,
            "code": response.code if isinstance(response, Refusal) else 0,
            "query": shown,
            "range": request.headers.get("range", ""),
        }
    )


_SECRETS = frozenset({"access_token", "refresh_token", "client_secret", "code", "sign", "user_code"})
