"""One operation, every surface (G1): declared once, run by one pipeline.

validate → authorise → limit → approve where the surface demands it → run → audit → publish. Surfaces only translate.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, get_type_hints

import structlog
from django.db import OperationalError
from django.utils import timezone
from django.utils.dateformat import time_format
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, ValidationError

from . import audit, events, metrics, ratelimit
from .errors import AppError, ApprovalNeeded, Conflict, Forbidden, Invalid, NotFound, Text, Unauthenticated, Unavailable
from .request import current

log = structlog.get_logger(__name__)


class Danger(StrEnum):
    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    SPEND = "spend"
    EXECUTE = "execute"


class Surface(StrEnum):
    REST = "rest"
    PAGE = "page"
    MCP = "mcp"
    AGENT = "agent"
    CHAT = "chat"
    ADMIN = "admin"
    SCRIPT = "script"


TARGETS = ("path", "dir", "remote_path", "local_file_path", "fsids", "filelist")
APPROVING_SURFACES = frozenset({Surface.AGENT, Surface.CHAT})
LIMITS = {True: ratelimit.Limit(600, 60), False: ratelimit.Limit(120, 60)}


class Arguments(BaseModel):
    """Base of typed arguments: unknown names are refused, texts may not hold NUL."""

    model_config = ConfigDict(extra="forbid", str_max_length=200_000, allow_inf_nan=False, str_strip_whitespace=False)

    def target(self) -> str:
        """What the audit line names as the object of the call."""
        return next((str(value) for name in TARGETS if (value := getattr(self, name, None))), "")


class NoArguments(Arguments):
    """For operations that take nothing."""


@dataclass
class Call:
    """Who calls, from where, with which rights, and how to tell them about progress."""

    user: Any
    surface: Surface
    scopes: frozenset[str] = frozenset({"*"})
    service: bool = False  # on the site's own account instead of the user's
    approved: bool = False
    on_progress: Callable[[int, int | None, str], None] = lambda done, total, note: None
    is_cancelled: Callable[[], bool] = lambda: False
    request_id: str = field(default_factory=lambda: current().request_id)

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.on_progress(done, total, note)

    def cancelled(self) -> bool:
        return self.is_cancelled()

    def allows(self, scope: str) -> bool:
        return bool(self.scopes & {scope, "*", f"{scope.split(':', maxsplit=1)[0]}:*"})


Handler = Callable[[Call, Any], Any]


@dataclass(frozen=True)
class Operation:
    name: str
    scope: str
    title: Text
    handler: Handler
    arguments: type[Arguments]
    result: Any
    danger: Danger = Danger.READ
    service: bool = False
    summary: str = ""
    upstream: str = ""
    supported: Text = ""
    idempotent: bool = False

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def repeatable(self) -> bool:
        """Whether it may run once more when nobody knows how the first time ended."""
        return self.idempotent or self.danger == Danger.READ

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments: the same for MCP, LLM tools and OpenAPI."""
        return self.arguments.model_json_schema()


_registry: dict[str, Operation] = {}
_by_short_name: dict[str, list[Operation]] = {}
_running: ContextVar[tuple[Operation, Call] | None] = ContextVar("operation", default=None)


