"""Every declared operation as an address of its own: `POST` with the arguments as JSON, `GET` where it only reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, path
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import operations
from core.errors import Invalid
from core.exec import call_from
from core.operations import Danger, Operation

from .schemas import body_schema, query_schemas


@dataclass(frozen=True)
class Room:
    """Operations whose names begin with one of `prefixes` answer at `/api/v1/<name>/<operation>`.

    `asks` is who is asked behind us, `problems` are the statuses that only they answer.
    """

    name: str
    prefixes: tuple[str, ...]
    asks: str
    problems: dict[str, str] = field(default_factory=dict)


NETDISK = Room(
    "netdisk",
    ("netdisk.", "transfers.", "core."),
    "Baidu",
    {
        "413": "Too large for this account",
        "422": "The file is of a kind that Baidu can't handle",
        "501": "Not offered to this app",
        "507": "The drive is full",
    },
)


class OperationView(APIView):
    """Run one operation for the caller; answers what the operation answers."""

    entry: Operation

    def post(self, request: Request) -> Response:
        if not isinstance(request.data, dict):
            raise Invalid(_("Send an object with the arguments."))
        return self._run(request, request.data)

    def _run(self, request: Request, arguments: dict[str, Any]) -> Response:
        result = operations.run(self.entry, call_from(request, service=False), arguments)
        return Response(operations.dump(result))


class ReadingView(OperationView):
    """The same for what only reads, with the arguments in the address."""

    def get(self, request: Request) -> Response:
        return self._run(request, _query(request))


def _query(request: Request) -> dict[str, Any]:
    twice = {name: [_("Once is enough.")] for name, values in request.query_params.lists() if len(values) > 1}
    if twice:
        raise Invalid(fields=twice)
    return request.query_params.dict()


def operation_paths(room: Room = NETDISK) -> list[URLPattern]:
    """An address for each operation of a room that is declared when the addresses are read."""
    mine = [entry for entry in operations.all_operations() if entry.name.startswith(room.prefixes)]
    with translation.override("en"):
        return [
            path(f"{room.name}/{entry.short_name}", _view(entry, room), name=f"{room.name}-{entry.short_name}")
            for entry in mine
        ]


def _view(entry: Operation, room: Room) -> Any:
    reads = entry.danger == Danger.READ
    parent = ReadingView if reads else OperationView
    described: Any = type(entry.short_name, (parent,), {"entry": entry, "problems": room.problems})
    common: dict[str, Any] = {
        "tags": [room.name],
        "summary": str(entry.title),
        "description": _description(entry, room),
        "responses": {200: OpenApiResponse(OpenApiTypes.OBJECT, description="What the operation found or did")},
    }
    methods = {
        "post": extend_schema(
            **common,
            operation_id=f"{room.name}_{entry.short_name}",
            request={"application/json": body_schema(entry.arguments)},
        )
    }
    if reads:
        methods["get"] = extend_schema(
            **common, operation_id=f"{room.name}_{entry.short_name}_get", parameters=_parameters(entry)
        )
    return extend_schema_view(**methods)(described).as_view()


def _parameters(entry: Operation) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            name, schema, OpenApiParameter.QUERY, required=needed, description=schema.get("description", "")
        )
        for name, schema, needed in query_schemas(entry.arguments)
    ]


def _description(entry: Operation, room: Room) -> str:
    lines = [entry.summary, f"Scope `{entry.scope}`."]
    if entry.upstream:
        lines.append(f"Asks {room.asks}: `{entry.upstream}`.")
    if entry.supported:
        lines.append(f"Supported: {entry.supported}.")
    return "\n\n".join(lines)
