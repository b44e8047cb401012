"""Uploads as a person makes them: Chromium, the real page, a reload and a killed server in the middle."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

pytestmark = pytest.mark.browser
SECONDS = 30_000
expect.set_options(timeout=SECONDS)
SIZE = 24 << 20
SLOW = 4_000_000  # bytes per second
READY = """() => document.querySelector("#i18n").content.querySelector('[data-key="upload.pause"]')"""
DROP = """([name, size]) => {
    const data = new DataTransfer();
    if (name) data.items.add(new File([new Uint8Array(size)], name, { lastModified: 1_700_000_000_000 }));
    return data;
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    env = {"EMULATORS": "on", "UPLOAD_MAX_BYTES": str(64 << 20)}
    site = Site(tmp_path_factory.mktemp("browser"), env=env).start()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture
def page(browser: Browser, place: Site) -> Iterator[Page]:
    """The library of the administrator, in English; every complaint of the browser fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="en-US")
    context.set_default_timeout(SECONDS)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if "Security Policy" in message.text else None)
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.on("filechooser", lambda chooser: None)  # choosers are held from now on, not from the click that opens one
    opened.goto(f"{place.url}/login/")
    opened.fill("[name=username]", "admin")
    opened.fill("[name=password]", PASSWORD)
    opened.press("[name=password]", "Enter")
    opened.wait_for_url(lambda url: "/login/" not in url)
    visit(opened, f"{place.url}/library/")
    yield opened
    assert complaints == []
    context.close()
    for left in api(place).get("/files/uploads/").json()["uploads"]:
        api(place).delete(left["url"], headers={"Tus-Resumable": "1.0.0"})


def visit(page: Page, url: str) -> None:
    """Open a page and wait until its scripts listen."""
    page.goto(url)
    expect(page.locator("#live-chip")).to_have_attribute("data-state", "live")
    page.wait_for_function(READY)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film größe 电影.mkv"
    path.write_bytes(os.urandom(SIZE))
    return path


tools: WeakKeyDictionary[Page, Any] = WeakKeyDictionary()


def line(page: Page, rate: int) -> None:
    """The speed of the browser's line upwards; -1 is unlimited."""
    tool = tools.setdefault(
        page, page.context.new_cdp_session(page)
    )  # what another session says does not end this one's
    tool.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate}
    tool.send("Network.emulateNetworkConditions", limits)


def pick(page: Page, *paths: Path, kind: str = "files") -> None:
    page.set_input_files(f'[data-uploads-input="{kind}"]', [str(path) for path in paths])


def row(page: Page, name: str) -> Any:
    return page.locator(".uploads .row", has_text=name)


def api(place: Site) -> Client:
    return Client(place.url).sign_in("admin", PASSWORD)


def arrived(place: Site, name: str) -> dict[str, Any]:
    found = until(lambda: api(place).get("/api/v1/library", params={"search": name}).json()["results"], 30, name)
    return next(file for file in found if file["name"] == name)


def begun(place: Site) -> int:
    """How far the only unfinished upload is."""
    rows = api(place).get("/files/uploads/").json()["uploads"]
    return int(rows[0]["offset"]) if rows else 0


