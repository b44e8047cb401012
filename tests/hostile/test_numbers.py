"""H21, H24, H51, H56: ids, numbers, filters and orders that nobody should send."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache

from .bodies import body_for
from .callers import Caller, is_problem
from .openapi import ABROAD, DOORS, OPERATIONS, WRITES, Door, path_to_alices, resolve
from .routes import SITE, TABLE, THEIRS, Route
from .world import MISSING, World, rows_of

pytestmark = pytest.mark.django_db
IDS = [
    "0", "-1", "1e3", "1.0", "01", "null", "undefined", "NaN", "true", "[]", "{}", "*", "%00", "%0a", "%2e%2e", "..;",
    str(2**31), str(2**63), str(2**64), "9" * 400, "9" * 5000, "٣", "①", "a'--", '"', "<b>", "0" * 36, "-" * 36,
    "g0000000-0000-0000-0000-000000000000", "%F0%9F%9A%A2", "%ff", "x" * 3000, "{{7*7}}", "%(x)s", "~", "@",
]  # fmt: skip
NUMBERS: list[Any] = [
    -(2**64),
    -(2**31),
    -1,
    0,
    1.5,
    2**31,
    2**63 - 1,
    2**63,
    2**64,
    10**18,
    10**19,
    "1e3",
    "٣",
    "",
    " ",
    True,
    None,
    [],
    {},
    [1],
    "9" * 19,
]
PAGE_PARAMETERS = (
    "page", "ordering", "sort", "order", "group", "state", "kind", "q", "start", "desc", "view", "since", "until",
    "path", "action", "export", "folder", "result",
)  # fmt: skip
BY_ID = [door for door in DOORS if door.named("path")]
LISTS = [door for door in DOORS if door.method == "GET" and door.named("query")]
PAGED = [door for door in LISTS if not door.path.startswith(OPERATIONS)]


def each(found: list[Door]) -> Any:
    return pytest.mark.parametrize("door", [pytest.param(door, id=door.name) for door in found])


@each(BY_ID)
def test_H21_ids_that_are_none(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    caller, before = as_admin if door.is_staffs else as_alice, rows_of(world.alice)
    for text in IDS:
        path = door.path.replace("{id}", text)
        answer = caller.ask(door.method, path, {} if door.body is not None else None)
        assert answer.status_code in {400, 404}, (text, answer.status_code)
        assert is_problem(answer), text
    assert rows_of(world.alice) == before


@pytest.mark.parametrize("route", [pytest.param(r, id=r.name) for r in SITE if TABLE[r.name].kind == THEIRS])
def test_H21_ids_that_are_none_on_pages(route: Route, world: World, as_alice: Caller) -> None:
    name = "fs_id" if "fs_id" in route.arguments else "pk"
    good = route.path(TABLE[route.name].arguments(world.ids() | {"fs_id": 1}))
    id_of = str(TABLE[route.name].arguments(world.ids())[name])
    for text in IDS:
        path = good.replace(id_of, text)
        for method in ("GET", "POST"):
            answer = as_alice.ask(method, path)
            assert (answer.status_code < 500 and answer.status_code != 200) or name == "fs_id", (method, text)


def test_H21_the_same_id_written_otherwise_is_the_same_or_nothing(world: World, as_alice: Caller) -> None:
    pk = str(world.transfer.pk)
    for text in (pk.upper(), pk.replace("-", ""), "{" + pk + "}", f"urn:uuid:{pk}", f" {pk}", f"{pk} ", f"{pk}%00"):
        answer = as_alice.get(f"/api/v1/transfers/{quote(text, safe='%')}")
        assert answer.status_code == 404 or answer.json()["id"] == pk, text


@each(LISTS)
def test_H51_H56_filters_orders_and_pages(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    caller = as_admin if door.is_staffs else as_alice
    values = [
        *IDS,
        *map(str, NUMBERS),
        "%",
        "_",
        "%25" * 200,
        "_" * 99,
        "\\",
        "-",
        "--id",
        "password",
        "user__password",
        "?",
        "random",
    ]
    for name in [*door.named("query"), "format"]:
        for value in values:
            cache.clear()
            answer = caller.get(f"{door.path}?{name}={value if value.startswith('%') else quote(value, safe='')}")
            abroad = ABROAD if door.path.startswith(OPERATIONS) else set()
            assert answer.status_code in {200, 400, 404} | abroad, (name, value, answer.status_code)
            assert answer.status_code == 200 or is_problem(answer)
            assert "argon2" not in answer.content.decode() and "md5$" not in answer.content.decode()


@each(PAGED)
def test_H51_pages_have_a_largest_size(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    from transfers.models import Transfer

    caller = as_admin if door.is_staffs else as_alice
    Transfer.objects.bulk_create(Transfer(user=world.alice, name=f"n{n}", source_kind="url") for n in range(520))
    for size in (10**6, 2**40):
        assert len(caller.get(f"{door.path}?page_size={size}").json()["results"]) <= 500


@pytest.mark.parametrize(
    "query",
    ["user__password__startswith=a", "user=1", "account__user__password=x", "source__url__contains=x", "name__regex=.*",
     "id__in=1,2", "state__ne=done", "or=1", "q__icontains=x", "fields=password", "expand=user", "select=*"],
)  # fmt: skip
def test_H56_relations_and_lookups_are_no_parameters(
    query: str, world: World, as_alice: Caller, as_admin: Caller
) -> None:
    """What is not declared changes nothing: neither rows nor order."""
    for caller, path in ((as_alice, "/api/v1/transfers"), (as_alice, "/api/v1/library"), (as_admin, "/api/v1/users")):
        plain, asked = caller.get(path), caller.get(f"{path}?{query}")
        assert (asked.status_code, asked.json()["results"]) == (200, plain.json()["results"])


@pytest.mark.parametrize(
    "field",
    [
        "password",
        "user__password",
        "user",
        "source",
        "checkpoint",
        "key",
        "pk",
        "?",
        "name,password",
        "id;drop",
        "user_id",
    ],
)
def test_H56_order_only_by_what_is_listed(field: str, world: World, as_alice: Caller, as_admin: Caller) -> None:
    for caller, path in ((as_alice, "/api/v1/transfers"), (as_alice, "/api/v1/library"), (as_admin, "/api/v1/users")):
        for sign in ("", "-"):
            answer = caller.get(f"{path}?ordering={sign}{quote(field)}")
            assert answer.status_code == 400 and "ordering" in answer.json()["errors"]


@pytest.mark.parametrize(
    ("text", "found"), [("%", 1), ("_", 1), ("%%", 0), ("100%", 1), ("a_b", 0), ("\\", 1), ("'", 1), ("İ", 0), ("", 6)]
)
def test_H56_wildcards_of_like_are_letters(text: str, found: int, alice: Any, as_alice: Caller) -> None:
    from transfers.models import Transfer

    for name in ("100%.txt", "a-b.txt", "x_y.txt", "back\\slash", "it's", "plain"):
        Transfer.objects.create(user=alice, name=name, source_kind="url")
    assert as_alice.get(f"/api/v1/transfers?q={quote(text, safe='')}").json()["count"] == found


def test_H56_pages_ignore_orders_and_filters_they_do_not_know(world: World, as_alice: Caller, as_admin: Caller) -> None:
    for caller, path in (
        (as_alice, "/transfers/"),
        (as_alice, "/library/"),
        (as_alice, "/activity/"),
        (as_alice, f"/drives/{world.drive.pk}/files"),
        (as_admin, "/people/"),
    ):
        for value in ("-1", "9" * 40, "password", "%27--", "%00", "%ff", "10000-01-01"):
            cache.clear()
            asked = "&".join(f"{name}={value}" for name in PAGE_PARAMETERS)
            assert caller.get(f"{path}?{asked}").status_code < 500, (path, value)
            assert caller.get(f"{path}?{asked}", **{"HX-Request": "true"}).status_code < 500, (path, value)


def integers(schema: dict[str, Any], place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Where a body holds whole numbers."""
    found = []
    for name, told in schema.get("properties", {}).items():
        entry = resolve(told["allOf"][0] if "allOf" in told else told)
        kinds = entry.get("type", [])
        if "integer" in ([kinds] if isinstance(kinds, str) else kinds):
            found.append((*place, name))
        found += integers(entry, (*place, name))
    return found


