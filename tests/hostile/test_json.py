"""H50: bodies that are no JSON, or JSON that no program should take, through every door that reads one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import strict_json

from .bodies import body_for
from .callers import Caller, is_problem
from .openapi import DOORS, Door, path_to_alices
from .world import World, rows_in_all, rows_of

WITH_BODY = [door for door in DOORS if door.body is not None and door.method != "GET"]
MIB = 1 << 20
BROKEN: dict[str, bytes] = {
    "empty": b"",
    "blank": b"   \n",
    "cut": b'{"a": ',
    "single quotes": b"{'a': 1}",
    "trailing comma": b'{"a": 1,}',
    "comment": b'{"a": 1} // x',
    "block comment": b'/* x */{"a": 1}',
    "trailing data": b'{"a": 1}{"b": 2}',
    "trailing bracket": b'{"a": 1}}',
    "bare word": b"undefined",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e999": b'{"a": 1e999}',
    "10,000 digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "leading zero": b'{"a": 01}',
    "hex": b'{"a": 0x10}',
    "plus": b'{"a": +1}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice, escaped": b'{"a": 1, "\\u0061": 2}',
    "a key twice inside": b'{"a": {"b": 1, "b": 2}}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "swapped surrogates": b'{"a": "\\udc00\\ud800"}',
    "surrogate as UTF-8": b'{"a": "\xed\xa0\x80"}',
    "NUL escaped": b'{"a": "\\u0000"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "NUL deep": b'{"a": [{"b": ["\\u0000"]}]}',
    "NUL raw": b'{"a": "\x00"}',
    "control raw": b'{"a": "\x01\n"}',
    "BOM": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32-le"),
    "Latin-1": '{"a": "é"}'.encode("latin-1"),
    "overlong": b'{"a": "\xc0\xaf"}',
    "bad escape": b'{"a": "\\x41"}',
    "nested 65": b'{"a":' * 66 + b"1" + b"}" * 66,
    "nested 100,000": b"[" * 100_000 + b"]" * 100_000,
    "nested 100,000, open": b'{"a":' * 100_000,
    "3 MB": b'{"a": "' + b"x" * 3 * MIB + b'"}',
    "a form": b"a=1&b=2",
    "XML": b"<a>1</a>",
    "pickle": b"\x80\x04\x95.",
}
NO_OBJECTS = [b"null", b"[]", b"1", b'"text"', b"true", b"[1, 2]", b"[{}]", b"1.5"]


def each(found: list[Door]) -> Any:
    return pytest.mark.parametrize("door", [pytest.param(door, id=door.name) for door in found])


def send(door: Door, caller: Caller, world: World, raw: bytes, **options: Any) -> Any:
    cache.clear()
    return caller.ask(door.method, path_to_alices(door, world), raw, **options)


@pytest.mark.django_db
@each(WITH_BODY)
def test_H50_what_is_no_json_is_refused_and_nothing_is_stored(
    door: Door, world: World, as_alice: Caller, as_admin: Caller
) -> None:
    caller = as_admin if door.is_staffs else as_alice
    before, counts = rows_of(world.alice, records=False), rows_in_all()
    for name, raw in BROKEN.items():
        if name == "empty" and not (door.body or {}).get("required"):
            continue  # nothing has to be sent there
        started = time.process_time()
        answer = send(door, caller, world, raw)
        spent = time.process_time() - started
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        assert is_problem(answer), name
        assert spent < 1, f"{name} took {spent:.2f} s of processor time"
    assert (rows_of(world.alice, records=False), rows_in_all()) == (before, counts)


@pytest.mark.django_db
@each(WITH_BODY)
def test_H50_json_that_is_no_object_is_refused(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    caller = as_admin if door.is_staffs else as_alice
    for raw in NO_OBJECTS:
        answer = send(door, caller, world, raw)
        assert 400 <= answer.status_code < 500 and is_problem(answer), raw


@pytest.mark.django_db
@each(WITH_BODY)
def test_H09_H50_only_json_is_read_as_json(door: Door, world: World, as_alice: Caller, as_admin: Caller) -> None:
    caller = as_admin if door.is_staffs else as_alice
    raw = json.dumps(body_for(door, caller)).encode()
    kinds = (
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "nonsense",
        "application/json;charset=utf-7,x",
    )
    for kind in kinds[:-1]:
        answer = send(door, caller, world, raw, kind=kind)
        assert answer.status_code in {400, 415} and is_problem(answer), kind
    assert send(door, caller, world, raw, kind=kinds[-1]).status_code != 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "\ud800", "\ufffe", "\U0001f6a2", "ﷺ" * 20, "\u202egpj.exe", "a\u0301", "İ", "ß" * 30]
)
def test_H50_texts_are_taken_or_refused_the_same_on_every_database(text: str, as_alice: Caller) -> None:
    raw = json.dumps(
        {"source": {"url": "https://example.org/a", "name": text}, "destination": {"folder": f"/{text}"}}
    ).encode()
    created = as_alice.post("/api/v1/transfers", raw)
    profile = as_alice.ask("PATCH", "/auth/me", json.dumps({"first_name": text}).encode())
    if "\x00" in text or text == "\ud800":
        assert created.status_code == profile.status_code == 422
        return
    assert (
        created.status_code == 201 and as_alice.get(f"/api/v1/transfers/{created.json()['id']}").json()["name"] == text
    )
    assert profile.status_code == 200 and profile.json()["first_name"] == text


@pytest.mark.django_db
def test_H50_a_body_far_too_large_is_not_read(as_alice: Caller) -> None:
    answer = as_alice.post("/api/v1/transfers", b'{"source": "' + b"x" * 20 * MIB + b'"}')
    assert answer.status_code == 413 and is_problem(answer)


@pytest.mark.django_db
def test_H50_a_million_keys_and_a_long_list(as_alice: Caller) -> None:
    keys = b"{" + b",".join(b'"%d":1' % n for n in range(150_000)) + b"}"
    for raw in (keys, b'{"source": {"fs_ids": [' + b"1," * 100_000 + b"1]}}"):
        started = time.process_time()
        answer = as_alice.post("/api/v1/transfers", raw)
        assert answer.status_code == 422 and is_problem(answer)
        assert len(answer.content) < 1000, "the refusal does not repeat what was sent"
        assert time.process_time() - started < 1


@pytest.mark.django_db
def test_H50_a_refusal_does_not_grow_with_what_was_sent(as_alice: Caller) -> None:
    many = {f"{n}{'x' * 150}": 1 for n in range(9000)}
    bodies: list[tuple[str, Any]] = [
        ("/api/v1/transfers", {"source": {"fs_ids": ["x"] * 9000}}),
        ("/api/v1/transfers", many),
        ("/auth/me", many),
        ("/mcp/user/exec", many),
        ("/mcp/user/exec", {"op": "quota", "args": many}),
        ("/oauth/user/token/upsert", many),
    ]
    for path, body in bodies:
        answer = as_alice.ask("PUT" if path == "/auth/me" else "POST", path, body)
        assert answer.status_code == 400 and is_problem(answer)
        assert len(answer.content) < 50_000, path


@pytest.mark.django_db
def test_H50_answers_never_hold_NaN(world: World, as_alice: Caller) -> None:
    for door in (door for door in DOORS if door.method == "GET" and not door.is_staffs):
        json.loads(as_alice.get(path_to_alices(door, world)).content, parse_constant=pytest.fail)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(values)
def test_H50_good_json_comes_through_unchanged(value: Any) -> None:
    for raw in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert strict_json(raw.encode()) == value


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text('[]{}",:\\u0d8 1eE+-.', max_size=60).map(str.encode)
)
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_H50_any_bytes_are_a_value_or_a_ValueError(raw: bytes) -> None:
    try:
        value = strict_json(raw)
    except ValueError:
        return
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    assert "\x00" not in text and "\\u0000" not in text
    text.encode("utf-8")
