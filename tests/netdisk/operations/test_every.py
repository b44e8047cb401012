"""Each operation of the seed's list and of the longer one: once as it works, once refused, over HTTP against the stand-in (A6, A7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.operations import all_operations

from .cases import CASES, NOT_OFFERED, Case, Stage

pytestmark = pytest.mark.django_db
# Baidu has these for no app at all: the answer is a refusal that says what to do instead.
REFUSED = {"share_list", "share_cancel", "share_update", "share_ticket", "captcha_verify"}


@pytest.fixture(autouse=True)
def _app_id(settings: Any) -> None:
    settings.BAIDU_APP_ID = "10000001"


@pytest.fixture
def stage(standin: Any, door: Any) -> Stage:
    return Stage(standin, door)


def test_every_operation_of_ours_has_a_case() -> None:
    mine = {
        entry.short_name for entry in all_operations() if entry.handler.__module__.startswith("netdisk.operations.")
    }
    assert mine == set(CASES)


@pytest.mark.parametrize("name", sorted(set(CASES) - REFUSED))
def test_it_works(name: str, stage: Stage) -> None:
    case = CASES[name]
    stage.standin.settings(**case.settings)
    data = stage.door.data(name, **case.good(stage))
    assert case.found(data), data


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_refused_in_words(name: str, stage: Stage) -> None:
    case: Case = CASES[name]
    args = case.bad(stage)
    stage.standin.settings(**case.refusing)
    if case.fault:
        stage.standin.fault(
            **{key: value for key, value in case.fault.items() if key != "code"}, code=case.fault["code"]
        )
    error = stage.door.refusal(name, **args)
    assert error["code"] == case.code, error


def test_scripts_call_them_as_well(stage: Stage, alice: Any, capsys: Any) -> None:
    for name in ("list_files", "user_detail", "ai_category", "search_filename", "mkdir"):
        args = json.dumps(CASES[name].good(stage))
        call_command("op", f"netdisk.{name}", user=alice.username, json=args)
        assert CASES[name].found(json.loads(capsys.readouterr().out))
    with pytest.raises(CommandError, match=r"netdisk\.not_found: .+"):
        call_command("op", "netdisk.delete", user=alice.username, json='{"filelist": ["/gone"]}')


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_baidu_keeps_for_itself_says_why_and_what_to_do(name: str, stage: Stage) -> None:
    before = stage.standin.log()
    error = stage.door.refusal(name, **CASES[name].bad(stage))
    assert error["code"] == NOT_OFFERED and error["status"] == 501
    assert error["detail"] != error["hint"]
    assert stage.standin.log() == before


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_argument_nobody_knows_is_named(name: str, stage: Stage) -> None:
    error = stage.door.refusal(name, **CASES[name].bad(stage), surprise=1)
    assert error["status"] == 400 and "surprise" in error["errors"]
