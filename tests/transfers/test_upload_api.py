"""Transfers to a drive as API clients start and follow them."""

from __future__ import annotations

from typing import Any

import pytest

from transfers import names
from transfers.models import Transfer

from .departures import FOLDER, MIB, fresh, library_file, moved, there

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(client: Any, alice: Any, bells: list[str]) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def post(source: Any, destination: Any = None, **more: Any) -> Any:
        body = {"source": source, **({"destination": destination} if destination else {}), **more}
        return client.post("/api/v1/transfers", body, content_type="application/json")

    client.start = post
    return client


def to_drive(**more: Any) -> dict[str, Any]:
    return {"kind": "netdisk", **more}


def test_a_library_file_goes_to_a_drive_through_the_api(standin: Any, drive: Any, alice: Any, api: Any) -> None:
    file = library_file(alice, 17 * MIB)
    answer = api.start({"library": str(file.pk)}, to_drive(folder=FOLDER, conflict="overwrite"), priority=3)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["source"] == {"kind": "library", "drive": None, "library": str(file.pk)}
    path = f"{FOLDER}/film.bin"
    assert body["destination"] == {"kind": "netdisk", "drive": str(drive.pk), "path": path, "conflict": "overwrite"}
    assert (body["size"], body["priority"], body["library_file"]) == (file.size, 3, None)
    moved(Transfer.objects.get(pk=body["id"]))
    told = api.get(f"/api/v1/transfers/{body['id']}").json()
    assert told["state"] == "done" and told["destination"]["fs_id"] and told["destination"]["rapid"] is False
    assert [len(part["md5"]) for part in told["parts"]] == [32, 32]
    assert told["library_file"] is None and there(standin, path) == file.sha256


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ({}, "/film.bin"),
        ({"folder": "/a/b"}, "/a/b/film.bin"),
        ({"folder": "/a", "name": "b.bin"}, "/a/b.bin"),
        ({"path": "/a/b.bin"}, "/a/b.bin"),
        ({"path": "/b.bin"}, "/b.bin"),
        ({"path": "/a/b/"}, "/a/b/film.bin"),
        ({"path": "/a/b", "name": "c.bin"}, "/a/b/c.bin"),
    ],
)
def test_the_place_may_be_a_folder_or_the_whole_path(
    drive: Any, alice: Any, api: Any, place: dict[str, str], path: str
) -> None:
    answer = api.start({"library": str(library_file(alice, MIB).pk)}, to_drive(**place))
    assert answer.status_code == 201, answer.content
    assert answer.json()["destination"]["path"] == path


def test_a_library_file_may_be_named_by_its_path(drive: Any, alice: Any, api: Any) -> None:
    file = library_file(alice, MIB)
    file.folder = "/films"
    file.save()
    assert api.start({"library": "/films/film.bin"}, to_drive()).status_code == 201
    assert api.start({"library": "/film.bin"}, to_drive()).status_code == 404


def test_files_of_a_drive_go_to_a_drive_all_or_none(standin: Any, drive: Any, alice: Any, api: Any) -> None:
    ids = [standin.source(path, hash=0)["fs_id"] for path in ("/测试/1MiB.bin", "/测试/1KiB.bin")]
    answer = api.start({"fs_ids": ids}, to_drive(folder=FOLDER))
    assert [row["destination"]["path"] for row in answer.json()["transfers"]] == [
        f"{FOLDER}/1MiB.bin",
        f"{FOLDER}/1KiB.bin",
    ]
    assert api.start({"fs_ids": [ids[0], 5]}, to_drive(folder=FOLDER)).status_code == 404
    assert api.start({"fs_ids": ids}, to_drive(folder=FOLDER, name="both.bin")).status_code == 400
    assert Transfer.objects.count() == 2


