"""The Space page of a drive."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core.models import JobState
from netdisk.models import SERVICE, DriveAccount
from netdisk.scans import runner, services
from netdisk.scans.changes import compare
from netdisk.scans.models import Scan
from netdisk.scans.packing import Row, pack
from netdisk.scans.treemap import Box, squarify
from netdisk.scans.usage import Folder, summarise
from netdisk.views.space import Part, fitting, picture

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}
FRAME = 5  # queries of every page: session, person, newest event, two badges


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """Every wake-up that was sent, in order; none arrives anywhere."""
    rung: list[str] = []
    monkeypatch.setattr("netdisk.scans.services.ring", lambda task, pk: rung.append(str(pk)))
    settings.NETDISK_LIST_ALL_PER_MINUTE = 0
    return rung


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def space(drive: DriveAccount) -> str:
    return reverse("netdisk:space", args=[drive.pk])


def shown(browser: Any, drive: DriveAccount, **query: Any) -> str:
    return str(browser.get(space(drive), query).content.decode())


def scanned(drive: DriveAccount, user: Any) -> Scan:
    scan = services.start(drive, "/", user)
    while scan.state != JobState.DONE:
        assert runner.run(scan.pk)
        scan.refresh_from_db()
    return scan


def test_before_the_first_scan_there_is_one_thing_to_do(page: Any, drive: DriveAccount, bells: list[str]) -> None:
    text = shown(page, drive)
    assert "Not looked at yet" in text and reverse("netdisk:scan", args=[drive.pk]) in text
    assert page.post(reverse("netdisk:scan", args=[drive.pk])).url.startswith(space(drive))
    scan = Scan.objects.get()
    assert bells == [str(scan.pk)] and scan.path == "/"
    moving = shown(page, drive)
    assert f'data-object="{scan.object_name}"' in moving and "Scanning" in moving and "Not looked at" not in moving
    page.post(reverse("netdisk:scan", args=[drive.pk]))
    assert Scan.objects.count() == 1, "one walk at a time"


def test_a_scan_is_shown_as_a_picture_and_as_tables(page: Any, alice: Any, drive: DriveAccount) -> None:
    scanned(drive, alice)
    text = shown(page, drive)
    assert text.count('<svg class="treemap') == 2 and f"{space(drive)}?path={quote('/照片', safe='')}" in text
    for words in ("By kind", "Largest files", "Videos", "4GiB.bin", "Files in this folder", "Scan again", "Scanned"):
        assert words in text
    assert "From the second scan on" in text
    assert not re.search(r"<[^>]+ style=", text), "no style attributes: the policy forbids them"


def test_folders_lead_down_and_back_up(page: Any, alice: Any, drive: DriveAccount) -> None:
    scanned(drive, alice)
    text = shown(page, drive, path="/文档/工作")
    assert "合同" in text and f"{space(drive)}?path={quote('/文档', safe='')}" in text and "/视频" not in text
    assert "was not there when the drive was scanned" in shown(page, drive, path="/no/such")
    assert "Not looked at" not in shown(page, drive, path="//文档//")


def test_names_from_outside_are_text(page: Any, alice: Any, drive: DriveAccount) -> None:
    nasty = "<script>alert(1)</script>{{7*7}}"
    summary = summarise("/", [Row(1, f"/{nasty}", 0, 0, "", 0, 1), Row(2, f"/{nasty}/{nasty}.mkv", 9, 0, "", 1, 0)])
    changes = compare(list, lambda: [Row(1, f"/{nasty}", 0, 0, "", 0, 1)]).packed()
    Scan.objects.create(
        drive=drive,
        state=JobState.DONE,
        finished_at=timezone.now(),
        summary=pack(summary.packed()),
        changes=pack(changes | {"since": {"scan": "x", "taken_at": timezone.now().isoformat()}}),
    )
    for path in ("/", f"/{nasty}"):
        text = shown(page, drive, path=path)
        assert "<script>alert" not in text and text.count("&lt;script&gt;alert") >= 3 and "{{7*7}}" in text


def test_the_second_scan_tells_what_changed_by_page(page: Any, alice: Any, drive: DriveAccount, standin: Any) -> None:
    scanned(drive, alice)
    for number in range(60):
        standin.control("POST", "change", {"op": "mkdir", "path": f"/new/{number:02d}"})
    standin.control("POST", "change", {"op": "rename", "path": "/README.txt", "newname": "LIESMICH.txt"})
    scanned(drive, alice)
    text = shown(page, drive)
    assert "Added 61" in text and "Renamed 1" in text and "/LIESMICH.txt" in text and "before:" in text
    assert "1–50 of 62" in text and "/new/59" in shown(page, drive, page=2)
    assert "/LIESMICH.txt" not in shown(page, drive, path="/new")


def test_a_halted_scan_says_why_and_until_when(page: Any, alice: Any, drive: DriveAccount) -> None:
    scan = services.start(drive, "/", alice)
    Scan.objects.update(
        state=JobState.WAITING, available_at=Now() + timedelta(minutes=1), error_code="netdisk.rate_limited", error="慢"
    )
    text = shown(page, drive)
    assert "Baidu asks to slow down." in text and "Goes on at" in text
    Scan.objects.update(state=JobState.FAILED, error_code="netdisk.reauthorize", finished_at=Now())
    assert "This drive needs a new authorisation." in shown(page, drive)
    assert scan.object_name not in shown(page, drive)


def test_the_page_costs_the_same_however_much_there_is(
    page: Any, alice: Any, drive: DriveAccount, django_assert_num_queries: Any
) -> None:
    scanned(drive, alice)
    scanned(drive, alice)
    page.get(space(drive))
    with django_assert_num_queries(FRAME + 5):  # drive, scans, sums, changes, workers
        page.get(space(drive))


def test_htmx_gets_only_the_part(page: Any, drive: DriveAccount) -> None:
    answer = page.get(space(drive), headers=HTMX).content.decode()
    assert answer.lstrip().startswith('<div class="stack space"') and "<html" not in answer


def test_H20_a_stranger_finds_nothing(client: Any, mallory: Any, alice: Any, drive: DriveAccount) -> None:
    scanned(drive, alice)
    client.force_login(mallory)
    assert client.get(space(drive)).status_code == 404
    assert client.post(reverse("netdisk:scan", args=[drive.pk])).status_code == 404
    assert Scan.objects.count() == 1


def test_staff_see_the_shared_account_s_space(client: Any, admin: Any, alice: Any, drive: DriveAccount) -> None:
    DriveAccount.objects.filter(pk=drive.pk).update(user=None, slot=SERVICE)
    client.force_login(alice)
    assert client.get(space(drive)).status_code == 404
    client.force_login(admin)
    assert client.post(reverse("netdisk:scan", args=[drive.pk])).status_code == 302
    assert Scan.objects.get().user == admin and client.get(space(drive)).status_code == 200


# The picture itself


@pytest.mark.parametrize("sizes", [[6, 6, 4, 3, 2, 2, 1], [1], [5, 5], [1000, 1], [2**60, 2**59, 3]])
def test_boxes_fill_the_picture_in_proportion_and_do_not_overlap(sizes: list[float]) -> None:
    boxes = squarify(sizes, 600, 400)
    scale = 600 * 400 / sum(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size * scale, rel=1e-6, abs=1e-3)
        assert box.x >= -1e-6 and box.y >= -1e-6 and box.x + box.width <= 600.001 and box.y + box.height <= 400.001
    for number, one in enumerate(boxes):
        assert not any(_overlap(one, other) for other in boxes[number + 1 :])


def _overlap(one: Box, other: Box) -> bool:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return wide > 1e-3 and high > 1e-3


def test_labels_fit_their_boxes() -> None:
    assert fitting("short", 200) == "short" and fitting("照片照片照片", 30) == ""
    assert fitting("a rather long name.txt", 90).endswith("…") and fitting("12.3 GB", 20, whole=True) == ""
    small = [Part(f"folder {number}", "/", Folder(size=size)) for number, size in enumerate([10**9, 1, 0])]
    boxes = picture(small, 340, 340)["boxes"]
    assert len(boxes) == 2 and boxes[0]["label"] == "folder 0" and boxes[1]["label"] == ""
