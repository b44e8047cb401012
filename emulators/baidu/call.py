"""One call of the platform and the registry of its operations."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from emulators.baidu.drive import Drive
from emulators.baidu.errors import ApiError, pcs_status
from emulators.baidu.grants import Grant
from emulators.baidu.multipart import MalformedError, fields
from emulators.baidu.users import User
from emulators.baidu.world import World

XPAN, PCS, UNISEARCH, IOT, APAAS = "xpan", "pcs", "unisearch", "iot", "apaas"
"""Families of answers: who answers decides the envelope (``wire/baidu-netdisk.md §0``)."""


Payload = dict[str, Any]

MKDIR = "create isdir=1"
"""What stands for ``method=create`` in the registry when a folder is meant."""


@dataclass
class Call:
    """A request with its parameters read, and, once authenticated, the user behind it.

    ``facts`` are what faults may match.
    """

    world: World
    request: Request
    query: dict[str, str]
    form: dict[str, str]
    facts: Payload = field(default_factory=dict)
    grant: Grant | None = None
    _user: User | None = field(default=None)

    @property
    def user(self) -> User:
        """Return the authenticated user; only asked for behind authentication."""
        assert self._user
        return self._user

    @property
    def drive(self) -> Drive:
        """Return the user's drive."""
        return self.world.drive(self.user.name)

    @property
    def origin(self) -> str:
        """Return scheme, host and port as the caller wrote them."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}"

    def enter(self, user: User, grant: Grant) -> None:
        """Note who calls."""
        self._user, self.grant = user, grant

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number of the query; raises errno 2 when it is none."""
        return _integer(self.query.get(name), default)

    def form_integer(self, name: str, default: int = 0) -> int:
        """Return a whole number of the form; raises errno 2 when it is none."""
        return _integer(self.form.get(name), default)

    def flag(self, name: str) -> bool:
        """Return a 0/1 parameter of the query."""
        return self.query.get(name) == "1"


def _integer(text: str | None, default: int) -> int:
    if text in (None, ""):
        return default
    try:
        return int(str(text))
    except ValueError:
        raise ApiError(2, "param error") from None


async def read_call(world: World, request: Request) -> Call:
    """Read a request's query and its form."""
    query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    form: dict[str, str] = {}
    kind = request.headers.get("content-type", "")
    if "urlencoded" in kind:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    elif kind.startswith("multipart/") and request.url.path.startswith(_FORMS) and query.get("method") != "upload":
        with suppress(MalformedError):
            form = await fields(request.stream(), kind)
    if world.settings.merged_parameters:
        query = form = query | form
    return Call(world, request, query, form)


_FORMS = ("/apaas/", "/rest/2.0/pcs/file", "/rest/2.0/pcs/services/")
"""Where a multipart body is a form like any other; parts of files are read by their operations."""


Handler = Callable[[Call], Awaitable[Payload | Response]]


@dataclass(frozen=True)
class Operation:
    """Something the platform can do: its short name, its family of answers and what it runs.

    ``kind`` names the frequency limit it counts for; ``text_id`` operations answer ``request_id`` as text,
    ``says_succ`` ones add ``errmsg``.
    """

    name: str
    family: str
    run: Handler
    verbs: tuple[str, ...]
    kind: str
    text_id: bool
    says_succ: bool
    public: bool


OPERATIONS: dict[tuple[str, str], Operation] = {}
"""(path, value of ``method``) -> operation; a path without ``method`` has '' there."""


def operation(
    name: str,
    path: str,
    method: str = "",
    *,
    family: str = XPAN,
    verbs: tuple[str, ...] = ("GET", "POST"),
    kind: str = "meta",
    text_id: bool = False,
    says_succ: bool = False,
    public: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the decorated coroutine as an operation; ``public`` ones need no token."""

    def register(run: Handler) -> Handler:
        OPERATIONS[path, method] = Operation(name, family, run, verbs, kind, text_id, says_succ, public)
        return run

    return register


def find_operation(path: str, call: Call) -> Operation | None:
    """Return the operation for a path and the ``method`` parameter of a call."""
    method = call.query.get("method", "")
    if method == "create" and call.form.get("isdir") == "1":
        method = MKDIR
    return OPERATIONS.get((path, method)) or OPERATIONS.get((path, ""))


def request_id(world: World, *, text: bool = False) -> int | str:
    """Return a request id: beyond 2^53 as a number, or text where documented or switched on."""
    number = 2**60 + secrets.randbelow(2**62)
    kind = world.settings.request_id_as
    return str(number) if kind == "text" or (text and kind != "number") else number


def success(world: World, op: Operation, payload: Payload) -> Response:
    """Return a payload in the envelope of its family."""
    rid = request_id(world, text=op.text_id)
    if op.family == PCS:
        return JSONResponse({**payload, "request_id": rid})
    if op.family == UNISEARCH:
        return JSONResponse({"error_no": 0, "error_msg": "", "request_id": rid, **payload})
    if op.family == IOT:
        return JSONResponse({"error_code": 0, "error_msg": "", "request_id": rid, **payload})
    head: Payload = {"errno": 0, "errmsg": "succ"} if op.says_succ else {"errno": 0}
    return JSONResponse({**head, **payload, "request_id": rid})


class Refusal(JSONResponse):
    """The answer of a refused call."""

    code: int = 0


def failure(
    world: World, family: str, error: ApiError, *, text_id: bool = False, more: Payload | None = None
) -> Response:
    """Return a refusal in the envelope of a family, with what else it tells, and count it."""
    world.counters[f"refused.{error.code}"] += 1
    rid = request_id(world, text=text_id or family == APAAS)
    status = error.status or (pcs_status(error.code) if family == PCS else 200)
    if family in (PCS, IOT):
        body: Payload = {"error_code": error.code, "error_msg": error.message}
    elif family == UNISEARCH:
        body = {"error_no": error.code, "error_msg": error.message, "data": [], "is_end": True}
    elif family == APAAS:
        body = {"errno": error.code, "show_msg": error.message}
    else:
        body = {"errno": error.code} if error.code == -6 else {"errno": error.code, "errmsg": error.message}
    response = Refusal({**body, **(more or {}), "request_id": rid}, status)
    response.code = error.code
    return response
