"""Every number of the wire document, answered by a server to the calls that meet it (§2.10, §2.12-2.13, §5.1, §5.2, §7.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from netdisk.baidu import BaiduClient, BaiduError
from netdisk.baidu.codes import TABLE, Family, Reaction
from netdisk.baidu.envelope import Context, interpret

from .bodies import Bytes
from .conftest import TOKEN
from .scripted import Upstream

R, A, B, X = Reaction.REFRESH, Reaction.REAUTHORIZE, Reaction.BACKOFF, Reaction.GIVE_UP
F, P, W, N = Reaction.FIX_REQUEST, Reaction.RESEND_PARTS, Reaction.WAIT, Reaction.NOT_SUPPORTED
ITEM, LINK, SMALL, PLAIN = Reaction.PER_ITEM, Reaction.NEW_LINK, Reaction.SMALLER_PARTS, Reaction.NO_RAPID

# (numbers, HTTP status, first reaction, what is left when it did not help)
Line = tuple[tuple[int, ...], int, Reaction, Reaction | None]

# §5.1 as pan.baidu.com answers it.
XPAN: list[Line] = [
    ((-1, -3, -9, -10, 5, 11, 132, 2131, 8001, 9019, 9100, 9101, 9250, 9499, 9500), 200, X, None),
    ((105, 108, 112, 113, 114, 115, 120, 130), 200, X, None),
    ((13072, 13073, 13077, 13998, 20011), 200, X, None),
    ((-6, 110, 111, 31045), 200, R, A),
    ((-7, -8, -30, -32, -33, 2, 255, 13003, 31023, 31061, 31062, 31063, 31064, 31211), 200, F, None),
    ((3, 4, 20013, 42999), 200, N, None),
    ((6,), 200, B, R),
    ((10, 31353), 200, P, X),
    ((12,), 200, ITEM, None),
    ((133, 13071), 200, W, None),
    ((20012, 31034, 31212, 31326, 31329, 31341, 31626, 42000), 200, B, None),
    ((31024,), 200, R, N),
    ((31065, 31066, 31365, 42001, 42202, 42203, 42210, 50002), 200, X, None),
    ((31190, 31299, 31355, 31363), 200, P, None),
    ((31301, 31304, 31338, 31339, 31346, 31347, 31649), 200, X, None),
    ((31360, 31362), 200, LINK, None),
    ((31364,), 200, SMALL, None),
    ((31500,), 200, PLAIN, None),
    ((42211, 42212, 42213, 42214, 42905), 200, B, X),
]

# Where the endpoint gives a number of §5.1 another meaning.
FILEMANAGER: list[Line] = [
    ((111,), 200, W, None),
    ((12,), 200, ITEM, None),
    ((-7, -8, -33), 200, F, None),
    ((-9,), 200, X, None),
    ((31034,), 200, B, None),
    ((-6,), 200, R, A),
]
SHARE: list[Line] = [
    ((10, 13003, 2), 200, F, None),
    ((110, 13072, 13073, 13077, 13998), 200, X, None),
    ((13071,), 200, W, None),
    ((20013,), 200, N, None),
    ((-6,), 200, R, A),
]
MEDIA: list[Line] = [
    ((31301, 31304, 31338, 31339, 31346, 31347, 31649, 31066), 200, X, None),
    ((31341,), 200, B, None),
]

# §3.3 and §5.2 as an upload host answers them.
UPLOAD: list[Line] = [
    ((31299, 31190), 400, P, None),
    ((10, 31081), 404, P, X),
    ((31355,), 400, P, None),
    ((31363,), 403, P, None),
    ((31364,), 400, SMALL, None),
    ((31365,), 400, X, None),
    ((31211,), 403, F, None),
    ((31061, 31062, 31063), 400, F, None),
    ((31064,), 403, F, None),
    ((31024,), 400, R, N),
    ((110, 111), 401, R, A),
    ((4,), 403, N, None),
    ((31212,), 503, B, None),
    ((31079,), 404, PLAIN, None),
]

# §5.2, status by status, as the old calls meet them.
PCS: list[Line] = [
    ((3, 31024), 400, N, None),
    ((31023, 31061, 31062, 31063), 400, F, None),
    ((31065, 31112), 400, X, None),
    ((31111, 31201, 31203, 31204, 31205, 31207, 31208), 400, F, None),
    ((110, 111), 401, R, A),
    ((4, 31064), 403, N, None),
    ((5, 31046, 31066, 31110, 31113, 31114, 31218), 403, X, None),
    ((6,), 403, B, R),
    ((31041, 31042, 31043, 31044), 403, A, None),
    ((31045,), 403, R, A),
    ((31211,), 403, F, None),
    ((31219, 31220, 31326), 403, B, None),
    ((31363,), 403, P, None),
    ((31079,), 404, PLAIN, None),
    ((31081,), 404, P, X),
    ((31202, 31206, 31390, 36016), 404, X, None),
    ((31209, 31296, 31298, 31299), 500, B, None),
    ((31210,), 501, N, None),
    ((31001, 31002, 31003, 31021, 31022, 31025, 31212), 503, B, None),
    ((31067, 31068, 31069, 31070, 31071, 31072, 31073), 503, B, None),
    ((31081,), 503, P, X),
    ((31082, 31083, 31101, 31102, 31103), 503, B, None),
    ((31141,), 503, B, X),
    ((31213, 31214, 31215, 31216, 31217), 503, B, None),
    ((36001, 36032), 400, X, None),
    ((36013,), 400, W, None),
    ((36037,), 400, F, None),
]

# §4, the download host.
DOWNLOAD: list[Line] = [
    ((31326, 31329, 31626), 403, B, None),
    ((31360, 31362), 403, LINK, None),
    ((31066,), 403, X, None),
    ((31045,), 403, R, A),
    ((31296,), 403, B, None),
]

MD5S = ["0" * 32]
Call = Callable[[BaiduClient], Any]
CALLS: dict[Family, tuple[list[Line], list[Call]]] = {
    Family.XPAN: (XPAN, [lambda client: client.quota()]),
    Family.FILEMANAGER: (FILEMANAGER, [lambda client: client.delete(["/a"])]),
    Family.SHARE: (SHARE, [lambda client: client.share([1], "12zx")]),
    Family.UPLOAD: (
        UPLOAD,
        [
            lambda client: client.precreate("/a", 1, MD5S),
            lambda client: client.upload_part(client.pcs_url, "/a", "N1", 0, Bytes(b"x")),
            lambda client: client.create_file("/a", 1, MD5S, upload_id="N1"),
        ],
    ),
    Family.PCS: (PCS, [lambda client: client.recycle_list(), lambda client: client.offline_list()]),
}
MEDIA_CALL: Call = lambda client: client.stream("/a.mp4")  # noqa: E731
CASES = [
    (family, call, number, status, reaction, then)
    for family, (lines, calls) in [*CALLS.items(), (Family.XPAN, (MEDIA, [MEDIA_CALL]))]
    for call in calls
    for numbers, status, reaction, then in lines
    for number in numbers
]


@pytest.fixture(scope="module")
def server() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def upstream(server: Upstream) -> Upstream:
    """One server for all of them: it only ever gives one answer."""
    server.seen.clear()
    return server


@pytest.fixture
def client(upstream: Upstream, session: requests.Session) -> BaiduClient:
    return BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: TOKEN, app_id="1")


@pytest.mark.parametrize(
    ("family", "call", "number", "status", "reaction", "then"),
    CASES,
    ids=[f"{family}-{number}-{status}-{index}" for index, (family, _, number, status, *_) in enumerate(CASES)],
)
def test_every_errno_of_the_wire_document_has_its_reaction(
    client: BaiduClient,
    upstream: Upstream,
    family: Family,
    call: Call,
    number: int,
    status: int,
    reaction: Reaction,
    then: Reaction | None,
) -> None:
    key = "errno" if status == 200 else "error_code"
    upstream.say({key: number, "request_id": 42}, status=status)
    with pytest.raises(BaiduError) as caught:
        call(client)
    error = caught.value
    assert (error.code, error.family, error.http_status, error.request_id) == (number, family, status, "42")
    assert (error.reaction, error.then) == (reaction, then)
    assert error.platform_code != "netdisk.unknown_error"
    assert len(upstream.seen) == 1


@pytest.mark.parametrize(
    ("number", "status", "reaction", "then"),
    [(number, status, *reactions) for numbers, status, *reactions in DOWNLOAD for number in numbers],
)
def test_every_errno_of_the_download_host_has_its_reaction(
    number: int, status: int, reaction: Reaction, then: Reaction | None
) -> None:
    body = b'{"error_code":%d,"error_msg":"user is not authorized, hitcode:119","request_id":42}' % number
    with pytest.raises(BaiduError) as caught:
        interpret(body, Context("download", Family.DOWNLOAD, status))
    assert (caught.value.reaction, caught.value.then) == (reaction, then)


def test_no_number_of_the_table_is_left_out() -> None:
    tried = {number for _, _, number, *_ in CASES}
    assert {code for code in TABLE if isinstance(code, int)} - tried <= set(range(9100, 9501))
    assert tried <= set(TABLE)
