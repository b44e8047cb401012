"""Uploads in parts through our API: the plan, the parts by both doors, the end, and whose upload it is."""

from __future__ import annotations

import base64
import hashlib
import random
from typing import Any

import pytest

from netdisk.baidu.types import TokenPair
from netdisk.connect import connect

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024
PATH = "/apps/yungang/放这里.bin"


def some(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def put(door: Any, uploadid: str, number: int, data: bytes, **headers: Any) -> Any:
    path = f"/api/v1/netdisk/uploads/{uploadid}/parts/{number}"
    return door.http.put(path, data, content_type="application/octet-stream", **headers)


def stored(standin: Any, path: str = PATH) -> str:
    return str(standin.source(path)["sha256"])


def test_a_file_of_several_parts_arrives_whole_whatever_the_order(door: Any, standin: Any) -> None:
    data = some(9 * MIB + 5)
    plan = door.data("upload_multipart_init", path=PATH, size=str(len(data)))
    assert (plan["parts"], plan["part_size"], plan["block_list"]) == (3, 4 * MIB, [0, 1, 2])
    parts = [data[n * 4 * MIB : (n + 1) * 4 * MIB] for n in range(3)]
    sums = {}
    for number in (2, 0, 1, 1):
        answer = put(door, plan["uploadid"], number, parts[number])
        assert answer.status_code == 200, answer.content
        assert answer.json() == {"partseq": number, "md5": md5(parts[number]), "size": len(parts[number])}
        sums[number] = answer.json()["md5"]
    done = door.data("upload_multipart_finish", uploadid=plan["uploadid"], block_list=[sums[n] for n in range(3)])
    assert done["path"] == PATH and done["size"] == len(data) and done["fs_id"]
    assert stored(standin) == hashlib.sha256(data).hexdigest()


def test_small_parts_may_come_in_json(door: Any, standin: Any) -> None:
    data = some(MIB)  # the largest
    plan = door.data("upload_multipart_init", path=PATH, size=len(data))
    sent = door.data(
        "upload_multipart_part", uploadid=plan["uploadid"], partseq="0", content=base64.b64encode(data).decode()
    )
    door.data("upload_multipart_finish", uploadid=plan["uploadid"], block_list=f'["{sent["md5"]}"]')
    assert stored(standin) == hashlib.sha256(data).hexdigest()


def test_an_upload_goes_on_and_only_what_is_missing_is_named(door: Any) -> None:
    data = some(8 * MIB)
    sums = [md5(data[: 4 * MIB]), md5(data[4 * MIB :])]
    plan = door.data("upload_multipart_init", path=PATH, size=len(data), block_list=sums)
    put(door, plan["uploadid"], 0, data[: 4 * MIB])
    again = door.data("upload_multipart_init", path=PATH, size=len(data), block_list=sums, uploadid=plan["uploadid"])
    assert again["block_list"] == [1]
    put(door, again["uploadid"], 1, data[4 * MIB :])
    assert door.data("upload_multipart_finish", uploadid=again["uploadid"], block_list=sums)["size"] == len(data)


def test_known_content_needs_no_upload(door: Any, standin: Any) -> None:
    data = some(300_000)
    plan = door.data("upload_multipart_init", path=PATH, size=len(data))
    put(door, plan["uploadid"], 0, data)
    door.data("upload_multipart_finish", uploadid=plan["uploadid"], block_list=[md5(data)])
    rapid = {"content-md5": md5(data), "slice-md5": md5(data[: 256 * 1024])}
    found = door.data(
        "upload_multipart_init", path="/apps/yungang/2.bin", size=len(data), block_list=[md5(data)], **rapid
    )
    assert found["return_type"] == 2 and found["file"]["path"] == "/apps/yungang/2.bin"
    standin.settings(rapid_upload="refused")
    found = door.data(
        "upload_multipart_init", path="/apps/yungang/3.bin", size=len(data), block_list=[md5(data)], **rapid
    )
    assert found["return_type"] == 1 and found["uploadid"]


def test_members_may_cut_larger_parts(door: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=100 * MIB, part_size=16 * MIB)
    assert (plan["part_size"], plan["parts"]) == (16 * MIB, 7)


def test_size_and_membership_are_checked_before_the_first_byte(standin: Any, stranger: Any, mallory: Any) -> None:
    connect(mallory, TokenPair(**standin.sign_in("demo3")))  # an ordinary account
    error = stranger.refusal("upload_multipart_init", path=PATH, size=4 * 1024 * MIB + 1)
    assert error["code"] == "netdisk.file_too_large" and error["status"] == 413
    assert stranger.refusal("upload_multipart_init", path=PATH, size=0)["code"] == "netdisk.empty_file"
    plan = stranger.data("upload_multipart_init", path=PATH, size=40 * MIB, part_size=16 * MIB)
    assert plan["part_size"] == 4 * MIB
    assert not [call for call in standin.log() if call["op"] == "superfile2"]


@pytest.mark.parametrize("length", [1, 4, 6])
def test_a_part_of_the_wrong_length_goes_nowhere(length: int, door: Any, standin: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    answer = put(door, plan["uploadid"], 0, b"x" * length)
    assert answer.status_code == 400 and answer.json()["code"] == "netdisk.part_size"
    assert not [call for call in standin.log() if call["op"] == "superfile2"]


def test_a_part_that_is_not_there_is_named(door: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    for number in (1, 4095, 10**30):
        assert put(door, plan["uploadid"], number, b"hello").json()["errors"]["partseq"]


def test_a_body_of_unknown_length_or_another_kind_is_refused(door: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    assert put(door, plan["uploadid"], 0, b"hello", CONTENT_LENGTH="").status_code == 411
    assert put(door, plan["uploadid"], 0, b"hello", HTTP_TRANSFER_ENCODING="chunked").status_code == 411
    path = f"/api/v1/netdisk/uploads/{plan['uploadid']}/parts/0"
    assert door.http.put(path, '{"a":1}', content_type="application/json").status_code == 415


def test_a_damaged_part_is_not_taken_for_good(door: Any, standin: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    standin.fault("part_flip", times=1)
    error = put(door, plan["uploadid"], 0, b"hello").json()
    assert error["code"] == "netdisk.upload_incomplete"
    assert put(door, plan["uploadid"], 0, b"hello").status_code == 200


def test_an_upload_that_baidu_forgot_says_start_again(door: Any, standin: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    standin.fault("uploadid_expired")
    error = put(door, plan["uploadid"], 0, b"hello").json()
    assert error["code"] == "netdisk.upload_expired" and error["hint"]


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (31363, "netdisk.upload_incomplete"),
        (31365, "netdisk.file_too_large"),
        (-10, "netdisk.no_space"),
        (-8, "netdisk.exists"),
    ],
)
def test_the_end_says_why_it_failed(code: int, ours: str, door: Any, standin: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    put(door, plan["uploadid"], 0, b"hello")
    standin.fault("errno", match={"op": "create"}, code=code)
    error = door.refusal("upload_multipart_finish", uploadid=plan["uploadid"], block_list=[md5(b"hello")])
    assert error["code"] == ours


def test_the_list_of_parts_has_to_fit(door: Any) -> None:
    error = door.refusal("upload_multipart_init", path=PATH, size=9 * MIB, block_list=[md5(b"")])
    assert list(error["errors"]) == ["block_list"] and "3" in error["errors"]["block_list"][0]
    plan = door.data("upload_multipart_init", path=PATH, size=9 * MIB)
    error = door.refusal("upload_multipart_finish", uploadid=plan["uploadid"], block_list=[md5(b"")])
    assert list(error["errors"]) == ["block_list"]


def test_H20_an_upload_belongs_to_who_started_it(door: Any, standin: Any, stranger: Any, mallory: Any) -> None:
    connect(mallory, TokenPair(**standin.sign_in("demo2")))
    alices = door.data("upload_multipart_init", path=PATH, size=5)["uploadid"]
    before = standin.log()
    content = base64.b64encode(b"hello").decode()
    refused = [
        stranger.refusal("upload_multipart_part", uploadid=alices, partseq=0, content=content),
        stranger.refusal("upload_multipart_finish", uploadid=alices, block_list=[md5(b"hello")]),
        stranger.refusal("upload_multipart_init", path=PATH, size=5, uploadid=alices),
        put(stranger, alices, 0, b"hello").json(),
    ]
    assert [error["code"] for error in refused] == ["not_found"] * 4
    assert standin.log() == before


@pytest.mark.parametrize("change", ["swap", "cut", "empty", "raw", "long"])
def test_an_altered_uploadid_is_not_there(change: str, door: Any) -> None:
    real = door.data("upload_multipart_init", path=PATH, size=5)["uploadid"]
    altered = {"swap": real[::-1], "cut": real[:-1], "empty": "x", "raw": "N1-MTA2", "long": real * 20}[change]
    assert put(door, altered, 0, b"hello").status_code == 404
    assert door.refusal("upload_multipart_finish", uploadid=altered, block_list=[md5(b"hello")])["code"] == "not_found"


def test_an_upload_stays_with_its_drive_and_its_file(door: Any, drive: Any, standin: Any, alice: Any) -> None:
    other = connect(alice, TokenPair(**standin.sign_in("demo2")))
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    part = {"uploadid": plan["uploadid"], "partseq": 0, "content": base64.b64encode(b"hello").decode()}
    assert door.refusal("upload_multipart_part", **part, drive=str(other.pk))["code"] == "not_found"
    assert door.data("upload_multipart_part", **part, drive=str(drive.pk))
    error = door.refusal("upload_multipart_init", path="/apps/yungang/b", size=5, uploadid=plan["uploadid"])
    assert list(error["errors"]) == ["uploadid"]


def test_without_signing_in_there_is_no_door(door: Any, client: Any) -> None:
    plan = door.data("upload_multipart_init", path=PATH, size=5)
    answer = client.put(
        f"/api/v1/netdisk/uploads/{plan['uploadid']}/parts/0", b"hello", content_type="application/octet-stream"
    )
    assert answer.status_code == 401
