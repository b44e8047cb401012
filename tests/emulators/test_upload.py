"""Uploads from precreate to create and back down again, with what the documentation lets go wrong."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from emulators.baidu.content import obfuscated
from tests.emulators.standin import AGENT, Program, Standin
from tests.emulators.uploading import BLOCK, MIB, Sending, md5, noise, told, upload_of

BIG = 2 * BLOCK + 12_345


@pytest.fixture
def sending(baidu: Standin) -> Sending:
    return Sending(baidu, "/apps/yungang/三 段.bin", noise(BIG))


# -- there and back


def test_a_file_of_three_parts_comes_back_byte_for_byte(baidu: Standin, sending: Sending) -> None:
    begun = sending.precreate()
    assert (begun["errno"], begun["return_type"], begun["block_list"]) == (0, 1, [0, 1, 2])
    assert begun["uploadid"].startswith("N1-")
    for seq in (2, 0, 1):
        answer = sending.part(seq)
        assert answer.json()["md5"] == md5(sending.slices[seq])
        assert "errno" not in answer.json()
        assert "error_code" not in answer.json()
    made = sending.create()
    assert (made["errno"], made["path"], made["size"], made["isdir"]) == (0, sending.path, BIG, 0)
    assert (made["server_filename"], made["category"]) == ("三 段.bin", 6)
    answer = baidu.fetch(baidu.dlink(sending.path))
    assert answer.content == sending.data
    assert answer.headers["Content-MD5"] == md5(sending.data)
    row = next(each for each in baidu.file("list", dir="/apps/yungang")["list"] if each["path"] == sending.path)
    assert (row["fs_id"], row["md5"]) == (made["fs_id"], made["md5"])
    assert re.fullmatch(r"[0-9a-f]{32}", made["md5"])
    assert made["md5"] != md5(sending.data)
    facts = told(baidu, sending.path)
    assert (facts["size"], facts["fs_id"], facts["md5"]) == (BIG, made["fs_id"], md5(sending.data))
    assert facts["sha256"] == hashlib.sha256(sending.data).hexdigest()


@pytest.mark.parametrize("cut", [(0, 9), (BLOCK - 1, BLOCK + 1), (BLOCK + 5, 2 * BLOCK + 5), (BIG - 3, BIG - 1)])
def test_ranges_of_an_uploaded_file_cross_its_parts(baidu: Standin, sending: Sending, cut: tuple[int, int]) -> None:
    sending.all()
    answer = baidu.fetch(baidu.dlink(sending.path), Range=f"bytes={cut[0]}-{cut[1]}")
    assert (answer.status_code, answer.content) == (206, sending.data[cut[0] : cut[1] + 1])


def test_one_part_shows_the_hidden_md5(baidu: Standin) -> None:
    sending = Sending(baidu, "/hello.txt", b"hello")
    made = sending.all()
    assert made["md5"] == "bd686f11dkea8dc5113480f530da507e" == obfuscated(md5(b"hello"))
    answer = baidu.fetch(baidu.dlink("/hello.txt"))
    assert (answer.content, answer.headers["ETag"]) == (b"hello", f'"{md5(b"hello")}"')


@pytest.mark.parametrize("verb", ["POST", "PUT"])
@pytest.mark.parametrize("size", [1, 70, 65_536, 3 * MIB + 1])
def test_parts_of_any_bytes_arrive_exactly(baidu: Standin, verb: str, size: int) -> None:
    data = (b"\r\n--\r\n--boundary\r\n" * (size // 17 + 1))[:size]
    sending = Sending(baidu, "/grenze.bin", data)
    sending.precreate()
    assert sending.part(0, verb=verb).json()["md5"] == md5(data)
    assert sending.create()["errno"] == 0
    assert told(baidu, "/grenze.bin")["sha256"] == hashlib.sha256(data).hexdigest()


def test_parts_may_come_together(baidu: Standin) -> None:
    sending = Sending(baidu, "/parallel.bin", noise(5 * BLOCK))
    sending.precreate()
    threads = [threading.Thread(target=sending.part, args=(seq,)) for seq in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sending.create()["errno"] == 0
    assert told(baidu, "/parallel.bin")["md5"] == md5(sending.data)


def test_times_of_the_uploader_are_kept_beside_the_servers(baidu: Standin) -> None:
    sending = Sending(baidu, "/old.txt", b"old")
    made = sending.all(local_ctime=1_600_000_000, local_mtime=1_600_000_001)
    row = baidu.meta("/old.txt")
    assert (row["local_ctime"], row["local_mtime"]) == (1_600_000_000, 1_600_000_001)
    assert row["server_mtime"] == made["mtime"] > 1_700_000_000


def test_the_md5_may_come_with_an_errno(baidu: Standin) -> None:
    baidu.settings(superfile_errno=True)
    sending = Sending(baidu, "/a", b"a")
    sending.precreate()
    assert sending.part(0).json()["errno"] == 0


# -- going on


def test_precreate_with_the_uploadid_names_the_missing_parts(baidu: Standin, sending: Sending) -> None:
    sending.precreate()
    uploadid = sending.uploadid
    sending.part(1)
    sending.part(1)
    again = sending.precreate(uploadid=uploadid)
    assert (again["uploadid"], again["block_list"]) == (uploadid, [0, 2])
    sending.part(0)
    sending.part(2)
    assert sending.create()["errno"] == 0
    known = upload_of(baidu, uploadid)
    assert {each["partseq"]: each["count"] for each in known["parts"]} == {0: 1, 1: 2, 2: 1}
    assert (known["state"], known["creates"], known["blocks"]) == ("created", 1, 3)
    counters = baidu.control("GET", "counters")
    assert (counters["calls"]["create"], counters["calls"]["superfile2"]) == (1, 4)
    assert counters["bytes_received"] > BIG


def test_another_file_under_the_uploadid_begins_anew(baidu: Standin, sending: Sending) -> None:
    sending.precreate()
    other = Sending(baidu, sending.path, noise(BIG, seed=2))
    answer = other.precreate(uploadid=sending.uploadid)
    assert answer["uploadid"] != sending.uploadid
    assert answer["block_list"] == [0, 1, 2]


def test_an_uploadid_ends_and_takes_its_parts_along(baidu: Standin, sending: Sending) -> None:
    sending.precreate()
    sending.part(0)
    assert baidu.control("POST", "expire-uploads") == {"expired": 1}
    late = sending.part(1)
    assert (late.status_code, late.json()["error_code"]) == (500, 31299)
    assert "uploadid" in late.json()["error_msg"]
    assert sending.create()["errno"] == 31355
    assert sending.precreate(uploadid=sending.uploadid)["block_list"] == [0, 1, 2]
    assert sending.all()["errno"] == 0
    baidu.settings(upload_session_s=0)
    sending.precreate()
    assert sending.part(0).json()["error_code"] == 31299


def test_the_block_list_may_be_empty(baidu: Standin, sending: Sending) -> None:
    baidu.settings(block_list_answer="empty")
    assert sending.precreate()["block_list"] == []
    sending.part(0)
    assert sending.precreate(uploadid=sending.uploadid)["block_list"] == [1, 2]


# -- rapid upload


def test_a_known_content_needs_no_upload(baidu: Standin, sending: Sending) -> None:
    sending.all()
    copy = Sending(baidu, "/副本.bin", sending.data)
    answer = copy.precreate(**copy.rapid())
    assert answer["return_type"] == 2
    assert "uploadid" not in answer
    assert answer["info"]["md5"] == baidu.meta(sending.path)["md5"]
    assert answer["info"]["fs_id"] != baidu.meta(sending.path)["fs_id"]
    assert told(baidu, "/副本.bin")["md5"] == md5(sending.data)
    baidu.sign_in("demo2")
    assert copy.precreate(**copy.rapid())["return_type"] == 2


def test_generated_contents_are_known_too_and_small_ones_are_not(baidu: Standin) -> None:
    for name, kind in (("/测试/1MiB.bin", 2), ("/测试/1KiB.bin", 1)):
        data = baidu.fetch(baidu.dlink(name)).content
        copy = Sending(baidu, f"/kopie{kind}", data)
        assert copy.precreate(**copy.rapid())["return_type"] == kind


def test_rapid_upload_is_granted_per_app(baidu: Standin, sending: Sending) -> None:
    sending.all()
    copy = Sending(baidu, "/copy.bin", sending.data)
    baidu.settings(rapid_upload="off")
    assert copy.precreate(**copy.rapid())["return_type"] == 1
    baidu.settings(rapid_upload="refused")
    assert copy.precreate(**copy.rapid())["errno"] == 31500
    assert copy.precreate()["return_type"] == 1


def test_create_without_an_uploadid_knows_whole_md5s(baidu: Standin, sending: Sending) -> None:
    sending.all()
    form = {"path": "/rapid.bin", "size": BIG, "isdir": 0}
    made = baidu.post_file("create", form | {"block_list": json.dumps([md5(sending.data)])})
    assert (made["errno"], told(baidu, "/rapid.bin")["md5"]) == (0, md5(sending.data))
    unknown = baidu.post_file("create", form | {"path": "/x", "block_list": json.dumps([md5(b"?")])})
    assert unknown["errno"] == 31190


# -- conflicts


def test_rtype_settles_conflicts(baidu: Standin) -> None:
    first, second = Sending(baidu, "/a.tar.gz", b"first"), Sending(baidu, "/a.tar.gz", b"second")
    made = first.all()
    assert second.all(rtype=0)["errno"] == -8
    renamed = second.all(rtype=1)
    assert re.fullmatch(r"/a\.tar_\d{8}_\d{6}\.gz", renamed["path"])
    assert first.all(rtype=2)["fs_id"] == made["fs_id"]
    assert second.all(rtype=2)["path"] not in ("/a.tar.gz", renamed["path"])
    assert second.all(rtype=3)["path"] == "/a.tar.gz"
    assert told(baidu, "/a.tar.gz")["md5"] == md5(b"second")
    assert Sending(baidu, "/照片", b"x").all(rtype=3)["errno"] == -8
    assert first.all()["errno"] == -8


def test_after_a_conflict_another_create_may_follow(baidu: Standin) -> None:
    Sending(baidu, "/a.txt", b"first").all()
    second = Sending(baidu, "/a.txt", b"second")
    assert second.all(rtype=0)["errno"] == -8
    assert second.create(rtype=3)["errno"] == 0
    assert second.create(rtype=3)["errno"] == 31355


def test_a_conflict_may_show_at_precreate(baidu: Standin) -> None:
    assert Sending(baidu, "/README.txt", b"x").precreate(rtype=0)["errno"] == 0
    baidu.settings(precreate_conflict=True)
    assert Sending(baidu, "/README.txt", b"x").precreate(rtype=0)["errno"] == -8


# -- refusals


@pytest.mark.parametrize(
    ("change", "errno"),
    [
        ({"size": 0}, 2),
        ({"size": "x"}, 2),
        ({"block_list": "[]"}, 2),
        ({"block_list": "no"}, 2),
        ({"block_list": '["ABC"]'}, 2),
        ({"block_list": json.dumps([md5(b"")] * 1025)}, 2),
        ({"autoinit": 0}, 2),
        ({"isdir": 1}, 2),
        ({"rtype": 4}, 2),
        ({"path": ""}, 2),
        ({"path": "/a?b"}, -7),
        ({"path": "/" + "x" * 1001}, -7),
        ({"path": "/.hidden"}, -7),
    ],
)
def test_precreate_refuses_nonsense(baidu: Standin, change: dict[str, Any], errno: int) -> None:
    assert Sending(baidu, "/a.txt", b"abc").precreate(**change)["errno"] == errno


def test_create_compares_what_came_with_what_is_claimed(baidu: Standin, sending: Sending) -> None:
    sending.precreate()
    sending.part(0)
    assert sending.create()["errno"] == 31363
    sending.part(1)
    sending.part(2)
    assert sending.create(size=BIG + 1)["errno"] == 10
    assert sending.create(block_list=json.dumps([md5(b"")] * 3))["errno"] == 31190
    assert sending.create(uploadid="N1-none")["errno"] == 31355
    assert sending.create()["errno"] == 0


def test_parts_of_unequal_sizes_make_no_file(baidu: Standin) -> None:
    whole = Sending(baidu, "/x", noise(3 * BLOCK))
    whole.precreate()
    odd = [whole.data[:BLOCK], whole.data[: BLOCK - 1], whole.data[: BLOCK + 1]]
    baidu.settings(block_limit_svip=2 * BLOCK)
    for seq, data in enumerate(odd):
        whole.part(seq, data)
    assert whole.create(block_list=json.dumps([md5(each) for each in odd]))["errno"] == 10


def test_md5s_other_than_announced_are_fine_unless_strict(baidu: Standin) -> None:
    for strict, errno in ((False, 0), (True, 31190)):
        baidu.settings(strict_block_list=strict)
        sending = Sending(baidu, f"/{strict}", b"now this")
        sending.precreate(block_list=json.dumps([md5(b"was that")]))
        sending.part(0)
        assert sending.create()["errno"] == errno


def test_the_first_of_several_parts_is_not_small(baidu: Standin) -> None:
    small = Sending(baidu, "/s", noise(3 * MIB), block=MIB)
    small.precreate()
    answer = small.part(0)
    assert (answer.status_code, answer.json()["error_code"]) == (500, 31299)
    baidu.settings(first_part_min=MIB)
    assert small.all()["errno"] == 0


@pytest.mark.parametrize(("vip_type", "most"), [(0, 4), (1, 16), (2, 32)])
def test_membership_decides_the_largest_part(baidu: Standin, vip_type: int, most: int) -> None:
    baidu.control("POST", "user", {"vip_type": vip_type})
    sending = Sending(baidu, "/m", noise(most * MIB + 1), block=64 * MIB)
    sending.precreate()
    assert sending.part(0).json()["error_code"] == 31364
    baidu.settings(large_part_answer=413)
    assert sending.part(0).status_code == 413
    assert sending.part(0, sending.data[:-1]).status_code == 200


@pytest.mark.parametrize(("vip_type", "name"), [(0, "ordinary"), (1, "vip"), (2, "svip")])
def test_membership_decides_the_largest_file_and_create_tells(baidu: Standin, vip_type: int, name: str) -> None:
    limits = baidu.control("GET", "settings")
    assert limits[f"file_limit_{name}"] == {0: 4, 1: 10, 2: 20}[vip_type] << 30
    baidu.control("POST", "user", {"vip_type": vip_type})
    baidu.settings(**{f"file_limit_{name}": 10})
    assert Sending(baidu, "/ok", b"0123456789").all()["errno"] == 0
    assert Sending(baidu, "/too", b"0123456789x").all()["errno"] == 31365


def test_a_full_drive_is_minus_10(baidu: Standin) -> None:
    used = baidu.control("GET", "user")["used"]
    assert baidu.control("POST", "user", {"total": used + 5})["total"] == used + 5
    assert baidu.get("/api/quota").json()["total"] == used + 5
    assert Sending(baidu, "/six", b"123456").precreate()["errno"] == -10
    assert Sending(baidu, "/five", b"12345").all()["errno"] == 0
    assert Sending(baidu, "/five", b"54321").all(rtype=3)["errno"] == 0
    assert Sending(baidu, "/one", b"1").precreate()["errno"] == -10


def test_outside_the_sandbox(baidu: Standin) -> None:
    outside = Sending(baidu, "/elsewhere", b"x")
    outside.precreate()
    baidu.settings(sandbox="/apps/yungang")
    answer = outside.part(0)
    assert (answer.status_code, answer.json()["error_code"]) == (403, 31064)
    assert outside.create()["errno"] == -7
    assert outside.precreate()["errno"] == -7
    assert Sending(baidu, "/apps/yungang/in", b"x").all()["errno"] == 0


def test_parts_need_a_length_a_form_and_sense(baidu: Standin, sending: Sending) -> None:
    sending.precreate()
    url = f"{baidu.url}/rest/2.0/pcs/superfile2"
    query = {"method": "upload", "type": "tmpfile", "path": "/x", "uploadid": sending.uploadid, "partseq": "0"}
    query["access_token"] = baidu.access_token
    chunked = requests.post(url, params=query, data=iter([b"x"]), timeout=30)
    assert (chunked.status_code, chunked.json()["error_code"]) == (403, 31211)
    plain = requests.post(url, params=query, data=b"x", timeout=30)
    assert (plain.status_code, plain.json()["error_code"]) == (400, 31023)
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    cut = requests.post(url, params=query, data=b'--b\r\nx: name="file"\r\n\r\nabc', headers=kind, timeout=30)
    assert cut.json()["error_code"] == 31023
    nameless = requests.post(url, params=query, files={"other": (None, b"x")}, timeout=30)
    assert nameless.json()["error_code"] == 31023
    assert sending.part(0, partseq=-1).json()["error_code"] == 31023
    assert sending.part(0, partseq=1024).json()["error_code"] == 31023
    assert sending.part(0, uploadid="N1-none").json()["error_code"] == 31355
    assert sending.part(0, access_token="").status_code == 401
    assert upload_of(baidu, sending.uploadid)["parts"] == []


# -- where to, and in one step


def locate(baidu: Standin, **query: Any) -> dict[str, Any]:
    query = {"appid": 250528, "upload_version": "2.0", "path": "/x", "uploadid": "N1-x"} | query
    answer: dict[str, Any] = baidu.get("/rest/2.0/pcs/file", method="locateupload", **query).json()
    return answer


def test_locateupload_names_the_hosts_of_the_settings(baidu: Standin) -> None:
    answer = locate(baidu)
    assert (answer["error_code"], answer["servers"], answer["bak_servers"]) == (0, [{"server": baidu.url}], [])
    baidu.settings(locate_servers="none", locate_bak_servers="https://c.example, http://d.example")
    answer = locate(baidu)
    assert answer["servers"] == []
    assert answer["bak_servers"] == [{"server": "https://c.example"}, {"server": "http://d.example"}]
    assert locate(baidu, upload_version="")["error_code"] == 31023
    assert locate(baidu, access_token="")["error_code"] == 0
    baidu.fault("errno", match={"op": "locateupload"}, code=31021)
    assert locate(baidu)["error_code"] == 31021


def single(baidu: Standin, path: str, data: bytes, verb: str = "POST", **query: str) -> requests.Response:
    params = {"method": "upload", "path": path, "access_token": baidu.access_token} | query
    url = f"{baidu.url}/rest/2.0/pcs/file"
    return requests.request(verb, url, params=params, files={"file": data}, headers=AGENT, timeout=30)


def test_a_small_file_in_one_step(baidu: Standin) -> None:
    made = single(baidu, "/einzeln.txt", b"one").json()
    assert (made["path"], made["size"], made["md5"]) == ("/einzeln.txt", 3, obfuscated(md5(b"one")))
    assert baidu.fetch(baidu.dlink("/einzeln.txt")).content == b"one"
    taken = single(baidu, "/einzeln.txt", b"two")
    assert (taken.status_code, taken.json()["error_code"]) == (400, 31061)
    assert single(baidu, "/einzeln.txt", b"two", "PUT", ondup="newcopy").json()["path"].startswith("/einzeln_2")
    assert single(baidu, "/einzeln.txt", b"three", ondup="overwrite").json()["size"] == 5
    assert told(baidu, "/einzeln.txt")["md5"] == md5(b"three")
    assert single(baidu, "/a?b", b"x").json()["error_code"] == 31062
    assert single(baidu, "/leer", b"").json()["error_code"] == 31023
    assert single(baidu, "/x", b"x", ondup="explode").json()["error_code"] == 31023
    baidu.settings(single_limit=1)
    assert single(baidu, "/gross", b"x" * 70_000).status_code == 413
    baidu.settings(sandbox="/apps/yungang")
    assert single(baidu, "/x", b"x").json()["error_code"] == 31064


# -- on the disk


def files_below(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_uploads_survive_a_hard_restart_and_leave_the_disk_when_deleted(tmp_path: Path) -> None:
    options = ("--port", "0", "--entries", "50", "--state", str(tmp_path / "state.json"))
    program = Program(*options)
    baidu = Standin(program.url, program.download_url)
    token = baidu.sign_in()["access_token"]
    Sending(baidu, "/bleibt.bin", noise(BIG)).all(local_mtime=1_600_000_000)
    half = Sending(baidu, "/halb.bin", noise(BIG, seed=2))
    half.precreate()
    half.part(1)
    program.stop(signal.SIGKILL)
    program = Program(*options)
    try:
        baidu = half.baidu = Standin(program.url, program.download_url)
        baidu.access_token = token
        assert baidu.fetch(baidu.dlink("/bleibt.bin")).content == noise(BIG)
        assert baidu.meta("/bleibt.bin")["local_mtime"] == 1_600_000_000
        assert half.precreate(uploadid=half.uploadid)["block_list"] == [0, 2]
        baidu.settings(recycle_days=0)
        copy = [{"path": "/bleibt.bin", "dest": "/测试"}]
        assert baidu.post_file("filemanager", {"filelist": json.dumps(copy)}, opera="copy")["errno"] == 0
        baidu.control("POST", "change", {"op": "delete", "path": "/bleibt.bin"})
        assert told(baidu, "/测试/bleibt.bin")["md5"] == md5(noise(BIG))
        baidu.control("POST", "change", {"op": "delete", "path": "/测试/bleibt.bin"})
        assert [each.parent.parent.name for each in files_below(tmp_path / "state.content")] == ["uploads"]
        baidu.control("POST", "reset")
        assert files_below(tmp_path / "state.content") == []
    finally:
        assert program.stop() == (0, "")


def test_overwritten_and_replaced_contents_leave_the_disk(tmp_path: Path) -> None:
    program = Program("--port", "0", "--entries", "50", "--state", str(tmp_path / "state.json"))
    try:
        baidu = Standin(program.url, program.download_url)
        baidu.sign_in()
        for text in (b"one", b"two", b"three"):
            Sending(baidu, "/a", text).all(rtype=3)
        assert len(files_below(tmp_path / "state.content")) == 1
        Sending(baidu, "/a", b"three").all(rtype=2)
        assert len(files_below(tmp_path / "state.content")) == 1
        baidu.control("POST", "touch", {"path": "/a"})
        assert files_below(tmp_path / "state.content") == []
        assert baidu.fetch(baidu.dlink("/a")).status_code == 200
    finally:
        assert program.stop() == (0, "")
