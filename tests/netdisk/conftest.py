"""A running site, a signed-in browser and a drive, for the tests that look at pages as a person does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.site import PASSWORD, Client, Site

SECONDS = 15_000
Opener = Callable[..., Page]
Calls = Callable[[], list[str]]
HTMX = {"HX-Request": "true"}
expect.set_options(timeout=SECONDS)


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    """Alice's browser, without a screen."""
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def calls(standin: Any) -> Calls:
    """What Baidu was asked since the last look."""

    def look() -> list[str]:
        told = [call["op"] for call in standin.log()]
        standin.control("DELETE", "log")
        return told

    return look


@pytest.fixture(scope="package")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("files"), env={"BAIDU_APP_ID": "12345"}).start()
    yield running
    running.stop()


class Drive:
    """The drive of the site's administrator: through the API, and as the stand-in knows it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = Client(site.url).sign_in("admin", PASSWORD)
        self.id = self.client.connect_drive(site.standin)

    def exec(self, op: str, **args: Any) -> Any:
        answer = self.client.post("/mcp/user/exec", json={"op": op, "args": {**args, "drive": self.id}}).json()
        assert answer["status"] == "ok", answer
        return answer["data"]

    def names(self, path: str) -> list[str]:
        return [row["server_filename"] for row in self.exec("list_files", dir=path)["list"]]

    def folder(self, path: str, *files: str) -> str:
        """A new folder with copies of these files."""
        self.exec("mkdir", path=path)
        if files:
            self.exec("copy", filelist=[{"path": f"/测试/{name}", "dest": path} for name in files])
        return path

    def control(self, path: str, **body: Any) -> None:
        requests.post(f"{self.site.standin}/control/{path}", json=body, timeout=10).raise_for_status()

    def url(self, what: str) -> str:
        return f"{self.site.url}/drives/{self.id}/{what}"


@pytest.fixture(scope="package")
def site_drive(running_site: Site) -> Drive:
    return Drive(running_site)


@pytest.fixture(scope="module")  # no longer: its event loop would stand in the way of other modules' databases
def chromium() -> Iterator[Browser]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, running_site: Site) -> Any:
    """The cookies of a signed-in browser."""
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{running_site.url}/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{running_site.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(chromium: Browser, signed_in: Any, site_drive: Drive) -> Iterator[Opener]:
    """A page of the drive in a fresh window; afterwards nobody has complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(what: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 860})
        context = chromium.new_context(storage_state=signed_in, locale="en-US", **options)
        context.set_default_timeout(SECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(site_drive.url(what))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
