"""Every declared operation of the netdisk as an address of its own: `POST` with the arguments as JSON, `GET` where it only reads."""

from __future__ import annotations

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

PREFIXES = ("netdisk.", "transfers.", "core.")
PROBLEMS = {
    "413": "Too large for this account",
    "422": "The file is of a kind that Baidu can't handle",
    "501": "Not offered to this app",
    "507": "The drive is full",
}


class OperationView(APIView):
    """Run one operation on the caller's own drive; answers what the operation answers."""

    entry: Operation
    problems = PROBLEMS

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


def operation_paths() -> list[URLPattern]:
    """An address for each operation that is declared when the addresses are read."""
    mine = [entry for entry in operations.all_operations() if entry.name.startswith(PREFIXES)]
    with translation.override("en"):
        return [path(f"netdisk/{entry.short_name}", _view(entry), name=f"netdisk-{entry.short_name}") for entry in mine]


def _view(entry: Operation) -> Any:
    reads = entry.danger == Danger.READ
    described: Any = type(entry.short_name, (ReadingView if reads else OperationView,), {"entry": entry})
    common: dict[str, Any] = {
        "tags": ["netdisk"],
        "summary": str(entry.title),
        "description": _description(entry),
        "responses": {200: OpenApiResponse(OpenApiTypes.OBJECT, description="What the operation found or did")},
    }
    methods = {
        "post": extend_schema(
            **common,
            operation_id=f"netdisk_{entry.short_name}",
            request={"application/json": body_schema(entry.arguments)},
        )
    }
    if reads:
        methods["get"] = extend_schema(
            **common, operation_id=f"netdisk_{entry.short_name}_get", parameters=_parameters(entry)
        )
    return extend_schema_view(**methods)(described).as_view()


def _parameters(entry: Operation) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            name, schema, OpenApiParameter.QUERY, required=needed, description=schema.get("description", "")
        )
        for name, schema, needed in query_schemas(entry.arguments)
    ]


def _description(entry: Operation) -> str:
    lines = [entry.summary, f"Scope `{entry.scope}`."]
    if entry.upstream:
        lines.append(f"Asks Baidu: `{entry.upstream}`.")
    if entry.supported:
        lines.append(f"Supported: {entry.supported}.")
    return "\n\n".join(lines)
