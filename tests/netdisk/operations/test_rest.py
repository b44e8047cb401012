"""Every operation at an address of its own, described in OpenAPI out of its declaration."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from core.operations import Operation, all_operations

from .test_ownership import each

pytestmark = pytest.mark.django_db
ALL = [entry for entry in all_operations() if entry.name.startswith(("netdisk.", "transfers.", "core."))]


@cache
def document() -> dict[str, Any]:
    with translation.override("en"):
        return dict(SchemaGenerator().get_schema(request=None, public=True))


def test_the_answer_is_that_of_exec_without_its_envelope(door: Any) -> None:
    by_exec = door.data("list_files", dir="/", limit=2)
    assert door.post("list_files", {"dir": "/", "limit": "2"}).json() == by_exec
    assert door.get("list_files", dir="/", limit=2).json() == by_exec


def test_lists_come_in_an_address_as_texts(door: Any, number: Any) -> None:
    ids = f"{number('/README.txt')},1"
    assert door.get("file_metas", fsids=ids, thumb="true").json()["missing"] == [1]
    assert door.get("file_metas", fsids=f"[{ids}]").json()["missing"] == [1]


def test_errors_are_problems(door: Any) -> None:
    answer = door.get("list_files", dir="/gone")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "netdisk.not_found" and answer.json()["hint"]


def test_what_changes_something_is_no_link(door: Any, standin: Any) -> None:
    assert door.get("delete", filelist="/README.txt").status_code == 405
    assert door.post("delete", {"filelist": ["/README.txt"]}).status_code == 200


def test_an_argument_twice_is_refused(door: Any) -> None:
    answer = door.http.get("/api/v1/netdisk/list_files?dir=/&dir=/%E6%96%87%E6%A1%A3")
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["dir"]


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null"])
def test_a_body_that_is_no_object_is_refused(body: str, door: Any) -> None:
    answer = door.http.post("/api/v1/netdisk/quota", body, content_type="application/json")
    assert answer.status_code == 400


def test_strangers_are_turned_away(db: Any) -> None:
    for entry in ALL:
        assert (
            Client().post(f"/api/v1/netdisk/{entry.short_name}", "{}", content_type="application/json").status_code
            == 401
        )


@each(ALL)
def test_it_is_described_with_its_arguments_and_errors(entry: Operation) -> None:
    path = document()["paths"][f"/api/v1/netdisk/{entry.short_name}"]
    assert set(path) == ({"get", "post"} if entry.danger == "read" else {"post"})
    post = path["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    known = entry.schema()
    assert set(schema["properties"]) == set(known["properties"])
    assert schema.get("required", []) == known.get("required", []) and schema["additionalProperties"] is False
    assert (
        post["summary"] and entry.summary.splitlines()[0] in post["description"] and entry.scope in post["description"]
    )
    assert {"200", "400", "401", "403", "404", "409", "429", "501", "502", "503", "507"} <= set(post["responses"])
    assert "$ref" not in str(schema)


@each([entry for entry in ALL if entry.danger == "read"])
def test_its_address_names_the_same_arguments(entry: Operation) -> None:
    get = document()["paths"][f"/api/v1/netdisk/{entry.short_name}"]["get"]
    known = entry.schema()
    named = {each["name"]: each.get("required", False) for each in get.get("parameters", [])}
    assert named == {name: name in known.get("required", []) for name in known["properties"]}


def test_the_description_is_written_in_english_whatever_the_sites_language() -> None:
    titles = [
        path[method]["summary"] for path in document()["paths"].values() for method in path if "summary" in path[method]
    ]
    assert titles and all(title.isascii() for title in titles)
