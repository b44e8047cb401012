"""`POST /mcp/user/exec` and `/mcp/public/exec`: the seed's door to every operation, kept as documented (A6)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import operations
from .api import as_app_error
from .errors import AppError, Invalid
from .operations import Call, Surface
from .request import current


class ExecRequest(serializers.Serializer[Any]):
    op = serializers.CharField(max_length=80)
    args = serializers.JSONField(
        required=False, help_text="The operation's arguments; GET /api/v1/operations gives their schema."
    )


class ExecAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok"])
    data = serializers.JSONField()  # type: ignore[assignment]


class ExecProblem(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["error"])
    error = serializers.JSONField(help_text="code, detail, hint, request_id and more, as in problem+json")


def call_from(request: Request, *, service: bool) -> Call:
    scopes = getattr(request.auth, "scopes", None)
    return Call(user=request.user, surface=Surface.REST, scopes=scopes or frozenset({"*"}), service=service)


class UserExec(APIView):
    """Run one operation on the caller's own drive."""

    service = False

    @extend_schema(
        tags=["operations"],
        request=ExecRequest,
        responses={
            200: ExecAnswer,
            **dict.fromkeys((400, 403, 404, 409, 413, 415, 422, 429, 501, 502, 503), OpenApiResponse(ExecProblem)),
        },
        examples=[
            OpenApiExample(
                "List a folder",
                value={"op": "list_files", "args": {"dir": "/", "limit": 50, "order": "time", "desc": 1}},
                request_only=True,
            ),
            OpenApiExample("Quota", value={"op": "quota"}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        try:
            name, args = _parse(request.data)
            entry = operations.find(name)
            result = operations.run(entry, call_from(request, service=self.service), args)
        except Exception as error:
            known = as_app_error(error)
            if known is None:
                raise
            return _refusal(known)
        return Response({"status": "ok", "data": operations.dump(result)})


class PublicExec(UserExec):
    """Run one operation on the site's shared account."""

    service = True


def _parse(body: Any) -> tuple[str, Any]:
    if not isinstance(body, dict) or not isinstance(body.get("op"), str):
        raise Invalid(_("Send an object with `op` and `args`."), fields={"op": [_("This field is required.")]})
    unknown = set(body) - {"op", "args"}
    if unknown:
        raise Invalid(
            _("Send an object with `op` and `args`."), fields={name: [_("Unknown field.")] for name in sorted(unknown)}
        )
    args = body.get("args") or {}
    if not isinstance(args, dict):
        raise Invalid(fields={"args": [_("This must be an object.")]})
    return body["op"], args


def _refusal(error: AppError) -> Response:
    problem = error.as_problem(current().request_id)
    response = Response({"status": "error", "error": problem}, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


class OperationInfo(serializers.Serializer[Any]):
    name = serializers.CharField()
    short_name = serializers.CharField()
    title = serializers.CharField()
    scope = serializers.CharField()
    danger = serializers.CharField()
    arguments = serializers.JSONField(help_text="JSON Schema")


class OperationList(APIView):
    """Every operation with the JSON Schema of its arguments."""

    @extend_schema(tags=["operations"], responses=OperationInfo(many=True))
    def get(self, request: Request) -> Response:
        return Response(
            [
                {
                    "name": entry.name,
                    "short_name": entry.short_name,
                    "title": str(entry.title),
                    "scope": entry.scope,
                    "danger": entry.danger,
                    "arguments": entry.schema(),
                }
                for entry in operations.all_operations()
            ]
        )
