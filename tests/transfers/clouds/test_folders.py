"""Whole folders: looked at first, every file once, and what is left out is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.errors import AppError
from core.jobs.queue import run_job
from core.models import Event, Job
from tests.transfers.departures import library_file
from transfers.folders import sending
from transfers.models import CloudServer, LibraryFile, Transfer

from .moving import run_all

pytestmark = pytest.mark.django_db(transaction=True)
TREE = {"/电影": ["a.bin", "b.bin"], "/电影/老": ["c.bin"], "/电影集": ["other.bin"]}
SOURCE = {"kind": "library", "path": "/电影"}


@pytest.fixture
def tree(alice: Any) -> None:
    for folder, names in TREE.items():
        for number, name in enumerate(names):
            row = library_file(alice, 1000 + number, name, seed=number)
            LibraryFile.objects.filter(pk=row.pk).update(folder=folder)


def target(server: CloudServer, path: str = "/115open/云港") -> dict[str, Any]:
    return {"kind": "clouddrive", "server": str(server.pk), "path": path}


def ordered(user: Any, source: dict[str, Any], place: dict[str, Any], **options: Any) -> dict[str, Any]:
    row = sending.order(user, source, place, **options)
    assert row is not None and run_job(row.pk)
    event = Event.objects.filter(user=user, type__startswith="folder.").latest("seq")
    return {"type": event.type, **event.data}


@pytest.mark.usefixtures("tree", "bells")
def test_a_look_changes_nothing(server: CloudServer, alice: Any) -> None:
    plan = sending.look(alice, SOURCE, target(server))
    assert (plan.files, plan.folders, plan.bytes, plan.taken_count) == (3, 1, 3001, 0)
    assert plan.into == "电影" and plan.sure
    assert not Transfer.objects.exists() and not Job.objects.exists()


@pytest.mark.usefixtures("tree", "bells")
def test_every_file_arrives_in_its_folder_once(cloud_standin: Any, server: CloudServer, alice: Any) -> None:
    told = ordered(alice, SOURCE, target(server), key="k")
    assert (told["type"], told["files"], told["left_out"]) == ("folder.queued", 3, [])
    run_all()
    assert cloud_standin.file("/115open/云港/电影/老/c.bin")["size"] == 1000
    assert cloud_standin.file("/115open/云港/电影/b.bin")["size"] == 1001
    assert set(Transfer.objects.values_list("state", flat=True)) == {"done"}
    ordered(alice, SOURCE, target(server), key="k")
    assert Transfer.objects.count() == 3, "the same order again makes nothing new"
    plan = sending.look(alice, SOURCE, target(server))
    assert plan.taken_count == 3 and "老/c.bin" in plan.taken


@pytest.mark.usefixtures("tree", "bells")
def test_names_that_the_target_does_not_take_are_told(server: CloudServer, drive: Any, alice: Any) -> None:
    odd = library_file(alice, 10, "what?.bin")
    LibraryFile.objects.filter(pk=odd.pk).update(folder="/电影")
    place = {"kind": "netdisk", "drive": str(drive.pk), "path": "/备份"}
    plan = sending.look(alice, SOURCE, place)
    assert plan.refused_count == 1 and plan.refused[0]["path"] == "what?.bin" and plan.refused[0]["why"]
    told = ordered(alice, SOURCE, place)
    assert told["files"] == 3 and told["left_out"] == ["what?.bin"]


@pytest.mark.usefixtures("bells")
def test_a_folder_comes_from_the_server(cloud_standin: Any, server: CloudServer, alice: Any, settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 0
    source = target(server, "/115open")
    plan = sending.look(alice, source, {"kind": "library", "path": "/"})
    assert plan.files > 20 and plan.folders >= 1
    told = ordered(alice, source, {"kind": "library", "path": "/von"})
    assert told["files"] == plan.files == Transfer.objects.count()
    assert Transfer.objects.filter(folder__startswith="/von/115open").count() == plan.files


@pytest.mark.usefixtures("bells")
def test_half_a_folder_is_not_begun_when_the_day_has_too_few_downloads(server: CloudServer, alice: Any) -> None:
    told = ordered(alice, target(server, "/115open"), {"kind": "library", "path": "/"})
    assert (told["type"], told["code"]) == ("folder.failed", "limit_reached")
    assert not Transfer.objects.exists()


def test_a_folder_never_goes_into_itself(server: CloudServer, alice: Any) -> None:
    with pytest.raises(AppError) as refused:
        sending.order(alice, target(server, "/115open"), target(server, "/115open/inner"))
    assert refused.value.status == 409


@pytest.mark.usefixtures("tree", "bells")
def test_the_api_looks_and_orders(server: CloudServer, alice: Any, mallory: Any, client: Any) -> None:
    client.force_login(alice)
    body = {"source": SOURCE, "destination": target(server), "dry_run": True}
    answer = client.post("/api/v1/transfers/folders", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["files"] == 3
    answer = client.post("/api/v1/transfers/folders", {**body, "dry_run": False}, content_type="application/json")
    assert answer.status_code == 202 and Job.objects.filter(pk=answer.json()["job"]).exists()
    stranger = Client()
    stranger.force_login(mallory)
    assert stranger.post("/api/v1/transfers/folders", body, content_type="application/json").status_code == 404
    body["source"] = {"kind": "library", "path": "/a/../b"}
    assert client.post("/api/v1/transfers/folders", body, content_type="application/json").status_code == 400


@pytest.mark.usefixtures("tree", "bells")
def test_the_page_shows_what_will_happen_and_orders(server: CloudServer, alice: Any, page: Any) -> None:
    form = {"origin": "library", "path": "/电影", "to": f"clouddrive:{server.pk}", "folder": "/115open/云港"}
    html = page.post("/transfers/folder", {**form, "look": "1"}).content.decode()
    assert "3 files with" in html and "1 subfolder." in html and not Job.objects.filter(kind=sending.JOB).exists()
    answer = page.post("/transfers/folder", {**form, "go": "1"})
    assert answer.status_code == 302 and Job.objects.filter(kind=sending.JOB).count() == 1
    answer = page.post("/transfers/folder", {**form, "folder": "/115open/../x", "look": "1"})
    assert answer.status_code == 422
    stranger = Client()
    stranger.force_login(alice)
    chosen = stranger.get("/transfers/folder", {"origin": f"clouddrive:{server.pk}", "path": "/115open"})
    assert "/115open" in chosen.content.decode()
