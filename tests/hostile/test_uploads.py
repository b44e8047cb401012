"""H14, H20, H21, H24, H42, H45, H50 and H51 at the door of uploads: `/files/uploads/`, and the parts of multipart uploads."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from transfers.models import LibraryFile, Transfer, Upload

from .callers import METHODS, Caller, everything, is_problem
from .test_mass_assignment import COLUMNS
from .test_names import files_below
from .test_numbers import IDS
from .world import MISSING, World, keep, rows_of

pytestmark = pytest.mark.django_db(transaction=True)
UPLOADS = "/files/uploads/"
OCTETS = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}
NO_NUMBERS = [
    "", "-1", "+1", "1.0", "1e3", "0x10", " 1 2", "٣", "①", "NaN", "null", "1,2", "9" * 19, "9" * 5000, str(2**63), str(2**64),
    "1\t", "--1", "1_000",
]  # fmt: skip


def said(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def begin(caller: Caller, size: Any, header: str = "", body: bytes | None = None, **more: str) -> Any:
    headers = {**TUS, "Upload-Length": str(size), **({"Upload-Metadata": header} if header else {}), **more}
    return caller.ask("POST", UPLOADS, body, kind=OCTETS if body is not None else "text/plain", **headers)


def send(caller: Caller, url: str, offset: Any, body: bytes, **more: str) -> Any:
    return caller.ask(
        "PATCH", url, body, kind=OCTETS, **{**TUS, "Content-Type": OCTETS, "Upload-Offset": str(offset), **more}
    )


@pytest.fixture
def url(as_alice: Caller) -> str:
    """An upload of alice's that stands in the middle."""
    made = begin(as_alice, 10, said(filename="canary.bin"), b"canar")
    assert made.status_code == 201, made.content
    return str(made["Location"])


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_H51_lengths_and_offsets_are_whole_numbers(text: str, url: str, as_alice: Caller) -> None:
    before = Upload.objects.count()
    assert (answer := begin(as_alice, text)).status_code == 400 and is_problem(answer)
    assert (answer := send(as_alice, url, text, b"x")).status_code == 400 and is_problem(answer)
    assert Upload.objects.count() == before and Upload.objects.get().offset == 5


def test_H45_too_large_is_refused_before_the_first_byte(as_alice: Caller, library: Path, settings: Any) -> None:
    for size in (10**18 - 1, 2**60, 2**50):
        answer = begin(as_alice, size, said(filename="x"))
        assert answer.status_code in {400, 413, 429, 507} and is_problem(answer), size
    assert not Upload.objects.exists() and files_below(library) == set()


@pytest.mark.parametrize("offset", [0, 4, 6, 9, 10, 11, 2**40])
def test_H45_bytes_go_only_where_the_upload_stands(offset: int, url: str, as_alice: Caller, library: Path) -> None:
    answer = send(as_alice, url, offset, b"12345")
    assert answer.status_code == 409 and is_problem(answer)
    assert send(as_alice, url, 5, b"123456").status_code == 413
    row = Upload.objects.get()
    assert row.offset == 5 and row.staged_path().read_bytes()[:5] == b"canar"
    assert not LibraryFile.objects.exists()


def test_H45_finishing_twice_is_one_file(url: str, as_alice: Caller) -> None:
    assert send(as_alice, url, 5, b"12345").status_code == 204
    assert send(as_alice, url, 10, b"").status_code == 204
    for offset, body in ((5, b"12345"), (10, b"1"), (0, b"canar")):
        assert send(as_alice, url, offset, body).status_code in {409, 413}
    assert as_alice.ask("DELETE", url, **TUS).status_code == 204
    kept = LibraryFile.objects.get()
    assert kept.path().read_bytes() == b"canar12345"