@pytest.mark.parametrize(
    ("source", "place", "field"),
    [
        ({}, to_drive(), "source"),
        ({"library": "x", "url": "https://example.org/x"}, to_drive(), "source"),
        ({"library": "x", "kind": "url"}, to_drive(), "source"),
        ({"url": "https://example.org/x.bin"}, to_drive(conflict="maybe"), "destination"),
        ({"url": "https://example.org/x.bin"}, to_drive(path="/a", folder="/b"), "destination"),
        ({"url": "https://example.org/x.bin"}, {"kind": "library", "path": "/a"}, "destination"),
        ({"url": "https://example.org/x.bin"}, {"kind": "moon"}, "destination"),
        ({"url": "https://example.org/x.bin"}, to_drive(drive="nonsense"), "destination"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(drive: Any, api: Any, source: Any, place: Any, field: str) -> None:
    answer = api.start(source, place)
    assert answer.status_code in (400, 422), answer.content
    assert any(name.startswith(field) for name in answer.json()["errors"]), answer.json()


def test_a_library_file_into_the_library_is_refused(drive: Any, alice: Any, api: Any) -> None:
    answer = api.start({"library": str(library_file(alice, MIB).pk)})
    assert answer.status_code == 400 and "here already" in answer.json()["detail"]


def test_H20_a_strangers_file_drive_or_upload_is_not_found(
    drive: Any, alice: Any, mallory: Any, client: Any, bells: list[str]
) -> None:
    file = library_file(alice, MIB)
    client.force_login(mallory)
    for source in ({"library": str(file.pk)}, {"upload": str(file.pk)}):
        body = {"source": source, "destination": to_drive(drive=str(drive.pk))}
        assert client.post("/api/v1/transfers", body, content_type="application/json").status_code == 404
    body = {"source": {"url": "https://example.org/x.bin"}, "destination": to_drive(drive=str(drive.pk))}
    assert client.post("/api/v1/transfers", body, content_type="application/json").status_code == 404
    assert not Transfer.objects.exists()


def test_pause_resume_cancel_retry_work_as_for_downloads(drive: Any, alice: Any, api: Any) -> None:
    row = api.start({"library": str(library_file(alice, MIB).pk)}, to_drive()).json()
    for action, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled"), ("retry", "queued")):
        answer = api.post(f"/api/v1/transfers/{row['id']}/{action}")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert moved(Transfer.objects.get(pk=row["id"]))


def test_a_repeated_request_starts_one_transfer(drive: Any, alice: Any, api: Any) -> None:
    file = library_file(alice, MIB)
    body = {"source": {"library": str(file.pk)}, "destination": to_drive()}
    headers = {"Idempotency-Key": "once"}
    answers = [api.post("/api/v1/transfers", body, content_type="application/json", headers=headers) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"] and Transfer.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a:b.txt", "“:”"),
        ("what?.txt", "“?”"),
        ("a\\b", "“\\”"),
        ("a\x07b", "U+0007"),
        ("a\x85b", "U+0085"),
        ("photo\u202egpj.exe", "U+202E"),
        ("smile 😀.txt", "“😀”"),
        (".hidden", "begins with"),
        (" space", "begins with"),
        ("dots...", "ends with"),
        ("space ", "ends with"),
        ("..", "begins with"),
        ("长" * 86, "258 bytes"),
    ],
)
def test_H40_names_that_baidu_refuses_are_refused_with_the_reason(
    drive: Any, alice: Any, api: Any, name: str, said: str
) -> None:
    answer = api.start({"library": str(library_file(alice, MIB).pk)}, to_drive(folder="/a", name=name))
    assert (answer.status_code, answer.json()["code"]) == (400, "netdisk.name_refused"), answer.content
    assert said in answer.json()["detail"], answer.json()["detail"]


def test_long_paths_and_odd_folders_are_refused(drive: Any, alice: Any, api: Any) -> None:
    source = {"library": str(library_file(alice, MIB).pk)}
    long = "/" + "/".join(["folder"] * 142)
    assert "1000" in api.start(source, to_drive(folder=long)).json()["detail"]
    assert api.start(source, to_drive(folder="films")).json()["code"] == "netdisk.name_refused"
    assert api.start(source, to_drive(folder="/a/../b")).json()["code"] == "netdisk.name_refused"
    assert api.start(source, to_drive(folder="/")).json()["destination"]["path"] == "/film.bin"


@pytest.mark.parametrize("name", ["电影 (2024).mkv", "naïve café.txt", "שלום.txt", "𠀀.txt", "a" * 255, "v1.2.3"])
def test_names_that_baidu_takes_are_taken(name: str) -> None:
    assert names.remote_path("/a", name) == f"/a/{name}"


@pytest.mark.parametrize(
    ("name", "made"),
    [("a:b?.txt", "a_b_.txt"), ("...", "download"), (" x. ", "x"), ("😀.bin", "_.bin"), ("é" * 200 + ".bin", None)],
)
def test_names_of_links_are_made_to_fit(name: str, made: str | None) -> None:
    tidy = names.tidy(name)
    assert names.problem_of(tidy) == "" and (tidy == made if made else tidy.endswith(".bin"))


def test_lists_tell_what_goes_where(drive: Any, alice: Any, api: Any, django_assert_num_queries: Any) -> None:
    file = library_file(alice, MIB)
    for _ in range(3):
        api.start({"library": str(file.pk)}, to_drive(folder=FOLDER))
    api.start({"url": "https://example.org/x.bin"})
    rows = api.get("/api/v1/transfers").json()["results"]
    assert [row["destination"]["kind"] for row in rows] == ["library", "netdisk", "netdisk", "netdisk"]
    assert {row["id"] for row in api.get("/api/v1/transfers?destination=library").json()["results"]} == {rows[0]["id"]}
    assert fresh(Transfer.objects.get(pk=rows[1]["id"])).name == "film.bin"
