"""What CloudDrive2 servers can do, through the seed's door and by addresses of their own, against the stand-in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from config import sentences
from core.errors import Forbidden
from core.models import AuditEntry
from core.operations import Call, Surface, find, run
from tests.support.waiting import until
from tests.transfers.departures import library_file
from transfers import runner
from transfers.clouds import servers
from transfers.clouds.channel import channels
from transfers.models import CloudServer, LibraryFile, Transfer

from .asking import HERE, NAS, Asker, with_token

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["exec", "post"])
def cloud(request: Any, server: CloudServer, alice: Any) -> Asker:
    return Asker.of(alice, request.param)


@pytest.fixture
def nas(server: CloudServer, alice: Any) -> Asker:
    """Where one door is enough."""
    return Asker.of(alice)


@pytest.fixture
def worker(bells: list[str]) -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if not runner.run_next():
                over.wait(0.02)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(20)
    for server in list(channels._held):
        channels._close(server)


def names(data: Any) -> list[str]:
    return [each["name"] for each in data["list"]]


# -- servers


def test_servers_are_listed_without_secrets(cloud: Asker, server: CloudServer) -> None:
    found = cloud.data("cloud_servers")["list"]
    assert [each["id"] for each in found] == [str(server.pk)]
    assert (found[0]["state"], found[0]["missing"], found[0]["root"]) == ("ok", [], "/")
    assert datetime.fromisoformat(found[0]["checked"]).tzinfo
    assert not {"secret", "dav_secret"} & found[0].keys()


def test_a_test_says_what_is_missing(alice: Any, cloud_standin: Any) -> None:
    server = with_token(alice, cloud_standin, without=["write"])
    told = Asker.of(alice).data("cloud_test", server=str(server.pk))
    assert (told["ok"], told["missing"], told["server"]) == (True, ["write"], str(server.pk))


# -- files


def test_a_folder_page_by_page_in_each_order(cloud: Asker) -> None:
    clouds = cloud.data("cloud_list")
    assert {"115open", "CloudNAS", "百度网盘"} <= set(names(clouds))
    whole = cloud.data("cloud_list", path=HERE)
    assert (whole["total"], whole["has_more"], whole["next_offset"]) == (8, False, None)
    assert names(whole) == sorted(names(whole), key=str.casefold)
    sizes = [each["size"] for each in cloud.data("cloud_list", path=HERE, order="size", desc=1)["list"]]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == 4 << 30
    found: list[str] = []
    offset: Any = 0
    while offset is not None:
        part = cloud.data("cloud_list", path=HERE, offset=offset, limit=3)
        assert part["total"] == 8 and len(part["list"]) <= 3
        found, offset = [*found, *names(part)], part["next_offset"]
    assert found == names(whole)
    assert cloud.data("cloud_list", path=HERE, offset=100)["list"] == []
    times = [each["modified"] for each in cloud.data("cloud_list", path=HERE, order="time")["list"]]
    assert times == sorted(times) and all(datetime.fromisoformat(each).tzinfo for each in times)


def test_folders_come_first_whatever_the_order(nas: Asker) -> None:
    for desc in (0, 1):
        kinds = [each["is_dir"] for each in nas.data("cloud_list", path="/115open/照片", desc=desc)["list"]]
        assert kinds == sorted(kinds, reverse=True)
    nas.data("cloud_mkdir", path=f"{HERE}/zz")
    for desc in (0, 1):
        assert nas.data("cloud_list", path=HERE, desc=desc, limit=1)["list"][0]["name"] == "zz"


def test_numbers_may_be_texts(alice: Any, nas: Asker) -> None:
    assert len(Asker.of(alice, "get").data("cloud_list", path=HERE, limit="2", desc="true")["list"]) == 2
    for bad in ({"limit": 0}, {"limit": 10_001}, {"offset": -1}, {"offset": 100_001}, {"order": "x"}):
        assert nas.refusal("cloud_list", **bad)["status"] == 400


def test_one_path(cloud: Asker) -> None:
    found = cloud.data("cloud_find", path=f"{HERE}/1KiB.bin")
    assert (found["name"], found["size"], found["is_dir"], found["cloud"]) == ("1KiB.bin", 1024, False, "115open")
    assert len(found["hashes"]["sha1"]) == 40
    told = cloud.refusal("cloud_find", path=f"{HERE}/none")
    assert (told["status"], told["code"]) == (404, "clouddrive_not_found")


def test_search(cloud: Asker) -> None:
    found = cloud.data("cloud_search", query="kib", path="/115open")
    assert names(found) == ["1KiB.bin"] and not found["has_more"]
    first = cloud.data("cloud_search", query="bin", path=HERE, limit=2)
    rest = cloud.data("cloud_search", query="bin", path=HERE, limit=100, offset=first["next_offset"])
    assert len({*names(first), *names(rest)}) == 8
    assert cloud.refusal("cloud_search", query=" ")["status"] == 400


def test_make_rename_move_copy_delete(cloud: Asker, cloud_standin: Any) -> None:
    made = cloud.data("cloud_mkdir", path=f"{NAS}/一/二")
    assert (made["path"], made["is_dir"]) == (f"{NAS}/一/二", True)
    assert cloud.data("cloud_mkdir", path=f"{NAS}/一/二/") == made
    source = f"{NAS}/测试/1KiB.bin"
    cloud.data("cloud_copy", paths=[source], dest=f"{NAS}/一")
    cloud.data("cloud_copy", paths=source, dest=f"{NAS}/一")
    assert names(cloud.data("cloud_list", path=f"{NAS}/一")) == ["二", "1KiB(1).bin", "1KiB.bin"]
    assert cloud.data("cloud_rename", path=f"{NAS}/一/1KiB.bin", name="名.bin")["path"] == f"{NAS}/一/名.bin"
    cloud.data("cloud_move", paths=[f"{NAS}/一/名.bin"], dest=f"{NAS}/一/二")
    assert cloud_standin.file(f"{NAS}/一/二/名.bin")["size"] == 1024
    assert cloud.data("cloud_delete", paths=[f"{NAS}/一"])["deleted"] == 1
    assert not cloud_standin.file(f"{NAS}/一")["exists"] and cloud_standin.file(source)["exists"]
    told = cloud.refusal("cloud_delete", paths=[f"{NAS}/none"])
    assert (told["status"], told["code"]) == (404, "clouddrive_not_found")
    for name in ("a/b", "..", "", "x" * 256, "a\nb"):
        assert cloud.refusal("cloud_rename", path=source, name=name)["status"] == 400


def test_space_and_details(cloud: Asker) -> None:
    space = cloud.data("cloud_space", path=NAS)
    assert space["total"] == 2 << 40 and space["used"] + space["free"] == space["total"]
    file = cloud.data("cloud_details", path=f"{HERE}/1KiB.bin")
    assert (file["size"], file["below"], file["account"], file["encrypted"]) == (1024, None, "100200300", False)
    folder = cloud.data("cloud_details", path=HERE)
    assert folder["below"]["files"] == 8 and folder["below"]["bytes"] > 5 << 30
    assert "delete_permanently" in folder["can"]


# -- tasks


def test_uploads_are_listed_paused_continued_and_cancelled(cloud: Asker, cloud_standin: Any, alice: Any) -> None:
    cloud_standin.settings(upload_bytes_per_s=1000)
    client = servers.client_for(servers.find(alice))
    client.write(f"{NAS}/langsam.bin", 60_000, lambda offset, length: bytes(length))

    def state() -> str:
        rows = cloud.data("cloud_uploads", name="langsam")["list"]
        return rows[0]["state"] if rows else ""

    until(lambda: state() == "running")
    row = cloud.data("cloud_uploads")["list"][0]
    assert (row["path"], row["size"], row["ended"], row["error"]) == (f"{NAS}/langsam.bin", 60_000, False, "")
    assert cloud.data("cloud_uploads", name="nothing like it")["list"] == []
    cloud.data("cloud_uploads_pause", keys=[row["key"]])
    until(lambda: state() == "paused")
    cloud.data("cloud_uploads_resume", keys=row["key"])
    until(lambda: state() in {"running", "queued"})
    cloud.data("cloud_uploads_cancel", keys=[row["key"]])
    until(lambda: state() in {"cancelled", ""})


def test_copies_between_clouds_are_tasks(cloud: Asker, cloud_standin: Any) -> None:
    cloud_standin.settings(task_s=30)
    source, dest = f"{NAS}/测试/1KiB.bin", "/PikPak"
    cloud.data("cloud_copy", paths=[source], dest=dest)
    row = cloud.data("cloud_copy_tasks")["list"][0]
    assert (row["kind"], row["source"], row["dest"], row["paused"]) == ("copy", source, dest, False)
    assert datetime.fromisoformat(row["started"]).tzinfo and row["ended"] is None
    assert cloud.data("cloud_copy_pause", keys=[row["key"]]) == {"changed": 1}
    assert cloud.data("cloud_copy_tasks")["list"][0]["paused"] is True
    assert cloud.data("cloud_copy_resume", keys=[row["key"]]) == {"changed": 1}
    assert cloud.data("cloud_copy_restart", source=source, dest=dest)["source"] == source
    assert cloud.data("cloud_copy_remove", keys=[row["key"]]) == {"changed": 1}
    assert cloud.data("cloud_copy_tasks") == {"list": [], "has_more": False, "next_offset": None}
    assert cloud.refusal("cloud_copy_restart", source=source, dest=dest)["status"] == 404


def test_links_that_a_cloud_fetches(cloud: Asker, cloud_standin: Any) -> None:
    link = "https://example.org/film.bin?x=1"
    assert cloud.data("cloud_offline_add", urls=[link], path=HERE) == {"added": 1, "path": HERE}
    until(lambda: cloud.data("cloud_offline_list", path="/115open")["list"][0]["state"] == "done")
    told = cloud.data("cloud_offline_list", path=HERE, here=1)
    row = told["list"][0]
    assert (row["name"], row["url"], row["percent"]) == ("film.bin", link, 100)
    assert told["cloud"] == "115open" and told["quota"]["used"] == 1
    cloud_standin.settings(offline_s=30)
    assert cloud.data("cloud_offline_restart", path=HERE, hash=row["hash"])["hash"] == row["hash"]
    until(lambda: cloud.data("cloud_offline_list", path=HERE)["list"][0]["state"] == "running")
    assert cloud.data("cloud_offline_remove", path=HERE, hashes=[row["hash"]], files=1) == {"removed": 1}
    assert cloud.data("cloud_offline_list", path=HERE)["list"] == []
    assert not cloud_standin.file(f"{HERE}/film.bin")["exists"]
    assert cloud.data("cloud_offline_clear", path=HERE, which="all") == {"cleared": "all"}
    assert cloud.refusal("cloud_offline_restart", path=HERE, hash="0")["status"] == 404
    for url in ("https://a/b\nhttps://c/d", "nothing", ""):
        assert cloud.refusal("cloud_offline_add", urls=[url], path=HERE)["status"] == 400


# -- mount points


def test_a_mount_point_from_beginning_to_end(cloud: Asker, tmp_path: Path) -> None:
    point = str(tmp_path / cloud.way)
    made = cloud.data("cloud_mount_add", point=point, source=HERE, auto=0, name="Test")
    assert (made["point"], made["source"], made["path"], made["mounted"]) == (point, HERE, HERE, False)
    assert cloud.data("cloud_mount", point=point)["mounted"] is True
    assert cloud.data("cloud_mounts")["list"][0]["mounted"] is True
    changed = cloud.data("cloud_mount_update", point=point, read_only=1, permissions="755")
    assert (changed["read_only"], changed["permissions"]) == (True, "755")
    assert (changed["name"], changed["source"], changed["auto"]) == ("Test", HERE, False)
    assert cloud.data("cloud_unmount", point=point)["mounted"] is False
    assert cloud.data("cloud_mount_remove", point=point) == {"point": point}
    assert cloud.data("cloud_mounts") == {"list": []}
    for op in ("cloud_mount", "cloud_unmount", "cloud_mount_remove", "cloud_mount_update"):
        assert cloud.refusal(op, point=point)["code"] == "clouddrive_not_found"


def test_mount_points_name_folders_as_the_token_sees_them(alice: Any, cloud_standin: Any, tmp_path: Path) -> None:
    with_token(alice, cloud_standin, root="/115open")
    asker = Asker.of(alice)
    made = asker.data("cloud_mount_add", point=str(tmp_path / "a"), source="/测试", auto=0)
    assert (made["source"], made["path"]) == (HERE, "/测试")
    whole = servers.add(alice, cloud_standin.access())
    asker.data("cloud_mount_add", point=str(tmp_path / "b"), source=NAS, auto=0, server=str(whole.pk))
    assert [each["path"] for each in asker.data("cloud_mounts")["list"]] == ["/测试", None]


def test_the_plan_of_the_account_is_named(cloud: Asker, cloud_standin: Any, tmp_path: Path) -> None:
    cloud_standin.settings(mounts_allowed=0)
    told = cloud.refusal("cloud_mount_add", point=str(tmp_path / "x"))
    assert (told["status"], told["code"]) == (403, "clouddrive_plan")


@pytest.mark.parametrize("point", ["x", "/", "/a/../b", "/a\x00", "/a\nb", "/" + "x" * 1000, "C:\\..\\x"])
def test_H40_mount_points_that_climb(point: str, nas: Asker) -> None:
    assert nas.ask("cloud_mount_add", point=point).status_code in {400, 422}


# -- transfers


@pytest.mark.django_db(transaction=True)
def test_a_library_file_goes_to_a_server(cloud: Asker, cloud_standin: Any, alice: Any, worker: None) -> None:
    file = library_file(alice, 200_001)
    told = cloud.data("cloud_upload", library=str(file.pk), remote_path=f"{NAS}/neu/", wait=60)
    assert (told["state"], told["path"], told["size"]) == ("done", f"{NAS}/neu/film.bin", file.size)
    assert cloud_standin.file(f"{NAS}/neu/film.bin")["sha256"] == file.sha256
    again = cloud.refusal(
        "cloud_upload", library="/film.bin", remote_path=f"{NAS}/neu/film.bin", conflict="fail", wait=60
    )
    assert again["code"] == "clouddrive_exists"


@pytest.mark.django_db(transaction=True)
def test_a_file_of_a_server_comes_to_the_library(cloud: Asker, cloud_standin: Any, alice: Any, worker: None) -> None:
    told = cloud.data("cloud_download", path=f"{HERE}/1MiB.bin", folder="/从云", wait=60)
    assert (told["state"], told["name"], told["folder"]) == ("done", "1MiB.bin", "/从云")
    row = LibraryFile.objects.get(user=alice, pk=told["transfer"])
    assert row.sha256 == cloud_standin.file(f"{HERE}/1MiB.bin")["sha256"]
    assert told["content"] == f"/files/{row.pk}"
    assert cloud.refusal("cloud_download", path=HERE)["status"] == 400
    assert cloud.refusal("cloud_download", path="/none")["code"] == "clouddrive_not_found"


def test_from_another_server_and_from_a_link(nas: Asker, cloud_standin: Any, alice: Any, bells: list[str]) -> None:
    other = servers.add(alice, cloud_standin.access(name="other"))
    source = {"cloud_path": f"{HERE}/1KiB.bin", "from_server": str(other.pk)}
    told = nas.data("cloud_upload", **source, remote_path=f"{NAS}/x.bin", wait=0)
    row = Transfer.objects.get(pk=told["transfer"])
    assert (row.state, row.destination["path"], row.from_server_id) == ("queued", f"{NAS}/x.bin", other.pk)
    assert row.to_server_id == servers.find(alice).pk
    told = nas.data("cloud_upload", url="https://example.org/a.bin?token=geheim", remote_path=f"{NAS}/", wait=0)
    assert told["path"] == f"{NAS}/a.bin"
    line = AuditEntry.objects.filter(action="clouds.cloud_upload").latest("created_at")
    assert line.target == f"{NAS}/" and "geheim" not in str(line.summary)


def test_one_source_and_one_only(nas: Asker) -> None:
    for source in ({}, {"url": "https://example.org/a", "library": "/x"}, {"fsid": 1, "drive_path": "/x"}):
        assert nas.refusal("cloud_upload", **source, remote_path=f"{NAS}/")["status"] == 400
    assert nas.refusal("cloud_upload", url="http://127.0.0.1:9/x", remote_path=f"{NAS}/")["code"] == "address_refused"
    assert nas.refusal("cloud_upload", library="/none", remote_path=f"{NAS}/")["code"] == "not_found"


def test_a_token_for_servers_alone_reads_no_drive(alice: Any, server: CloudServer) -> None:
    call = Call(alice, Surface.REST, frozenset({"clouds:*"}))
    for source in ({"fsid": 1}, {"drive_path": "/x"}):
        with pytest.raises(Forbidden) as error:
            run(find("cloud_upload"), call, {**source, "remote_path": f"{NAS}/", "wait": 0})
        assert error.value.code == "scope_missing" and "netdisk:read" in str(error.value.hint)


# -- in words


def test_the_activity_page_words_servers(server: CloudServer, alice: Any, client: Any) -> None:
    client.force_login(alice)
    lines = sentences.recent(alice, 20)
    assert {"Connected a CloudDrive2 server", "CloudDrive2 server connected"} <= {str(line.title) for line in lines}
    assert {line.about.name for line in lines if line.about} == {"nas"}
    servers.remove(alice, server)
    titles = [str(line.title) for line in sentences.recent(alice, 20)]
    assert "CloudDrive2 server disconnected" in titles and "Disconnected a CloudDrive2 server" in titles