def test_H20_H24_uploads_of_others_are_not_there_however_one_asks(url: str, as_mallory: Caller) -> None:
    before = Upload.objects.values().get()
    missing = UPLOADS + MISSING
    overrides = [
        {},
        *({"X-HTTP-Method-Override": verb} for verb in ("PATCH", "DELETE", "HEAD", "GET", "get", "TRACE", "x" * 99)),
    ]
    for method in METHODS:
        for extra in overrides if method == "POST" else overrides[:1]:
            for headers in ({}, {**TUS, "Upload-Offset": "5"}, {**TUS, "Upload-Offset": "x"}, {"Tus-Resumable": "9"}):
                cache.clear()
                there, gone = (
                    as_mallory.ask(method, path, b"12345", kind=OCTETS, **headers, **extra) for path in (url, missing)
                )
                assert there.status_code == gone.status_code and there.status_code in {404, 405, 204}, (method, extra)
                assert there.status_code != 204 or method == "OPTIONS"
                assert "canary" not in everything(there)
    assert Upload.objects.values().get() == before
    assert as_mallory.get(UPLOADS).json() == {"uploads": []}
    assert Upload.objects.get().staged_path().exists()


def test_H21_ids_of_uploads_that_are_none(url: str, as_alice: Caller) -> None:
    for text in IDS:
        for method in ("HEAD", "PATCH", "DELETE", "GET"):
            answer = as_alice.ask(method, UPLOADS + text, b"", kind=OCTETS, **{**TUS, "Upload-Offset": "5"})
            assert answer.status_code in {404, 405, 301}, (method, text, answer.status_code)
    assert Upload.objects.count() == 1


def test_H24_an_override_names_only_what_could_be_asked_anyway(url: str, as_alice: Caller, as_mallory: Caller) -> None:
    """tus wants the header; it opens nothing that the method itself would not."""
    for verb in ("PUT", "TRACE", "CONNECT", "DISPATCH", "OPTIONS_", "__init__", "initial", "before", "take"):
        answer = as_alice.post(url, b"", **{**TUS, "X-HTTP-Method-Override": verb})
        assert answer.status_code == 405 and is_problem(answer), verb
    for other in ("/api/v1/transfers", f"/api/v1/library/{MISSING}"):
        assert as_alice.post(other, {}, **{"X-HTTP-Method-Override": "DELETE"}).status_code in {400, 405}


def test_H14_metadata_sets_nothing_but_what_it_is_for(mallory: Any, as_alice: Caller, alice: Any) -> None:
    planted = {name: str(mallory.pk) for name in COLUMNS if name not in {"path", "folder", "drive", "conflict"}}
    header = said(filename="a.bin", **planted)
    made = begin(as_alice, 3, header if len(header) <= 8000 else header[: header.rindex(",", 0, 8000)], b"abc")
    assert made.status_code == 201, made.content
    row, file = Upload.objects.get(), LibraryFile.objects.get()
    assert (row.user_id, file.user_id) == (alice.pk, alice.pk) and row.transfer_id is None
    assert (row.size, file.name, file.folder) == (3, "a.bin", "/")


BAD_METADATA = [
    "filename", "filename !!!", "filename YQ==,filename YQ==", "filename YQ", "名 YQ==", "filename  YQ==", ",,,=", "filename gICA",
    "filename " + "Q" * 9000, "a " * 4000, "filename " + base64.b64encode(b"\xff\xfe").decode(), "filename YQ==\u2028",
]  # fmt: skip


@pytest.mark.parametrize("header", BAD_METADATA)
def test_H50_metadata_is_read_or_refused(header: str, as_alice: Caller) -> None:
    answer = begin(as_alice, 3, header.encode("utf-8").decode("latin-1"))
    assert answer.status_code in {201, 400} and (answer.status_code == 201 or is_problem(answer))
    if answer.status_code == 201:  # a value may be missing; then the file has a name of ours
        name = Upload.objects.get().name
        assert name and "/" not in name
        head = as_alice.ask("HEAD", answer["Location"], **TUS)
        assert head.status_code == 200 and "\n" not in head.get("Upload-Metadata", "")


