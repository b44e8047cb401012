"""How a client sends a file: precreate, parts, create (``wire/baidu-netdisk.md §3``)."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any

import requests

from tests.emulators.standin import AGENT, Json, Standin

MIB = 1 << 20
BLOCK = 4 * MIB


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes like no others, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


@dataclass
class Sending:
    """A file on its way to the stand-in."""

    baidu: Standin
    path: str
    data: bytes
    block: int = BLOCK
    uploadid: str = ""

    @property
    def slices(self) -> list[bytes]:
        return [self.data[at : at + self.block] for at in range(0, len(self.data), self.block)]

    @property
    def form(self) -> Json:
        blocks = json.dumps([md5(each) for each in self.slices])
        return {"path": self.path, "size": len(self.data), "isdir": 0, "block_list": blocks}

    def precreate(self, **more: Any) -> Json:
        answer = self.baidu.post_file("precreate", self.form | {"autoinit": 1} | more)
        self.uploadid = answer.get("uploadid", self.uploadid)
        return answer

    def query(self, seq: int) -> dict[str, str]:
        """The parameters of a part."""
        return {
            "method": "upload",
            "type": "tmpfile",
            "path": self.path,
            "uploadid": self.uploadid,
            "partseq": str(seq),
            "access_token": self.baidu.access_token,
        }

    def part(self, seq: int, data: bytes | None = None, verb: str = "POST", **query: Any) -> requests.Response:
        sent = self.slices[seq] if data is None else data
        params, url = self.query(seq) | query, f"{self.baidu.url}/rest/2.0/pcs/superfile2"
        return requests.request(verb, url, params=params, files={"file": sent}, headers=AGENT, timeout=30)

    def create(self, **more: Any) -> Json:
        return self.baidu.post_file("create", self.form | {"uploadid": self.uploadid} | more)

    def rapid(self) -> Json:
        """The two md5s a client sends to find out whether the content is known."""
        return {"content-md5": md5(self.data), "slice-md5": md5(self.data[: 256 << 10])}

    def all(self, **more: Any) -> Json:
        """The whole way, as a client goes that takes the block list at its word."""
        for seq in self.precreate(**more).get("block_list", []):
            assert self.part(seq).json()["md5"] == md5(self.slices[seq])
        return self.create(**more)


def told(baidu: Standin, path: str) -> Json:
    """What the control API knows of a stored file."""
    answer: Json = baidu.control("GET", "file", user=baidu.user, path=path)
    return answer


def upload_of(baidu: Standin, uploadid: str) -> Json:
    """What the control API knows of an upload."""
    (found,) = (each for each in baidu.control("GET", "uploads")["uploads"] if each["uploadid"] == uploadid)
    return dict(found)
