"""The first page of a folder of 5,000 entries, as a signed-in browser gets it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import PASSWORD, Site, free_port, site

FOLDER = "/照片/2025"
SHOWN = "DSC0"  # the first by name
PAGES = 20
USER_FIELDS = ("access_token", "refresh_token", "expires_in")


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    with site(setting.folder, EMULATORS="on", EMULATOR_BAIDU_PORT=str(free_port())) as product:
        address = f"{product.url}/drives/{_connect(product)}/files"
        browser = _sign_in(product)
        _page(browser, address)
        yield {PRODUCT: lambda: _pages(browser, address, setting.part(PAGES, 2))}


def _connect(product: Site) -> str:
    """Connect a drive with tokens of the stand-in; its id."""
    said = product.process.log.read_text()
    line = next(line for line in said.splitlines() if "Stand-in baidu" in line)
    standin = next(word for word in line.split() if word.startswith("http://"))
    pair = requests.post(f"{standin}/control/token", json={"user": "demo"}, timeout=30).json()
    body = {name: pair[name] for name in USER_FIELDS}
    headers = {"Authorization": f"Bearer {product.sign_in()}"}
    answer = requests.post(f"{product.url}/oauth/user/token/upsert", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["id"])


def _sign_in(product: Site) -> requests.Session:
    browser = requests.Session()
    browser.headers["Accept"] = "text/html"
    address = f"{product.url}/login/"
    browser.get(address, timeout=30).raise_for_status()
    form = {"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["yg_csrf"]}
    browser.post(address, data=form, headers={"Referer": address}, timeout=30, allow_redirects=False).raise_for_status()
    if "yg_session" not in browser.cookies:
        raise RuntimeError("the browser could not sign in")
    return browser


def _pages(browser: requests.Session, address: str, count: int) -> Sample:
    times = [_page(browser, address) * 1000 for _ in range(count)]
    return {"median": statistics.median(times), "worst": max(times)}


def _page(browser: requests.Session, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address, params={"path": FOLDER}, timeout=60)
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or answer.text.count(SHOWN) < 10:
        raise RuntimeError(f"no folder page: {answer.status_code} {answer.url}")
    return seconds


LIMIT = "the call to the drive for the sorted page, then rendering 100 rows from templates"
ROW = Row(
    "folder_page",
    f"the first page of {FOLDER} (5,250 entries) with the session cookie, the Baidu stand-in on the same machine; whole round trip",
    (
        Line("median of 20 pages", "median", "ms", goal=Goal("≤", 300), limit=LIMIT),
        Line("slowest of 20 pages", "worst", "ms"),
    ),
    contest,
)
