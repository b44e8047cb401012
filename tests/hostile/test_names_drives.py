"""H40 at the doors of drives: a name is data on its way to a drive, or it is refused in words. And the codes of shares."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from core.models import AuditEntry, BatchItem, Event
from netdisk.forms import new_code
from netdisk.operations.shares import ALPHABET
from transfers import runner
from transfers.models import LibraryFile, Transfer

from .callers import Caller, everything, is_problem
from .world import MISSING, keep

pytestmark = pytest.mark.django_db(transaction=True)
BOX = "/apps/yungang/names"
NAMES = [
    "..", ".", "...", "../x", "..\\x", "a/../../x", "/etc/passwd", "C:\\x", "%2e%2e%2fx", "a\x00b", "a\nb", "a\r\nX: y",
    "a\x1b[31m", "a\x7fb", "a\x85b", "a\u2028b", "\u202egpj.exe", "\u2066x\u2069", "\ufeffx", "\u200b", "🚢.txt", "é", "e\u0301",
    "x" * 255, "x" * 256, "x" * 300, "名" * 85, "名" * 86, "名" * 300, "end.", "end ", " begin", ".hidden", "-rf", "~", "CON",
    "=cmd|' /C calc'!A0", "<script>", "a:b*c?", "", " ", "{{7*7}}", "%(x)s", "ＡＢ", "ß" * 30,
]  # fmt: skip
Send = Callable[[Caller, Any, str], Any]


def _op(name: str, args: Callable[[Any, str], dict[str, Any]]) -> Send:
    return lambda alice, at, text: alice.post("/mcp/user/exec", {"op": name, "args": args(at, text)})


def _changed(name: str, verb: str = "newname") -> Send:
    return _op(
        name, lambda at, text: {"filelist": [{"path": f"{BOX}/file.txt", "dest": BOX, verb: text}], "ondup": "newcopy"}
    )


def _page(name: str, **values: Any) -> Send:
    def send(alice: Caller, at: Any, text: str) -> Any:
        return alice.post(
            f"/drives/{at['drive']}/{name}", {"id": f"{at['fs_id']}:{BOX}/file.txt", "name": text, **values}
        )

    return send


def _sent(alice: Caller, at: Any, text: str) -> Any:
    body = {"file": at["file"], "drive": at["drive"], "path": BOX, "name": text, "conflict": "rename", "priority": "0"}
    return alice.post("/transfers/send", body)


def _tus(alice: Caller, at: Any, text: str) -> Any:
    said = {"filename": text, "drive": str(at["drive"]), "path": BOX}
    header = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": header}
    return alice.ask("POST", "/files/uploads/", b"hello", kind="application/offset+octet-stream", **headers)


def _transfer(alice: Caller, at: Any, text: str) -> Any:
    body = {"source": {"library": at["file"]}, "destination": {"kind": "netdisk", "folder": BOX, "name": text}}
    return alice.post("/api/v1/transfers", body)


DOORS: dict[str, Send] = {
    "upload_text": _op("upload_text", lambda at, text: {"content": "x", "dir": BOX, "filename": text, "wait": 0}),
    "upload_local": _op(
        "upload_local", lambda at, text: {"local_file_path": at["file"], "remote_path": f"{BOX}/{text}", "wait": 0}
    ),
    "upload_multipart_init": _op("upload_multipart_init", lambda at, text: {"path": f"{BOX}/{text}", "size": 5}),
    "mkdir": _op("mkdir", lambda at, text: {"path": f"{BOX}/{text}"}),
    "rename": _op("rename", lambda at, text: {"filelist": [{"path": f"{BOX}/file.txt", "newname": text}]}),
    "move": _changed("move"),
    "copy": _changed("copy"),
    "transfers": _transfer,
    "tus": _tus,
    "page mkdir": _page("folders", path=BOX),
    "page rename": _page("rename", go="1"),
    "page send": _sent,
}

PAGES = [DOORS[name] for name in DOORS if name.startswith("page")]


def tree(standin: Any, *folders: str) -> set[str]:
    return {child["path"] for folder in folders for child in standin.source(folder)["children"]}


def good(name: str) -> bool:
    return "/" not in name and not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in name)


@pytest.fixture
def at(standin: Any, drive: Any, alice: Any, as_alice: Caller) -> dict[str, Any]:
    """What the doors need: a drive with a folder and a file in it, and a file of the library."""
    made = as_alice.post("/mcp/user/exec", {"op": "mkdir", "args": {"path": BOX}})
    assert made.json()["status"] == "ok", made.content
    put(standin)
    file = keep(alice, "kept.bin", b"hello", folder="/")
    return {"drive": drive.pk, "file": str(file.pk), "fs_id": standin.source(f"{BOX}/file.txt", hash=0)["fs_id"]}


def put(standin: Any) -> None:
    """The file is there under its first name."""
    if f"{BOX}/file.txt" not in tree(standin, BOX):
        order = {"op": "copy", "path": "/测试/1B.bin", "dest": BOX, "newname": "file.txt"}
        standin.control("POST", "change", order)


@pytest.mark.parametrize("door", list(DOORS.values()), ids=list(DOORS))
def test_H40_a_name_is_data_or_refused_in_words(door: Send, at: dict[str, Any], standin: Any, as_alice: Caller) -> None:
    outside = ("/", "/apps", "/apps/yungang")
    before = tree(standin, *outside)
    for name in NAMES[:: 2 if door in PAGES else 1]:
        cache.clear()
        put(standin)
        answer = door(as_alice, at, name)
        assert answer.status_code < 500, (name, answer.content[:300])
        if answer.status_code >= 400 and "json" in answer["Content-Type"]:
            assert is_problem(answer) and "\x1b" not in answer.content.decode(), name
        while runner.run_next():
            pass
    assert tree(standin, *outside) == before
    found = [path.rpartition("/")[2] for path in tree(standin, BOX)]
    assert found and all(good(name) for name in found), found
    assert not set(found) & {"..", ".", "x\n"}
    assert all(good(row.name) for row in Transfer.objects.all())


@pytest.mark.parametrize("name", [".", "..", "a\nb", "a\x00b", "a/b", "x" * 300, "名" * 300])
def test_H40_what_can_be_no_name_is_stored_nowhere(
    name: str, at: dict[str, Any], standin: Any, as_alice: Caller
) -> None:
    before = tree(standin, BOX)
    for door in ("mkdir", "rename", "move", "copy", "page mkdir", "page rename"):
        if (door, name) == ("mkdir", "a/b"):
            continue  # a path below
        DOORS[door](as_alice, at, name)
        assert tree(standin, BOX) == before, door


# -- files of this server


LOCAL = [
    "/etc/passwd", "../../etc/passwd", "/../kept.bin", "/./kept.bin", "~/kept.bin", "file:///etc/passwd",
    "/proc/self/environ", "kept.bin", ".", "..", "/", "", "\x00", "/kept.bin\x00", "/kept.bin/", "%2fkept.bin", "C:\\x",
    "0" * 36, MISSING, "{file}/../{file}", "/link", "*", "/*",
]  # fmt: skip


def test_H40_upload_local_knows_files_of_ones_own_library_only(
    at: dict[str, Any], library: Path, alice: Any, mallory: Any, as_alice: Caller
) -> None:
    theirs = keep(mallory, "canary.txt", b"canary")
    (library / str(alice.pk) / "link").symlink_to("/etc/passwd")
    tried = [
        *LOCAL,
        str(theirs.pk),
        "/canary-folder/canary.txt",
        str(theirs.path()),
        "/" + str(theirs.pk),
        str(library),
    ]
    for named in (text.replace("{file}", at["file"]) for text in tried):
        answers = [
            as_alice.post(path, body)
            for path, body in (
                (
                    "/mcp/user/exec",
                    {"op": "upload_local", "args": {"local_file_path": named, "remote_path": "/x", "wait": 0}},
                ),
                (
                    "/api/v1/transfers",
                    {"source": {"library": named}, "destination": {"kind": "netdisk", "folder": BOX}},
                ),
            )
        ]
        for answer in answers:
            assert answer.status_code in {400, 404, 422} and is_problem(answer), (named, answer.content)
            assert "canary" not in everything(answer).replace(named, "")
    for file in (theirs.pk, "../x", at["drive"]):
        page = as_alice.post("/transfers/send", {"file": file, "drive": at["drive"], "path": BOX, "conflict": "rename"})
        assert page.status_code == 422 and "canary" not in everything(page)
    assert not Transfer.objects.exists()


def test_H40_a_link_in_the_place_of_a_library_file_is_not_followed(
    at: dict[str, Any], standin: Any, tmp_path: Path, as_alice: Caller
) -> None:
    """Someone who can write into the library's folder still gets nothing else of this server sent away."""
    secret, file = tmp_path / "secret", LibraryFile.objects.get()
    secret.write_bytes(b"SECRE")
    file.path().unlink()
    file.path().symlink_to(secret)
    DOORS["upload_local"](as_alice, at, "stolen.bin")
    while runner.run_next():
        pass
    assert Transfer.objects.get().state != "done" and f"{BOX}/stolen.bin" not in tree(standin, BOX)