@pytest.mark.parametrize(
    "kind", ["application/json", "text/html", "multipart/form-data; boundary=x", "", "application/octet-stream"]
)
def test_H50_bytes_of_another_kind_are_not_taken(kind: str, url: str, as_alice: Caller) -> None:
    headers = {**TUS, "Upload-Offset": "5"}
    answer = as_alice.ask("PATCH", url, b'{"offset": 9}', kind=kind or "x", **headers)
    assert answer.status_code == 415 and is_problem(answer) and Upload.objects.get().offset == 5


@pytest.mark.parametrize(
    "value", ["md5", "md5 !!!", "crc32 AAAA", "sha1 AAAA", "md5 " + "A" * 9000, "\u202e AAAA", "sha256 "]
)
def test_H50_a_checksum_that_is_none_stores_nothing(value: str, url: str, as_alice: Caller) -> None:
    answer = send(as_alice, url, 5, b"12345", **{"Upload-Checksum": value.encode().decode("latin-1")})
    assert answer.status_code in {400, 460} and is_problem(answer)
    assert Upload.objects.get().offset == 5 and not LibraryFile.objects.exists()


def test_H22_an_upload_goes_to_no_drive_of_someone_else(world: World, drive: Any, as_mallory: Caller) -> None:
    before = rows_of(world.alice)
    for there in (drive.pk, world.drive.pk, MISSING, "x", "1", "\x00", ""):
        answer = begin(as_mallory, 3, said(filename="a", drive=str(there), path="/apps/yungang"), b"abc")
        assert answer.status_code in {400, 404, 409} and "canary" not in everything(answer), there
    for source in (str(world.upload.pk), MISSING):
        body = {"source": {"upload": source}, "destination": {"kind": "netdisk"}}
        answer = as_mallory.post("/api/v1/transfers", body)
        assert answer.status_code == 404
    assert rows_of(world.alice) == before and not Transfer.objects.exclude(user=world.alice).exists()


@pytest.mark.parametrize(
    "name", ['a"; filename="x.html', "a\r\nX-Evil: 1", "a;b", "é\u202e", "🚢" * 60, "x" * 255, "%0d%0aX: y"]
)
def test_H42_H43_what_was_uploaded_comes_back_as_an_attachment(name: str, alice: Any, as_alice: Caller) -> None:
    made = begin(as_alice, 9, said(filename=name, filetype="text/html\r\nX-Evil: 1"), b"<script>x")
    assert made.status_code == 201 and "X-Evil" not in made
    kept = LibraryFile.objects.get()
    answer = as_alice.get(f"/files/{kept.pk}?inline=1")
    assert answer["Content-Disposition"].startswith("attachment") and "X-Evil" not in answer
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
    assert "\r" not in answer["Content-Disposition"] and "sandbox" in answer["Content-Security-Policy"]
    head = as_alice.ask("HEAD", made["Location"], **TUS)
    assert head.status_code == 200 and "X-Evil" not in head


def test_H45_ten_thousand_open_uploads_are_too_many(settings: Any, as_alice: Caller, library: Path) -> None:
    from core.live_settings import value

    most = int(value("UPLOADS_OPEN"))
    user = keep_open(as_alice, most)
    assert begin(as_alice, 1, said(filename="one more")).status_code == 429
    assert Upload.objects.filter(user_id=user).count() == most


def keep_open(caller: Caller, count: int) -> Any:
    """So many unfinished uploads of the caller."""
    first = begin(caller, 1, said(filename="first"))
    row = Upload.objects.get(pk=str(first["Location"]).rpartition("/")[2])
    Upload.objects.bulk_create(
        Upload(user=row.user, name="x", size=1, destination={"folder": "/"}) for _n in range(count - 1)
    )
    return row.user_id


# -- uploads in parts, for API clients


@pytest.fixture
def ticket(drive: Any, as_alice: Caller) -> str:
    body = {"path": "/apps/yungang/canary.bin", "size": 5, "drive": str(drive.pk)}
    answer = as_alice.post("/api/v1/netdisk/upload_multipart_init", body)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["uploadid"])


