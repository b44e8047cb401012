"""Searching by name and by meaning."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_pages_of_any_size_are_cut_out_of_the_servers(door: Any) -> None:
    whole = [row["path"] for row in door.data("search_filename", key="IMG", num=500)["list"]]
    whole += [row["path"] for row in door.data("search_filename", key="IMG", num=500, page=2)["list"]]
    assert len(whole) == len(set(whole)) == 1000
    small = [
        row["path"] for page in (1, 2, 3) for row in door.data("search_filename", key="IMG", num=300, page=page)["list"]
    ]
    assert small == whole[:900]


def test_the_last_page_says_so(door: Any) -> None:
    found = door.data("search_filename", key="Lossless")
    assert [row["path"] for row in found["list"]] == ["/音乐/Lossless"] and found["has_more"] is False


def test_without_recursion_only_the_folder_itself_counts(door: Any) -> None:
    assert door.data("search_filename", key="README", recursion=0)["list"]
    assert door.data("search_filename", key="001", dir="/照片", recursion=0)["list"] == []
    assert door.data("search_semantic", query="001", dir="/照片", recursion=0)["list"] == []


def test_meaning_has_pages_too(door: Any) -> None:
    first = door.data("search_semantic", query="报告", num=2)
    second = door.data("search_semantic", query="报告", num=2, page=2)
    assert first["mode"] == "semantic" and first["has_more"] is True
    assert len({row["path"] for row in (*first["list"], *second["list"])}) == 4


@pytest.mark.parametrize("code", [3, 4, 20013, 31024, 42999, -1, 42001])
def test_where_meaning_is_refused_names_are_searched_and_the_answer_says_so(code: int, door: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "unisearch"}, code=code)
    found = door.data("search_semantic", query="报告", num=2, page=1)
    assert found["mode"] == "filename" and found["note"]
    assert all("报告" in row["path"] for row in found["list"]) and found["list"]


def test_a_long_question_is_cut_for_the_search_by_name(door: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "unisearch"}, code=20013)
    assert door.data("search_semantic", query="报告" * 40)["mode"] == "filename"
    assert len(next(call for call in standin.log() if call["op"] == "search")["query"]["key"]) == 30


@pytest.mark.parametrize(("code", "ours"), [(31034, "netdisk.rate_limited"), (-9, "netdisk.not_found")])
def test_other_refusals_are_no_reason_to_search_names(code: int, ours: str, door: Any, standin: Any) -> None:
    standin.fault("errno", match={"op": "unisearch"}, code=code)
    assert door.refusal("search_semantic", query="报告")["code"] == ours
    assert not [call for call in standin.log() if call["op"] == "search"]
