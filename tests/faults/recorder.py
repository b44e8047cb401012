"""A pytest plugin: appends each outcome to the file named by FAULTS_RECORD, one JSON line per test."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    over = report.when == "call" or (report.when == "setup" and not report.passed) or report.failed
    if over:
        line = {"name": report.nodeid, "result": report.outcome, "seconds": round(report.duration, 2)}
        with Path(os.environ["FAULTS_RECORD"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
