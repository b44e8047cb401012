"""Stories 1–5 as a person lives them: `make run`'s program, a real browser, the stand-in, kill -9, and the API."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.asyncio.client import connect

from tests.support.site import PASSWORD, ROOT, Client
from tests.support.waiting import until

from .hosts import Hosts, server_mode, single_mode

pytestmark = pytest.mark.browser
PICTURES = ROOT / "docs" / "pictures"
SECONDS = 90_000
expect.set_options(timeout=SECONDS)


@pytest.fixture(
    scope="module", params=["single", pytest.param("server", marks=[pytest.mark.postgres, pytest.mark.redis])]
)
def hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    folder = tmp_path_factory.mktemp(request.param)
    with single_mode(folder) if request.param == "single" else server_mode(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture(scope="module")
def page(browser: Browser, hosts: Hosts) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, locale="en-US", timezone_id="Asia/Shanghai")
    context.set_default_timeout(SECONDS)
    opened = context.new_page()
    strangers: list[str] = []
    complaints: list[str] = []
    ours = {"127.0.0.1"}
    opened.on("request", lambda request: strangers.append(request.url) if _host(request.url) not in ours else None)
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield opened
    assert strangers == [], "nothing leaves the box"
    assert complaints == []
    context.close()


def _host(url: str) -> str:
    return requests.utils.urlparse(url).hostname or "127.0.0.1"  # type: ignore[attr-defined]


def picture(page: Page, hosts: Hosts, name: str) -> None:
    """Kept under docs/ when asked for; every run proves that the page can be drawn."""
    shot = page.screenshot(full_page=False)
    if os.environ.get("KEEP_PICTURES") and hosts.name == "single":
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(shot)


def test_1_set_up_ends_on_a_dashboard_that_lives(page: Page, hosts: Hosts) -> None:
    page.goto(hosts.setup_link)
    page.fill("[name=username]", "harbour")
    page.fill("[name=password]", PASSWORD)
    page.select_option("[name=language]", "en")
    page.locator("[name=sample_data]").uncheck()
    picture(page, hosts, "setup")
    page.get_by_role("button", name="Finish and sign in").click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator("#live-chip")).to_have_attribute("data-state", "live")
    picture(page, hosts, "overview")
    page.goto(hosts.setup_link)
    assert "Finish and sign in" not in page.content(), "the link is good once"


def test_2_a_drive_is_connected_through_the_real_oauth_pages(page: Page, hosts: Hosts) -> None:
    page.goto(f"{hosts.url}/drives/")
    page.get_by_role("main").get_by_role("link", name="Connect a drive").or_(
        page.get_by_role("main").get_by_role("button", name="Connect a drive")
    ).first.click()
    page.get_by_role(
        "button", name=re.compile("this browser|Continue to Baidu|Go to Baidu|Sign in at Baidu", re.I)
    ).first.click()
    page.fill("[name=username]", "demo")
    page.fill("[name=password]", "demo")
    page.locator("form button[type=submit], form input[type=submit]").first.click()
    page.get_by_role("button", name=re.compile("授权|同意|允许|Allow")).first.click()
    expect(page).to_have_url(re.compile(r"/oauth/callback"))
    assert "access_token" not in page.url
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "reads well on a phone"
    picture(page, hosts, "connected-phone")
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(f"{hosts.url}/drives/")
    expect(page.get_by_text("d***o").first).to_be_visible()
    picture(page, hosts, "drives")


def test_3_files_are_ticked_and_land_in_the_library_with_live_progress(page: Page, hosts: Hosts) -> None:
    page.goto(f"{hosts.url}/drives/")
    page.locator("a[href*='/files']").first.click()
    page.wait_for_url(re.compile("/files"))
    where = page.url.split("?")[0]
    page.goto(f"{where}?path=/照片/2025")
    expect(page.locator("[data-select-item]").nth(50)).to_be_attached()
    picture(page, hosts, "files")
    page.goto(f"{where}?path=/测试&order=size")
    for name in ("1MiB.bin", "16MiB.bin"):
        page.locator("tr, li, .file", has_text=re.compile(rf"(^|\s){re.escape(name)}")).locator(
            "[data-select-item]"
        ).first.check()
    page.locator("[data-select-bar]").get_by_role("button", name=re.compile("Download to library")).click()
    until(
        lambda: hosts.client().get("/api/v1/transfers?state=done").json()["count"] >= 2, 180, "two files in the library"
    )
    page.goto(f"{hosts.url}/transfers/")
    expect(page.get_by_text("1MiB.bin").first).to_be_visible()
    for row in hosts.client().get("/api/v1/transfers?state=done").json()["results"]:
        told = requests.get(
            f"{hosts.standin}/control/files", params={"user": "demo", "path": row["source"]["path"]}, timeout=60
        ).json()
        content = hosts.client().get(row["library_file"]).content
        assert hashlib.sha256(content).hexdigest() == row["sha256"] == told["sha256"]
    page.goto(f"{hosts.url}/library/")
    expect(page.get_by_text("16MiB.bin").first).to_be_visible()
    picture(page, hosts, "library")


def control(hosts: Hosts, verb: str, path: str, body: Any = None) -> None:
    requests.request(verb, f"{hosts.standin}/control/{path}", json=body, timeout=10).raise_for_status()


def test_4_a_killed_server_goes_on_from_its_checkpoint(page: Page, hosts: Hosts) -> None:
    control(hosts, "POST", "faults", {"name": "slow", "params": {"bytes_per_s": 8_000_000}, "match": {"op": "cdn"}})
    client = hosts.client()
    row = client.post("/api/v1/transfers", json={"source": {"path": "/测试/500MiB.bin"}}).json()
    page.goto(f"{hosts.url}/transfers/")
    line = page.locator(f"[data-object='transfer:{row['id']}']").first
    expect(line).to_be_visible()
    page.wait_for_function(
        "id => Number(document.querySelector(`[data-object='transfer:${id}'] progress`)?.value) > 0",
        arg=row["id"],
    )
    picture(page, hosts, "transfers")
    until(lambda: client.get(f"/api/v1/transfers/{row['id']}").json()["done_bytes"] > 60_000_000, 60, "a checkpoint")
    hosts.kill_workers()
    before = hosts.stored_bytes(row["id"])
    hosts.start_again()
    control(hosts, "DELETE", "faults")
    client = hosts.client()
    done = until(lambda: _ended(client, row["id"]), 120, "the transfer's end")
    assert done["state"] == "done", done["error"]
    assert before > 60_000_000 and "resumed" in [step["code"] for step in done["steps"]]
    told = requests.get(
        f"{hosts.standin}/control/files", params={"user": "demo", "path": "/测试/500MiB.bin"}, timeout=60
    ).json()
    assert done["sha256"] == told["sha256"]
    page.goto(f"{hosts.url}/transfers/{row['id']}/")
    expect(page.locator("#live-chip")).to_have_attribute("data-state", "live")
    picture(page, hosts, "transfer")


def _ended(client: Client, pk: str) -> dict[str, Any] | None:
    row: dict[str, Any] = client.get(f"/api/v1/transfers/{pk}").json()
    return row if row["state"] in ("done", "failed", "cancelled") else None


def test_4_the_list_is_right_after_the_network_was_away(page: Page, hosts: Hosts) -> None:
    page.goto(f"{hosts.url}/transfers/")
    expect(page.locator("#live-chip")).to_have_attribute("data-state", "live")
    page.context.set_offline(True)
    expect(page.locator("#live-chip")).not_to_have_attribute("data-state", "live")
    row = hosts.client().post("/api/v1/transfers", json={"source": {"path": "/测试/1KiB.bin"}}).json()
    until(lambda: _ended(hosts.client(), row["id"]), 30)
    page.context.set_offline(False)
    expect(page.locator("#live-chip")).to_have_attribute("data-state", "live")
    expect(page.get_by_text("1KiB.bin").first).to_be_visible()


def test_5_the_same_through_the_api_and_the_socket(page: Page, hosts: Hosts) -> None:
    client = Client(hosts.url).register("apifriend")
    client.connect_drive(hosts.standin, "demo2")
    listing = client.post("/mcp/user/exec", json={"op": "list_files", "args": {"dir": "/测试", "limit": "100"}}).json()
    assert listing["status"] == "ok"
    small = next(entry for entry in listing["data"]["list"] if entry["server_filename"] == "1MiB.bin")

    async def watch() -> list[str]:
        seen: list[str] = []
        address = hosts.url.replace("http", "ws") + "/ws"
        async with connect(address, subprotocols=[f"bearer.{client.tokens['access_token']}"]) as socket:  # type: ignore[list-item]
            body = {"source": {"fs_id": small["fs_id"]}, "destination": {"folder": "/api"}}
            made = await asyncio.to_thread(client.post, "/api/v1/transfers", json=body)
            assert made.status_code == 201, made.text
            async with asyncio.timeout(60):
                while "transfer.done" not in seen:
                    seen.append(json.loads(await socket.recv())["type"])
        return seen

    seen = _in_own_loop(watch)
    assert seen.index("transfer.created") < seen.index("transfer.done")
    for address in ("/redoc", "/docs"):
        page.goto(f"{hosts.url}{address}")
        group = page.get_by_text("transfers", exact=True).locator("visible=true").first
        group.click()
        expect(page.get_by_text("/api/v1/transfers").locator("visible=true").first).to_be_visible()
    picture(page, hosts, "api")


def _in_own_loop(work: Any) -> Any:
    """Playwright's loop runs in this thread already."""
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def test_6_staff_see_it_in_the_admin_and_no_secret(page: Page, hosts: Hosts) -> None:
    for address in (
        "",
        "transfers/transfer/",
        "netdisk/driveaccount/",
        "core/auditentry/",
        "core/event/",
        "accounts/user/",
    ):
        page.goto(f"{hosts.url}/admin/{address}")
        assert page.locator("body").inner_text().strip()
        assert not re.search(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{20}", page.content()), "no sealed value is shown"
    picture(page, hosts, "admin")


def test_7_chinese_dark_and_narrow(browser: Browser, hosts: Hosts) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="zh-CN", color_scheme="dark", storage_state=None
    )
    page = context.new_page()
    page.goto(f"{hosts.url}/login/")
    picture(page, hosts, "login-phone-dark-zh")
    page.fill("[name=username]", "harbour")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name=re.compile("登录|Sign in")).first.click()
    for address in ("/", "/drives/", "/transfers/", "/library/", "/activity/", "/settings/", "/system/"):
        page.goto(f"{hosts.url}{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{address} fits 360 px"
    page.goto(f"{hosts.url}/transfers/")
    picture(page, hosts, "transfers-phone-dark")
    context.close()
