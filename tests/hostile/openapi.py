"""The API's own description as the source of tests: each operation with its parameters and its body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from .callers import JSON
from .world import MISSING, World

METHODS = ("get", "post", "put", "patch", "delete")
STAFF_PATHS = ("/api/v1/users", "/api/v1/broadcast", "/api/admin/", "/oauth/service/", "/health/detail")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document as `/api/schema/` gives it."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))


@dataclass(frozen=True)
class Door:
    """One operation of the document."""

    method: str
    path: str
    parameters: list[dict[str, Any]] = field(default_factory=list)
    body: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_staffs(self) -> bool:
        return self.path.startswith(STAFF_PATHS)

    def named(self, place: str) -> list[str]:
        """The names of its parameters in `path`, `query` or `header`."""
        return [entry["name"] for entry in self.parameters if entry["in"] == place]

    def fill(self, **values: Any) -> str:
        """The path with its parameters filled in."""
        return self.path.format(**{name: values.get(name, MISSING) for name in self.named("path")})


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a `$ref` means."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def doors() -> Iterator[Door]:
    for path, entry in document()["paths"].items():
        for method in METHODS:
            if method in entry:
                operation = entry[method]
                sent = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
                body = resolve(sent) if sent else None
                yield Door(method.upper(), path, operation.get("parameters", []), body)


# Operations share one view, and what differs, their arguments, has tables of its own: some of each danger are enough here.
OPERATIONS = ("/api/v1/netdisk/", "/api/v1/clouds/")
SOME = (
    "list_files",
    "file_metas",
    "mkdir",
    "delete",
    "share_create",
    "upload_url",
    "upload_multipart_init",
    "batch_submit",
    "cloud_list",
    "cloud_move",
    "cloud_delete",
    "cloud_upload",
)
# 502 and 503 say that the drive's service is away, which it is in these tests; 501 that it has no such thing.
ABROAD = {501, 502, 503}


def is_new(door: Door) -> bool:
    """`/api/v1/auth/` has the views of `/auth/`, and `/api/admin/users` the shapes of `/api/v1/users`: once is enough here."""
    if door.path.startswith(OPERATIONS):
        return door.path.rpartition("/")[2] in SOME
    return not door.path.startswith(("/api/v1/auth/", "/api/admin/"))


DOORS = [door for door in doors() if is_new(door)]
WRITES = [door for door in DOORS if door.method != "GET"]


def path_to_alices(door: Door, world: World) -> str:
    """The door's path with the id of the thing of alice that it is about."""
    kinds = {
        "sessions": "session",
        "users": "user",
        "device": "device",
        "drives": "drive",
        "transfers": "transfer",
        "library": "file",
        "servers": "server",
    }
    ids = world.ids()
    found = next((ids[kinds[part]] for part in reversed(door.path.split("/")) if part in kinds), MISSING)
    return door.fill(pk=found, id=found)
