"""H58, H70, H71: sixty payloads in every name there is; a real browser looks at every page, and nothing happens."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Page, sync_playwright

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

from .live import page_session, plant
from .payloads import PAYLOADS

pytestmark = pytest.mark.browser
REFUSED_IN_NAMES = set('\\/?|"><:*\t')
LOOK = """() => {
    const all = pick => [...document.querySelectorAll(pick)];
    const shown = elements => elements.map(element => element.outerHTML.slice(0, 200));
    const acts = element => element.getAttributeNames().some(name => name.startsWith('on') || name.startsWith('hx-on'));
    const foreign = script => script.src ? new URL(script.src).origin !== location.origin : !/json/.test(script.type);
    const targets = all('a[href], form[action], [src]').map(element => element.href || element.action || element.src);
    const bad = /^(javascript|vbscript|data:text|https?:..evil)/i;
    return {
        planted: window.planted,
        h1: all('h1').length,
        mains: all('main').length,
        handlers: shown(all('*').filter(acts)),
        scripts: shown([...document.scripts].filter(foreign)),
        odd: shown(all('iframe, object, embed, base, marquee, math, style, meta[http-equiv=refresh]')),
        links: targets.filter(target => typeof target === 'string' && bad.test(target)),
    };
}"""
MODELS = (
    "transfers/transfer",
    "transfers/libraryfile",
    "netdisk/driveaccount",
    "core/auditentry",
    "core/batch",
    "core/event",
    "accounts/user",
    "accounts/loginsession",
)
CHANGE_PAGES = "links => links.slice(0, 40).filter((_, n) => n % 20 == 2).map(a => a.getAttribute('href'))"


HOSTILE = "/特殊名称"


def plain(text: str) -> str:
    """A payload as far as a drive takes it for a name."""
    return "".join(char for char in text if char not in REFUSED_IN_NAMES)[:200] or "x"


class Watcher:
    """A page and everything suspicious that happened in it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site
        self.seen: list[str] = []
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.context.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if re.search(r"Content.Security.Policy|Refused to|violates", message.text):
            self.seen.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:", "about:", self.site.url.replace("http", "ws"))):
            self.seen.append(f"request: {request.url}")

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path, wait_until="load")
        self.look(path)

    def look(self, path: str) -> None:
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found = self.page.evaluate(LOOK)
        admin = path.startswith("/admin/")  # the theme has handlers and styles of its own, under its own policy
        wrong = {name: found[name] for name in ("planted", "links") if found[name]}
        if not admin:
            wrong |= {name: found[name] for name in ("handlers", "scripts", "odd") if found[name]}
            assert (found["h1"], found["mains"]) == (1, 1), (path, found)
        assert not wrong, (path, wrong)
        assert not self.seen, (path, self.seen)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Site(
        tmp_path_factory.mktemp("hostile"), env={"REGISTRATION": "open", "EMULATORS": "on", "DOWNLOAD_LIMIT": "0"}
    ).start()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def alice(site: Site) -> Client:
    client = Client(site.url).register("alice")
    client.drive = client.connect_drive(site.standin)  # type: ignore[attr-defined]
    client.patch("/auth/me", json={"first_name": PAYLOADS[0], "last_name": PAYLOADS[2], "language": "en"})
    client.headers["User-Agent"] = PAYLOADS[2]
    client.sign_in("alice", PASSWORD)
    plant(site, "alice", PAYLOADS)
    for text in PAYLOADS[::2]:
        order = {"op": "copy", "path": "/测试/1B.bin", "dest": HOSTILE, "newname": f"{plain(text)}.txt"}
        requests.post(f"{site.standin}/control/change", json=order, timeout=10)
    for text in PAYLOADS[1::6]:
        requests.post(
            f"{site.standin}/control/change", json={"op": "mkdir", "path": f"{HOSTILE}/{plain(text)}"}, timeout=10
        )
    for name, text in (("a.txt", "\n".join(PAYLOADS)), ("b.html", PAYLOADS[0]), ("c.svg", PAYLOADS[5])):
        args = {"dir": HOSTILE, "filename": name, "content": text, "conflict": "overwrite"}
        told = client.post("/mcp/user/exec", json={"op": "upload_text", "args": args}).json()
        assert told["status"] == "ok", told
    for text in PAYLOADS[::8]:
        client.post("/api/v1/transfers", json={"source": {"url": f"http://127.0.0.1:1/{quote(text)}"}})
        client.post("/mcp/user/exec", json={"op": "mkdir", "args": {"path": f"/{text}"[:900]}})
    return client


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield program
        program.close()


