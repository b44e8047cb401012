"""CloudDrive2 as a person uses it: the stand-in is connected with one press, a file of the netdisk goes there while the server is
killed twice, and ends stored and checked."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from tests.support.site import PASSWORD, Client, Site, free_port
from tests.support.waiting import until

from .test_story import PICTURES

pytestmark = pytest.mark.browser
FILE = "/测试/500MiB.bin"
TARGET = "/115open/云港"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    env = {"DOWNLOAD_LIMIT": "0", "TRANSFERS_RATE_LIMIT": "60000000", "EMULATOR_CLOUDDRIVE2_PORT": str(free_port())}
    running = Site(tmp_path_factory.mktemp("clouds"), env=env).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(site: Site) -> Iterator[Page]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_context(locale="en", viewport={"width": 1360, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        page.goto(f"{site.url}/login/")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site.url}/")
        yield page
        browser.close()


def picture_of(page: Page, name: str) -> None:
    shot = page.screenshot(full_page=False)
    if os.environ.get("KEEP_PICTURES"):
        (PICTURES / f"{name}.png").write_bytes(shot)


def cloud(site: Site) -> str:
    return str(json.loads((site.data / "stand-ins.json").read_text())["clouddrive2"]["url"])


def test_1_the_stand_in_is_connected_with_one_press(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/servers/")
    page.get_by_role("button", name=re.compile("stand-in", re.I)).first.click()
    expect(page.get_by_role("main").get_by_text("115open").first).to_be_visible()
    row = Client(site.url).sign_in("admin", PASSWORD).get("/api/v1/servers").json()["results"][0]
    assert row["state"] == "ok" and row["missing"] == []
    page.goto(f"{site.url}/servers/{row['id']}/files?path=/115open")
    expect(page.get_by_role("main")).to_contain_text("115open")
    picture_of(page, "cloud-files")


def test_2_a_netdisk_file_arrives_though_the_server_is_killed_twice(site: Site, page: Page) -> None:
    client = Client(site.url).sign_in("admin", PASSWORD)
    client.connect_drive(site.standin)
    server = client.get("/api/v1/servers").json()["results"][0]["id"]
    place = {"kind": "clouddrive", "server": server, "folder": TARGET}
    row = client.post("/api/v1/transfers", json={"source": {"path": FILE}, "destination": place}).json()
    page.goto(f"{site.url}/transfers/{row['id']}/")
    for number in (1, 2):
        least = number * 100_000_000
        until(lambda least=least: _now(site, row)["done_bytes"] > least, 60, "bytes on the way")  # type: ignore[misc]
        site.kill()
        site.start()
    done = until(lambda: _ended(site, row), 180, "the transfer's end")
    assert done["state"] == "done", done["error"]
    there = requests.get(
        f"{cloud(site)}/control/files", params={"path": f"{TARGET}/500MiB.bin", "hash": 1}, timeout=120
    ).json()
    here = requests.get(f"{site.standin}/control/files", params={"user": "demo", "path": FILE}, timeout=120).json()
    assert there["sha256"] == here["sha256"]
    page.goto(f"{site.url}/transfers/{row['id']}/")
    expect(page.get_by_text("Stored: the cloud shows the file").first).to_be_visible()
    picture_of(page, "to-cloud")


def _now(site: Site, row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = Client(site.url).sign_in("admin", PASSWORD).get(f"/api/v1/transfers/{row['id']}").json()
    return told


def _ended(site: Site, row: dict[str, Any]) -> dict[str, Any] | None:
    told = _now(site, row)
    return told if told["state"] in ("done", "failed", "cancelled") else None
