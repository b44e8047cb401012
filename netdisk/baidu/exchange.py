"""One request and its reply over a `requests.Session`.

Failures of the wire become BaiduError without any URL in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

import requests
from urllib3.exceptions import NewConnectionError

from netdisk.baidu.envelope import Context, Reply, interpret
from netdisk.baidu.multipart import Multipart

Value = str | int | bool | None

# The connect time-out is the session's; the answer to a block may take as long as storing it does (§3.8).
PART_TIMEOUT = (None, 180.0)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; values of None are left out, booleans travel as 0 and 1.

    `text` is a JSON body, `form` a form body, `part` a block of an upload.
    """

    http: str
    url: str
    query: Mapping[str, Value] = field(default_factory=dict, repr=False)
    form: Mapping[str, Value] | None = field(default=None, repr=False)
    text: str | None = None
    user_agent: str = "pan.baidu.com"
    part: Multipart | None = None


def encode(values: Mapping[str, Value]) -> str:
    """Percent-encoded once, spaces as %20."""
    flat = {key: int(value) if isinstance(value, bool) else value for key, value in values.items()}
    return urlencode({key: value for key, value in flat.items() if value is not None}, quote_via=quote, safe="")


Reader = Callable[[bytes, Context, Collection[int]], Reply]


def exchange(
    session: requests.Session,
    request: Request,
    context: Context,
    accept: Collection[int] = (),
    read: Reader = interpret,
) -> Reply:
    """Send `request` and `read` the answer. Redirects are not followed: they would carry the token away.

    "unreachable": nothing was sent, safe to repeat. "network": the outcome is unknown. Time-outs and the size
    of the body are bounded by the session; what it raises beyond `requests.RequestException` passes through.
    """
    try:
        status, retry_after, body = _fetch(session, request)
    except requests.RequestException as error:
        failure = context.error("unreachable" if _never_sent(error) else "network", type(error).__name__)
    else:
        return read(body, replace(context, http_status=status, retry_after=retry_after), accept)
    # Outside of the handler, so that the error with the URL is not chained to ours.
    raise failure


def _fetch(session: requests.Session, request: Request) -> tuple[int, float | None, bytes]:
    headers = {"User-Agent": request.user_agent}
    body: str | Multipart | None = request.text
    if body is not None:
        headers["Content-Type"] = "application/json"
    elif request.part is not None:
        headers["Content-Type"] = request.part.content_type
        body = request.part
    elif request.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = encode(request.form)
    response = session.request(
        request.http,
        request.url,
        params=encode(request.query),
        data=body,  # type: ignore[arg-type]  # a memoryview is sent as well as bytes
        headers=headers,
        allow_redirects=False,
        timeout=PART_TIMEOUT if request.part else None,
    )
    return response.status_code, _retry_after(response), response.content


def _retry_after(response: requests.Response) -> float | None:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else None


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
