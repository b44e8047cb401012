"""H21, H40, H50 over every operation: arguments that nobody should send get an answer in words, never a failure of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.operations import Operation, all_operations, validate

from .cases import CASES, Stage
from .test_ownership import ON_DRIVES, OTHERS, each

VALUES: list[Any] = [
    None, True, -1, 0, 1.5, 2.0, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, "", " ", "0", "-1", "1e3", "1_000", " 1", "1\n", "٣",
    "9" * 19, "9" * 5000, [], {}, [[]], [None], [{}], [True], [1.5], [2**64], "[", "{", "[]", "{}", "[null]", "[" * 5000,
    '["\\ud800"]', '[{"path":"\\u0000"}]', '{"path":"/a"}', '[{"path":"/a","dest":"/b","extra":1}]', "1,,2", ",", "[1e999]",
    "/", "//", "/..", "/a/../../etc", "/a\x01b", "/\u202egnp.exe", "/🚢", "/" + "名" * 400, "%2e%2e%2f", "CON", "\\\\x\\y",
    "-rf", "=cmd()", "'; drop table--", "<script>", "{{7*7}}", "%(x)s", "\ufeff", "x" * 300_000,
]  # fmt: skip
NAMED = [entry for entry in all_operations() if entry.name.startswith(("netdisk.", "transfers.", "core."))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
BODY_LIMIT = 1_000_000


def outcome(entry: Operation, args: dict[str, Any]) -> bool:
    """Whether arguments are taken; anything but taking and refusing is an error."""
    try:
        validate(entry.arguments, args)
    except Invalid as refusal:
        assert refusal.fields and all(refusal.fields.values())
        return False
    return True


@each(ON_DRIVES)
@pytest.mark.django_db
def test_H21_every_argument_takes_every_nonsense(entry: Operation, standin: Any, door: Any, settings: Any) -> None:
    settings.BAIDU_APP_ID = "10000001"
    case = CASES.get(entry.short_name)
    good = case.bad(Stage(standin, door)) if case else OTHERS[entry.short_name]
    for name in entry.arguments.model_json_schema()["properties"]:
        for value in VALUES:
            args = {**good, name: value}
            if not outcome(entry, args) or len(str(value)) > BODY_LIMIT or not case:
                continue
            cache.clear()  # not the rate limit is on trial
            answer = door.exec(entry.short_name, args)
            assert answer.status_code != 500, (name, value, answer.content[:300])
            if answer.status_code != 200:
                error = answer.json()["error"]
                assert error["code"] not in {"internal", "unknown_error"} and error["hint"], (name, value, error)


@each(NAMED)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_H50_arguments_are_taken_or_refused(entry: Operation, data: st.DataObject) -> None:
    names = list(entry.arguments.model_json_schema()["properties"])
    args = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=8), JSON, max_size=6))
    outcome(entry, args)
    outcome(entry, {name: json.dumps(value) for name, value in args.items()})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["[]", "1", '"x"', "null", "", "{", '{"op":1}', '{"op":"quota","args":[1]}', '{"op":"quota","x":1}']
)
def test_a_body_that_is_no_call_is_refused_in_the_envelope(body: str, door: Any) -> None:
    answer = door.http.post("/mcp/user/exec", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json()["status"] == "error" or answer.json()["code"] == "json_invalid"
