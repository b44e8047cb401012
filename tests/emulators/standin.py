"""A running stand-in and an independent way to talk to it: plain ``requests``, nothing of the emulator."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
AGENT = {"User-Agent": "pan.baidu.com"}
KEY = {"client_id": "demo-key", "client_secret": "demo-secret"}
CALLBACK = "http://127.0.0.1:9/callback"
LINE = re.compile(r"baidu (http://127\.0\.0\.1:\d+) \(download host (http://127\.0\.0\.1:\d+)\)")

Json = dict[str, Any]


class Program:
    """The program itself: started as a user would, ended by a signal."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "emulators", "baidu", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.line = self.process.stdout.readline().strip()
        found = LINE.fullmatch(self.line)
        assert found, self.line or (self.process.stderr and self.process.stderr.read())
        self.url, self.download_url = found.groups()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it and return its status and what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=15)
        return self.process.returncode, errors


class Standin:
    """Calls to a running stand-in, as one user."""

    def __init__(self, url: str, download_url: str = "", user: str = "demo") -> None:
        self.url, self.download_url, self.user = url, download_url, user
        self.access_token = ""

    # -- control

    def control(self, verb: str, path: str, body: Json | None = None, /, **query: Any) -> Any:
        answer = requests.request(verb, f"{self.url}/control/{path}", json=body, params=query, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, user: str | None = None, **more: Any) -> Json:
        pair: Json = self.control("POST", "token", {"user": user or self.user, **more})
        self.access_token = pair["access_token"]
        return pair

    def fault(self, name: str, times: int | None = None, match: Json | None = None, **params: Any) -> None:
        order: Json = {"name": name, "params": params, "match": match or {}}
        self.control("POST", "faults", order | ({} if times is None else {"times": times}))

    def settings(self, **values: Any) -> None:
        self.control("POST", "settings", values)

    def source(self, path: str, **query: Any) -> Json:
        told: Json = self.control("GET", "files", user=self.user, path=path, **query)
        return told

    def log(self, **query: Any) -> list[Json]:
        calls: list[Json] = self.control("GET", "log", **query)["calls"]
        return calls

    # -- the platform

    def get(self, path: str, /, **query: Any) -> requests.Response:
        query.setdefault("access_token", self.access_token)
        return requests.get(self.url + path, params=query, timeout=30, headers=AGENT)

    def file(self, method: str, /, **query: Any) -> Json:
        answer: Json = self.get("/rest/2.0/xpan/file", method=method, **query).json()
        return answer

    def multimedia(self, method: str, /, **query: Any) -> Json:
        answer: Json = self.get("/rest/2.0/xpan/multimedia", method=method, **query).json()
        return answer

    def post_file(self, method: str, form: Json, /, **query: Any) -> Json:
        query |= {"method": method, "access_token": self.access_token}
        answer = requests.post(f"{self.url}/rest/2.0/xpan/file", params=query, data=form, timeout=30)
        body: Json = answer.json()
        return body

    def token(self, grant_type: str, **args: str) -> requests.Response:
        query = {"grant_type": grant_type, **KEY, **args}
        return requests.get(f"{self.url}/oauth/2.0/token", params=query, timeout=30)

    def meta(self, path: str, **flags: Any) -> Json:
        fs_id = self.source(path, hash=0)["fs_id"]
        row: Json = self.multimedia("filemetas", fsids=json.dumps([fs_id]), **flags)["list"][0]
        return row

    def dlink(self, path: str) -> str:
        return f"{self.meta(path, dlink=1)['dlink']}&access_token={self.access_token}"

    def fetch(self, link: str, **headers: str) -> requests.Response:
        return requests.get(link, headers=AGENT | {"Accept-Encoding": "identity"} | headers, timeout=30)


class Browser:
    """A person with a browser: follows redirects, keeps cookies, fills in forms."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html"

    def open(self, url: str) -> requests.Response:
        return self.session.get(url, timeout=30, allow_redirects=False)

    def submit(self, page: requests.Response, **fields: str) -> requests.Response:
        """Post the page's form: its address and hidden fields, and what the person adds."""
        from html import unescape
        from urllib.parse import urljoin

        address = re.search(r'<form method="post" action="([^"]*)"', page.text)
        assert address, page.text
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
        target = urljoin(page.url, unescape(address[1]))
        answer = self.session.post(target, data=hidden | fields, timeout=30, allow_redirects=False)
        if answer.status_code == 303:
            return self.open(urljoin(target, answer.headers["Location"]))
        return answer

    def sign_in(self, url: str, user: str = "demo", password: str | None = None) -> requests.Response:
        form = self.open(url)
        return self.submit(form, username=user, password=password or user, action="login")


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Return the first true value of a condition; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        threading.Event().wait(0.02)
    raise AssertionError("the condition never came true")