def part(caller: Caller, ticket: str, number: Any, body: bytes, **headers: str) -> Any:
    kind = headers.pop("kind", "application/octet-stream")
    return caller.ask("PUT", f"/api/v1/netdisk/uploads/{ticket}/parts/{number}", body, kind=kind, **headers)


def test_H20_H45_a_part_of_someone_elses_upload_goes_nowhere(
    ticket: str, standin: Any, mallory: Any, as_mallory: Caller
) -> None:
    connect(mallory, TokenPair(**standin.sign_in("demo2")))
    sent = [call for call in standin.log() if call["op"] in {"superfile2", "create", "locateupload"}]
    answers = [
        part(as_mallory, ticket, 0, b"hello"),
        as_mallory.post(
            "/api/v1/netdisk/upload_multipart_part", {"uploadid": ticket, "partseq": 0, "content": "aGVsbG8="}
        ),
        as_mallory.post("/api/v1/netdisk/upload_multipart_finish", {"uploadid": ticket, "block_list": ["0" * 32]}),
        as_mallory.post(
            "/mcp/public/exec",
            {"op": "upload_multipart_finish", "args": {"uploadid": ticket, "block_list": ["0" * 32]}},
        ),
    ]
    for answer in answers:
        assert answer.status_code in {403, 404} and "canary" not in everything(answer)
    assert [answer.status_code for answer in answers[:3]] == [404] * 3
    assert [call for call in standin.log() if call["op"] in {"superfile2", "create", "locateupload"}] == sent


def test_H21_H51_parts_that_an_upload_does_not_have(ticket: str, as_alice: Caller) -> None:
    for number in (1, 4095, 4096, 2**31, 2**63, 2**64, "9" * 400, "-1", "1.0", "x", "٣"):
        answer = part(as_alice, ticket, number, b"hello")
        assert answer.status_code in {400, 404} and is_problem(answer), number
    for forged in (ticket[:-1], ticket[::-1], "x", ".", "a:b:c", ".eJw:x:y", "A" * 7000, "%00", "%ff"):
        assert part(as_alice, forged, 0, b"hello").status_code == 404, forged[:20]


def test_H45_H50_a_part_has_the_length_that_it_says(ticket: str, as_alice: Caller) -> None:
    for body in (b"", b"hell", b"hello!", b"x" * 100_000):
        answer = part(as_alice, ticket, 0, body)
        assert 400 <= answer.status_code < 500 and is_problem(answer), len(body)
    for length in ("9" * 40, "0", "4", "-1"):
        answer = as_alice.http.generic(
            "PUT", f"/api/v1/netdisk/uploads/{ticket}/parts/0", b"hello", content_type="application/octet-stream",
            CONTENT_LENGTH=length, headers={"Authorization": f"Bearer {as_alice.access}"},
        )  # fmt: skip
        assert 400 <= answer.status_code < 500 and is_problem(answer), length
    for kind in ("application/json", "text/html", "multipart/form-data; boundary=x"):
        assert part(as_alice, ticket, 0, b"hello", kind=kind).status_code == 415
    assert part(as_alice, ticket, 0, b"hello").status_code == 200


def test_H20_H22_files_and_uploads_of_others_are_no_source(world: World, mallory: Any, as_mallory: Caller) -> None:
    mine = keep(mallory, "mine.bin", b"mine")
    before = rows_of(world.alice)
    for source in (
        {"library": str(world.file.pk)},
        {"upload": str(world.upload.pk)},
        {"library": "/canary-folder/canary-file.txt"},
    ):
        for destination in ({"kind": "netdisk", "drive": str(world.drive.pk)}, {"kind": "netdisk"}):
            answer = as_mallory.post("/api/v1/transfers", {"source": source, "destination": destination})
            assert answer.status_code in {404, 409} and "canary" not in everything(answer), source
    body = {"source": {"library": str(mine.pk)}, "destination": {"kind": "netdisk", "drive": str(world.drive.pk)}}
    assert as_mallory.post("/api/v1/transfers", body).status_code == 404
    assert rows_of(world.alice) == before