# -- shares


BAD_CODES: list[Any] = [
    "", "abc", "abcde", "ABCD", "ab c", "äbcd", "١٢٣٤", "ＡＢ１２", "ab1\n", "ab12\n", "a\x00bc", "    ", "a1-2", ["abcd"], {}, 1234,
    True, "🚢🚢🚢🚢", "'or1", "null ", "x" * 5000,
]  # fmt: skip


@pytest.fixture
def shared(at: dict[str, Any], settings: Any) -> dict[str, Any]:
    settings.BAIDU_APP_ID = "10000001"
    return at


def test_H40_H82_the_code_of_a_share_is_four_small_letters_or_digits(
    shared: dict[str, Any], standin: Any, as_alice: Caller
) -> None:
    asked = len([call for call in standin.log() if call["op"] == "share_set"])
    for code in BAD_CODES:
        cache.clear()
        args = {"fsid_list": [shared["fs_id"]], "pwd": code}
        raw = as_alice.post("/mcp/user/exec", {"op": "share_create", "args": args})
        assert raw.status_code in {400, 422}, code
        form = {
            "id": f"{shared['fs_id']}:{BOX}/file.txt",
            "go": "1",
            "period": "7",
            "pwd": code if isinstance(code, str) else "é",
        }
        page = as_alice.post(f"/drives/{shared['drive']}/share", form)
        assert page.status_code < 500
        blanks = isinstance(code, str) and len(code.strip()) == 4 and code.strip().isalnum()  # forms leave them out
        assert blanks or b"pwd=" not in page.content, code
    made = [call for call in standin.log() if call["op"] == "share_set"]
    assert len(made) - asked <= 2


