"""The whole OpenAPI document by schemathesis: no 5xx, answers as described, refusals of what does not fit.

`HOSTILE_EXAMPLES` sets how many cases each operation gets (default 6; the nightly run takes hundreds).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .callers import Caller
from .openapi import ABROAD, STAFF_PATHS, document
from .world import MISSING, World

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "6"))
ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = {GenerationMode.POSITIVE: ALWAYS, GenerationMode.NEGATIVE: [*ALWAYS, negative_data_rejection]}

schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()
# The views of these addresses are those of /auth/ and /api/v1/users: once is enough.
TWICE = ("/api/v1/auth/", "/api/admin/")
OPERATIONS = [found.ok() for found in schema.get_all_operations() if not found.ok().path.startswith(TWICE)]
KINDS = {
    "/sessions/": "session",
    "/users/": "user",
    "/device/": "device",
    "/drives/": "drive",
    "/transfers/": "transfer",
    "/library/": "file",
    "/servers/": "server",
}
few = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def callers(world: World, as_alice: Caller, as_admin: Caller) -> Iterator[dict[str, Caller]]:
    """The application answers on the test's own database connection, which must stay open between requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"alice": as_alice, "admin": as_admin}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


UPLOADS = ("upload_text", "upload_url", "upload_local", "offline_add", "cloud_upload", "cloud_download")


def at_once(case: Any) -> None:
    """Nothing moves transfers here, so nobody waits for one; a wait that does not fit stays as it is."""
    if case.path.endswith(UPLOADS) and isinstance(case.body, dict):
        wait = case.body.get("wait", 0)
        if type(wait) is int and 0 <= wait <= 60:
            case.body["wait"] = 0


def call(case: Any, caller: Caller) -> Any:
    cache.clear()
    at_once(case)
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {caller.access}"}
    return case.call(headers={"Host": "localhost"})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
@pytest.mark.parametrize("operation", [pytest.param(entry, id=entry.label) for entry in OPERATIONS])
def test_H50_every_operation_answers_as_described(
    operation: Any, mode: GenerationMode, callers: dict[str, Caller], world: World
) -> None:
    """As the owner of the things, or as staff where only staff may; every other case about a thing that exists."""
    caller = callers["admin" if operation.path.startswith(STAFF_PATHS) else "alice"]
    ids, count = world.ids(), iter(range(10**6))

    @given(case=operation.as_strategy(generation_mode=mode))
    @few
    def run(case: Any) -> None:
        if "id" in (case.path_parameters or {}) and next(count) % 2:
            case.path_parameters["id"] = str(
                next((ids[kind] for word, kind in KINDS.items() if word in operation.path), MISSING)
            )
        answer = call(case, caller)
        if answer.status_code not in ABROAD:
            case.validate_response(answer, checks=CHECKS[mode])

    try:
        run()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE, "only where nothing is sent can nothing be unfitting"
