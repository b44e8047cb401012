"""A WebSocket client on a thread of its own, for tests that are busy with processes."""

from __future__ import annotations

import json
import threading
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.support.site import Client
from tests.support.waiting import until


class Listener:
    def __init__(self, client: Client, last_event_id: int | None = None, *, reading: bool = True) -> None:
        query = "" if last_event_id is None else f"?last_event_id={last_event_id}"
        address = f"{client.base.replace('http', 'ws')}/ws{query}"
        token = str(client.headers["Authorization"]).removeprefix("Bearer ")
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self._socket = connect(
            address, subprotocols=[Subprotocol(f"bearer.{token}")], open_timeout=30, ping_interval=None
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        if reading:
            self.read()

    def read(self) -> None:
        self._thread.start()
        until(lambda: self.frames, 30, "hello")

    def _run(self) -> None:
        try:
            for text in self._socket:
                self.frames.append(json.loads(text))
        except ConnectionClosed:
            pass
        self._socket.close()
        self.code = self._socket.close_code

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def closed(self, seconds: float = 30) -> int:
        """The close code, as soon as there is one."""
        self._thread.join(seconds)
        assert self.code is not None, "the socket is still open"
        return self.code

    def close(self) -> None:
        self._socket.close()
        self._thread.join(10)
