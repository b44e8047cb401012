"""What can be switched on against uploads: slow, cut, damaged and forgotten parts, lost answers, codes."""

from __future__ import annotations

import socket
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from tests.emulators.standin import Standin, wait_for
from tests.emulators.uploading import BLOCK, MIB, Sending, md5, noise, told, upload_of


@pytest.fixture
def sending(baidu: Standin) -> Sending:
    sending = Sending(baidu, "/apps/yungang/f.bin", noise(2 * BLOCK + 1))
    sending.precreate()
    return sending


def counts(sending: Sending) -> dict[int, int]:
    parts = upload_of(sending.baidu, sending.uploadid)["parts"]
    return {each["partseq"]: each["count"] for each in parts}


def test_a_slow_part(baidu: Standin, sending: Sending) -> None:
    baidu.fault("part_slow", times=1, bytes_per_s=8 * MIB)
    started = time.monotonic()
    assert sending.part(0).json()["md5"] == md5(sending.slices[0])
    assert time.monotonic() - started >= 0.5
    started = time.monotonic()
    sending.part(1)
    assert time.monotonic() - started < 0.5


def test_a_part_cut_in_the_middle_leaves_nothing(baidu: Standin, sending: Sending) -> None:
    baidu.fault("part_dropped", times=1, match={"partseq": 1}, after=MIB)
    sending.part(0)
    with pytest.raises(requests.ConnectionError):
        sending.part(1)
    assert counts(sending) == {0: 1}
    assert sending.precreate(uploadid=sending.uploadid)["block_list"] == [1, 2]
    assert sending.part(1).ok
    assert counts(sending) == {0: 1, 1: 1}


def test_a_part_is_stored_and_its_answer_lost(baidu: Standin, sending: Sending) -> None:
    baidu.fault("answer_lost", times=1, match={"op": "superfile2"})
    with pytest.raises(requests.ConnectionError):
        sending.part(0)
    assert counts(sending) == {0: 1}
    assert sending.precreate(uploadid=sending.uploadid)["block_list"] == [1, 2]


def test_a_file_is_made_and_the_answer_lost(baidu: Standin, sending: Sending) -> None:
    for seq in range(3):
        sending.part(seq)
    baidu.fault("answer_lost", times=1, match={"op": "create"})
    with pytest.raises(requests.ConnectionError):
        sending.create()
    assert told(baidu, sending.path)["md5"] == md5(sending.data)
    assert sending.create(rtype=3)["errno"] == 31355
    assert upload_of(baidu, sending.uploadid)["creates"] == 2


def test_a_damaged_part_shows_in_its_md5(baidu: Standin, sending: Sending) -> None:
    baidu.fault("part_flip", times=1)
    assert sending.part(0).json()["md5"] != md5(sending.slices[0])
    assert sending.part(0).json()["md5"] == md5(sending.slices[0])


def test_a_forgotten_part_is_missed_by_create(baidu: Standin, sending: Sending) -> None:
    baidu.fault("part_forgotten", match={"partseq": 1}, times=1)
    for seq in range(3):
        assert sending.part(seq).json()["md5"] == md5(sending.slices[seq])
    assert sending.create()["errno"] == 31363
    sending.part(1)
    assert sending.create()["errno"] == 0


@pytest.mark.parametrize("op", ["superfile2", "create"])
def test_an_uploadid_ends_midway(baidu: Standin, sending: Sending, op: str) -> None:
    for seq in range(2):
        sending.part(seq)
    baidu.fault("uploadid_expired", times=1, match={"op": op})
    if op == "superfile2":
        assert sending.part(2).json()["error_code"] == 31299
    assert sending.create()["errno"] == 31355
    assert sending.precreate(uploadid=sending.uploadid)["block_list"] == [0, 1, 2]


@pytest.mark.parametrize(("code", "status"), [(31363, 403), (31299, 500), (31364, 403), (31024, 400), (31355, 403)])
def test_any_code_for_a_part(baidu: Standin, sending: Sending, code: int, status: int) -> None:
    baidu.fault("errno", times=1, match={"op": "superfile2", "partseq": 0}, code=code)
    answer = sending.part(0)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert sending.part(0).ok


