"""`make run` and its stand-ins: which ones start, where they are said to be, and that they end with it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from config import run
from tests.support.site import Site
from tests.support.waiting import until

BOTH = {"baidu", "clouddrive2"}


def shown(site: Site) -> dict[str, str]:
    """The stand-ins that the start block names, with their addresses."""
    found = (re.search(r"Stand-in (\w+) +(http://\S+)  \(demo / demo\)$", line) for line in site.lines)
    return {each[1]: each[2] for each in found if each}


def kept(site: Site) -> dict[str, Any]:
    entries: dict[str, Any] = json.loads((site.data / "stand-ins.json").read_text(encoding="utf-8"))
    return entries


def test_both_start_side_by_side_are_remembered_and_end_with_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "data").start()
    try:
        entries, addresses = kept(site), shown(site)
        assert addresses.keys() == entries.keys() == BOTH
        for name, entry in entries.items():
            assert (entry["url"], entry["hosts"][0]) == (addresses[name], addresses[name].removeprefix("http://"))
            assert entry["owner"] == site.process.pid  # type: ignore[union-attr]
            assert requests.get(f"{entry['url']}/control/state", timeout=10).ok
        began = [psutil.Process(entry["pid"]).create_time() for entry in entries.values()]
        assert abs(began[0] - began[1]) < 0.5, "one waited until the other was up"
        assert (site.data / "stand-in-clouddrive2.json").exists()
    finally:
        site.stop()
    until(lambda: not any(psutil.pid_exists(entry["pid"]) for entry in entries.values()))


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({}, BOTH),
        ({"EMULATORS": "off"}, set()),
        ({"BAIDU_CLIENT_ID": "key"}, set()),
        ({"BAIDU_OAUTH_URL": "https://baidu.example"}, set()),
        ({"BAIDU_CLIENT_ID": "key", "EMULATORS": "on"}, BOTH),
    ],
)
def test_what_is_configured_has_no_stand_in_unless_told(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], names: set[str]
) -> None:
    for name in [each for each in os.environ if each.startswith(("EMULATORS", "BAIDU_", "APP_BAIDU_"))]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert set(run.wanted()) == names
