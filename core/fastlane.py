"""The fast lane (architecture §7): the hottest reads, answered on the event loop from what this process has just checked.

A door gives the answer for a bearer token from memory or None; then the request goes the usual way through Django. The headers are
those that Django gave for the same address, so both lanes look alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.utils.encoders import JSONEncoder

from . import metrics
from .request import request_id

Door = Callable[[str], Any]
Headers = list[tuple[bytes, bytes]]
OWN = {b"x-request-id", b"content-length", b"date", b"server"}
USUAL_WAY = {b"origin", b"cookie", b"if-none-match", b"range", b"x-http-method-override"}

_doors: dict[str, Door] = {}
_headers: dict[str, Headers] = {}
_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def open_door(path: str, door: Door) -> None:
    """Let `GET path` be answered by `door(token)`: JSON values, without touching the database or the cache, or None."""
    _doors[path] = door


def answer(scope: Any) -> tuple[Headers, bytes] | None:
    """Headers and body of a 200, or None when the request has to go the usual way."""
    door = _doors.get(scope["path"])
    if door is None or scope["method"] != "GET" or scope["query_string"]:
        return None
    learned = _headers.get(scope["path"])
    sent = dict(scope["headers"])
    scheme, _space, token = sent.get(b"authorization", b"").partition(b" ")
    if learned is None or scheme.lower() != b"bearer" or not USUAL_WAY.isdisjoint(sent):
        return None
    found = door(token.decode("latin-1"))
    if found is None:
        return None
    body = _encode(found).encode()
    metrics.FAST.labels(scope["path"]).inc()
    given = request_id(sent.get(b"x-request-id", b"").decode("latin-1"))
    return [*learned, (b"content-length", str(len(body)).encode()), (b"x-request-id", given.encode())], body


def learn(scope: Any, send: Any) -> Any:
    """Wrap `send` of the usual way, to remember the headers of a good answer at one of the doors."""
    path = scope["path"]
    if path not in _doors or path in _headers or scope["method"] != "GET":
        return send

    async def listening(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200 and not _personal(scope, message):
            _headers[path] = [(name, value) for name, value in message["headers"] if name.lower() not in OWN]
        await send(message)

    return listening


def _personal(scope: Any, message: Any) -> bool:
    """An answer with cookies, or to a request with more than a token, is no pattern for others."""
    sent = {name for name, _value in scope["headers"]}
    return not USUAL_WAY.isdisjoint(sent) or any(name.lower() == b"set-cookie" for name, _value in message["headers"])
