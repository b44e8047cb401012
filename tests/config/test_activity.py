from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.views.activity import cell
from core import audit
from core.models import AuditEntry

from .conftest import browser


def _targets(page: Any) -> list[str]:
    return [line.entry.target for line in page.context["lines"] if line.entry.target]


@pytest.fixture
def lines(alice: Any) -> None:
    AuditEntry.objects.all().delete()
    audit.record("netdisk.list_files", user=alice, target="look")
    audit.record("transfers.pause", user=alice, target="change")
    audit.record("transfers.cancel", user=alice, target="trouble", result="conflict")
    old = audit.record("accounts.logout", user=alice, target="old")
    AuditEntry.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"look", "change", "trouble", "old"}),
        ("kind=changes", {"change", "trouble", "old"}),
        ("kind=problems", {"trouble"}),
        ("action=transfers.pause", {"change"}),
        ("result=conflict", {"trouble"}),
        ("q=TROUB", {"trouble"}),
        ("q=Signed+out", {"old"}),
        ("since=2000-01-01&until=2000-12-31", set()),
        ("since=yesterday", set()),
        ("page=999", {"look", "change", "trouble", "old"}),
        ("page=%00&q=%00", set()),
    ],
)
def test_filters_live_in_the_address(query: str, wanted: set[str], as_alice: Client) -> None:
    page = as_alice.get(f"/activity/?{query}", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert set(_targets(page)) == wanted


@pytest.mark.usefixtures("lines")
def test_dates_cut_the_list(as_alice: Client) -> None:
    recent = (timezone.localdate() - timedelta(days=2)).isoformat()
    assert "old" not in _targets(as_alice.get(f"/activity/?since={recent}"))
    assert _targets(as_alice.get(f"/activity/?until={recent}")) == ["old"]


def test_pages_keep_the_filter(alice: Any, as_alice: Client) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(user=alice, action="transfers.pause", surface="page") for _ in range(60))
    page = as_alice.get("/activity/?action=transfers.pause")
    assert len(page.context["lines"]) == 50
    assert "?action=transfers.pause&amp;page=2" in page.content.decode()


def test_objects_are_named_and_linked_and_strange_targets_are_harmless(alice: Any, as_alice: Client) -> None:
    from transfers.models import Transfer

    transfer = Transfer.objects.create(user=alice, source_kind="url", name="<b>film</b>.mkv")
    audit.record("transfers.pause", user=alice, target=transfer.object_name)
    for target in ("transfer:not-an-id", "drive:", "file:'; --", "a:b:c", "drive:" + "9" * 36):
        audit.record("transfers.pause", user=alice, target=target)
    page = as_alice.get("/activity/").content.decode()
    assert f'<a href="/transfers/{transfer.pk}/"><bdi>&lt;b&gt;film&lt;/b&gt;.mkv</bdi></a>' in page
    assert "<b>film" not in page


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "＠x"]
)
def test_H70_csv_cells_are_no_formulas(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_H70_ordinary_cells_stay_as_they_are() -> None:
    assert [cell(value) for value in ("a=b", "报告 -1", 12, None, {"a": "=1"})] == [
        "a=b",
        "报告 -1",
        "12",
        "",
        '{"a": "=1"}',
    ]


def test_H70_csv_export_of_hostile_targets(alice: Any, as_alice: Client) -> None:
    audit.record("transfers.remove", user=alice, target='=HYPERLINK("http://x","y")')
    answer = as_alice.get("/activity/?export=csv&action=transfers.remove")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="activity.csv"'
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(text[1:]))
    assert row[head.index("target")] == '\'=HYPERLINK("http://x","y")'


def test_json_export_is_what_the_filter_shows(alice: Any, as_alice: Client, mallory: Any) -> None:
    audit.record("transfers.remove", user=alice, target="mine", summary={"password": "hidden", "n": 1})
    audit.record("transfers.remove", user=mallory, target="theirs")
    rows = json.loads(as_alice.get("/activity/?export=json&action=transfers.remove").content)
    assert [(row["target"], row["summary"]) for row in rows] == [("mine", {"password": "•••", "n": 1})]


def test_export_asks_for_the_password_again_and_is_noted(alice: Any) -> None:
    answer = browser(alice, password_checked=False).get("/activity/?export=json")
    assert answer.headers["Location"].startswith("/reauth/?next=%2Factivity%2F%3Fexport%3Djson")
    assert browser(alice).get("/activity/?export=json").status_code == 200
    assert AuditEntry.objects.filter(user=alice, action="activity.export").count() == 1


def test_an_unknown_export_is_the_page(as_alice: Client) -> None:
    assert as_alice.get("/activity/?export=exe").headers["Content-Type"].startswith("text/html")
