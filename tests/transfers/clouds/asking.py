"""Calls of operations on CloudDrive2 servers by every door, and arguments that each of them takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from core.operations import all_operations
from transfers.clouds import servers
from transfers.models import CloudServer

HERE = "/115open/测试"
NAS = "/CloudNAS"
OURS = [entry for entry in all_operations() if entry.name.startswith("clouds.")]
MISSING = "01900000-0000-7000-8000-000000000000"
GOOD: dict[str, dict[str, Any]] = {
    "cloud_servers": {},
    "cloud_test": {},
    "cloud_list": {},
    "cloud_find": {"path": HERE},
    "cloud_search": {"query": "1KiB"},
    "cloud_mkdir": {"path": f"{NAS}/neu"},
    "cloud_rename": {"path": f"{HERE}/1B.bin", "name": "x"},
    "cloud_move": {"paths": [f"{HERE}/1B.bin"], "dest": "/115open"},
    "cloud_copy": {"paths": [f"{HERE}/1B.bin"], "dest": "/115open"},
    "cloud_delete": {"paths": [f"{HERE}/1B.bin"]},
    "cloud_space": {"path": HERE},
    "cloud_details": {"path": HERE},
    "cloud_uploads": {},
    "cloud_uploads_pause": {"keys": ["a"]},
    "cloud_uploads_resume": {"keys": ["a"]},
    "cloud_uploads_cancel": {"keys": ["a"]},
    "cloud_copy_tasks": {},
    "cloud_copy_pause": {"keys": ["a"]},
    "cloud_copy_resume": {"keys": ["a"]},
    "cloud_copy_remove": {"keys": ["a"]},
    "cloud_copy_restart": {"source": "/a", "dest": "/b"},
    "cloud_mounts": {},
    "cloud_mount_add": {"point": "/mnt/x"},
    "cloud_mount_remove": {"point": "/mnt/x"},
    "cloud_mount": {"point": "/mnt/x"},
    "cloud_unmount": {"point": "/mnt/x"},
    "cloud_mount_update": {"point": "/mnt/x"},
    "cloud_offline_add": {"urls": ["https://example.org/a"], "path": "/115open"},
    "cloud_offline_list": {"path": "/115open"},
    "cloud_offline_remove": {"path": "/115open", "hashes": ["a"]},
    "cloud_offline_clear": {"path": "/115open"},
    "cloud_offline_restart": {"path": "/115open", "hash": "a"},
    "cloud_upload": {"url": "https://example.org/a", "remote_path": f"{NAS}/", "wait": 0},
    "cloud_download": {"path": f"{HERE}/1B.bin", "wait": 0},
}


@dataclass
class Asker:
    """Calls of one person by one door: `exec`, `post` or `get`."""

    http: Client
    way: str = "post"

    @classmethod
    def of(cls, user: Any, way: str = "post") -> Asker:
        client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
        client.force_login(user)
        return cls(client, way)

    def ask(self, op: str, /, **args: Any) -> Any:
        kind = "application/json"
        if self.way == "exec":
            return self.http.post("/mcp/user/exec", json.dumps({"op": op, "args": args}), content_type=kind)
        if self.way == "get":
            return self.http.get(f"/api/v1/clouds/{op}", args)
        return self.http.post(f"/api/v1/clouds/{op}", json.dumps(args), content_type=kind)

    def data(self, op: str, /, **args: Any) -> Any:
        answer = self.ask(op, **args)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()["data"] if self.way == "exec" else answer.json()

    def refusal(self, op: str, /, **args: Any) -> dict[str, Any]:
        answer = self.ask(op, **args)
        body: dict[str, Any] = answer.json()
        error: dict[str, Any] = body["error"] if self.way == "exec" else body
        assert error["status"] == answer.status_code >= 400, body
        assert error["code"] and error["detail"] and error["hint"] and error["request_id"]
        return error


def with_token(alice: Any, standin: Any, **order: Any) -> CloudServer:
    return servers.add(alice, standin.access(username="", secret=standin.token(**order)))
