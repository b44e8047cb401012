"""The pages of transfers: list, actions, new, detail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, JobState
from transfers import services
from transfers.filters import GROUPS
from transfers.models import LibraryFile, Transfer, TransferPart, TransferStep

from .conftest import SMALL

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FRAME = 5  # queries of every page: session, person, newest event, two badges
LINK = "https://files.example.org/films/one%20film.mkv?token=verysecret"


@pytest.fixture
def page(client: Any, alice: Any, bells: list[str]) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def make(user: Any, state: str = JobState.QUEUED, **values: Any) -> Transfer:
    row = services.create(user, services.from_url(LINK))[0]
    Transfer.objects.filter(pk=row.pk).update(state=state, **values)
    row.refresh_from_db()
    return row


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 0


def act(page: Any, row: Transfer, action: str, **more: Any) -> Any:
    return page.post(reverse("transfers:act", args=[row.pk, action]), **more)


def test_empty_list_says_what_to_do(page: Any) -> None:
    text = page.get("/transfers/").content.decode()
    assert "Nothing on its way yet" in text and reverse("transfers:new") in text


def test_a_filter_that_matches_nothing_is_another_emptiness(page: Any, alice: Any) -> None:
    make(alice)
    text = page.get("/transfers/", {"group": "done"}).content.decode()
    assert "Nothing matches this filter" in text and "Nothing on its way yet" not in text


def test_a_row_says_what_from_where_how_far(page: Any, alice: Any) -> None:
    row = make(alice, JobState.RUNNING, size=1000, done_bytes=250, speed=50)
    text = page.get("/transfers/").content.decode()
    assert "one film.mkv" in text and "files.example.org" in text and "verysecret" not in text
    assert f'data-object="transfer:{row.pk}"' in text
    assert 'data-done="250"' in text and 'data-total="1000"' in text and 'data-eta="15"' in text
    assert ">Moving<" in text


def test_the_list_costs_the_same_however_many_rows(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    for state in (*JobState.values, *JobState.values):
        make(alice, state)
    page.get("/transfers/")
    with django_assert_num_queries(FRAME + 6):  # workers, count, rows, tally, allowance, library
        page.get("/transfers/")


@pytest.mark.parametrize("group", list(GROUPS))
def test_tabs_filter_and_count(page: Any, alice: Any, group: str) -> None:
    for state in JobState.values:
        make(alice, state)
    answer = page.get("/transfers/", {"group": group})
    states = {row["state"] for row in answer.context["rows"]}
    assert states == set(GROUPS[group])
    current = [tab for tab in answer.context["tabs"] if tab["current"]]
    assert [tab["count"] for tab in current] == [len(GROUPS[group])]


def test_pages_order_and_search_live_in_the_address(page: Any, alice: Any) -> None:
    services.create(alice, services.from_url("https://example.org/needle.bin"))
    for _ in range(55):
        make(alice)
    answer = page.get("/transfers/", {"ordering": "name", "page": "2"})
    assert "ordering=name&amp;page=1" in answer.content.decode()
    found = page.get("/transfers/", {"q": "NEEDLE"})
    assert [row["name"] for row in found.context["rows"]] == ["needle.bin"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "9" * 30},
        {"group": "nope"},
        {"ordering": "password"},
        {"q": "%" * 500},
        {"q": "a\x00b"},
    ],
)
def test_H21_odd_addresses_show_the_list(page: Any, alice: Any, query: dict[str, str]) -> None:
    make(alice)
    assert page.get("/transfers/", query).status_code == 200


def test_H20_a_stranger_sees_and_moves_nothing(client: Any, alice: Any, mallory: Any, bells: list[str]) -> None:
    row = make(alice)
    client.force_login(mallory)
    assert row.name not in client.get("/transfers/").content.decode()
    for name in ("detail", "row"):
        assert client.get(reverse(f"transfers:{name}", args=[row.pk])).status_code == 404
    for action in ("pause", "resume", "cancel", "retry", "remove"):
        assert act(client, row, action).status_code == 404
    assert client.post(reverse("transfers:priority", args=[row.pk]), {"priority": 5}).status_code == 404
    client.post(reverse("transfers:bulk", args=["pause"]))
    row.refresh_from_db()
    assert row.state == JobState.QUEUED


@pytest.mark.parametrize("pk", ["0", "x", "9" * 50])
def test_H21_odd_ids_are_not_found(page: Any, pk: str) -> None:
    assert page.get(f"/transfers/{pk}/").status_code == 404


def test_actions_answer_htmx_with_the_row_and_forms_with_a_page(page: Any, alice: Any) -> None:
    row = make(alice)
    text = act(page, row, "pause", headers=HTMX).content.decode()
    assert text.lstrip().startswith("<article") and ">Paused<" in text
    assert act(page, row, "resume").url == "/transfers/"
    assert act(page, row, "cancel", data={"next": f"/transfers/{row.pk}/"}).url == f"/transfers/{row.pk}/"
    row.refresh_from_db()
    assert row.state == JobState.CANCELLED
    assert act(page, row, "remove", headers=HTMX)["HX-Reswap"] == "delete"
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1"])
def test_H16_an_action_leads_to_no_other_site(page: Any, alice: Any, target: str) -> None:
    assert act(page, make(alice), "pause", data={"next": target}).url == "/transfers/"


def test_an_action_that_does_not_fit_is_said_not_raised(page: Any, alice: Any) -> None:
    row = make(alice, JobState.DONE)
    said = act(page, row, "pause", headers=HTMX)
    assert said.status_code == 409 and "can be paused" in said.json()["detail"]
    followed = act(page, row, "pause", follow=True)
    assert [message.level_tag for message in followed.context["messages"]] == ["error"]
    assert act(page, row, "explode").status_code == 404


def test_a_problem_stands_in_the_row_with_its_way_out(page: Any, alice: Any) -> None:
    make(alice, JobState.FAILED, error_code="gave_up", attempts=3)
    make(alice, JobState.WAITING, error_code="disk_full", available_at=timezone.now() + timedelta(minutes=5))
    make(alice, JobState.FAILED, error_code="netdisk.reauthorize")
    text = page.get("/transfers/").content.decode()
    assert "failed too many times in a row" in text and "3 attempts" in text
    assert "The disk is full" in text and "goes on at" in text
    assert "needs a new authorisation" in text and reverse("netdisk:new") in text


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("pause", JobState.QUEUED, JobState.PAUSED),
        ("resume", JobState.PAUSED, JobState.QUEUED),
        ("clear", JobState.DONE, None),
    ],
)
def test_all_at_once(page: Any, alice: Any, mallory: Any, verb: str, before: str, after: str | None) -> None:
    rows, other = [make(alice, before) for _ in range(3)], make(mallory, before)
    page.post(reverse("transfers:bulk", args=[verb]))
    states = list(Transfer.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True))
    assert states == ([after] * 3 if after else [])
    other.refresh_from_db()
    assert other.state == before


def test_links_one_per_line_become_transfers(page: Any, alice: Any) -> None:
    links = "https://example.org/a.bin\n\n  https://example.org/b.bin \nhttps://example.org/a.bin"
    answer = page.post("/transfers/new", {"links": links, "folder": "films", "priority": "5"}, headers=HTMX)
    assert answer.status_code == 204 and answer["HX-Redirect"] == "/transfers/"
    rows = Transfer.objects.filter(user=alice).order_by("name")
    assert [(row.name, row.folder, row.priority) for row in rows] == [("a.bin", "/films", 5), ("b.bin", "/films", 5)]


@pytest.mark.parametrize(
    "bad", ["ftp://x/y", "javascript:alert(1)", "http://", "nonsense", "http://a\tb/", "http://u:p@x/"]
)
def test_a_bad_line_is_named_and_none_is_started(page: Any, bad: str) -> None:
    answer = page.post("/transfers/new", {"links": f"https://example.org/a.bin\n{bad}"}, headers=HTMX)
    assert answer.status_code == 422 and "Line 2:" in answer.content.decode()
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"links": " \n "},
        {"links": "https://e.org/a", "folder": "/../x"},
        {"links": "https://e.org/a", "priority": "9e9"},
    ],
)
def test_a_form_with_gaps_comes_back(page: Any, form: dict[str, str]) -> None:
    assert page.post("/transfers/new", form).status_code == 422
    assert not Transfer.objects.exists()


def test_the_daily_limit_is_said_in_the_form(page: Any, settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 1
    links = "https://example.org/a.bin\nhttps://example.org/b.bin"
    answer = page.post("/transfers/new", {"links": links})
    assert answer.status_code == 422 and "daily limit of 1" in answer.content.decode()
    assert not Transfer.objects.exists()


def test_ticked_files_of_a_drive_are_queued(page: Any, drive: Any, standin: Any) -> None:
    fs_id = standin.source(SMALL, hash=0)["fs_id"]
    form = {"drive": str(drive.pk), "id": [str(fs_id), str(fs_id)]}
    answer = page.post(reverse("transfers:from-drive"), form, headers=HTMX)
    assert answer.status_code == 204 and "toast" in answer["HX-Trigger"]
    assert [row.name for row in Transfer.objects.all()] == ["1MiB.bin"]
    assert page.post(reverse("transfers:from-drive"), form).url == "/transfers/"


@pytest.mark.parametrize("ids", [[], ["0"], ["-1"], ["x"], ["9" * 40], ["1", "٣"]])
def test_H21_odd_file_numbers_start_nothing(page: Any, drive: Any, ids: list[str]) -> None:
    answer = page.post(reverse("transfers:from-drive"), {"drive": str(drive.pk), "id": ids}, headers=HTMX)
    assert answer.status_code in {400, 404} and not Transfer.objects.exists()


def test_H22_files_of_a_foreign_drive_are_refused(page: Any, mallory: Any, drive: Any, standin: Any) -> None:
    page.force_login(mallory)
    fs_id = standin.source(SMALL, hash=0)["fs_id"]
    answer = page.post(reverse("transfers:from-drive"), {"drive": str(drive.pk), "id": [str(fs_id)]}, headers=HTMX)
    assert answer.status_code == 404 and not Transfer.objects.exists()


def test_the_detail_page_tells_the_whole_story(page: Any, alice: Any) -> None:
    row = make(alice, JobState.RUNNING, size=1000, done_bytes=300, attempts=2)
    TransferPart.objects.create(transfer=row, index=0, start=0, stop=500, done=300)
    TransferPart.objects.create(transfer=row, index=1, start=500, stop=None, done=0)
    TransferStep.objects.create(transfer=row, code="retry", data={"code": "timed_out", "part": 1})
    TransferStep.objects.create(transfer=row, code="lost_worker", data={"bytes": 300})
    TransferStep.objects.create(transfer=row, code="resumed", data={"bytes": 300}, attempt=2)
    answer = page.get(reverse("transfers:detail", args=[row.pk]))
    text = answer.content.decode()
    assert "Goes on from its checkpoint" in text and "already safe on disk" in text
    assert "did not answer in time" in text and "Part 2." in text and "worker disappeared" in text
    assert [block["x"] for block in answer.context["blocks"]] == ["0.0", "500.0"]
    assert text.count('class="part-done"') == 2 and "style=" not in text
    for part in ("head", "rest"):
        assert b"<html" not in page.get(f"/transfers/{row.pk}/", {"part": part}, headers=HTMX).content


@pytest.mark.parametrize(
    ("verified", "how", "words"),
    [("hash", "md5", "its MD5 matches"), ("length", "length", "gives no checksum")],
)
def test_the_detail_page_says_how_sure_we_are(page: Any, alice: Any, verified: str, how: str, words: str) -> None:
    checkpoint = {"verdict": {"how": how, "sha256": "ab" * 32}}
    row = make(alice, JobState.DONE, size=5, verified=verified, sha256="ab" * 32, checkpoint=checkpoint)
    text = page.get(reverse("transfers:detail", args=[row.pk])).content.decode()
    assert words in text and "ab" * 32 in text


def test_the_detail_page_costs_a_fixed_number_of_queries(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    row = make(alice, size=1000)
    TransferPart.objects.bulk_create(TransferPart(transfer=row, index=n, start=n, stop=n + 1) for n in range(100))
    TransferStep.objects.bulk_create(TransferStep(transfer=row, code="retry") for _ in range(100))
    page.get(reverse("transfers:detail", args=[row.pk]))
    with django_assert_num_queries(FRAME + 3):  # transfer, parts, steps
        page.get(reverse("transfers:detail", args=[row.pk]))


def test_the_priority_is_changed(page: Any, alice: Any) -> None:
    row = make(alice)
    page.post(reverse("transfers:priority", args=[row.pk]), {"priority": "5"})
    page.post(reverse("transfers:priority", args=[row.pk]), {"priority": "999"})
    row.refresh_from_db()
    assert row.priority == 5


def test_H40_a_name_is_never_markup(page: Any, alice: Any) -> None:
    row = make(alice, name="<img src=x onerror=alert(1)>\u202egpj.exe")
    for path in ("/transfers/", f"/transfers/{row.pk}/"):
        assert "<img src=x" not in page.get(path).content.decode()


def test_a_finished_file_opens_only_while_it_is_in_the_library(page: Any, alice: Any) -> None:
    row = make(alice, JobState.DONE, size=1, started_at=Now(), finished_at=Now())
    assert "Open the file" not in page.get("/transfers/").content.decode()
    LibraryFile.objects.create(pk=row.pk, user=alice, name=row.name, size=1, sha256="ab" * 32)
    assert "Open the file" in page.get("/transfers/").content.decode()
    assert AuditEntry.objects.filter(action="transfers.remove").count() == 0
