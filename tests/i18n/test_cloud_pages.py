"""The pages of CloudDrive2 servers and of transfers from and to them, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from core.models import JobState
from tests.transfers.clouds.moving import run_all, to_cloud
from tests.transfers.departures import library_file
from transfers import services
from transfers.clouds import servers
from transfers.clouds.story import REASONS, WAYS
from transfers.models import CloudServer, LibraryFile, Transfer

from .test_pages import LANGUAGES, browser, foreign, walk
from .text import shown_texts

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}
CLOUD, BOX = "/115open", "/115open/box"
PARTS = ("clouds", "ways", "uploads")
DATA = ("115open", "nas", "box", "demo", "film.bin", "7.bin", "8.bin", "music", "none")


@pytest.fixture(autouse=True)
def quiet(bells: list[str], library_folder: Path, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = "files.test"


@pytest.fixture
def box(cloud_standin: Any) -> list[str]:
    """Two files in a folder of a cloud."""
    files = [f"{BOX}/7.bin", f"{BOX}/8.bin"]
    for path in files:
        cloud_standin("POST", "change", {"op": "file", "path": path, "size": 3000})
    return files


@pytest.fixture
def point(cloud_standin: Any, tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path / "music")
    cloud_standin("POST", "reset")


def url(name: str, server: CloudServer, *more: Any, **query: Any) -> str:
    path = reverse(f"transfers:{name}", args=[server.pk, *more])
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def cloud_names(server: CloudServer, *folders: str) -> list[str]:
    """What the clouds hold is not ours to word."""
    client = servers.client_for(server)
    return [*DATA, *(entry.name for folder in ("/", *folders) for entry in client.list_dir(folder))]


def statuses(client: Any, paths: list[str]) -> set[int]:
    """So that no page is looked at that only says what went wrong."""
    return {client.get(path, headers=HTMX).status_code for path in paths}


def told(client: Any, path: str, values: dict[str, Any], language: str, data: Any = DATA) -> list[str]:
    """The foreign texts of the answer to a form."""
    texts = shown_texts(client.post(path, values, headers=HTMX).content.decode())
    assert texts, path
    for name in sorted(data, key=len, reverse=True):
        texts = [text.replace(name, "") for text in texts]
    return foreign(texts, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_servers(language: str, alice: Any, server: CloudServer, point: str) -> None:
    client = browser(alice, language)
    client.post(url("mount-new", server), {"point": point, "source": "/115open", "name": "music", "auto": "on"})
    paths = [reverse("transfers:servers"), reverse("transfers:server-new")]
    paths += [url(name, server) for name in ("server", "server-edit", "mounts", "mount-new")]
    paths += [url("server-part", server, name) for name in PARTS]
    paths += [url("mount-edit", server, point=point), url("mount-edit", server, point="/nowhere")]
    assert statuses(client, paths[:-1]) == {200}
    assert walk(client, paths, language, [point, *cloud_names(server)]) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_servers_that_need_something(language: str, alice: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["push_message", "write", "delete", "list"])
    bare = servers.add(alice, cloud_standin.access(username="", secret=token))
    broken = CloudServer.objects.create(
        user=alice, name="nas 7", host="nowhere.example", state=CloudServer.State.TROUBLE, problem="clouddrive_auth"
    )
    paths = [reverse("transfers:servers"), *(url("server", row) for row in (bare, broken))]
    paths += [url("server-part", bare, name) for name in PARTS]
    client = browser(alice, language)
    assert statuses(client, paths) == {200}
    assert walk(client, paths, language, DATA) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_browser_of_a_server(language: str, alice: Any, server: CloudServer, box: list[str]) -> None:
    client, names = browser(alice, language), cloud_names(server, CLOUD, BOX)
    paths = [url("cloud-files", server, path=path) for path in ("/", CLOUD, BOX, "/115open/nowhere")]
    paths += [url("cloud-files", server, path=BOX, q=q) for q in ("7", "none")]
    paths += [url("cloud-files", server, path=BOX, q="none", **{"in": "below"})]
    paths += [url("cloud-mkdir", server, path=BOX), url("cloud-rename", server, id=box[0])]
    paths += [url("cloud-file", server, path=box[0]), url("cloud-file", server, path=BOX)]
    assert statuses(client, [path for path in paths if "nowhere" not in path]) == {200}
    assert walk(client, paths, language, names) == {}
    forms = [
        (url("cloud-delete", server), {"id": box}),
        (url("cloud-delete", server), {"id": f"{CLOUD}/"}),
        (url("cloud-move", server), {"id": box, "open": BOX}),
        (url("cloud-copy", server), {"id": box[0], "open": CLOUD}),
        (url("cloud-rename", server), {"id": box[0], "name": "8.bin", "go": "1"}),
        (url("cloud-mkdir", server), {"path": BOX, "name": ".."}),
    ]
    assert {path: texts for path, values in forms if (texts := told(client, path, values, language, names))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_transfer_from_a_server(
    language: str, alice: Any, server: CloudServer, box: list[str], settings: Any
) -> None:
    settings.DOWNLOAD_LIMIT = 5
    client, names, path = browser(alice, language), cloud_names(server, CLOUD, BOX), reverse("transfers:new")
    values = {"from": "clouddrive", "place": str(server.pk), "to": "", "folder": "/", "at": BOX}
    forms = [
        {**values, "id": box[0], "open_from": BOX},
        {**values, "id": box, "open_from": CLOUD},
        {**values, "id": box, "review": "1"},
        {**values, "id": box, "to": str(server.pk), "folder": BOX, "review": "1"},
        {**values, "id": [], "review": "1"},
        {**values, "id": f"{BOX}/gone.bin", "review": "1"},
    ]
    names.append("gone.bin")
    found = [texts for form in forms if (texts := told(client, path, form, language, names))]
    settings.DOWNLOAD_LIMIT = 1
    found += [texts for form in forms[2:3] if (texts := told(client, path, form, language, names))]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_folder_with_its_plan(language: str, alice: Any, server: CloudServer, box: list[str], settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 1
    client, path = browser(alice, language), reverse("transfers:folder")
    row = library_file(alice, 3000, "7.bin")
    LibraryFile.objects.filter(pk=row.pk).update(folder="/box")
    cloud, here = f"clouddrive:{server.pk}", {"origin": "library", "path": "/box", "look": "1"}
    forms = [
        {**here, "to": cloud, "folder": CLOUD},
        {**here, "to": cloud, "folder": "/115open/../x"},
        {**here, "to": "library", "folder": "/"},
        {"origin": cloud, "path": BOX, "to": "library", "folder": "/", "look": "1"},
        {"origin": cloud, "path": CLOUD, "to": cloud, "folder": BOX, "look": "1"},
    ]
    assert [texts for form in forms if (texts := told(client, path, form, language))] == []
    assert walk(client, [path, f"{path}?{urlencode({'origin': cloud, 'path': BOX})}"], language, DATA) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transfer_to_a_server(language: str, alice: Any, server: CloudServer) -> None:
    [row] = to_cloud(alice, server, services.from_library(alice, library_file(alice, 3000).pk))
    run_all()
    row.refresh_from_db()
    assert row.state == JobState.DONE and row.destination["tried"]
    client, data = browser(alice, language), [*DATA, "来自云港"]
    paths = [reverse(f"transfers:{name}", args=[row.pk]) for name in ("detail", "row")]
    assert walk(client, [*paths, reverse("transfers:list")], language, data) == {}
    tried = [
        {"way": way, "code": code, "why": "English words."} for way, code in zip([*WAYS] * 2, REASONS, strict=False)
    ]
    Transfer.objects.filter(pk=row.pk).update(destination={**row.destination, "tried": tried})
    assert walk(client, paths, language, data) == {}
