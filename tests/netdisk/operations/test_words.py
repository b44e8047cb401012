"""Every number that Baidu may answer reaches the user as a sentence with a hint; and the table in the documents is current."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.operations import all_operations
from netdisk.baidu import codes
from netdisk.baidu.codes import Code, Family, lookup
from netdisk.errors import BY_NUMBER, FALLBACK, SENTENCES, NetdiskError, translated

LINES: list[tuple[Code, Family]] = [
    *((code, Family.XPAN) for code in codes.TABLE),
    *codes.BY_FAMILY,
    *((31299, family) for family, _pattern, _line in codes.BY_TEXT),
]


def test_every_code_of_the_wire_document_has_a_sentence_and_a_hint() -> None:
    lost = {lookup(code, family).platform_code for code, family in LINES} - set(SENTENCES)
    assert lost == set()
    assert {line.platform_code for _family, _pattern, line in codes.BY_TEXT} <= set(SENTENCES)
    assert {lookup(1, Family.XPAN).platform_code, lookup(1, Family.XPAN, "", 503).platform_code} <= set(SENTENCES)


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_says_what_happened_and_the_hint_what_to_do(code: str) -> None:
    status, message, hint = SENTENCES[code]
    assert 400 <= status < 600 and status != 500
    assert str(message).endswith(("。", ".")) and str(hint).endswith(("。", ".")) and str(message) != str(hint)
    assert (message, hint) != FALLBACK[1:]


@pytest.mark.parametrize("number", sorted(BY_NUMBER))
def test_numbers_that_share_a_code_keep_their_own_words(number: int) -> None:
    error = NetdiskError(lookup(number, Family.XPAN).platform_code, upstream_code=number)
    assert (error.message, error.hint) == BY_NUMBER[number]
    assert error.code in SENTENCES


@pytest.mark.parametrize("code", [code for code in codes.OPEN_PLATFORM if not 9101 <= int(code) <= 9499])
@pytest.mark.django_db
def test_each_number_reaches_the_user_in_words(code: int, door: Any, standin: Any, settings: Any) -> None:
    standin.fault("errno", match={"op": "quota"}, code=code)
    error = door.refusal("quota")
    assert error["code"].startswith("netdisk.") and error["code"] in SENTENCES
    assert error["status"] == SENTENCES[error["code"]][0]
    assert "Traceback" not in str(error) and standin.access_token not in str(error)


def test_a_network_that_is_away_is_no_fault_of_baidus_words() -> None:
    from core.errors import UpstreamFailed
    from core.outbound import TimedOut

    with pytest.raises(UpstreamFailed), translated():
        raise TimedOut


def test_every_operation_says_where_it_leads_or_why_nowhere() -> None:
    for entry in all_operations():
        if entry.name.startswith("netdisk."):
            assert entry.summary and entry.scope.startswith("netdisk:"), entry.name
            assert entry.upstream or entry.supported, entry.name


def test_the_table_of_operations_is_current() -> None:
    call_command("operations")


def test_a_table_that_is_not_current_is_found(settings: Any, tmp_path: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError):
        call_command("operations")
    (tmp_path / "docs").mkdir()
    call_command("operations", write=True)
    call_command("operations")
