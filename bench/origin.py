"""The other side of the wire: a server that sends one file by sendfile, and a token endpoint that counts."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

RANGE = re.compile(r"bytes=(\d+)-(\d*)\Z")
DELAY = 0.004
MONTH = 30 * 86_400


class SendFile(BaseHTTPRequestHandler):
    """GET and HEAD of one file, whole or one range."""

    protocol_version = "HTTP/1.1"
    path_on_disk = Path()

    def do_HEAD(self) -> None:
        self._head()

    def do_GET(self) -> None:
        start, stop = self._head()
        self.wfile.flush()
        with self.path_on_disk.open("rb") as file:
            while start < stop:
                sent = os.sendfile(self.connection.fileno(), file.fileno(), start, stop - start)
                if sent == 0:
                    return
                start += sent

    def _head(self) -> tuple[int, int]:
        size = self.path_on_disk.stat().st_size
        wanted = RANGE.match(self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        stop = min(size, int(wanted[2]) + 1) if wanted and wanted[2] else size
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(stop - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{size:x}"')
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        self.end_headers()
        return start, stop

    def log_message(self, format: str, *args: object) -> None:
        """No word per request."""


class Tokens(BaseHTTPRequestHandler):
    """A token endpoint as strict as Baidu's: every refresh token counts once (wire/baidu-netdisk.md §1.3)."""

    protocol_version = "HTTP/1.1"
    server: TokenServer

    def do_GET(self) -> None:
        given = parse_qs(urlsplit(self.path).query).get("refresh_token", [""])[0]
        status, answer = self.server.refresh(given)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """No word per request."""


class TokenServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tokens)
        self.uses: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._number = 0

    def first(self) -> str:
        return "r0"

    def refresh(self, given: str) -> tuple[int, dict[str, object]]:
        with self._lock:
            self.uses[given] += 1
            if self.uses[given] > 1 or given != f"r{self._number}":
                return 400, {"error": "expired_token", "error_description": "refresh token has been used"}
            self._number += 1
            number = self._number
        time.sleep(DELAY)  # long enough for the others to come
        return 200, {
            "access_token": f"ar{number}",
            "refresh_token": f"r{number}",
            "expires_in": MONTH,
            "scope": "basic",
        }


@contextmanager
def token_server() -> Iterator[TokenServer]:
    with TokenServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def main() -> None:
    """`python -m bench.origin FILE PORT`"""
    SendFile.path_on_disk = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), SendFile)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
