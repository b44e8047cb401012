"""What all operations on CloudDrive2 servers have in common: whose server, which rights, which arguments, which errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config import sentences
from core import http
from core.errors import Forbidden
from core.models import AuditEntry, Event
from core.operations import Call, Danger, Operation, Surface, run
from tests.emulators.clouddrive2.standin import Program
from transfers.clouds import servers
from transfers.models import CloudServer, Transfer

from .asking import GOOD, HERE, MISSING, NAS, OURS, Asker, with_token

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["exec", "post"])
def cloud(request: Any, server: CloudServer, alice: Any) -> Asker:
    return Asker.of(alice, request.param)


@pytest.fixture
def nas(server: CloudServer, alice: Any) -> Asker:
    """Where one door is enough."""
    return Asker.of(alice)


def each_operation(*dangers: Danger) -> Any:
    found = [entry for entry in OURS if not dangers or entry.danger in dangers]
    return pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.short_name) for entry in found])


def test_this_file_knows_all_of_them() -> None:
    assert {entry.short_name for entry in OURS} == set(GOOD)
    for entry in OURS:
        assert entry.scope == ("clouds:read" if entry.danger == Danger.READ else "clouds:write"), entry.name
        assert entry.title and entry.summary, entry.name


# -- what all have in common


@each_operation()
def test_H20_someone_elses_server_is_not_there(
    entry: Operation, cloud_standin: Any, server: CloudServer, mallory: Any
) -> None:
    if entry.short_name == "cloud_servers":
        assert Asker.of(mallory).data("cloud_servers") == {"list": []}
        return
    cloud_standin("DELETE", "log")
    told = [
        Asker.of(mallory, way).refusal(entry.short_name, **GOOD[entry.short_name], server=str(pk))
        for way in ("exec", "post")
        for pk in (server.pk, MISSING, "x", "%00")
    ]
    assert {(each["status"], each["code"], each["detail"]) for each in told} == {(404, "not_found", told[0]["detail"])}
    assert cloud_standin("GET", "log")["calls"] == []
    assert not Transfer.objects.exists()


@each_operation()
def test_strangers_and_tokens_without_the_scope_are_refused(entry: Operation, server: CloudServer, alice: Any) -> None:
    answer = Client().post(f"/api/v1/clouds/{entry.short_name}", "{}", content_type="application/json")
    assert answer.status_code in {401, 403}
    with pytest.raises(Forbidden) as error:
        run(entry, Call(alice, Surface.REST, frozenset({"netdisk:*"})), GOOD[entry.short_name])
    assert error.value.code == "scope_missing" and entry.scope in str(error.value.hint)
    with pytest.raises(Forbidden):
        run(entry, Call(alice, Surface.REST, service=True), GOOD[entry.short_name])


@each_operation()
def test_without_a_server_the_answer_says_where_to_connect_one(entry: Operation, alice: Any) -> None:
    if entry.short_name == "cloud_servers":
        return
    told = Asker.of(alice).refusal(entry.short_name, **GOOD[entry.short_name])
    assert (told["status"], told["code"]) == (409, "clouddrive.no_server")


@each_operation(Danger.READ)
def test_reads_answer_to_get_too(entry: Operation, nas: Asker, alice: Any) -> None:
    args = GOOD[entry.short_name]
    assert Asker.of(alice, "get").data(entry.short_name, **args) == nas.data(entry.short_name, **args)


@each_operation()
def test_H50_arguments_that_do_not_fit(entry: Operation, nas: Asker, cloud_standin: Any) -> None:
    cloud_standin("DELETE", "log")
    for name in entry.schema().get("properties", {}):
        for value in ({"a": 1}, [[]], 1.5, "\ud800x", [None], "x" * 200_001):
            told = nas.ask(entry.short_name, **{**GOOD[entry.short_name], name: value})
            assert told.status_code in {400, 413, 422}, (name, value if value != "x" * 200_001 else "long")
    assert nas.refusal(entry.short_name, **GOOD[entry.short_name], surprise=1)["status"] == 400
    assert cloud_standin("GET", "log")["calls"] == []


PATHS = (
    "",
    "x",
    "..",
    "/..",
    "/a/../b",
    "/a/./b",
    "/a\x00b",
    "/" + "x" * 5000,
    "C:\\x",
    "\n/a",
    "~/a",
    1,
    None,
    ["/a"],
)


@pytest.mark.parametrize(
    ("op", "name"),
    [
        (op, name)
        for op, args in GOOD.items()
        for name in ("path", "dest", "remote_path", "source")
        if name in args and op != "cloud_copy_restart"
    ],
)
def test_H40_paths_that_climb_or_hide(op: str, name: str, nas: Asker, cloud_standin: Any) -> None:
    cloud_standin("DELETE", "log")
    for path in PATHS:
        told = nas.ask(op, **{**GOOD[op], name: path})
        assert told.status_code in {400, 422}, path
        assert path is None or told.json()["code"] in {"invalid", "json_invalid"}, path
    assert cloud_standin("GET", "log")["calls"] == []


@pytest.mark.parametrize("op", ["cloud_move", "cloud_copy", "cloud_delete"])
def test_H40_one_bad_path_among_good_ones_stops_all(op: str, nas: Asker, cloud_standin: Any) -> None:
    for path in ("/", "//", *PATHS[:8]):
        told = nas.ask(op, **{**GOOD[op], "paths": [f"{HERE}/1B.bin", path]})
        assert told.status_code in {400, 422}, path
    assert nas.ask(op, **{**GOOD[op], "paths": []}).status_code == 400
    assert nas.ask(op, **{**GOOD[op], "paths": ["/a"] * 1001}).status_code == 400
    assert cloud_standin.file(f"{HERE}/1B.bin")["exists"]


@each_operation(Danger.WRITE, Danger.DESTROY)
def test_changes_are_noted_with_what_they_are_about(entry: Operation, nas: Asker, alice: Any) -> None:
    args = {**GOOD[entry.short_name], "server": MISSING}
    nas.refusal(entry.short_name, **args)
    line = AuditEntry.objects.filter(user=alice, action=entry.name).get()
    assert line.result == "not_found" and line.target, entry.name
    assert sentences.title(entry.name) == entry.title
    told = Event.objects.filter(user=alice, type="mcp_callback").latest("seq")
    assert (told.data["op"], told.data["code"]) == (entry.short_name, "not_found")


def test_a_server_that_is_away_is_said_in_time(alice: Any, settings: Any, cloud_standin: Any) -> None:
    other = Program("--entries", "8")
    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": [f"127.0.0.1:{other.port}"]}
    http.policy.cache_clear()
    servers.add(alice, cloud_standin.access(port=other.port))
    other.stop()
    for way, op in (("exec", "cloud_list"), ("post", "cloud_delete")):
        told = Asker.of(alice, way).refusal(op, **GOOD[op])
        assert (told["status"], told["code"]) == (502, "clouddrive_unavailable")
        assert "address, port" in told["hint"]
    tested = Asker.of(alice).data("cloud_test")
    assert (tested["ok"], tested["code"]) == (False, "clouddrive_unavailable")
    assert Asker.of(alice).data("cloud_servers")["list"][0]["state"] == "trouble"


RIGHTS = {
    "cloud_list": "list",
    "cloud_find": "list",
    "cloud_search": "search",
    "cloud_mkdir": "create_folder",
    "cloud_rename": "rename",
    "cloud_move": "move",
    "cloud_copy": "copy",
    "cloud_delete": "delete",
    "cloud_space": "get_space_info",
    "cloud_details": "view_properties",
    "cloud_uploads": "get_transfer_tasks",
    "cloud_uploads_cancel": "modify_transfer_tasks",
    "cloud_copy_tasks": "get_transfer_tasks",
    "cloud_copy_pause": "modify_transfer_tasks",
    "cloud_mounts": "get_mounts",
    "cloud_mount_add": "modify_mounts",
    "cloud_offline_add": "add_offline_download",
    "cloud_offline_list": "list_offline_downloads",
    "cloud_offline_remove": "modify_offline_downloads",
}


@pytest.mark.parametrize("op", list(RIGHTS))
def test_a_right_that_the_token_lacks_is_named(op: str, alice: Any, cloud_standin: Any) -> None:
    with_token(alice, cloud_standin, without=[RIGHTS[op]])
    for way in ("exec", "post"):
        told = Asker.of(alice, way).refusal(op, **GOOD[op])
        assert (told["status"], told["code"]) == (403, "clouddrive_permission")
        assert f"allow_{RIGHTS[op]} " in told["detail"]


def test_a_read_only_cloud_is_not_blamed_on_the_token(alice: Any, cloud_standin: Any, cloud: Asker) -> None:
    for server in (servers.find(alice), with_token(alice, cloud_standin)):
        told = cloud.refusal("cloud_delete", paths=["/归档/测试"], server=str(server.pk))
        assert (told["status"], told["code"]) == (403, "clouddrive_permission")
        assert "allow_" not in told["detail"] and "read-only" in told["hint"]


def test_a_token_that_is_gone_asks_for_a_new_one(alice: Any, cloud_standin: Any) -> None:
    server = with_token(alice, cloud_standin)
    cloud_standin("POST", "reset")
    told = Asker.of(alice).refusal("cloud_list", server=str(server.pk))
    assert (told["status"], told["code"]) == (409, "clouddrive_auth")


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("cloud_delete", {"paths": ["/百度网盘/测试/1B.bin"], "permanently": 1}),
        ("cloud_offline_add", {"urls": ["https://example.org/a"], "path": NAS}),
    ],
)
def test_what_a_cloud_cannot_do(op: str, args: Any, cloud: Asker) -> None:
    told = cloud.refusal(op, **args)
    assert (told["status"], told["code"]) == (501, "clouddrive_unimplemented")


def test_a_name_that_is_taken_is_told(cloud: Asker) -> None:
    told = cloud.refusal("cloud_rename", path=f"{HERE}/1B.bin", name="1KiB.bin")
    assert (told["status"], told["code"]) == (409, "clouddrive_exists")
