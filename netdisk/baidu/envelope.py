"""Reading a reply.

Every envelope of wire/baidu-netdisk.md §0 becomes a `Reply` or a `BaiduError`, never anything else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from netdisk.baidu.codes import Code, Family
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.redact import redact

Json = dict[str, Any]

_NUMBERS = ("errno", "error_code", "error_no")
_TEXTS = ("error_description", "errmsg", "error_msg", "show_msg")
_POLICY = "trigger security policy"
_WORD_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Reply:
    """An accepted answer: `code` is 0, or the accepted error number.

    `request_id` is text, empty when absent.
    """

    data: Json
    code: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Context:
    """Who answered, for errors; `secrets` are masked wherever the answer echoes them."""

    endpoint: str
    family: Family
    http_status: int = 200
    secrets: tuple[str, ...] = ()
    retry_after: float | None = None

    def error(self, code: Code, message: str = "", request_id: str = "") -> BaiduError:
        """The error `code` of this answer, to be raised."""
        return BaiduError(
            redact(code, self.secrets)[:_WORD_LENGTH] if isinstance(code, str) else code,
            redact(message, self.secrets),
            family=self.family,
            endpoint=self.endpoint,
            http_status=self.http_status,
            request_id=request_id,
            retry_after=self.retry_after,
        )


def interpret(body: bytes, context: Context, accept: Collection[int] = ()) -> Reply:
    """The reply in `body`, in the order of the official SDK: `error`, then errno / error_code / error_no,
    then HTTP status.

    Numbers in `accept` count as success. Raises BaiduError; "malformed" for what is no envelope at all.
    """
    data = _object(body, context)
    request_id = _request_id(data, context)
    word = data.get("error")
    if word:
        code = "security_policy" if _POLICY in str(word).lower() else str(word)
        raise context.error(code, _text(data), request_id)
    number = _number(data, context, request_id)
    if number and number not in accept:
        raise context.error(number, _text(data), request_id)
    # Sent as a failure that only looks like success; the caller has to try again.
    if not number and data.get("error_code") == 0 and data.get("error_msg") == "no error":
        raise context.error("no_error", "", request_id)
    if not number and not 200 <= context.http_status < 300:
        raise context.error(_http_code(context.http_status), _text(data), request_id)
    return Reply(data, number, request_id)


def _object(body: bytes, context: Context) -> Json:
    if _POLICY in body[:4096].decode("utf-8", "replace").lower() and not body.lstrip().startswith(b"{"):
        raise context.error("security_policy")
    problem = "empty body" if not body.strip() else "not a JSON object"
    try:
        data = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data
    if not 200 <= context.http_status < 300:
        raise context.error(_http_code(context.http_status), problem)
    raise context.error("malformed", problem)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _http_code(status: int) -> str:
    return f"http_{status}"


def _number(data: Json, context: Context, request_id: str) -> int:
    """The first error number that is not 0; they come as numbers or as text."""
    for key in _NUMBERS:
        value = data.get(key)
        if value is None or value == "":
            continue
        number = _as_int(value)
        if number is None:
            raise context.error("malformed", f"{key} is no number", request_id)
        if number:
            return number
    return 0


def _as_int(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def _texts(data: Json) -> Iterable[str]:
    return (value for key in _TEXTS if isinstance(value := data.get(key), str) and value)


def _text(data: Json) -> str:
    return next(iter(_texts(data)), "")


def _request_id(data: Json, context: Context) -> str:
    value = data.get("request_id")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return redact(str(value), context.secrets)[:_WORD_LENGTH]
