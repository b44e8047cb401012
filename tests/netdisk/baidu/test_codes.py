"""The error table against the document's own list (§5.1, §5.2, §1.4), typed off it line by line.

`test_errno.py` sends each number through the calls that meet it.
"""

from __future__ import annotations

import pytest

from netdisk.baidu.codes import BY_FAMILY, TABLE, Code, Family, Reaction, lookup
from netdisk.baidu.errors import BaiduError

LETTERS = {
    "R": Reaction.REFRESH,
    "A": Reaction.REAUTHORIZE,
    "B": Reaction.BACKOFF,
    "X": Reaction.GIVE_UP,
    "F": Reaction.FIX_REQUEST,
    "P": Reaction.RESEND_PARTS,
    "W": Reaction.WAIT,
    "N": Reaction.NOT_SUPPORTED,
    "C": Reaction.CONFIGURE,
    "item": Reaction.PER_ITEM,
    "link": Reaction.NEW_LINK,
    "small": Reaction.SMALLER_PARTS,
    "plain": Reaction.NO_RAPID,
    "poll": Reaction.KEEP_POLLING,
    "slow": Reaction.SLOW_DOWN,
}

# code(s) : first reaction, or first and second as in "R, then A"
OPEN_PLATFORM = """
-1: X
-3: X
-6: R A
-7: F
-8: F
-9: X
-10: X
-30 -32 -33: F
2: F
3 4: N
5: X
6: B R
10: P X
11: X
12: item
105 108 112 113 114 115 120 130: X
110: R A
111: R A
132: X
133: W
255: F
2131: X
8001 9019 9100 9101 9333 9500: X
13003: F
13071: W
13072 13073 13077 13998: X
20011: X
20012: B
20013: N
31023: F
31024: R N
31034: B
31045: R A
31061 31062 31063: F
31065: X
31064: F
31066: X
31190: P
31211: F
31212: B
31299: P
31301 31304 31338 31339 31346 31347 31649: X
31341: B
31326: B
31329 31626: B
31353: P X
31355: P
31360 31362: link
31363: P
31364: small
31365: X
31500: plain
36001 36016 36032: X
36013: W
36037: F
42000: B
42001: X
42999: N
42202 42203 42210: X
42211 42212 42213 42214: B X
42905: B X
50002: X
"""

# §5.2 gives the HTTP status; what the status means decides the reaction.
PCS = """
31111 31201 31203 31204 31205 31207 31208: F
31112: X
31041 31042 31043 31044: A
31046 31110 31113 31114 31218: X
31219 31220: B
31079: plain
31081: P X
31202 31206 31390: X
31209 31296 31298: B
31210: N
31001 31002 31003 31021 31022 31025: B
31067 31068 31069 31070 31071 31072 31073 31082 31083 31101 31102 31103: B
31141: B X
31213 31214 31215 31216 31217: B
"""

OAUTH = """
invalid_request: F A
invalid_client unauthorized_client unsupported_grant_type unsupported_response_type: C
invalid_grant expired_token: A
invalid_scope redirect_uri_mismatch invalid_referer: C
authorization_pending: poll
slow_down: slow
authorization_declined access_denied: X
"""

PLATFORM_CODES = """
-9 -3 31066 31202 50002: netdisk.not_found
-8 -30 31061: netdisk.exists
-7 31062 31064: netdisk.path_refused
-6 110 111 31045: netdisk.token_expired
-10 -32 31112 31218: netdisk.no_space
31034 42000 20012 31219: netdisk.rate_limited
invalid_grant expired_token 31042: netdisk.reauthorize
3 4 20013 31024 42999: netdisk.not_supported
31360 31362: netdisk.link_expired
31329 31626: netdisk.blacklisted
12: netdisk.partial_failure
31365: netdisk.file_too_large
20011: netdisk.app_in_review
invalid_client redirect_uri_mismatch: netdisk.misconfigured
"""


def _code(word: str) -> Code:
    return int(word) if word.lstrip("-").isdigit() else word


def _lines(text: str) -> list[tuple[Code, str]]:
    pairs = [line.split(":") for line in text.strip().splitlines()]
    return [(_code(word), value.strip()) for words, value in pairs for word in words.split()]


REACTIONS = _lines(OPEN_PLATFORM) + _lines(PCS) + _lines(OAUTH)