@pytest.mark.parametrize(
    ("op", "code"),
    [("precreate", 31500), ("create", 10), ("create", 31365), ("create", 31353), ("create", 42000), ("create", 20012)],
)
def test_any_code_for_the_first_and_the_last_call(baidu: Standin, op: str, code: int) -> None:
    baidu.fault("errno", times=1, match={"op": op}, code=code, message="no")
    sending = Sending(baidu, "/a.txt", b"abc")
    answers = [sending.precreate()]
    if op == "create":
        sending.part(0)
        answers.append(sending.create())
    assert (answers[-1]["errno"], answers[-1]["errmsg"]) == (code, "no")
    assert sending.all()["errno"] == 0


def test_a_sender_that_leaves_leaves_nothing(baidu: Standin, sending: Sending) -> None:
    query = urlencode(sending.query(0))
    head = f"POST /rest/2.0/pcs/superfile2?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {BLOCK}\r\n"
    head += 'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nx: name="file"\r\n\r\n'
    address = urlsplit(baidu.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(head.encode() + noise(MIB))
        wait_for(lambda: baidu.control("GET", "counters")["bytes_received"] > MIB)
    wait_for(lambda: baidu.log(op="superfile2"))
    assert counts(sending) == {}
    assert sending.part(0).ok


def test_every_upload_op_can_be_late(baidu: Standin) -> None:
    ops = ("precreate", "locateupload", "superfile2", "create")
    for op in ops:
        baidu.fault("latency", match={"op": op}, ms=60)
    started = time.monotonic()
    baidu.get("/rest/2.0/pcs/file", method="locateupload", upload_version="2.0")
    assert Sending(baidu, "/late", b"x").all()["errno"] == 0
    assert time.monotonic() - started >= 0.06 * len(ops)
    assert [each["op"] for each in baidu.log()] == ["locateupload", "precreate", "superfile2", "create"]


# -- frequency control


def call(baidu: Standin, kind: str) -> dict[str, Any]:
    """One call of a class."""
    if kind == "list":
        return baidu.file("list", dir="/空文件夹")
    if kind == "search":
        return baidu.file("search", key="没有")
    if kind == "write":
        return baidu.post_file("create", {"path": "/夹", "isdir": 1, "rtype": 1})
    if kind == "upload":
        return Sending(baidu, "/a", b"x").precreate()
    body: dict[str, Any] = baidu.get("/api/quota").json()
    return body


@pytest.mark.parametrize("kind", ["list", "search", "meta", "write", "upload"])
def test_a_class_of_calls_is_limited_per_user_and_minute(baidu: Standin, kind: str) -> None:
    baidu.settings(**{f"{kind}_per_minute": 2})
    assert [call(baidu, kind)["errno"] for _ in range(4)] == [0, 0, 31034, 31034]
    other = "meta" if kind != "meta" else "list"
    assert call(baidu, other)["errno"] == 0
    counters = baidu.control("GET", "counters")
    assert counters["refused"] == {"31034": 2}
    assert sum(counters["calls"].values()) == 5
    refused = [each for each in baidu.log() if each["code"] == 31034]
    assert [each["class"] for each in refused] == [kind, kind]
    baidu.sign_in("demo2")
    assert call(baidu, kind)["errno"] == 0


def test_the_whole_app_is_limited_per_minute(baidu: Standin) -> None:
    baidu.settings(app_per_minute=3)
    codes = [call(baidu, kind)["errno"] for kind in ("list", "meta")]
    baidu.sign_in("demo2")
    codes += [call(baidu, kind)["errno"] for kind in ("search", "list")]
    assert codes == [0, 0, 0, 31034]


def test_a_storm_refuses_a_class_for_a_while(baidu: Standin) -> None:
    baidu.fault("storm", **{"class": "list", "seconds": 0.4})
    assert call(baidu, "list")["errno"] == 31034
    assert call(baidu, "search")["errno"] == 0
    wait_for(lambda: call(baidu, "list")["errno"] == 0)
    baidu.control("DELETE", "faults")
    baidu.fault("storm")
    assert {call(baidu, kind)["errno"] for kind in ("list", "search", "meta", "write")} == {31034}


def test_a_storm_may_refuse_by_chance_the_same_for_the_same_seed(baidu: Standin) -> None:
    runs = []
    for seed in (1, 1, 2):
        baidu.control("DELETE", "faults")
        baidu.fault("storm", p=0.5, seed=seed)
        runs.append([call(baidu, "meta")["errno"] for _ in range(24)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {0, 31034}


@pytest.mark.parametrize("code", [42000, 20012, 9100, 31212, 132])
def test_any_code_can_be_answered(baidu: Standin, code: int) -> None:
    baidu.fault("errno", times=2, code=code)
    assert [call(baidu, "meta")["errno"] for _ in range(3)] == [code, code, 0]
