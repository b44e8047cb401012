"""H70: every table that leaves the site, opened in a spreadsheet, runs nothing; and every one of them is tried here."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import CharField, JSONField, TextField
from django.urls import reverse

from core import audit
from core.admin_base import CsvExport
from core.spreadsheet import safe_cell
from tests.conftest import PASSWORD
from transfers.models import CloudServer, LibraryFile, Transfer

from .callers import Caller, content
from .payloads import PAYLOADS

pytestmark = pytest.mark.django_db
FORMULAS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000@x", "\ufeff=1", "\u200b=1",
    "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://evil.example","x")', '"=1"', "x\n=1", "x,=1", "'=1", "=1\x00",
]  # fmt: skip
SIGNS = "=+-@＝＋－＠"
SKIPPED = " \t\r\n\u00a0\u3000\ufeff\u200b"
EXPORTS = [model for model, site in admin.site._registry.items() if isinstance(site, CsvExport)]


def cells(raw: bytes) -> Iterator[str]:
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        yield from row


def runs(cell: str) -> bool:
    return cell.lstrip(SKIPPED)[:1] in set(SIGNS) or cell[:1] in {"\t", "\r", "\n"}


@pytest.fixture
def rows(alice: Any) -> Any:
    """Rows of every exported kind that hold each formula in each text."""
    for text in (text.replace("\x00", "") for text in (*FORMULAS, *PAYLOADS)):
        audit.record(text[:80], user=alice, target=text, result=text[:64], summary={text[:60]: text, "n": -1})
    kinds: tuple[tuple[Any, dict[str, int]], ...] = ((Transfer, {}), (LibraryFile, {"size": 1}), (CloudServer, {}))
    for model, more in kinds:
        named = [
            entry
            for entry in model._meta.concrete_fields
            if type(entry) in {CharField, TextField} and not entry.choices
        ]
        model._default_manager.bulk_create(
            model(user=alice, **more, **_texts(named, text.replace("\x00", ""))) for text in FORMULAS
        )
    return alice


def _texts(fields: list[Any], text: str) -> dict[str, str]:
    return {field.name: text[: field.max_length or 200] for field in fields}


def test_H70_every_export_is_known_here() -> None:
    """A new one has to be looked at, and its rows planted above."""
    assert {model._meta.label for model in EXPORTS} == {
        "core.AuditEntry",
        "transfers.Transfer",
        "transfers.LibraryFile",
        "transfers.CloudServer",
    }
    texts = {field.name for model in EXPORTS for field in model._meta.concrete_fields if isinstance(field, JSONField)}
    exported = {name for model in EXPORTS for name in admin.site._registry[model].export_fields}  # type: ignore[attr-defined]
    assert not (exported - {"summary"}) & texts and "checkpoint" not in exported and "source" not in exported


@pytest.mark.parametrize("model", EXPORTS, ids=[model.__name__ for model in EXPORTS])
def test_H70_staffs_tables_run_no_formula(model: Any, rows: Any, as_admin: Caller) -> None:
    label = model._meta.label_lower.replace(".", "_")
    form = {"action": "export_csv", "_selected_action": list(model._default_manager.values_list("pk", flat=True)[:90])}
    answer = as_admin.post(reverse(f"admin:{label}_changelist"), form)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
    assert re.fullmatch(r'attachment; filename="[a-z]+\.csv"', answer["Content-Disposition"])
    found = list(cells(content(answer)))
    assert len(found) > 100 and any("calc" in cell for cell in found)
    assert not [cell for cell in found if runs(cell)]


def test_H70_ones_own_table_runs_no_formula(rows: Any, as_alice: Caller) -> None:
    as_alice.post("/reauth/", {"password": PASSWORD})
    answer = as_alice.get("/activity/?export=csv")
    assert answer.status_code == 200
    found = list(cells(answer.content))
    assert any("calc" in cell for cell in found) and not [cell for cell in found if runs(cell)]
    told = json.loads(as_alice.get("/activity/?export=json").content)
    assert {row["target"] for row in told} >= {"+1+1", "@SUM(1)"}, "other programs get the text as it is"


@pytest.mark.parametrize("text", FORMULAS)
def test_H70_a_cell_that_could_run_is_marked_and_nothing_else_is(text: str) -> None:
    assert safe_cell(text) == (f"'{text}" if runs(text) else text)
