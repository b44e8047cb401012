"""Alice's drive behind the real stand-in, and the two doors that every operation has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

JSON = "application/json"


@dataclass
class Door:
    """Calls of one person, signed in."""

    http: Client

    @classmethod
    def of(cls, user: Any) -> Door:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return cls(client)

    def exec(self, op: str, args: Any = None, *, mode: str = "user") -> Any:
        body = {"op": op} if args is None else {"op": op, "args": args}
        return self.http.post(f"/mcp/{mode}/exec", json.dumps(body), content_type=JSON)

    def data(self, op: str, /, **args: Any) -> Any:
        """What an operation answers; it has to succeed."""
        answer = self.exec(op, args)
        body = answer.json()
        assert answer.status_code == 200 and body["status"] == "ok", body
        return body["data"]

    def refusal(self, op: str, /, **args: Any) -> dict[str, Any]:
        """How an operation is refused: always with a code, two sentences and the id to quote."""
        answer = self.exec(op, args)
        body = answer.json()
        assert body["status"] == "error", body
        error: dict[str, Any] = body["error"]
        assert error["status"] == answer.status_code >= 400
        assert error["code"] and error["detail"] and error["hint"] and error["request_id"]
        return error

    def post(self, op: str, args: Any = None) -> Any:
        return self.http.post(f"/api/v1/netdisk/{op}", json.dumps(args or {}), content_type=JSON)

    def get(self, op: str, **query: Any) -> Any:
        return self.http.get(f"/api/v1/netdisk/{op}", query)


@pytest.fixture
def door(drive: Any, alice: Any) -> Door:
    return Door.of(alice)


@pytest.fixture
def stranger(mallory: Any) -> Door:
    return Door.of(mallory)


@pytest.fixture
def number(standin: Any) -> Any:
    """The fs_id of a path."""
    return lambda path: standin.source(path, hash=0)["fs_id"]
