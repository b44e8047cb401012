"""H20: every route of the site as a stranger, as mallory with alice's ids, and on staff's doors as an ordinary user."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .callers import METHODS, Caller, everything
from .openapi import ABROAD
from .routes import ADMIN, OPEN, OWN, SITE, STAFF, TABLE, THEIRS, Route
from .world import CANARY, MISSING, MISSING_ROW, World, rows_of

pytestmark = pytest.mark.django_db
NOT_DONE = {401, 403, 404, 405}
CONTENT = "transfers:content"  # looks things up on another thread, which sees only what is committed
MODEL = re.compile(r"admin:(accounts|auth|core|netdisk|transfers)_")
TOKENS = re.compile(
    r'(csrfmiddlewaretoken" value="|csrf-token" content="|request_id"?: ?"?|X-CSRFToken&quot;: &quot;)[\w-]+'
)


def routes(*kinds: str) -> list[Route]:
    """The routes of these kinds; the one with its own thread has tests of its own below."""
    return [
        route for route in SITE if route.name != CONTENT and route.name in TABLE and TABLE[route.name].kind in kinds
    ]


def everyones(ids: dict[str, Any]) -> dict[str, Any]:
    """Ids of the same kinds that belong to nobody."""
    return {name: MISSING_ROW if name == "user" else MISSING for name in ids}


def plain(answer: Any, ids: dict[str, Any]) -> str:
    """An answer without what differs from request to request, and without the ids that the caller sent."""
    text = TOKENS.sub(r"\1…", everything(answer))
    text = text.replace(answer["X-Request-ID"], "…")
    for value in ids.values():
        text = re.sub(rf"(/|%2F){value}\b", r"\1…", text)
    return re.sub(r"Set-Cookie: .*|Content-Length: \d+", "", text)


def is_turned_away(answer: Any) -> bool:
    return answer.status_code in {401, 403} or (answer.status_code == 302 and "/login/" in answer["Location"])


def test_H20_every_route_is_in_the_table() -> None:
    names = {route.name for route in SITE}
    assert names - set(TABLE) == set(), "write the new routes into tests/hostile/routes.py"
    assert set(TABLE) - names == set(), "these routes are gone"
    assert all(row.why for row in TABLE.values() if row.kind == OPEN), "say why a door is open"


def check_strangers_are_turned_away(route: Route, ids: dict[str, Any], stranger: Caller) -> None:
    row = TABLE[route.name]
    for method in METHODS:
        answer = stranger.ask(method, route.path(row.arguments(ids)), row.body(ids))
        assert is_turned_away(answer) or answer.status_code == 405, (method, answer.status_code)
        assert CANARY not in everything(answer)


def check_it_is_as_if_it_did_not_exist(route: Route, ids: dict[str, Any], mallory: Caller) -> None:
    row, nobodys, tried = TABLE[route.name], everyones(ids), 0
    for method in METHODS:
        there = mallory.ask(method, route.path(row.arguments(ids)), row.body(ids))
        missing = mallory.ask(method, route.path(row.arguments(nobodys)), row.body(nobodys))
        assert there.status_code in {404, 405} or method == "OPTIONS", (method, there.status_code)
        assert plain(there, ids) == plain(missing, nobodys), method
        assert CANARY not in everything(there)
        tried += there.status_code == 404
    assert tried, "no method of this route looked for the thing"


def test_H20_strangers_are_turned_away(world: World, anonymous: Caller, subtests: Any) -> None:
    before = rows_of(world.alice)
    for route in routes(OWN, THEIRS, STAFF):
        with subtests.test(route.name):
            check_strangers_are_turned_away(route, world.ids(), anonymous)
    assert rows_of(world.alice) == before


def test_H20_open_doors_tell_nothing_about_anyone(world: World, anonymous: Caller, subtests: Any) -> None:
    before = rows_of(world.alice)
    for route in routes(OPEN):
        for method in METHODS:
            with subtests.test(f"{method} {route.name}"):
                answer = anonymous.ask(method, route.path(TABLE[route.name].arguments({})), {})
                assert answer.status_code < 500 and CANARY not in everything(answer)
    assert rows_of(world.alice) == before


def test_H20_things_of_others_are_as_if_they_did_not_exist(world: World, as_mallory: Caller, subtests: Any) -> None:
    before = rows_of(world.alice)
    for route in routes(THEIRS):
        with subtests.test(route.name):
            check_it_is_as_if_it_did_not_exist(route, world.ids(), as_mallory)
    assert rows_of(world.alice) == before


@pytest.mark.django_db(transaction=True)
def test_H20_the_content_of_files_too(world: World, anonymous: Caller, as_mallory: Caller) -> None:
    route = next(route for route in SITE if route.name == CONTENT)
    check_strangers_are_turned_away(route, world.ids(), anonymous)
    check_it_is_as_if_it_did_not_exist(route, world.ids(), as_mallory)


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in routes(OWN)])
def test_H20_everyone_sees_and_changes_only_their_own(route: Route, world: World, as_mallory: Caller) -> None:
    row, ids, before = TABLE[route.name], world.ids(), rows_of(world.alice)
    for method in METHODS:
        answer = as_mallory.ask(method, route.path(row.arguments(ids)), row.body(ids))
        assert answer.status_code < 500 or answer.status_code in ABROAD, method
        assert CANARY not in everything(answer), method
    assert rows_of(world.alice) == before


def test_H20_staffs_doors_are_closed_to_ordinary_users(world: World, as_mallory: Caller, subtests: Any) -> None:
    before, ids = rows_of(world.alice), world.ids()
    nobodys = everyones(ids)
    for route in routes(STAFF):
        row = TABLE[route.name]
        for method in METHODS:
            with subtests.test(f"{method} {route.name}"):
                answer = as_mallory.ask(method, route.path(row.arguments(ids)), row.body(ids))
                missing = as_mallory.ask(method, route.path(row.arguments(nobodys)), row.body(nobodys))
                told = answer.status_code in {403, 405} or is_turned_away(answer)
                assert told or method == "OPTIONS", answer.status_code
                assert plain(answer, ids) == plain(missing, nobodys)
                assert CANARY not in everything(answer)
    assert rows_of(world.alice) == before


def admin_path(route: Route, ids: dict[str, Any]) -> str:
    known = {"user": "user", "transfer": "transfer", "libraryfile": "file", "driveaccount": "drive"}
    model = route.name.removeprefix("admin:").split("_")[1] if "_" in route.name else ""
    pk = ids[known.get(model, "user")]
    values = {"object_id": pk, "id": pk, "app_label": "accounts", "content_type_id": 1, "url": "x"}
    if route.name == route.pattern:  # the catch-all at the end
        return "/admin/nothing/here/"
    return route.path({name: values[name] for name in route.arguments})


DELETION = {"action": "delete_selected", "post": "yes"}


def test_H20_the_admin_is_closed_to_everyone_but_staff(
    world: World, anonymous: Caller, as_mallory: Caller, subtests: Any
) -> None:
    before = rows_of(world.alice)
    for route in (route for route in ADMIN if not route.name.endswith(":logout")):
        for caller in (anonymous, as_mallory):
            for method in ("GET", "POST"):
                with subtests.test(f"{method} {route.name}"):
                    answer = caller.ask(method, admin_path(route, world.ids()), DELETION)
                    is_login = route.name == "admin:login" and answer.status_code in {200, 302}
                    assert is_login or answer.status_code in NOT_DONE | {302}, answer.status_code
                    if answer.status_code == 302:
                        assert answer["Location"].startswith(("/admin/", "/login/"))
                    assert CANARY not in everything(answer)
    assert rows_of(world.alice) == before


def test_H20_staff_without_rights_see_no_rows_in_the_admin(world: World, mallory: Any, subtests: Any) -> None:
    type(mallory).objects.filter(pk=mallory.pk).update(is_staff=True)
    caller, before = Caller(mallory), rows_of(world.alice)
    for route in (route for route in ADMIN if MODEL.match(route.name)):
        for method in ("GET", "POST"):
            with subtests.test(f"{method} {route.name}"):
                answer = caller.ask(method, admin_path(route, world.ids()), DELETION)
                assert answer.status_code in NOT_DONE | {302}, answer.status_code
                assert CANARY not in everything(answer)
    assert rows_of(world.alice) == before


def test_H22_a_transfer_from_someone_elses_drive_is_refused(world: World, as_mallory: Caller) -> None:
    for drive in (world.drive.pk, MISSING):
        for source in ({"fs_id": 1}, {"fs_ids": [1, 2]}, {"path": "/a"}):
            answer = as_mallory.post("/api/v1/transfers", {"source": {"drive": str(drive), **source}})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for name in ("list_files", "list_all", "quota"):
        answer = as_mallory.post("/mcp/user/exec", {"op": name, "args": {"drive": str(world.drive.pk)}})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_H20_counts_orders_and_searches_do_not_tell_about_others(world: World, as_mallory: Caller) -> None:
    for path in ("/api/v1/transfers", "/api/v1/library", "/api/v1/drives"):
        for query in ("", "?q=canary", "?ordering=name", "?state=failed", "?folder=/canary-folder"):
            assert as_mallory.get(path + query).json()["count"] == 0
    for path in ("/transfers/", "/library/", "/activity/", "/drives/", "/"):
        assert CANARY not in everything(as_mallory.get(f"{path}?page=1&ordering=name"))


def test_H20_the_idempotency_key_of_someone_else_is_nothing(world: World, as_alice: Caller, as_mallory: Caller) -> None:
    body = {"source": {"url": "https://example.org/canary.bin"}}
    mine = as_alice.post("/api/v1/transfers", body, **{"Idempotency-Key": "the-same"})
    again = as_alice.post("/api/v1/transfers", body, **{"Idempotency-Key": "the-same"})
    other = {"source": {"url": "https://example.org/other.bin"}}
    theirs = as_mallory.post("/api/v1/transfers", other, **{"Idempotency-Key": "the-same"})
    assert mine.json()["id"] == again.json()["id"] != theirs.json()["id"]
    assert CANARY not in everything(theirs)
