"""Transfers to and from CloudDrive2 through the platform: every pair of ends, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from accounts.limits import allowance
from core.errors import AppError
from core.jobs.queue import run_job
from core.models import AuditEntry, Event, Job, JobState
from tests.support.waiting import until
from tests.transfers.departures import content_of, fresh, library_file
from tests.transfers.test_runner import in_background
from transfers import runner, services
from transfers.models import CloudServer, LibraryFile, Transfer

from .moving import FOLDER, done, from_file, sha256, to_cloud

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1 << 20


def test_a_library_file_is_sent_and_stored(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    file = library_file(alice, 3 * MIB + 77)
    [row] = to_cloud(alice, server, from_file(alice, file))
    row = done(row)
    assert cloud_standin.file(f"{FOLDER}/film.bin")["sha256"] == file.sha256
    place = row.destination
    assert place["way"] == "remote" and place["path"] == f"{FOLDER}/film.bin"
    assert [each["way"] for each in place["tried"]] == ["mount"], "the reason why not the mount is kept"
    assert row.done_bytes == file.size and row.verified
    codes = list(row.steps.order_by("pk").values_list("code", flat=True))
    assert codes[0] == "created" and codes[-2:] == ["verified", "done"]
    line = AuditEntry.objects.get(action="transfers.upload")
    assert line.target == server.object_name and line.summary["way"] == "remote"
    assert Event.objects.filter(object=row.object_name, type="transfer.done").count() == 1
    assert allowance(alice).used == 0


def test_a_netdisk_file_goes_straight_through(
    cloud_standin: Any, server: CloudServer, standin: Any, drive: Any, alice: Any, bells: list[str]
) -> None:
    source = standin.source("/测试/1MiB.bin")
    [wanted] = services.from_netdisk(alice, [source["fs_id"]], drive_id=drive.pk)
    [row] = to_cloud(alice, server, wanted)
    done(row)
    assert cloud_standin.file(f"{FOLDER}/1MiB.bin")["sha256"] == source["sha256"]
    assert allowance(alice).used == 1, "what comes from a drive counts as a download"
    assert not row.spool_path().exists() and not row.part_path().exists(), "nothing on disk"


def test_a_file_comes_from_the_server_to_the_library(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    data = content_of(2 * MIB + 5, 3)
    file = library_file(alice, len(data), seed=3)
    done(to_cloud(alice, server, from_file(alice, file))[0])
    [wanted] = services.from_cloud(alice, [f"{FOLDER}/film.bin"], server_id=server.pk)
    [row] = services.create(alice, [wanted])
    row = done(row)
    assert row.sha256 == sha256(data) and LibraryFile.objects.get(pk=row.pk).path().read_bytes() == data


def test_a_file_goes_from_the_server_to_a_netdisk(
    cloud_standin: Any, server: CloudServer, standin: Any, drive: Any, alice: Any, bells: list[str]
) -> None:
    file = library_file(alice, MIB + 9)
    done(to_cloud(alice, server, from_file(alice, file))[0])
    [wanted] = services.from_cloud(alice, [f"{FOLDER}/film.bin"], server_id=server.pk)
    row = services.upload(alice, wanted, path="/来自云", drive_id=drive.pk)
    done(row)
    assert standin.source("/来自云/film.bin")["sha256"] == file.sha256


def test_a_copy_on_the_same_server_is_made_there(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    file = library_file(alice, MIB)
    done(to_cloud(alice, server, from_file(alice, file))[0])
    [wanted] = services.from_cloud(alice, [f"{FOLDER}/film.bin"], server_id=server.pk)
    [row] = to_cloud(alice, server, wanted, path="/115open/另一处")
    row = done(row)
    assert row.destination["way"] == "inside"
    assert cloud_standin.file("/115open/另一处/film.bin")["sha256"] == file.sha256


def test_between_two_servers_the_bytes_pass_through(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    from transfers.clouds import servers

    other = servers.add(alice, cloud_standin.access(name="second"))
    file = library_file(alice, MIB + 1)
    done(to_cloud(alice, server, from_file(alice, file))[0])
    [wanted] = services.from_cloud(alice, [f"{FOLDER}/film.bin"], server_id=server.pk)
    row = done(to_cloud(alice, other, wanted, path="/115open/dritte")[0])
    assert row.destination["way"] == "remote"
    assert cloud_standin.file("/115open/dritte/film.bin")["sha256"] == file.sha256


@pytest.mark.parametrize(
    ("conflict", "names"),
    [
        ("rename", ["film (1).bin", "film.bin"]),
        ("overwrite", ["film.bin"]),
        ("skip", ["film.bin"]),
        ("fail", ["film.bin"]),
    ],
)
def test_when_the_name_is_taken(
    conflict: str, names: list[str], cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    file = library_file(alice, MIB)
    done(to_cloud(alice, server, from_file(alice, file))[0])
    [row] = to_cloud(alice, server, from_file(alice, file), conflict=conflict)
    runner.run_next()
    row = fresh(row)
    assert row.state == (JobState.FAILED if conflict == "fail" else JobState.DONE), row.error
    assert row.error_code == ("clouddrive_exists" if conflict == "fail" else "")
    from transfers.clouds.servers import client_for

    assert sorted(entry.name for entry in client_for(server).list_dir(FOLDER, force=True)) == names


def test_a_removed_server_ends_its_transfers_with_the_reason(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    from transfers.clouds import servers

    [row] = to_cloud(alice, server, from_file(alice, library_file(alice, MIB)))
    servers.remove(alice, server)
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "clouddrive.no_server")


def test_a_server_that_is_away_lets_the_transfer_wait(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str], settings: Any
) -> None:
    from core import http
    from transfers.clouds import servers

    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": [cloud_standin.host]}
    http.policy.cache_clear()
    [row] = to_cloud(alice, server, from_file(alice, library_file(alice, MIB)))
    CloudServer.objects.filter(pk=server.pk).update(port=1)
    servers.forget(server)
    runner.run_next()
    row = fresh(row)
    assert row.state == JobState.WAITING and row.error_code == "clouddrive_unavailable", row.error
    assert "demo" not in row.error


def test_a_stranger_reaches_neither_end(
    cloud_standin: Any, server: CloudServer, alice: Any, mallory: Any, bells: list[str]
) -> None:
    for attempt in (
        lambda: to_cloud(mallory, server, from_file(mallory, library_file(mallory, 9))),
        lambda: services.from_cloud(mallory, ["/115open"], server_id=server.pk),
    ):
        with pytest.raises(AppError) as refused:
            attempt()
        assert refused.value.code == "not_found"
    assert not Transfer.objects.exists()


def test_the_api_takes_both_ends(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str], client: Any
) -> None:
    client.force_login(alice)
    file = library_file(alice, MIB)
    body = {
        "source": {"library": str(file.pk)},
        "destination": {"kind": "clouddrive", "server": str(server.pk), "path": f"{FOLDER}/a.bin", "conflict": "fail"},
    }
    made = client.post("/api/v1/transfers", body, content_type="application/json")
    assert made.status_code == 201, made.content
    run = done(Transfer.objects.get(pk=made.json()["id"]))
    told = client.get(f"/api/v1/transfers/{run.pk}").json()["destination"]
    assert (told["kind"], told["server"], told["way"], told["path"]) == (
        "clouddrive",
        str(server.pk),
        "remote",
        f"{FOLDER}/a.bin",
    )
    back = {"source": {"cloud_path": f"{FOLDER}/a.bin", "server": str(server.pk)}}
    assert client.post("/api/v1/transfers", back, content_type="application/json").status_code == 201
    wrong = {**body, "destination": {**body["destination"], "drive": str(server.pk)}}
    assert client.post("/api/v1/transfers", wrong, content_type="application/json").status_code == 400


def test_its_own_page_tells_the_way(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str], page: Any
) -> None:
    [row] = to_cloud(alice, server, from_file(alice, library_file(alice, MIB)))
    done(row)
    html = page.get(f"/transfers/{row.pk}/").content.decode()
    assert "Remote upload over gRPC" in html and "Copy into the local mount" in html
    assert "Stored: the cloud shows the file" in html
    assert requests.codes.ok == page.get("/transfers/").status_code


def test_a_cancelled_upload_is_given_up_at_the_server(
    cloud_standin: Any, server: CloudServer, alice: Any, bells: list[str]
) -> None:
    cloud_standin.fault("stall", match={"path": FOLDER})
    [row] = to_cloud(alice, server, from_file(alice, library_file(alice, 3 * MIB)))
    thread = in_background(runner.run_next)
    until(lambda: fresh(row).checkpoint.get("upload_id"), 30)
    services.pause(alice, fresh(row))
    thread.join(30)
    assert fresh(row).state == JobState.PAUSED
    services.cancel(alice, fresh(row))
    assert run_job(Job.objects.get(kind=services.GIVE_UP).pk)
    until(lambda: cloud_standin.states(f"{FOLDER}/film.bin")[-1:] in ([], ["Cancelled"]), 10)
    assert fresh(row).checkpoint == {}


@pytest.mark.parametrize("kind", ["netdisk", "clouddrive"])
def test_a_copy_that_replaces_is_made_again_after_a_crash(
    kind: str, cloud_standin: Any, server: CloudServer, standin: Any, drive: Any, alice: Any, bells: list[str]
) -> None:
    """The file that is to be replaced has the same size: it must not be taken for the copy."""
    old, new = library_file(alice, MIB, seed=1), library_file(alice, MIB, seed=2)
    if kind == "netdisk":
        for file, folder in ((old, "/alt"), (new, "/neu")):
            done(services.upload(alice, from_file(alice, file), path=folder, drive_id=drive.pk))
        [wanted] = services.from_netdisk(alice, [standin.source("/neu/film.bin", hash=0)["fs_id"]], drive_id=drive.pk)
        row = services.upload(alice, wanted, path="/alt", drive_id=drive.pk, conflict="overwrite")
    else:
        for file, folder in ((old, "/115open/alt"), (new, "/115open/neu")):
            done(to_cloud(alice, server, from_file(alice, file), path=folder)[0])
        [wanted] = services.from_cloud(alice, ["/115open/neu/film.bin"], server_id=server.pk)
        [row] = to_cloud(alice, server, wanted, path="/115open/alt", conflict="overwrite")
    Transfer.objects.filter(pk=row.pk).update(checkpoint={"inside": "film.bin"})  # it died before it could ask
    assert done(row).destination["way"] == "inside"
    at = standin.source("/alt/film.bin") if kind == "netdisk" else cloud_standin.file("/115open/alt/film.bin")
    assert at["sha256"] == new.sha256