WITH_NUMBERS = [door for door in WRITES if door.body and integers(door.body)]


@each(WITH_NUMBERS)
def test_H51_numbers_in_bodies(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    caller = as_admin if door.is_staffs else as_alice
    for place in integers(door.body or {}):
        for number in NUMBERS:
            cache.clear()
            body = _with(body_for(door, caller, f"someone{abs(hash(str(number))) % 10**6}"), place, number)
            answer = caller.ask(door.method, path_to_alices(door, world), body)
            assert answer.status_code < 500 or answer.status_code in ABROAD, (place, number)
            assert answer.status_code < 300 or is_problem(answer), (place, number)
            if isinstance(number, int) and abs(number) > 2**63:
                assert answer.status_code in {400, 422}, (place, number)


def _with(body: dict[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    if len(place) == 1:
        return {**body, place[0]: value}
    inner = {name: item for name, item in (body.get(place[0]) or {}).items() if name != "url"}
    return {**body, place[0]: _with(inner, place[1:], value)}


def test_H51_numbers_in_arguments_of_operations(world: World, as_alice: Caller) -> None:
    """The worst of them; tests/netdisk/operations/test_hostile.py has many more."""
    from core.operations import all_operations

    for entry in all_operations():
        for name in entry.schema()["properties"]:
            for number in (2**64, -(2**63) - 1, None, "x" * 5000, "[" * 50, "/../x", "/\\u0000"):
                cache.clear()
                answer = as_alice.post("/mcp/user/exec", {"op": entry.name, "args": {name: number}})
                assert answer.status_code < 500 or answer.status_code in ABROAD, (entry.name, name, number)
                assert answer.json()["status"] in {"ok", "error"}


def test_H24_the_path_wins_and_names_in_the_body_are_refused(world: World, as_alice: Caller) -> None:
    answer = as_alice.ask("PATCH", f"/api/v1/transfers/{world.transfer.pk}", {"id": MISSING, "priority": 5})
    assert answer.status_code == 400 and "id" in answer.json()["errors"]
    assert (
        as_alice.ask(
            "PATCH", f"/api/v1/transfers/{MISSING}?pk={world.transfer.pk}&id={world.transfer.pk}", {"priority": 5}
        ).status_code
        == 404
    )


def test_H24_a_parameter_twice_counts_once(world: World, as_alice: Caller) -> None:
    """Where one value is meant the last one counts; `state` takes several."""
    assert as_alice.get("/api/v1/transfers?page=9&page=1").status_code == 200
    assert as_alice.get("/api/v1/transfers?page=1&page=9").status_code == 404
    assert as_alice.get("/api/v1/transfers?q=canary&q=nothing").json()["count"] == 0
    assert as_alice.get("/api/v1/transfers?state=done&state=failed").json()["count"] == 1


@pytest.mark.parametrize("body", [b'{"priority": 1, "priority": 9}', b'{"priority": 1, "pri\\u006frity": 9}'])
def test_H24_a_key_twice_is_refused(body: bytes, world: World, as_alice: Caller) -> None:
    answer = as_alice.ask("PATCH", f"/api/v1/transfers/{world.transfer.pk}", body)
    assert 400 <= answer.status_code < 500 and answer.json()["code"] == "json_invalid"
    world.transfer.refresh_from_db()
    assert world.transfer.priority == 0


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_H24_method_overrides_are_not_heard(header: str, world: World, as_alice: Caller) -> None:
    for path in (f"/api/v1/transfers/{world.transfer.pk}", f"/api/v1/library/{world.file.pk}"):
        answer = as_alice.post(f"{path}?_method=DELETE", {"_method": "DELETE"}, **{header: "DELETE"})
        assert answer.status_code == 405
        assert as_alice.get(path, **{header: "DELETE"}).status_code == 200
        assert as_alice.get(path).status_code == 200
    assert as_alice.post("/transfers/", {"_method": "DELETE"}, **{header: "DELETE"}).status_code == 405