def test_H59_the_code_of_a_share_is_told_once_and_kept_nowhere(
    shared: dict[str, Any], as_alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    args = {"fsid_list": [shared["fs_id"]], "pwd": "q7zx", "remark": "=cmd()<b>\u202e"}
    made = as_alice.post("/mcp/user/exec", {"op": "share_create", "args": args}).json()["data"]
    assert made["pwd"] == "q7zx" and "q7zx" in made["url"]
    form = {"id": f"{shared['fs_id']}:{BOX}/file.txt", "go": "1", "period": "7", "pwd": "q8zx", "remark": "<b>"}
    page = as_alice.post(f"/drives/{shared['drive']}/share", form)
    assert "q8zx" in page.content.decode() and page["Cache-Control"] == "no-store"
    kept = json.dumps([*AuditEntry.objects.values(), *Event.objects.values(), *BatchItem.objects.values()], default=str)
    for code in ("q7zx", "q8zx"):
        assert code not in kept and code not in caplog.text
    assert "share_create" in kept


def test_H12_codes_that_are_made_up_are_not_guessable() -> None:
    codes = {new_code() for _turn in range(400)}
    assert len(codes) > 390 and all(len(code) == 4 and set(code) <= set(ALPHABET) for code in codes)


@pytest.mark.parametrize("remark", ["a\x00b", "x" * 300, "a\nb", "\u202e", "🚢", "<script>", "=1+1", "'; --"])
def test_H40_a_note_of_a_share_is_only_a_note(remark: str, shared: dict[str, Any], as_alice: Caller) -> None:
    args = {"fsid_list": [shared["fs_id"]], "remark": remark}
    answer = as_alice.post("/mcp/user/exec", {"op": "share_create", "args": args})
    assert answer.status_code in {200, 400, 422}, answer.content
    form = {"id": f"{shared['fs_id']}:{BOX}/file.txt", "go": "1", "period": "7", "pwd": "q8zx", "remark": remark}
    page = as_alice.post(f"/drives/{shared['drive']}/share", form)
    assert page.status_code < 500 and "<script>" not in page.content.decode().split("<main", 1)[-1]
