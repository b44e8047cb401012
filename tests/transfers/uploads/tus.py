"""A plain tus 1.0 client over `requests`, for both ways to sign in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

import requests

from tests.support.site import Client

OCTETS = "application/offset+octet-stream"
UPLOADS = "/files/uploads/"


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


class Tus:
    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, method: str, url: str, data: Any = None, **headers: Any) -> requests.Response:
        named = {name.replace("_", "-"): str(value) for name, value in headers.items() if value is not None}
        return self.client.request(method, url, data=data, headers={"Tus-Resumable": "1.0.0", **named})

    def create(self, size: int | str, data: bytes | None = None, **said: str) -> requests.Response:
        kind = OCTETS if data is not None else None
        return self.send(
            "POST", UPLOADS, data, Upload_Length=size, Upload_Metadata=metadata(**said) or None, Content_Type=kind
        )

    def begin(self, size: int, **said: str) -> str:
        answer = self.create(size, **said)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def patch(self, url: str, offset: int | str, data: bytes | Iterable[bytes], **headers: Any) -> requests.Response:
        return self.send("PATCH", url, data, Upload_Offset=offset, **{"Content_Type": OCTETS, **headers})

    def offset(self, url: str) -> int:
        answer = self.send("HEAD", url)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def look(self, url: str) -> dict[str, Any]:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def unfinished(self) -> list[dict[str, Any]]:
        return list(self.client.get(UPLOADS).json()["uploads"])

    def content(self, url: str) -> bytes:
        """The library file that an upload has become."""
        return bytes(self.client.get(f"/files/{self.look(url)['file']}").content)
