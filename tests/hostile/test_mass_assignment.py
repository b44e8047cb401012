"""H14: every column of every table of ours, sent to every writing door of the OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache

from .bodies import body_for
from .callers import Caller, is_problem
from .openapi import WRITES, Door, path_to_alices
from .world import OURS, World, rows_in_all, rows_of

pytestmark = pytest.mark.django_db
WITH_BODY = [door for door in WRITES if door.body is not None]
WITHOUT_BODY = [door for door in WRITES if door.body is None]
# Columns that an action without a body changes itself, on the row it is asked about.
ITS_WORK = {
    "state", "available_at", "rung_at", "finished_at", "started_at", "error", "error_code", "error_data", "attempts",
    "crashes", "wanted", "done_bytes", "checkpoint", "poll_after", "outcome", "used_at", "is_active", "generation",
    "revoked_at", "revoked_why", "checked_at", "problem", "device_code", "last_seq",
}  # fmt: skip


def columns() -> dict[str, Any]:
    """Every field and column name of our models, with a value that would do harm."""
    found: dict[str, Any] = {"pk": 1, "owner": 1, "owner_id": 1, "role": "admin", "quota_used": 0, "is_service": True}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.get_fields():
                for name in {field.name, getattr(field, "attname", field.name)}:
                    found[name] = _value(field)
    return found


def _value(field: Any) -> Any:
    kind = getattr(field, "get_internal_type", lambda: "")()
    if kind == "BooleanField":
        return True
    if kind in {"JSONField"}:
        return {"x": 1}
    if "Integer" in kind or "AutoField" in kind or "Foreign" in kind or "OneToOne" in kind:
        return 1
    return "2001-01-01T00:00:00Z" if "Date" in kind else "planted"


COLUMNS = columns()


def ask(door: Door, caller: Caller, world: World, body: Any) -> Any:
    cache.clear()  # a refusal here must come from the field, not from a limit
    return caller.ask(door.method, path_to_alices(door, world), body)


@pytest.mark.parametrize("door", [pytest.param(door, id=door.name) for door in WITH_BODY])
def test_H14_columns_that_a_door_does_not_name_are_refused(
    door: Door, world: World, as_alice: Caller, as_admin: Caller
) -> None:
    caller = as_admin if door.is_staffs else as_alice
    body = body_for(door, caller)
    foreign = {name: value for name, value in COLUMNS.items() if name not in (door.body or {})["properties"]}
    before, counts = rows_of(world.alice, records=False), rows_in_all()
    for extra in ({name: value} for name, value in foreign.items()):
        answer = ask(door, caller, world, body | extra)
        assert answer.status_code == 400 and is_problem(answer), (extra, answer.status_code, answer.content[:300])
        told = answer.json().get("errors") or answer.json()["error"]["errors"]
        assert set(extra) <= set(told), extra
    everything = ask(door, caller, world, body | foreign)
    assert everything.status_code == 400 and is_problem(everything)
    assert (rows_of(world.alice, records=False), rows_in_all()) == (before, counts)


@pytest.mark.parametrize("door", [pytest.param(door, id=door.name) for door in WITHOUT_BODY])
def test_H14_doors_without_a_body_do_not_look_at_one(
    door: Door, world: World, as_alice: Caller, as_admin: Caller
) -> None:
    before = rows_of(world.alice)
    answer = ask(door, as_admin if door.is_staffs else as_alice, world, COLUMNS)
    assert answer.status_code < 500
    after = rows_of(world.alice)
    for label, rows in before.items():
        kept = {row.get("id", row.get("user_id")): row for row in after.get(label, [])}
        for row in rows:
            now = kept.get(row.get("id", row.get("user_id")))
            changed = {name for name in row if now and now[name] != row[name]}
            assert changed <= ITS_WORK, (label, changed)


def test_H14_what_is_nested_in_a_transfer_is_as_strict(world: World, as_alice: Caller) -> None:
    before = rows_in_all()
    for place in ("source", "destination"):
        for name, value in COLUMNS.items():
            body: dict[str, Any] = {"source": {"url": "https://example.org/a"}, "destination": {"folder": "/"}}
            if name in {"kind", "drive", "fs_id", "fs_ids", "path", "url", "name", "folder"}:
                continue
            body[place][name] = value
            answer = as_alice.post("/api/v1/transfers", body)
            assert answer.status_code == 400 and f"{place}.{name}" in answer.json()["errors"], (place, name)
    assert rows_in_all() == before


def test_H14_operations_refuse_arguments_they_do_not_name(world: World, as_alice: Caller) -> None:
    from core.operations import all_operations

    for entry in all_operations():
        foreign = [(name, value) for name, value in COLUMNS.items() if name not in entry.schema()["properties"]]
        for some in (foreign[first : first + 20] for first in range(0, len(foreign), 20)):
            cache.clear()
            answer = as_alice.post("/mcp/user/exec", {"op": entry.name, "args": dict(some)})
            assert answer.status_code == 400, entry.name
            assert {name for name, _value in some} <= set(answer.json()["error"]["errors"]), entry.name


def test_H13_H14_forms_of_pages_take_only_their_own_fields(world: World, as_alice: Caller) -> None:
    planted = {name: str(value) for name, value in COLUMNS.items() if name not in {"username", "email"}}
    for path in ("/settings/", "/transfers/new", f"/transfers/{world.transfer.pk}/priority"):
        as_alice.post(path, planted)
    world.alice.refresh_from_db()
    assert not (world.alice.is_staff or world.alice.is_superuser)
    assert world.alice.download_limit is None and world.alice.generation == 0
    world.transfer.refresh_from_db()
    assert (world.transfer.user_id, world.transfer.state, world.transfer.fence) == (world.alice.pk, "failed", 0)
