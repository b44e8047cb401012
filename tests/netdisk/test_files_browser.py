"""The file browser in a real browser: keys, ticking, renaming in place, dialogs, dragging, looking."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.waiting import until

from .conftest import Drive, Opener

pytestmark = pytest.mark.browser
FILES = ("1B.bin", "1KiB.bin", "1MiB.bin", "16MiB.bin")


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows > [data-file]", has=page.locator(f'[data-name="{name}"]'))


def link(page: Page, name: str) -> Locator:
    return row(page, name).locator("[data-open]")


def act(page: Page, name: str) -> None:
    page.locator(f'#select-bar [data-act="{name}"]').click()


def dialog(page: Page) -> Locator:
    return page.locator("#dialog-slot dialog[open]")


def test_the_keyboard_moves_ticks_and_opens(open_page: Opener, site_drive: Drive) -> None:
    page = open_page("files?path=/测试&view=list&order=size")
    page.keyboard.press("ArrowDown")
    expect(link(page, "1B.bin")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    count = page.locator("[data-select-count]")
    expect(count).to_have_text("1 selected")
    page.keyboard.press("Shift+ArrowDown")
    expect(count).to_have_text("2 selected")
    expect(link(page, "1MiB.bin")).to_be_focused()
    page.keyboard.press("Control+a")
    expect(count).to_have_text("8 selected")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_contain_text("Tick on the way")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search-field][name=q]")).to_be_focused()


def test_enter_opens_a_folder_and_left_goes_up(open_page: Opener) -> None:
    page = open_page("files?view=list")
    link(page, "空文件夹").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("path="))
    expect(page.get_by_role("heading", name="This folder is empty")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(link(page, "空文件夹")).to_be_visible()


def test_a_range_is_ticked_and_the_bar_says_how_much(open_page: Opener) -> None:
    page = open_page("files?path=/测试&view=list&order=size")
    row(page, "1KiB.bin").locator("[data-select-item]").check()
    row(page, "16MiB.bin").locator("[data-select-item]").click(modifiers=["Shift"])
    expect(page.locator("[data-select-count]")).to_have_text("3 selected")
    expect(page.locator("[data-select-size]")).to_have_text("17.0 MB")
    expect(page.locator('#select-bar [data-act="rename"]')).to_be_hidden()
    row(page, "1GiB.bin").locator(".cell-num").click()
    expect(page.locator("[data-select-count]")).to_have_text("4 selected")


def test_a_name_changes_in_its_row_and_a_refusal_is_said_there(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/rename", *FILES)
    page = open_page(f"files?path={path}&view=list")
    link(page, "1KiB.bin").focus()
    page.keyboard.press("F2")
    field = page.locator(".rename input")
    expect(field).to_be_focused()
    field.fill("a:b")
    page.keyboard.press("Enter")
    expect(page.locator(".rename-note")).to_contain_text("none of these characters")
    field.fill("1MiB.bin")
    page.keyboard.press("Enter")
    expect(page.locator(".rename-note")).to_contain_text("already something with this name")
    page.keyboard.press("Escape")
    expect(link(page, "1KiB.bin")).to_be_focused()
    page.keyboard.press("r")
    field.fill("新名字.bin")
    page.keyboard.press("Enter")
    expect(link(page, "新名字.bin")).to_be_focused()
    assert "新名字.bin" in site_drive.names(path) and "1KiB.bin" not in site_drive.names(path)


def test_deleting_asks_names_what_goes_and_tells(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/delete", *FILES)
    page = open_page(f"files?path={path}&view=list")
    link(page, "1B.bin").focus()
    page.keyboard.press("Delete")
    expect(dialog(page)).to_contain_text("Delete “1B.bin”?")
    expect(dialog(page)).to_contain_text("10 days")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(link(page, "1B.bin")).to_be_focused()
    for name in ("1B.bin", "1MiB.bin"):
        row(page, name).locator("[data-select-item]").check()
    act(page, "delete")
    expect(dialog(page)).to_contain_text("1MiB.bin")
    dialog(page).get_by_role("button", name="Delete").click()
    expect(row(page, "1MiB.bin")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("2 items are in the recycle bin")
    assert site_drive.names(path) == ["16MiB.bin", "1KiB.bin"]
    expect(page.locator("#select-bar")).to_be_hidden()


def test_the_picker_walks_makes_a_folder_and_moves(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/move", *FILES)
    page = open_page(f"files?path={path}&view=list")
    row(page, "1B.bin").locator("[data-select-item]").check()
    act(page, "move")
    expect(dialog(page).get_by_role("button", name="Move to “move”")).to_be_disabled()
    dialog(page).locator(".picker-new summary").click()
    dialog(page).get_by_label("Name of the new folder").fill("内")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("button", name="Move to “内”")).to_be_enabled()
    dialog(page).locator(".picker-path").get_by_role("button", name="move").click()
    dialog(page).locator(".picker-item", has_text="内").click()
    dialog(page).get_by_role("button", name="Move to “内”").click()
    expect(page.locator("#toasts")).to_contain_text("“1B.bin” is in “内” now")
    expect(row(page, "1B.bin")).to_have_count(0)
    assert site_drive.names(f"{path}/内") == ["1B.bin"]


def test_what_could_not_be_moved_has_its_reason_and_another_try(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/partly", *FILES)
    site_drive.folder(f"{path}/there", "1B.bin")
    page = open_page(f"files?path={path}&view=list")
    for name in ("1B.bin", "1KiB.bin"):
        row(page, name).locator("[data-select-item]").check()
    act(page, "copy")
    dialog(page).locator(".picker-item", has_text="there").click()
    dialog(page).get_by_role("button", name="Copy to “there”").click()
    expect(dialog(page)).to_contain_text("1 of 2 are done")
    expect(dialog(page).locator(".things-failed li")).to_have_count(1)
    expect(dialog(page)).to_contain_text("There is already something with this name")
    dialog(page).get_by_label("If a name is taken there").select_option("newcopy")
    dialog(page).get_by_role("button", name="Retry these").click()
    expect(dialog(page)).to_have_count(0)
    until(lambda: len(site_drive.names(f"{path}/there")) == 3, 10, "both copies")


def test_dragging_moves_onto_a_folder_and_onto_the_path(open_page: Opener, site_drive: Drive) -> None:
    path = site_drive.folder("/drag", *FILES)
    site_drive.folder(f"{path}/into")
    page = open_page(f"files?path={path}&view=list")
    row(page, "1KiB.bin").drag_to(row(page, "into"))
    expect(row(page, "1KiB.bin")).to_have_count(0)
    assert site_drive.names(f"{path}/into") == ["1KiB.bin"]
    expect(page.locator("[data-uploads-cover]")).to_be_hidden()
    page.goto(site_drive.url(f"files?path={path}/into"))
    row(page, "1KiB.bin").drag_to(page.locator(f'.crumbs [data-drop="{path}"]'))
    expect(row(page, "1KiB.bin")).to_have_count(0)
    assert "1KiB.bin" in site_drive.names(path)


def test_the_menu_of_a_row_opens_by_press_and_by_key(open_page: Opener) -> None:
    page = open_page("files?path=/测试&view=list")
    menu = page.locator("#files-menu")
    row(page, "1MiB.bin").click(button="right")
    expect(menu).to_be_visible()
    expect(menu).to_contain_text("1MiB.bin")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(link(page, "1MiB.bin")).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(menu.get_by_role("menuitem", name="Open")).to_be_focused()
    page.keyboard.press("End")
    expect(menu.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text("Delete “1MiB.bin”?")


def test_a_share_gives_link_code_and_picture(open_page: Opener, site_drive: Drive) -> None:
    page = open_page("files?path=/测试&view=list")
    row(page, "1MiB.bin").locator("[data-menu]").click()
    page.locator("#files-menu").get_by_role("menuitem", name="Share").click()
    code = dialog(page).get_by_label("Code", exact=True)
    before = code.input_value()
    assert re.fullmatch("[0-9a-z]{4}", before)
    dialog(page).get_by_role("button", name="Another").click()
    expect(code).not_to_have_value(before)
    code.fill("ab12")
    dialog(page).get_by_role("button", name="Make a link").click()
    expect(dialog(page).locator("#share-code")).to_have_text("ab12")
    expect(dialog(page).locator(".qr svg")).to_be_visible()
    expect(dialog(page).locator("pre")).to_contain_text("surl=")


def test_pictures_follow_each_other_by_arrow_keys(open_page: Opener) -> None:
    page = open_page("files?path=/照片/2025&view=grid")
    page.locator("[data-open]").first.click()
    title = dialog(page).locator("#dialog-title")
    names = page.locator("#rows [data-name]").evaluate_all("all => all.map(each => each.dataset.name)")
    expect(title).to_have_text(names[0])
    expect(dialog(page).locator('[data-step="-1"]')).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text(names[1])
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text(names[2])
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text(names[1])
    page.keyboard.press("Escape")
    expect(link(page, names[1])).to_be_focused()


def test_a_film_waits_for_the_advertisement_and_then_plays(open_page: Opener, site_drive: Drive) -> None:
    site_drive.control("settings", ad_s=2)
    site_drive.control("user", user="demo", vip_type=0)
    page = open_page("files?path=/视频/家庭&view=list")
    page.locator("[data-open]").first.click()
    dialog(page).locator(".player-play").click()
    expect(dialog(page).locator("[data-countdown]")).to_be_visible()
    expect(dialog(page)).to_contain_text("advertisement")
    player = dialog(page).locator("video")
    expect(player).to_be_visible()
    source = player.get_attribute("src") or ""
    assert source.startswith("/") and "access_token" not in source
    assert site_drive.client.get(source).text.startswith("#EXTM3U")