def signed_in(browser: Any, site: Site, username: str) -> Watcher:
    page = browser.new_context(locale="en").new_page()
    page.goto(f"{site.url}/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return Watcher(page, site)


def test_H70_every_page_of_a_person_shows_hostile_names_as_text(site: Site, alice: Client, browser: Any) -> None:
    watcher = signed_in(browser, site, "alice")
    transfers = alice.get("/api/v1/transfers?page_size=200").json()["results"]
    files = alice.get("/api/v1/library?page_size=200").json()["results"]
    assert len(transfers) >= len(PAYLOADS) and len(files) >= len(PAYLOADS)
    drive = alice.drive  # type: ignore[attr-defined]
    folder = quote(HOSTILE)
    paths = [
        "/",
        "/drives/",
        "/drives/new",
        f"/drives/{drive}/files?path={folder}",
        f"/drives/{drive}/files?path={folder}&view=grid",
        f"/drives/{drive}/files?q=script&view=list",
    ]
    paths += [
        "/transfers/",
        "/transfers/?page=2",
        "/transfers/?group=failed",
        "/transfers/new",
        "/library/",
        "/library/?page=2",
        "/activity/",
        "/activity/?page=2",
        "/activity/?kind=problems",
    ]
    paths += [
        "/settings/",
        "/settings/password/",
        "/settings/sessions/",
        "/settings/privacy/",
        "/settings/privacy/delete/",
        "/developers/",
        "/system/proxy/",
        "/reauth/",
    ]
    paths += [f"/transfers/{row['id']}/" for row in transfers[::16]] + [f"/library/{row['id']}/" for row in files[::16]]
    entries = requests.get(f"{site.standin}/control/files", params={"path": HOSTILE}, timeout=10).json()["children"]
    assert len(entries) > 30
    paths += [f"/drives/{drive}/file/{entry['fs_id']}" for entry in entries[::16]]
    for path in paths:
        watcher.open(path)
        if path in {"/transfers/", "/library/", paths[3]}:
            shown = watcher.page.inner_text("main")
            assert "planted=1" in shown and "{{7*7}}" in shown, f"{path} shows the names as they are"


def on_drive(site: Site) -> dict[str, dict[str, Any]]:
    """What lies in the hostile folder, by name."""
    answer = requests.get(f"{site.standin}/control/files", params={"path": HOSTILE}, timeout=10)
    return {entry["path"].rpartition("/")[2]: entry for entry in answer.json()["children"]}


def test_H70_pages_and_questions_about_a_drive_show_them_as_text(site: Site, alice: Client, browser: Any) -> None:
    watcher, drive = signed_in(browser, site, "alice"), alice.drive  # type: ignore[attr-defined]
    entries = list(on_drive(site).values())
    files, folders = ([entry for entry in entries if bool(entry["isdir"]) is kind] for kind in (False, True))
    assert len(folders) > 8
    paths = [
        f"/drives/{drive}/{name}" for name in ("recycle", "limits", "kind/pictures", "kind/videos", "kind/documents")
    ]
    for entry in [*files[::25], *folders[::9]]:
        what = quote(f"{entry['fs_id']}:{entry['path']}{'/' if entry['isdir'] else ''}", safe="")
        paths += [f"/drives/{drive}/{act}?id={what}" for act in ("share", "rename", "delete", "move", "copy")]
    for entry in folders[::4]:
        paths += [
            f"/drives/{drive}/{way}?path={quote(entry['path'], safe='')}" for way in ("files", "folders", "space")
        ]
    for path in paths:
        watcher.open(path)


def test_H70_the_beginning_of_a_text_is_text(site: Site, alice: Client, browser: Any) -> None:
    watcher, drive = signed_in(browser, site, "alice"), alice.drive  # type: ignore[attr-defined]
    found = on_drive(site)
    for name in ("a.txt", "b.html"):
        watcher.open(f"/drives/{drive}/file/{found[name]['fs_id']}")
        watcher.page.locator(".preview-text", has_text="window.planted=1").wait_for(timeout=20_000)
        watcher.look(name)
    watcher.open(f"/drives/{drive}/file/{found['c.svg']['fs_id']}")
    page = page_session(site, "alice", PASSWORD)
    fragment = page.get(f"/drives/{drive}/file/{found['b.html']['fs_id']}/text")
    assert "&lt;script&gt;" in fragment.text and "<script>window" not in fragment.text


def test_H70_the_space_of_a_drive_is_text(site: Site, alice: Client, browser: Any) -> None:
    drive = alice.drive  # type: ignore[attr-defined]
    page = page_session(site, "alice", PASSWORD)
    page.post(f"/drives/{drive}/space/scan", data={"path": "/", "csrfmiddlewaretoken": page.cookies["yg_csrf"]})
    until(lambda: "planted=1" in page.get(f"/drives/{drive}/space?path={quote(HOSTILE)}").text, 180, "the walk to end")
    watcher = signed_in(browser, site, "alice")
    for path in ("/", HOSTILE, f"{HOSTILE}/{plain(PAYLOADS[1])}"):
        watcher.open(f"/drives/{drive}/space?path={quote(path)}")
    name = {"op": "mkdir", "path": f"{HOSTILE}/new {plain(PAYLOADS[2])}"}
    requests.post(f"{site.standin}/control/change", json=name, timeout=10)
    page.post(f"/drives/{drive}/space/scan", data={"path": "/", "csrfmiddlewaretoken": page.cookies["yg_csrf"]})
    until(lambda: "new img src=x" in page.get(f"/drives/{drive}/space").text, 180, "the changes to be seen")
    watcher.open(f"/drives/{drive}/space")


def test_H70_batches_and_sending_are_text(site: Site, alice: Client, browser: Any) -> None:
    watcher = signed_in(browser, site, "alice")
    told = alice.post("/mcp/user/exec", json={"op": "batch_status", "args": {}}).json()["data"]
    batches = [row["id"] for row in told["list"]]
    assert len(batches) >= 20
    paths = ["/batches/", "/batches/?page=2", "/transfers/send", "/transfers/?group=done"]
    for number, batch in enumerate(batches[::9]):
        paths.append(f"/batches/{batch}/?state={('', 'failed', 'done')[number % 3]}")
    file = alice.get("/api/v1/library?page_size=200").json()["results"][3]["id"]
    for path in [*paths, f"/transfers/send?file={file}", f"/transfers/send?file={quote(PAYLOADS[2])}"]:
        watcher.open(path)


def test_H70_uploads_are_text(site: Site, alice: Client, browser: Any) -> None:
    """Unfinished ones that the panel lists, new ones with hostile names, and what is said of those that are refused."""
    drive = alice.drive  # type: ignore[attr-defined]
    for path in ("/library/", f"/drives/{drive}/files?path={quote(HOSTILE)}"):
        watcher = signed_in(browser, site, "alice")
        watcher.open(path)
        names = [f"{text[:120]} {number}.txt" for number, text in enumerate(PAYLOADS[:40:8])]
        files = [{"name": name, "mimeType": "text/html", "buffer": name.encode()} for name in names]
        watcher.page.set_input_files('[data-uploads-input="files"]', files)  # type: ignore[arg-type]
        watcher.page.locator(".uploads .row").first.wait_for(timeout=20_000)
        watcher.page.get_by_text("0.txt").first.wait_for(timeout=20_000)
        watcher.look(path)


def test_H70_dialogs_about_files_are_text(site: Site, alice: Client, browser: Any) -> None:
    watcher, drive = signed_in(browser, site, "alice"), alice.drive  # type: ignore[attr-defined]
    path = f"/drives/{drive}/files?path={quote(HOSTILE)}&view=list"
    watcher.open(path)
    row = watcher.page.locator("#rows > [data-file]", has_text="planted").filter(has_text=".txt").first
    for act in ("share", "move", "delete"):
        row.locator("[data-select-item]").check()
        watcher.page.locator(f'#select-bar [data-act="{act}"]').click()
        watcher.page.locator("#dialog-slot dialog[open]").wait_for(timeout=10_000)
        watcher.look(path)
        watcher.page.keyboard.press("Escape")
        watcher.open(path)
    row.locator("[data-open]").first.click()
    watcher.page.locator("dialog[open]").first.wait_for(timeout=10_000)
    watcher.look(path)


def test_H70_what_the_address_says_is_text_too(site: Site, alice: Client, browser: Any) -> None:
    watcher = signed_in(browser, site, "alice")
    for text in PAYLOADS[::16]:
        q = quote(text, safe="")
        for path in (
            f"/transfers/?q={q}",
            f"/library/?q={q}&folder={q}",
            f"/activity/?q={q}&action={q}",
            f"/drives/{alice.drive}/files?path=/{q}",  # type: ignore[attr-defined]
            f"/oauth/callback?error={q}&state={q}",
        ):
            watcher.open(path)


def test_H70_live_updates_are_text(site: Site, alice: Client, browser: Any) -> None:
    """Rows and toasts that arrive over the socket while the page is open."""
    watcher = signed_in(browser, site, "alice")
    watcher.open("/transfers/")
    for number, text in enumerate(PAYLOADS[:12]):
        source = {"url": f"http://127.0.0.1:1/live{number}", "name": f"{text} live {number}"}
        assert alice.post("/api/v1/transfers", json={"source": source}).status_code == 201
    watcher.page.get_by_text("live 11").first.wait_for(timeout=20_000)
    watcher.look("/transfers/")
    watcher.open("/")


def test_H70_dialogs_and_the_palette_are_text(site: Site, alice: Client, browser: Any) -> None:
    watcher = signed_in(browser, site, "alice")
    watcher.open("/library/")
    for link in watcher.page.locator("main a[hx-get]").all()[:3]:
        link.click()
        watcher.page.locator("dialog[open]").first.wait_for(timeout=10_000)
        watcher.look("/library/")
        watcher.page.keyboard.press("Escape")
    watcher.page.keyboard.press("Control+k")
    watcher.page.keyboard.type("<img src=x onerror=window.planted=1>")
    watcher.look("/library/")


def test_H70_staff_who_look_at_it_are_safe_too(site: Site, alice: Client, browser: Any) -> None:
    watcher = signed_in(browser, site, "admin")
    user = alice.get("/auth/me").json()["id"]
    paths = [
        "/people/",
        f"/people/{user}/",
        f"/people/{user}/delete/",
        "/system/",
        "/system/settings/",
        "/system/keys/",
        "/activity/",
    ]
    paths += [f"/admin/{model}/" for model in MODELS]
    paths.append(f"/admin/core/job/?q={quote(PAYLOADS[2], safe='')}")
    for path in paths:
        watcher.open(path)
    for model in ("transfers/transfer", "netdisk/driveaccount", "core/auditentry"):
        watcher.open(f"/admin/{model}/")
        for href in watcher.page.eval_on_selector_all(
            f"a[href*='/admin/{model}/'][href*='/change/']",
            CHANGE_PAGES,
        ):
            watcher.open(href)


def test_H70_exports_for_spreadsheets_run_no_formula(site: Site, alice: Client) -> None:
    page = page_session(site, "alice", PASSWORD)
    text = page.get("/activity/?export=csv").text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "@", "\t"))]


def test_H58_strangers_pages_show_what_they_are_given_as_text(site: Site, browser: Any) -> None:
    watcher = Watcher(browser.new_context(locale="en").new_page(), site)
    for text in PAYLOADS[2::30]:
        q = quote(text, safe="")
        for path in (f"/login/?next={q}", f"/{q}", f"/system/proxy/?x={q}", f"/oauth/callback?error={q}"):
            watcher.open(path)
        watcher.page.goto(f"{site.url}/login/")
        watcher.page.fill("input[name=username]", text[:150])
        watcher.page.fill("input[name=password]", "x")
        watcher.page.press("input[name=password]", "Enter")
        watcher.page.wait_for_selector("[role=alert], .error, .banner, .field-error")
        watcher.look("/login/")
