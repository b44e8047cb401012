"""A new transfer: both ends by browsing, what will happen said beforehand, then exactly that."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from tests.transfers.departures import FOLDER, library_file
from transfers.clouds import servers
from transfers.models import CloudServer, Transfer

from .moving import run_all

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}
NEW, SEND = "/transfers/new", "/transfers/send"
BOX, GOAL = "/115open/quelle", "/115open/ziel"
NASTY = "<script>alert(1)</script>.txt"


@pytest.fixture(autouse=True)
def quiet(bells: list[str], settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 0
    settings.OUTBOUND_ALLOW = "files.test"


@pytest.fixture
def files(server: CloudServer, cloud_standin: Any) -> list[str]:
    """Two files on alice's server, and a folder for them that has one of the names."""
    for path, size in ((f"{BOX}/a.bin", 3000), (f"{BOX}/b.bin", 5000), (f"{GOAL}/a.bin", 1)):
        cloud_standin("POST", "change", {"op": "file", "path": path, "size": size})
    return [f"{BOX}/a.bin", f"{BOX}/b.bin"]


def post(page: Any, values: dict[str, Any], **headers: Any) -> str:
    answer = page.post(NEW, values, headers=headers.get("headers", HTMX))
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return unescape(answer.content.decode())


def hidden(text: str) -> dict[str, list[str]]:
    """What the form would send again."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', text):
        found.setdefault(name, []).append(value)
    return found


def from_cloud(server: CloudServer, ids: list[str], **more: Any) -> dict[str, Any]:
    return {"from": "clouddrive", "place": str(server.pk), "id": ids, "to": "", "folder": "/", **more}


def test_the_first_look_is_short_and_names_every_place(page: Any, server: CloudServer, drive: Any) -> None:
    for headers in ({}, HTMX):
        text = page.get(NEW, headers=headers).content.decode()
        assert all(f'value="{kind}"' in text for kind in ("links", "library", "netdisk", "clouddrive"))
        assert drive.name in text and server.name in text and 'name="links"' in text
        assert "picker-list" not in text and 'name="review"' in text


def test_one_browses_the_source_and_the_ticks_stay(page: Any, server: CloudServer, files: list[str]) -> None:
    top = post(
        page, {"from": "links", "source": "clouddrive", "links": "https://files.test/x", "to": "", "folder": "/f"}
    )
    assert 'value="/115open"' in top and 'name="links" value="https://files.test/x"' in top and 'value="/f"' in top
    values = from_cloud(server, [files[0]], place_was=str(server.pk), at="/")
    inside = post(page, {**values, "open_from": BOX})
    assert re.search(rf'name="id" value="{files[0]}" checked', inside)
    assert f'name="id" value="{files[1]}">' in inside and "Also chosen" not in inside
    elsewhere = post(page, {**values, "open_from": GOAL})
    assert "Also chosen" in elsewhere and re.search(rf'name="id" value="{files[0]}" checked', elsewhere)
    typed = post(page, {**values, "at": "115open/quelle/", "look": "1"})
    assert f'name="id" value="{files[1]}"' in typed
    everything = post(page, {**values, "at": BOX, "all": "1"})
    assert re.search(rf'name="id" value="{files[1]}" checked', everything)


def test_another_place_begins_anew(
    page: Any, server: CloudServer, files: list[str], cloud_standin: Any, alice: Any
) -> None:
    other = servers.add(alice, cloud_standin.access(name="other"))
    values = from_cloud(server, files, at=BOX, place_was=str(server.pk), to_was="")
    changed = post(page, {**values, "place": str(other.pk)})
    assert 'value="/115open"' in changed and "a.bin" not in changed
    target = post(page, {**values, "to": str(other.pk), "folder": "/films"})
    assert 'name="folder" value="/"' in target


def test_the_destination_is_browsed_in_place(page: Any, server: CloudServer, files: list[str]) -> None:
    values = {"from": "links", "links": "https://files.test/x", "to": str(server.pk), "to_was": str(server.pk)}
    opened = post(page, {**values, "folder": "/115open", "open_to": ""})
    assert f'name="open_to" value="{GOAL}"' in opened and 'name="browsing"' in opened
    deeper = post(page, {**values, "folder": "/115open", "open_to": GOAL, "browsing": "1"})
    assert f'name="folder" value="{GOAL}"' in deeper
    closed = post(page, {**values, "folder": GOAL, "close_to": "1", "browsing": "1"})
    assert "picker-list" not in closed and f'name="folder" value="{GOAL}"' in closed


def test_the_summary_says_it_all_and_changes_nothing(
    page: Any, server: CloudServer, files: list[str], settings: Any
) -> None:
    settings.DOWNLOAD_LIMIT = 5
    text = post(page, from_cloud(server, files, folder="films", review="1"))
    assert "2 files, 7.8\xa0KB" in text and "a.bin" in text and "/films" in text and server.name in text
    assert "keeps them in your library" in text and "None of them is taken" in text
    assert "Uses 2 of the 5 downloads" in text
    assert not Transfer.objects.exists()
    again = hidden(text)
    assert again["id"] == files and again["from"] == ["clouddrive"] and again["key"][0]
    for _twice in range(2):
        answer = page.post(NEW, {**again, "go": "1"}, headers=HTMX)
        assert answer.status_code == 204 and answer["HX-Redirect"] == "/transfers/"
    rows = Transfer.objects.order_by("name")
    assert [(row.name, row.folder, row.size) for row in rows] == [("a.bin", "/films", 3000), ("b.bin", "/films", 5000)]


def test_the_daily_limit_is_a_reason_not_to_start(
    page: Any, server: CloudServer, files: list[str], settings: Any
) -> None:
    settings.DOWNLOAD_LIMIT = 1
    text = post(page, from_cloud(server, files, review="1"))
    assert "This needs 2" in text and "1 of 1 are left" in text and re.search(r'name="go"[^>]* disabled', text)
    assert page.post(NEW, from_cloud(server, files, go="1"), headers=HTMX).status_code == 422
    assert not Transfer.objects.exists()


def test_taken_names_are_named_with_what_becomes_of_them(
    page: Any, server: CloudServer, alice: Any, files: list[str]
) -> None:
    file = library_file(alice, 4096, name="a.bin")
    values = {"from": "library", "id": str(file.pk), "to": str(server.pk), "folder": GOAL, "review": "1"}
    for conflict, said in (
        ("rename", "Both are kept"),
        ("overwrite", "replace what is there"),
        ("fail", "stop and say so"),
    ):
        text = post(page, {**values, "conflict": conflict})
        assert "1 name is taken there" in text and said in text and "from its own disk" in text


def test_library_files_go_to_a_server(page: Any, server: CloudServer, alice: Any, files: list[str]) -> None:
    both = [library_file(alice, 4096, name=name) for name in ("x.bin", "y.bin")]
    values = {"from": "library", "id": [file.pk for file in both], "to": str(server.pk), "folder": GOAL}
    answer = page.post(NEW, {**values, "conflict": "skip", "priority": "5", "go": "1"}, follow=True)
    assert "2 files are on their way to “nas”" in answer.content.decode()
    rows = Transfer.objects.order_by("name")
    assert [row.destination for row in rows] == [
        {"path": f"{GOAL}/{name}", "conflict": "skip"} for name in ("x.bin", "y.bin")
    ]
    assert {(row.to_server, row.priority) for row in rows} == {(server, 5)}


def test_drive_files_go_to_a_server_and_server_files_to_a_drive(
    page: Any, server: CloudServer, drive: Any, standin: Any, files: list[str]
) -> None:
    number = standin.source("/测试/1KiB.bin", hash=0)["fs_id"]
    seen = post(page, {"from": "netdisk", "place": str(drive.pk), "open_from": "/测试", "to": "", "folder": "/"})
    pick = f"{number}:/测试/1KiB.bin"
    assert f'name="id" value="{pick}"' in seen
    values = {"from": "netdisk", "place": str(drive.pk), "id": pick, "to": str(server.pk), "folder": GOAL}
    text = post(page, {**values, "review": "1"})
    assert "1 file" in text and "piece by piece" in text and f"{GOAL}" in text
    assert page.post(NEW, {**values, "go": "1"}, headers=HTMX).status_code == 204
    back = from_cloud(server, files[:1], to=str(drive.pk), folder=FOLDER)
    assert "None of them is taken" in post(page, {**back, "review": "1"})
    assert page.post(NEW, {**back, "go": "1"}, headers=HTMX).status_code == 204
    assert {row.destination["path"] for row in Transfer.objects.all()} == {f"{GOAL}/1KiB.bin", f"{FOLDER}/a.bin"}


def test_what_baidu_would_refuse_is_said_before(page: Any, server: CloudServer, drive: Any, cloud_standin: Any) -> None:
    cloud_standin("POST", "change", {"op": "file", "path": f"{BOX}/a?b.txt", "size": 10})
    text = post(page, from_cloud(server, [f"{BOX}/a?b.txt"], to=str(drive.pk), folder=FOLDER, review="1"))
    assert "It can’t start like this" in text and "“?”" in text


def test_links_go_to_a_server_and_private_ones_nowhere(page: Any, server: CloudServer, files: list[str]) -> None:
    values = {"from": "links", "links": "https://files.test/new.bin", "to": str(server.pk), "folder": GOAL}
    assert "size not known yet" in post(page, {**values, "review": "1"})
    assert page.post(NEW, {**values, "go": "1"}, headers=HTMX).status_code == 204
    private = post(page, {**values, "links": "http://10.0.0.1/x", "review": "1"})
    assert "It can’t start like this" in private
    assert page.post(NEW, {**values, "links": "http://10.0.0.1/x", "go": "1"}, headers=HTMX).status_code == 422
    assert Transfer.objects.count() == 1


def test_the_same_server_copies_by_itself(page: Any, server: CloudServer, files: list[str], settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 1
    values = from_cloud(server, files, to=str(server.pk), folder=f"{GOAL}/neu")
    text = post(page, {**values, "review": "1"})
    assert "not there yet. It is made" in text
    assert "CloudDrive2 copies them itself" in text and "Daily limit" not in text and 'name="go"' in text
    answer = page.post(NEW, {**values, "go": "1"}, headers=HTMX)
    assert answer.status_code == 204 and answer["HX-Redirect"] == reverse("transfers:list")
    run_all()
    client = servers.client_for(server)
    assert {entry.name for entry in client.list_dir(f"{GOAL}/neu", force=True)} == {"a.bin", "b.bin"}
    assert {row.destination["way"] for row in Transfer.objects.all()} == {"inside"}
    strict = {**values, "folder": GOAL, "conflict": "fail"}
    assert "It can’t start like this" in post(page, {**strict, "review": "1"})
    assert client.find(f"{GOAL}/a.bin").size == 1 and client.find(f"{GOAL}/b.bin") is None


def test_folders_are_refused_by_name(page: Any, server: CloudServer, files: list[str]) -> None:
    answer = page.post(NEW, from_cloud(server, [f"{BOX}/"], review="1"), headers=HTMX)
    assert (
        answer.status_code == 422
        and "This is a folder" in answer.content.decode()
        and "quelle" in answer.content.decode()
    )


def test_files_chosen_in_the_browser_come_along(page: Any, server: CloudServer, files: list[str]) -> None:
    answer = page.post(f"{NEW}?from=clouddrive&place={server.pk}", {"id": files, "drive": str(server.pk)}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and "2 chosen of" in text and "picker-list" not in text
    assert f'name="open_from" value="{BOX}"' in text


def test_sending_leads_to_the_form_for_those_with_servers(page: Any, server: CloudServer, alice: Any) -> None:
    file = library_file(alice, 4096)
    answer = page.get(SEND, {"file": file.pk}, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain and re.search(rf'name="id" value="{file.pk}" checked', text) and file.name in text


def test_without_a_place_it_says_what_to_do(page: Any, alice: Any) -> None:
    assert reverse("netdisk:new") in post(page, {"from": "links", "source": "netdisk"})
    assert reverse("transfers:server-new") in post(page, {"from": "links", "source": "clouddrive"})
    for source in ("library", "netdisk", "clouddrive"):
        answer = page.post(NEW, {"from": source, "to": "", "folder": "/", "review": "1"}, headers=HTMX)
        assert answer.status_code == 422 and "Nothing is" in answer.content.decode()


def test_a_server_that_is_away_leaves_the_form_standing(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    cloud_standin.fault("unavailable", match={"op": "GetSubFiles"})
    text = post(page, {"from": "links", "source": "clouddrive", "to": "", "folder": "/"})
    assert "be reached" in text and 'name="review"' in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "0198c0de-0000-7000-8000-000000000001"},
        {"to": "nonsense\0"},
        {"id": ["/../x"]},
        {"id": ["/115open/a\0b"]},
        {"id": ["/" + "x" * 5000]},
        {"id": ["nonsense"]},
        {"folder": "/../x"},
        {"folder": "/" + "x" * 5000},
        {"conflict": "maybe"},
        {"priority": "9e9"},
        {"place": "nonsense", "id": []},
    ],
)
def test_H21_odd_values_start_nothing(page: Any, server: CloudServer, files: list[str], wrong: dict[str, Any]) -> None:
    values = {**from_cloud(server, files), **wrong}
    for step in ("go", "review"):
        assert page.post(NEW, {**values, step: "1"}, headers=HTMX).status_code == 422, step
    for step in ("look", "open_from", "open_to", "all", "source"):
        odd = str(values.get("folder", "/"))
        assert page.post(NEW, {**values, step: odd, "at": odd, "browsing": "1"}, headers=HTMX).status_code == 200, step
    assert not Transfer.objects.exists()


def test_a_folder_among_the_clouds_is_asked_for(page: Any, server: CloudServer) -> None:
    values = {"from": "links", "links": "https://files.test/x", "to": str(server.pk), "folder": "/", "review": "1"}
    answer = page.post(NEW, values, headers=HTMX)
    assert answer.status_code == 422 and "in one of the clouds" in answer.content.decode()


def test_H20_a_stranger_reaches_neither_end(
    client: Any, mallory: Any, server: CloudServer, drive: Any, alice: Any, files: list[str]
) -> None:
    client.force_login(mallory)
    file = library_file(alice, 4096)
    for values in (
        from_cloud(server, files),
        {"from": "library", "id": str(file.pk), "to": "", "folder": "/"},
        {"from": "netdisk", "place": str(drive.pk), "id": "1:/a", "to": "", "folder": "/"},
        {"from": "links", "links": "https://files.test/x", "to": str(server.pk), "folder": GOAL},
        {"from": "links", "links": "https://files.test/x", "to": str(drive.pk), "folder": FOLDER},
    ):
        for step in ("review", "go"):
            assert client.post(NEW, {**values, step: "1"}).status_code == 422
        shown = client.post(NEW, {**values, "open_from": BOX, "open_to": GOAL, "browsing": "1"}).content.decode()
        assert "b.bin" not in shown.replace(files[1], "") and file.name not in shown and server.name not in shown
    assert not Transfer.objects.exists()


def test_H40_a_name_is_never_markup(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    cloud_standin("POST", "change", {"op": "file", "path": f"{BOX}/{NASTY}", "size": 10})
    one = from_cloud(server, [f"{BOX}/{NASTY}"])
    for more in ({"open_from": BOX}, {"look": "1"}, {"review": "1"}, {"review": "1", "folder": "/<script>alert"}):
        text = page.post(NEW, {**one, **more}, headers=HTMX).content.decode()
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_the_form_costs_few_queries(
    page: Any, server: CloudServer, drive: Any, files: list[str], alice: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        library_file(alice, 4096, name=f"{number}.bin")
    page.get(NEW)
    with django_assert_max_num_queries(16):
        page.get(NEW, {"from": "library"})
    with django_assert_max_num_queries(30):
        post(page, from_cloud(server, files, review="1"))