@pytest.mark.parametrize(("code", "letters"), REACTIONS)
def test_each_documented_code_has_its_reaction(code: Code, letters: str) -> None:
    first, *second = (LETTERS[letter] for letter in letters.split())
    line = lookup(code, Family.XPAN)
    assert (line.reaction, line.then) == (first, second[0] if second else None)


@pytest.mark.parametrize(("code", "name"), _lines(PLATFORM_CODES))
def test_platform_codes_are_stable(code: Code, name: str) -> None:
    assert lookup(code, Family.XPAN).platform_code == name


def test_the_table_has_nothing_the_document_does_not_know() -> None:
    documented = {code for code, _ in REACTIONS} | set(range(9100, 9501))
    ours = {code for code in TABLE if isinstance(code, str) and code not in documented}
    assert set(TABLE) - documented == ours
    assert ours == {
        "security_policy",
        "no_error",
        "malformed",
        "unreachable",
        "network",
        "empty_file",
        "file_too_large",
        "no_app_id",
        "share_password",
        "untrusted_host",
        *(f"http_{status}" for status in (401, 403, 404, 408, 413, 429)),
    }


@pytest.mark.parametrize("code", [code for code in TABLE if code not in range(9101, 9501)])
def test_each_line_is_complete(code: Code) -> None:
    line = TABLE[code]
    assert line.meaning and line.meaning.isascii()
    assert line.platform_code.startswith("netdisk.") and line.platform_code.isascii()
    assert line.then is not line.reaction
    assert line.delay is None or line.reaction in (Reaction.BACKOFF, Reaction.SLOW_DOWN)


BY_ENDPOINT = [
    (111, Family.XPAN, Reaction.REFRESH),
    (111, Family.PCS, Reaction.REFRESH),
    (111, Family.UPLOAD, Reaction.REFRESH),
    (111, Family.FILEMANAGER, Reaction.WAIT),
    (110, Family.PCS, Reaction.REFRESH),
    (110, Family.SHARE, Reaction.GIVE_UP),
    (10, Family.UPLOAD, Reaction.RESEND_PARTS),
    (10, Family.SHARE, Reaction.FIX_REQUEST),
    (31299, Family.UPLOAD, Reaction.RESEND_PARTS),
    (31299, Family.PCS, Reaction.BACKOFF),
    (31024, Family.UPLOAD, Reaction.REFRESH),
    (31024, Family.PCS, Reaction.NOT_SUPPORTED),
    (31064, Family.UPLOAD, Reaction.FIX_REQUEST),
    (31064, Family.PCS, Reaction.NOT_SUPPORTED),
    ("invalid_request", Family.OAUTH, Reaction.FIX_REQUEST),
    ("invalid_request", Family.REFRESH, Reaction.REAUTHORIZE),
    ("expired_token", Family.REFRESH, Reaction.REAUTHORIZE),
    ("expired_token", Family.DEVICE, Reaction.GIVE_UP),
    ("http_401", Family.XPAN, Reaction.REFRESH),
    ("http_401", Family.OAUTH, Reaction.CONFIGURE),
    ("http_401", Family.REFRESH, Reaction.CONFIGURE),
    ("http_401", Family.DEVICE, Reaction.CONFIGURE),
    ("http_403", Family.XPAN, Reaction.NOT_SUPPORTED),
    ("http_403", Family.DOWNLOAD, Reaction.NEW_LINK),
    ("http_404", Family.DOWNLOAD, Reaction.NEW_LINK),
    ("network", Family.REFRESH, Reaction.BACKOFF),
    ("malformed", Family.REFRESH, Reaction.BACKOFF),
]


@pytest.mark.parametrize(("code", "family", "reaction"), BY_ENDPOINT)
def test_some_codes_depend_on_who_answers(code: Code, family: Family, reaction: Reaction) -> None:
    assert lookup(code, family).reaction is reaction


def test_each_line_by_endpoint_is_tried() -> None:
    assert set(BY_FAMILY) <= {(code, family) for code, family, _ in BY_ENDPOINT}


