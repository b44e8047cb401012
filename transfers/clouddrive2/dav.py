"""WebDAV: one PUT for a file, where nothing else gets through (wire/clouddrive2.md §5.2).

Paths are those of the WebDAV user, who has a root folder of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from .errors import CloudDriveError, Kind
from .paths import Root, join, levels, split
from .source import NEVER, Read, Stop, exactly
from .tuning import Tuning
from .web import BROKEN, unreachable
from .write import OnSent

_STATUSES: dict[int, tuple[str, Kind, str]] = {
    401: ("clouddrive_auth", Kind.AUTH, "WebDAV refused the user name or password."),
    403: ("clouddrive_permission", Kind.PERMISSION, "WebDAV does not allow this here."),
    404: ("clouddrive_not_found", Kind.NOT_FOUND, "WebDAV does not have this."),
    405: ("clouddrive_unimplemented", Kind.UNIMPLEMENTED, "WebDAV cannot do this here."),
    409: ("clouddrive_not_found", Kind.NOT_FOUND, "The folder does not exist on WebDAV."),
    412: ("clouddrive_exists", Kind.PERMANENT, "It exists already on WebDAV."),
    413: ("clouddrive_too_large", Kind.PERMANENT, "The file is too large for a proxy on the way."),
    507: ("clouddrive_no_space", Kind.PERMANENT, "There is no room left."),
}


class DavUploads:
    """Safe to share between threads. `session` follows no environment proxies of its own accord.

    `root` is the folder that the WebDAV user sees as `/`; paths are those of the server.
    """

    def __init__(
        self,
        session: requests.Session,
        origin: str,
        user: str,
        password: str,
        tuning: Tuning | None = None,
        *,
        root: str = "/",
    ) -> None:
        self._root = Root(root)
        self._session, self._base = session, f"{origin}/dav"
        self._user, self._password = user, password
        self._auth: AuthBase = HTTPBasicAuth(user.encode(), password.encode())
        self._tuning = tuning or Tuning()

    def check(self) -> None:
        """Raises what is in the way: WebDAV is off, or the user is refused."""
        answer = self._send("PROPFIND", self._root.folder, {"Depth": "0"})
        if answer.status_code == 401 and answer.headers.get("WWW-Authenticate", "").lower().startswith("digest"):
            self._auth = HTTPDigestAuth(self._user, self._password)
            answer = self._send("PROPFIND", self._root.folder, {"Depth": "0"})
        if answer.status_code == 404:
            sentence = "WebDAV is switched off on the server."
            raise CloudDriveError(sentence, code="clouddrive_unimplemented", kind=Kind.UNIMPLEMENTED, method="PROPFIND")
        _expect(answer, "PROPFIND", 207, 200)

    def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""
        answer = self._send("HEAD", path)
        if answer.status_code == 404:
            return None
        _expect(answer, "HEAD", 200)
        return int(answer.headers.get("Content-Length", 0))

    def mkdir(self, path: str) -> None:
        """Makes a folder, level by level; those that exist are no trouble."""
        for level in levels(path)[1:]:
            if self._root.of_token(level) in (None, "/"):
                continue
            _expect(self._send("MKCOL", level), "MKCOL", 201, 405)

    def delete(self, path: str) -> None:
        _expect(self._send("DELETE", path), "DELETE", 204, 200, 404)

    def write(self, path: str, size: int, read: Read, *, stop: Stop = NEVER, on_sent: OnSent | None = None) -> None:
        """Sends a file under a name of its own, checks its size, gives it its name and checks again.

        Done means accepted by the server, not stored in the cloud. There is no resume.
        """
        folder, name = split(path)
        draft = join(folder, f".{secrets.token_hex(4)}-{name}"[:200])
        try:
            body = _Body(size, read, self._tuning.chunk, stop, on_sent) if size else b""
            _expect(self._send("PUT", draft, data=body, seconds=self._tuning.segment_seconds), "PUT", 200, 201, 204)
            self._compare(draft, size)
            headers = {"Destination": self._url(path), "Overwrite": "T"}
            _expect(self._send("MOVE", draft, headers), "MOVE", 201, 204)
        except BaseException:
            with suppress(CloudDriveError):
                self.delete(draft)
            raise
        self._compare(path, size)

    def _url(self, path: str) -> str:
        inside = self._root.of_token(path)
        if inside is None:
            sentence = "The path lies outside the root of the WebDAV user."
            raise CloudDriveError(sentence, code="clouddrive_permission", kind=Kind.PERMISSION)
        return self._base + quote(inside)

    def _compare(self, path: str, size: int) -> None:
        found = self.size(path)
        if found != size:
            sentence = f"WebDAV has {found} of {size} bytes."
            raise CloudDriveError(sentence, code="clouddrive_short_write", kind=Kind.TRANSIENT, method="PUT")

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        data: _Body | bytes | None = None,
        seconds: float | None = None,
    ) -> requests.Response:
        try:
            return self._session.request(
                method,
                self._url(path),
                headers=headers,
                data=data,
                auth=self._auth,
                timeout=(self._tuning.connect_seconds, seconds or self._tuning.metadata_seconds),
                allow_redirects=False,
            )
        except BROKEN as error:
            raise getattr(data, "trouble", None) or unreachable(method, error) from None


class _Body:
    """The bytes of a file for one request, in pieces; requests finds out their number by `len`."""

    def __init__(self, size: int, read: Read, chunk: int, stop: Stop, on_sent: OnSent | None) -> None:
        self._size, self._read, self._chunk = size, read, chunk
        self._stop, self._on_sent = stop, on_sent
        self.trouble: Exception | None = None
        """What the source or the stop raised: it may look like trouble of the connection."""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        for offset in range(0, self._size, self._chunk):
            yield self._piece(offset)
            if self._on_sent:
                self._on_sent(min(offset + self._chunk, self._size))

    def _piece(self, offset: int) -> bytes:
        try:
            self._stop.check()
            return exactly(self._read, offset, min(self._chunk, self._size - offset))
        except Exception as trouble:
            self.trouble = trouble
            raise


def _expect(answer: requests.Response, method: str, *statuses: int) -> None:
    status = answer.status_code
    if status in statuses:
        return
    other = ("clouddrive_unavailable", Kind.TRANSIENT) if status >= 500 else ("clouddrive_refused", Kind.PERMANENT)
    code, kind, sentence = _STATUSES.get(status, (*other, "WebDAV refused."))
    raise CloudDriveError(f"{sentence} (HTTP {status})", code=code, kind=kind, method=method)
