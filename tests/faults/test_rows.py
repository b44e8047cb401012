"""The list of what is proven is true: every row that is due has a test, and the document says what exists."""

from __future__ import annotations

import pytest

from . import report
from .report import Outcome
from .rows import ROWS, proven, rows_of

DUE = (
    "F01 F02 F03 F04 F05 F06 F07 F08 F09 F10 F20 F21 F22 F23 F24 F35 F36 F37 F39 F45 "
    "F47 F48 F49 F50 F51 F52 F53 F54 F55 F56 F57 F58 F60 F63 F64 F67 F73"
)


@pytest.mark.parametrize("row", DUE.split())
def test_every_row_that_is_due_has_a_test(row: str) -> None:
    assert row in proven()


def test_every_row_that_has_a_test_is_described() -> None:
    assert proven() == set(ROWS)


def test_the_document_lists_no_row_without_a_test() -> None:
    assert report.rows_in() <= proven(), "run `make faults`"


def test_a_row_is_read_from_the_name_of_a_test() -> None:
    text = "def test_F01_F47_a() -> None: ...\n    async def test_F64_b() -> None: ...\ndef test_other() -> None: ...\n"
    assert rows_of(text) == {"F01", "F47", "F64"}


def test_the_worst_run_decides_the_result_of_a_row() -> None:
    names = (
        "tests/a.py::test_F01_F47_x[1]",
        "tests/a.py::test_F01_F47_x[2]",
        "tests/a.py::test_F47_y",
        "tests/a.py::test_z",
    )
    runs = [
        Outcome(name, result, 1.0)
        for name, result in zip(names, ("passed", "failed", "skipped", "passed"), strict=True)
    ]
    first, second = report.lines(runs)
    assert (first.row, first.tests, first.runs, first.result) == ("F01", 1, 2, "1 failed")
    assert (second.row, second.tests, second.runs, second.result) == ("F47", 2, 2, "1 failed")
    assert report.lines(runs[:1])[0].result == "held"