@pytest.mark.parametrize("family", [Family.XPAN, Family.FILEMANAGER, Family.PCS, Family.DOWNLOAD])
@pytest.mark.parametrize("code", [-9, 31066])
def test_not_found_is_one_thing_wherever_it_comes_from(code: Code, family: Family) -> None:
    line = lookup(code, family)
    assert (line.reaction, line.platform_code) == (Reaction.GIVE_UP, "netdisk.not_found")


@pytest.mark.parametrize("family", [Family.XPAN, Family.FILEMANAGER, Family.SHARE])
def test_authentication_failed_means_refresh_wherever_it_comes_from(family: Family) -> None:
    assert lookup(-6, family).reaction is Reaction.REFRESH


@pytest.mark.parametrize(
    "message",
    [
        "Expried Time Not Match the upload has expire",
        "Expired Time Not Match",
        "uploadid is invalid",
        "invalid uploadid",
        "uploadid not found",
        "the uploadid has expired",
    ],
)
def test_a_lost_upload_session_is_told_by_its_text(message: str) -> None:
    assert lookup(31299, Family.UPLOAD, message).platform_code == "netdisk.upload_expired"
    assert lookup(777, Family.UPLOAD, message).reaction is Reaction.RESEND_PARTS
    assert lookup(777, Family.XPAN, message).reaction is Reaction.GIVE_UP


def test_a_short_first_part_is_not_a_lost_session() -> None:
    assert lookup(31299, Family.UPLOAD, "first part too small").platform_code == "netdisk.part_size"


def test_a_token_that_has_expired_is_not_a_lost_session() -> None:
    assert lookup(111, Family.UPLOAD, "Access token has expired").reaction is Reaction.REFRESH


@pytest.mark.parametrize(
    ("status", "reaction", "name"),
    [
        (200, Reaction.GIVE_UP, "netdisk.unknown_error"),
        (400, Reaction.GIVE_UP, "netdisk.unknown_error"),
        (429, Reaction.BACKOFF, "netdisk.rate_limited"),
        (500, Reaction.BACKOFF, "netdisk.upstream_failed"),
        (503, Reaction.BACKOFF, "netdisk.upstream_failed"),
    ],
)
def test_an_unknown_code_follows_the_http_status(status: int, reaction: Reaction, name: str) -> None:
    line = lookup(987654, Family.XPAN, "", status)
    assert (line.reaction, line.platform_code) == (reaction, name)


@pytest.mark.parametrize("status", [403, 404])
def test_an_unknown_refusal_of_an_old_call_means_that_it_is_closed(status: int) -> None:
    assert lookup(987654, Family.PCS, "", status).reaction is Reaction.NOT_SUPPORTED
    assert lookup(987654, Family.XPAN, "", status).reaction is Reaction.GIVE_UP
    assert lookup(31066, Family.PCS, "", status).reaction is Reaction.GIVE_UP


@pytest.mark.parametrize("code", ["network", "malformed", "http_502"])
def test_a_refresh_with_unknown_outcome_ends_in_reauthorisation(code: str) -> None:
    assert lookup(code, Family.REFRESH, "", 502).then is Reaction.REAUTHORIZE


@pytest.mark.parametrize("family", [Family.OAUTH, Family.REFRESH, Family.DEVICE])
@pytest.mark.parametrize("code", [code for code in TABLE if TABLE[code].reaction is Reaction.REFRESH])
def test_the_token_endpoint_never_asks_for_a_refresh(code: Code, family: Family) -> None:
    assert lookup(code, family).reaction is not Reaction.REFRESH


def test_escalation_takes_the_second_reaction_once() -> None:
    error = BaiduError(-6)
    error.escalate()
    assert (error.reaction, error.then) == (Reaction.REAUTHORIZE, None)
    error.escalate()
    assert error.reaction is Reaction.REAUTHORIZE


@pytest.mark.parametrize(("code", "permanent"), [(31034, False), (-9, True), (-6, True), ("network", False)])
def test_errors_say_whether_time_alone_helps(code: Code, permanent: bool) -> None:
    assert BaiduError(code).permanent is permanent


def test_an_error_reads_well_and_hides_tokens() -> None:
    error = BaiduError(
        31066,
        "no file at https://d.pcs.baidu.com/x?access_token=121.abc&path=/a",
        endpoint="file_metas",
        request_id="42",
    )
    assert str(error) == (
        "file_metas: 31066 file does not exist: no file at https://d.pcs.baidu.com/x?*** [request 42]"
    )
