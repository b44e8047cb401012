"""The file browser where things are different: on a phone, without script, and while Baidu asks to slow down."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .conftest import Drive, Opener

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
PAGES = (
    "files",
    "files?path=/照片/2025&view=list",
    "files?path=/照片/2025&view=grid",
    "files?path=/特殊名称&view=list",
    "files?path=/特殊名称&view=grid",
    "files?q=报告&kind=document&by=content&path=/文档",
    "files?path=/空文件夹",
    "kind/pictures",
    "kind/videos",
    "kind/documents",
    "recycle",
    "limits",
)


@pytest.fixture
def entitled(site_drive: Drive) -> Iterator[None]:
    """An app that may use the recycle bin."""
    site_drive.control("settings", pcs_entitled=True)
    yield
    site_drive.control("settings", pcs_entitled=False)


@pytest.mark.parametrize("what", PAGES)
def test_nothing_is_wider_than_a_small_phone(open_page: Opener, what: str) -> None:
    page = open_page(what, **PHONE)
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_phone_the_menu_comes_from_below_and_the_bar_takes_its_place(open_page: Opener) -> None:
    page = open_page("files?path=/测试&view=list", **PHONE)
    page.locator("[data-menu]").first.tap()
    menu = page.locator("#files-menu")
    expect(menu).to_be_visible()
    box = menu.bounding_box()
    assert box and (box["x"], round(box["width"])) == (0, 360) and round(box["y"] + box["height"]) == 740
    page.touchscreen.tap(180, 40)
    expect(menu).to_be_hidden()
    page.locator("[data-select-item]").first.tap()
    bar = page.locator("#select-bar").bounding_box()
    assert bar and round(bar["y"] + bar["height"]) == 740
    for button in page.locator("#select-bar .bar-acts .btn:visible").all():
        small = button.bounding_box()
        assert small and small["height"] >= 44 and small["width"] >= 44


def test_without_script_everything_can_still_be_done(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/plain", "1B.bin", "1KiB.bin")
    site_drive.folder(f"{path}/in")
    page = open_page(f"files?path={path}&view=list", java_script_enabled=False)
    page.locator("tr", has_text="1B.bin").locator("[data-menu]").click()
    page.locator("main details.menu summary").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("a?b")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("none of these characters")).to_be_visible()
    page.get_by_label("Name").fill("eins.bin")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_url(re.compile("/files"))
    page.locator("tr", has_text="eins.bin").locator("input").check()
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("button", name="in", exact=True).click()
    page.get_by_role("button", name="Move to “in”").click()
    page.wait_for_url(re.compile("/files"))
    assert site_drive.names(f"{path}/in") == ["eins.bin"]
    page.locator("tr", has_text="1KiB.bin").locator("input").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("10 days")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile("/files"))
    assert site_drive.names(path) == ["in"]


def test_the_search_narrows_and_says_where_things_lie(open_page: Opener) -> None:
    page = open_page("files?path=/文档&view=list")
    page.keyboard.press("/")
    page.keyboard.type("报告")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q="))
    expect(page.locator("#rows .where a").first).to_have_text(re.compile("^/文档"))
    every = page.locator("#rows > [data-file]").count()
    page.get_by_label("Kind").select_option("document")
    page.wait_for_url(re.compile("kind=document"))
    page.get_by_role("link", name="Search the whole drive").click()
    page.wait_for_url(re.compile("^(?!.*path=)"))
    assert page.locator("#rows > [data-file]").count() >= every


def test_what_was_deleted_comes_back(open_page: Opener, site_drive: Drive, entitled: None) -> None:
    path = site_drive.folder("/bin", "1B.bin", "1KiB.bin")
    site_drive.exec("delete", filelist=[f"{path}/1B.bin"])
    page = open_page("recycle")
    page.locator("tr", has_text="1B.bin").filter(has_text=path).locator("input").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#toasts")).to_contain_text("1 item is back")
    assert site_drive.names(path) == ["1B.bin", "1KiB.bin"]
    site_drive.exec("delete", filelist=[f"{path}/1B.bin"])
    page.reload()
    page.get_by_role("button", name="Empty the recycle bin").click()
    sure = page.get_by_role("button", name="Empty it")
    expect(sure).to_be_disabled()
    page.locator("#confirm-name").fill("d***o")
    sure.click()
    expect(page.get_by_role("heading", name="The recycle bin is empty")).to_be_visible()


def test_a_text_is_shown_as_text(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/texts")
    site_drive.exec("upload_text", content="<b>第一行</b>\nsecond", dir=path, filename="note.md")
    page = open_page(f"files?path={path}&view=list")
    page.locator("[data-open]").first.click()
    text = page.locator("#file-text pre")
    expect(text).to_contain_text("<b>第一行</b>")
    assert text.locator("b").count() == 0


def test_a_list_that_has_to_wait_comes_by_itself(open_page: Opener, site_drive: Drive) -> None:
    page = open_page("files?path=/测试&view=list")
    expect(page.locator("#rows > [data-file]").first).to_be_visible()
    site_drive.control("faults", name="rate_limited", match={"op": "list"}, times=2)
    page.locator("[data-refresh]").click()
    waiting = page.locator("#files-wait")
    expect(waiting).to_contain_text("Baidu asks to slow down", timeout=20_000)
    expect(waiting.locator("time")).to_have_text(re.compile(r"\d:\d\d:\d\d"))
    expect(page.locator("#rows > [data-file]").first).to_be_visible()
    expect(waiting).to_be_hidden(timeout=60_000)
    expect(page.locator("#rows > [data-file]").first).to_be_visible()