def operation(
    name: str,
    *,
    scope: str,
    title: Text,
    danger: Danger = Danger.READ,
    service: bool = False,
    upstream: str = "",
    supported: Text = "",
    idempotent: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a capability. `service` says that it also makes sense on the site's own account (`/mcp/public/exec`).

    `upstream` names what it asks behind us, `supported` when that works; both for the documentation. `idempotent` says that
    doing it twice leaves the same as doing it once.
    """

    def declare(handler: Handler) -> Handler:
        hints = get_type_hints(handler)
        assert name not in _registry, name
        _registry[name] = entry = Operation(
            name=name,
            scope=scope,
            title=title,
            handler=handler,
            arguments=hints["args"],
            result=hints.get("return"),
            danger=danger,
            service=service,
            summary=(handler.__doc__ or "").strip(),
            upstream=upstream,
            supported=supported,
            idempotent=idempotent,
        )
        _by_short_name.setdefault(entry.short_name, []).append(entry)
        return handler

    return declare


def all_operations() -> list[Operation]:
    return sorted(_registry.values(), key=lambda entry: entry.name)


def find(name: str) -> Operation:
    """By full name (`netdisk.list_files`) or, as in the seed's API, by the part after the dot when only one has it."""
    if name in _registry:
        return _registry[name]
    matches = _by_short_name.get(name, [])
    if len(matches) != 1:
        raise NotFound(
            _("There is no such operation."), code="unknown_operation", hint=_("GET /api/v1/operations lists them.")
        )
    return matches[0]


def run(entry: Operation, call: Call, raw: Any) -> Any:
    """The pipeline. Returns the handler's result; raises `AppError` for everything that goes wrong."""
    line = _AuditLine(entry, call, raw)
    try:
        _authorise(entry, call)
        line.arguments = arguments = validate(entry.arguments, raw)
        _limit(entry, call)
        _approve(entry, call)
        result = _handle(entry, call, arguments)
    except AppError as error:
        line.write(error.code)
        raise
    except OperationalError as error:
        line.write_if_possible("database")
        raise Unavailable(retry_after=5) from error
    except Exception:
        line.write_if_possible("internal")
        raise
    line.write("ok", result)
    return result


def _handle(entry: Operation, call: Call, arguments: Any) -> Any:
    token = _running.set((entry, call))
    try:
        return entry.handler(call, arguments)
    finally:
        _running.reset(token)


def tell_waiting(seconds: float) -> None:
    """Tell the caller of the running operation that it waits for its turn, `seconds` from now on; 0: the wait is over.

    The caller's pages get a `progress_update` about `call:<request id>` with `op`, `state`, `until` and `seconds`.
    """
    running = _running.get()
    if running is None:
        return
    entry, call = running
    data: dict[str, Any] = {"op": entry.short_name, "state": "running"}
    if seconds:
        until = timezone.now() + timedelta(seconds=seconds)
        data |= {"state": "waiting", "until": until, "seconds": round(seconds, 1)}
        clock = time_format(timezone.localtime(until).time(), "H:i:s")
        call.progress(0, None, str(_("Waiting for its turn until %s") % clock))
    events.progress(call.user.pk, f"call:{call.request_id}", data)


def check_cancelled() -> None:
    """End the running operation when its caller no longer wants it."""
    running = _running.get()
    if running is not None and running[1].cancelled():
        raise Conflict(_("The call was cancelled."), code="cancelled", hint=_("Call again if you still need it."))


def check(entry: Operation, call: Call, raw: Any) -> None:
    """Refuse what `run` would refuse before it begins: for callers that run it later."""
    _authorise(entry, call)
    validate(entry.arguments, raw)


def validate(model: type[Arguments], raw: Any) -> Any:
    try:
        return model.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            fields.setdefault(".".join(str(part) for part in problem["loc"]) or "args", []).append(problem["msg"])
        raise Invalid(_("The arguments don't fit this operation."), fields=fields) from None


def _authorise(entry: Operation, call: Call) -> None:
    if call.user is None or not call.user.is_active:
        raise Unauthenticated
    if not call.allows(entry.scope):
        raise Forbidden(
            _("This token may not do that."), code="scope_missing", hint=_("It needs the scope %s.") % entry.scope
        )
    if call.service and not entry.service:
        raise Forbidden(_("This operation is not available on the shared account."))
    if call.service and entry.danger != Danger.READ and not call.user.is_staff:
        raise Forbidden(_("Only staff may change the shared account."))


def _limit(entry: Operation, call: Call) -> None:
    reads = entry.danger == Danger.READ
    ratelimit.check(f"op:{call.user.pk}:{'r' if reads else 'w'}", LIMITS[reads])


def _approve(entry: Operation, call: Call) -> None:
    if entry.danger != Danger.READ and call.surface in APPROVING_SURFACES and not call.approved:
        raise ApprovalNeeded


class _AuditLine:
    """What is noted about one call: its metrics, its audit line, and for changes an event to the caller."""

    def __init__(self, entry: Operation, call: Call, raw: Any) -> None:
        self.entry, self.call, self.raw = entry, call, raw
        self.arguments: Arguments | None = None
        self._started = time.perf_counter()

    def write(self, result: str, answer: Any = None) -> None:
        entry, call = self.entry, self.call
        seconds = time.perf_counter() - self._started
        metrics.OPERATIONS.labels(entry.name, call.surface, result).inc()
        metrics.OPERATION_SECONDS.labels(entry.name).observe(seconds)
        audit.record(
            entry.name,
            user=call.user,
            surface=call.surface,
            target=audit.masked(self.arguments.target()) if self.arguments else "",
            result=result,
            duration=seconds,
            summary={"args": self.raw or None, "answer": audit.outline(dump(answer))},
        )
        if entry.danger != Danger.READ and call.user is not None:
            data = {
                "op": entry.short_name,
                "status": "ok" if result == "ok" else "error",
                "request_id": call.request_id,
            }
            events.publish(call.user.pk, "mcp_callback", data if result == "ok" else {**data, "code": result})

    def write_if_possible(self, result: str) -> None:
        """Note a failure without hiding its cause when the database is the cause."""
        try:
            self.write(result)
        except OperationalError:
            log.warning("audit.lost", operation=self.entry.name, result=result)


def dump(result: Any) -> Any:
    """A handler's result as plain JSON values."""
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json")
    if isinstance(result, list):
        return [dump(item) for item in result]
    return result
