from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "request_id": {"type": "string"},
        "retry_after": {"type": "number"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
TEXTS = {  # what any operation may answer
    "400": "A value can't be used",
    "401": "Not signed in",
    "403": "Not allowed",
    "404": "Not found",
    "409": "Does not fit the present state",
    "429": "Too many requests",
    "502": "A service behind this failed",
    "503": "Busy",
}
WITH_BODY = {  # and those that read a body
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "The body is not valid JSON",
}


class Schema(AutoSchema):
    """Adds the one error format to every operation; a view's `problems` are statuses that only it answers."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            problem = ResolvedComponent("Problem", "schemas", schema=PROBLEM, object="Problem")  # type: ignore[no-untyped-call]
            self.registry.register_on_missing(problem)
            further = getattr(self.view, "problems", {})
            texts = {**TEXTS, **(WITH_BODY if "requestBody" in operation else {}), **further}
            for code, text in texts.items():
                answer = {"description": text, "content": {"application/problem+json": {"schema": problem.ref}}}
                operation["responses"].setdefault(code, answer)
        return operation