def test_an_upload_goes_on_after_a_reload_with_the_same_file(page: Page, place: Site, film: Path) -> None:
    line(page, SLOW)
    page.get_by_role("button", name="Upload", exact=True).focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(film)
    expect(row(page, film.name)).to_contain_text("Moving")
    expect(row(page, film.name).locator('[data-field="eta"]')).to_contain_text("left")
    expect(page.locator("[data-uploads-status]")).to_have_text("1 file is being uploaded.")
    until(lambda: begun(place) > 0, 30, "bytes on the server")
    page.reload()
    stopped = row(page, film.name)
    expect(stopped).to_contain_text("Unfinished")
    expect(stopped.locator(".row-note")).to_contain_text(
        re.compile(r"stopped at \d+%\. Choose or drop the same file again and it goes on from there\.")
    )
    expect(page.locator("[data-uploads-status]")).to_have_text("1 upload is unfinished.")
    kept = begun(place)
    assert kept > 0
    other = film.with_name("other.mkv")
    other.write_bytes(b"x" * SIZE)
    with page.expect_file_chooser() as chooser:
        stopped.get_by_role("button", name="Choose the file").click()
    chooser.value.set_files(other)
    expect(stopped.locator(".row-note")).to_contain_text("“other.mkv” is another file")
    offsets: list[int] = []
    page.on("request", lambda sent: offsets.append(int(sent.headers["upload-offset"])) if sent.method == "PATCH" else 0)
    line(page, -1)
    pick(page, film)
    expect(row(page, film.name)).to_contain_text("Done")
    assert page.locator(".uploads .row").count() == 1 and offsets[0] >= kept
    found = arrived(place, film.name)
    assert found["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest() and found["size"] == SIZE
    expect(page.locator("#library")).to_contain_text(film.name)
    row(page, film.name).get_by_role("link", name="Open the file").click()
    expect(page.get_by_role("heading", name=film.name)).to_be_visible()


def test_F03_the_page_goes_on_by_itself_when_the_server_is_back(page: Page, place: Site, film: Path) -> None:
    line(page, SLOW)
    pick(page, film)
    until(lambda: begun(place) > 0, 30, "bytes on the server")
    place.kill()
    expect(row(page, film.name)).to_contain_text("No connection", timeout=60_000)
    expect(row(page, film.name).locator(".row-note")).to_contain_text("goes on by itself")
    place.start()
    line(page, -1)
    expect(row(page, film.name)).to_contain_text("Done", timeout=60_000)
    found = arrived(place, film.name)
    assert found["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()


def test_pause_continue_and_cancel_by_keyboard(page: Page, place: Site, film: Path) -> None:
    line(page, SLOW)
    pick(page, film)
    shown = row(page, film.name)
    shown.get_by_role("button", name=f"Pause: {film.name}").focus()
    until(lambda: begun(place) > 0, 30, "bytes on the server")
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Paused")
    expect(shown.get_by_role("button", name="Continue")).to_be_focused()
    at = until(lambda: begun(place), 10)
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Moving")
    until(lambda: begun(place) > at, 30, "more bytes")
    shown.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(shown).to_have_count(0)
    expect(page.locator("#uploads")).to_be_hidden()
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_focused()
    until(lambda: api(place).get("/files/uploads/").json()["uploads"] == [], 10, "the server to forget it")


def test_dropped_files_go_where_the_page_is(page: Page, place: Site) -> None:
    visit(page, f"{place.url}/library/?folder=/dropped")
    files = page.evaluate_handle(DROP, ["dropped.bin", 70_000])
    page.dispatch_event("main", "dragover", {"dataTransfer": files})
    expect(page.locator("[data-uploads-cover]")).to_contain_text("/dropped")
    page.dispatch_event("main", "drop", {"dataTransfer": files})
    expect(page.locator("[data-uploads-cover]")).to_be_hidden()
    expect(row(page, "dropped.bin")).to_contain_text("Done")
    found = arrived(place, "dropped.bin")
    assert (found["folder"], found["size"]) == ("/dropped", 70_000)
    page.dispatch_event("main", "drop", {"dataTransfer": page.evaluate_handle(DROP, ["", 0])})
    assert page.locator(".uploads .row").count() == 1


def test_a_file_dropped_on_a_drive_goes_on_there(page: Page, place: Site, film: Path) -> None:
    drive = api(place).connect_drive(place.standin)
    visit(page, f"{place.url}/drives/{drive}/files?path=/测试")
    empty = film.with_name("empty.txt")
    empty.touch()
    pick(page, film, empty)
    expect(row(page, empty.name).locator(".row-note")).to_contain_text("Baidu does not take empty files")
    moved = page.locator(".uploads .row[data-object^='transfer:']")
    expect(moved).to_contain_text(film.name)
    expect(moved).to_contain_text("Done")
    moved.get_by_role("link", name=film.name, exact=True).click()
    page.wait_for_url(re.compile("/transfers/[0-9a-f-]+/"))
    told = Client(place.standin).get("/control/files", params={"user": "demo", "path": f"/测试/{film.name}"}).json()
    assert told["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()


def test_a_folder_keeps_its_ways_inside(page: Page, place: Site, tmp_path: Path) -> None:
    names = {f"album/{number % 3}/song {number}.ogg" for number in range(12)} | {"album/empty.txt"}
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() if "song" in name else b"")
    pick(page, tmp_path / "album", kind="folder")
    expect(page.locator("[data-uploads-summary]")).to_have_text("13 of 13 uploaded")
    rows = api(place).get("/api/v1/library", params={"page_size": 100}).json()["results"]
    assert names <= {f"{file['folder']}/{file['name']}".lstrip("/") for file in rows}
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator("#uploads")).to_be_hidden()


def test_a_refusal_says_why_and_what_to_do(page: Page, place: Site, tmp_path: Path) -> None:
    large = tmp_path / "too large.iso"
    with large.open("wb") as file:
        file.truncate(65 << 20)
    pick(page, large)
    shown = row(page, large.name)
    expect(shown).to_contain_text("Failed")
    expect(shown.locator(".row-note")).to_contain_text(re.compile("larger than this site takes .*administrator"))
    expect(page.locator("[data-uploads-status]")).to_contain_text("could not be uploaded")


def test_it_fits_a_phone_and_speaks_to_screen_readers(page: Page, place: Site, film: Path) -> None:
    line(page, SLOW)
    page.set_viewport_size({"width": 360, "height": 780})
    pick(page, film)
    expect(row(page, film.name)).to_contain_text("Moving")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    names = page.eval_on_selector_all(
        ".uploads :is(button, a, progress):not([hidden])", "all => all.map(e => e.ariaLabel || e.innerText.trim())"
    )
    assert names and all(names)
    assert page.get_by_role("region", name="Uploads").count() == 1
    row(page, film.name).get_by_role("button", name="Cancel").click()
