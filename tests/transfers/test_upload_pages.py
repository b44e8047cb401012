"""The pages of transfers to a drive: start them, see where they go, what waits, and how it was checked."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.models import JobState
from transfers import runner
from transfers.models import Transfer

from .departures import FOLDER, MIB, fresh, library_file, moved, send, unlimited

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}
SEND, NEW = "/transfers/send", "/transfers/new"


@pytest.fixture
def page(client: Any, alice: Any, bells: list[str]) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def text(page: Any, url: str, **query: Any) -> str:
    found: str = page.get(url, query).content.decode()
    return found


def test_a_library_file_is_sent_from_its_page(page: Any, drive: Any, alice: Any) -> None:
    file = library_file(alice, MIB)
    assert f"{SEND}?file={file.pk}" in text(page, reverse("transfers:preview", args=[file.pk]))
    assert f"{SEND}?file={file.pk}" in text(page, "/library/")
    form = text(page, SEND, file=str(file.pk))
    assert f'value="{file.pk}" selected' in form and drive.name in form
    values = {"file": file.pk, "drive": drive.pk, "path": FOLDER, "conflict": "overwrite"}
    answer = page.post(SEND, values, follow=True)
    assert "1 file is on its way to the drive." in answer.content.decode()
    row = Transfer.objects.get()
    assert row.destination == {"path": f"{FOLDER}/film.bin", "conflict": "overwrite"} and row.target == drive


def test_the_dialog_says_what_is_wrong_in_place(page: Any, drive: Any, alice: Any, mallory: Any) -> None:
    file = library_file(alice, MIB)
    values = {"file": file.pk, "drive": drive.pk, "path": FOLDER, "conflict": "rename"}
    for wrong, said in (
        ({"name": "a?b"}, "“?”"),
        ({"path": "films"}, "begins with"),
        ({"conflict": "maybe"}, "not one of the available choices"),
        ({"file": library_file(mallory, MIB).pk}, "no longer there"),
        ({"drive": "0198c0de-0000-7000-8000-000000000001"}, "no longer there"),
        ({"file": "nonsense"}, "no"),
    ):
        answer = page.post(SEND, {**values, **wrong}, headers=HTMX)
        assert answer.status_code == 422 and said in answer.content.decode(), wrong
    assert not Transfer.objects.exists()


def test_without_a_drive_or_a_file_the_page_says_what_is_needed(page: Any, alice: Any) -> None:
    said = text(page, SEND)
    assert "needs a connected drive" in said and reverse("netdisk:new") in said
    assert page.get(SEND, {"file": "nonsense"}).status_code == 200


def test_links_go_to_a_drive_as_well(page: Any, drive: Any, alice: Any, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = "files.test"
    assert drive.name in text(page, NEW) and 'value="library"' in text(page, NEW)
    values = {"links": "https://files.test/a.bin\nhttps://files.test/b:c.bin", "to": drive.pk, "folder": FOLDER}
    answer = page.post(NEW, values, follow=True)
    assert "2 files are on their way to the drive." in answer.content.decode()
    paths = {row.destination["path"] for row in Transfer.objects.all()}
    assert paths == {f"{FOLDER}/a.bin", f"{FOLDER}/b_c.bin"}


def test_H30_a_private_link_is_refused_in_the_form(page: Any, drive: Any) -> None:
    answer = page.post(NEW, {"links": "http://10.0.0.1/a", "to": drive.pk, "folder": "/"})
    assert answer.status_code == 422 and not Transfer.objects.exists()


def test_files_of_a_drive_can_be_posted_to_another(page: Any, standin: Any, drive: Any) -> None:
    number = standin.source("/测试/1KiB.bin", hash=0)["fs_id"]
    values = {"drive": drive.pk, "id": number, "to": drive.pk, "folder": FOLDER}
    answer = page.post(reverse("transfers:from-drive"), values, headers=HTMX)
    assert answer.status_code == 204
    assert Transfer.objects.get().destination["path"] == f"{FOLDER}/1KiB.bin"


def test_list_and_detail_show_the_direction_and_the_outcome(page: Any, standin: Any, drive: Any, alice: Any) -> None:
    file = library_file(alice)
    row = send(alice, file)
    listed = text(page, "/transfers/")
    assert '<span class="place">Library</span>' in listed and f'<span class="place">{drive.name}</span>' in listed
    assert f"<bdi>{FOLDER}</bdi>" in listed
    moved(row)
    rapid = moved(send(alice, file, name="again.bin"))
    listed = text(page, "/transfers/")
    assert "Rapid upload" in listed and "Checksum verified" in listed and "Show on the drive" in listed
    detail = text(page, reverse("transfers:detail", args=[row.pk]))
    assert f"{FOLDER}/film.bin" in detail and "confirmed every part by its md5" in detail
    assert "Parts and which of them the drive has" in detail and "Keep both" in detail
    told = text(page, reverse("transfers:detail", args=[rapid.pk]))
    assert "nothing had to be sent" in told


def test_a_waiting_upload_says_why(page: Any, standin: Any, drive: Any, alice: Any) -> None:
    row = send(alice, library_file(alice))
    standin.fault("rate_limited", match={"op": "superfile2"})
    runner.run_next()
    assert fresh(row).state == JobState.WAITING
    assert "asked to slow down" in text(page, "/transfers/")
    unlimited()


def test_the_list_costs_the_same_however_many_rows(
    page: Any, drive: Any, alice: Any, django_assert_max_num_queries: Any
) -> None:
    file = library_file(alice, MIB)
    send(alice, file)
    page.get("/transfers/")
    with django_assert_max_num_queries(40) as one:
        page.get("/transfers/")
    for _ in range(6):
        send(alice, file)
    with django_assert_max_num_queries(40) as many:
        page.get("/transfers/")
    assert len(many) == len(one)


def test_H20_a_stranger_can_not_send_it(client: Any, alice: Any, mallory: Any, drive: Any) -> None:
    file = library_file(alice, MIB)
    client.force_login(mallory)
    values = {"file": file.pk, "drive": drive.pk, "path": "/", "conflict": "rename"}
    assert client.post(SEND, values).status_code == 422
    assert file.name not in client.get(SEND, {"file": str(file.pk)}).content.decode()


def test_staff_see_where_it_goes(client: Any, admin: Any, alice: Any, drive: Any, bells: list[str]) -> None:
    row = send(alice, library_file(alice, MIB))
    client.force_login(admin)
    listed = client.get("/admin/transfers/transfer/", {"destination_kind__exact": "netdisk"})
    assert row.name in listed.content.decode()
    page = client.get(f"/admin/transfers/transfer/{row.pk}/change/").content.decode()
    assert f"{FOLDER}/film.bin" in page
