"""H45: any order of right and wrong requests; the server always stands where a list of bytes in memory stands."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from tests.support.site import Client, Site

from .tus import UPLOADS, Tus, checksum

MOST_OPEN = 40  # of the site in conftest
sizes = st.integers(1, 5_000)
parts = st.binary(min_size=1, max_size=3_000)


class Uploading(RuleBasedStateMachine):
    mine: Tus
    stranger: Tus
    uploads = Bundle("uploads")

    def __init__(self) -> None:
        super().__init__()
        self.have: dict[str, bytearray] = {}
        self.size: dict[str, int] = {}

    def open(self) -> set[str]:
        return {url for url, data in self.have.items() if len(data) < self.size[url]}

    @rule(target=uploads, size=sizes)
    def create(self, size: int) -> str:
        url = self.mine.begin(size, filename=f"{size}.bin")
        self.have[url], self.size[url] = bytearray(), size
        return url

    @rule(target=uploads, data=parts, more=st.integers(0, 50))
    def create_with_bytes(self, data: bytes, more: int) -> str:
        made = self.mine.create(len(data) + more, data, filename="x")
        assert made.status_code == 201 and made.headers["Upload-Offset"] == str(len(data))
        url = made.headers["Location"]
        self.have[url], self.size[url] = bytearray(data), len(data) + more
        return url

    @rule(url=uploads, data=parts, sealed=st.booleans())
    def append(self, url: str, data: bytes, sealed: bool) -> None:
        if url not in self.have:
            return
        have, size = self.have[url], self.size[url]
        data = data[: size - len(have)]
        answer = self.mine.patch(url, len(have), data, Upload_Checksum=checksum(data, "sha256") if sealed else None)
        assert answer.status_code == 204
        have += data
        assert answer.headers["Upload-Offset"] == str(len(have))

    @rule(url=uploads, data=parts)
    def append_too_much(self, url: str, data: bytes) -> None:
        if url in self.have:
            missing = self.size[url] - len(self.have[url])
            assert self.mine.patch(url, len(self.have[url]), bytes(missing) + data).status_code == 413

    @rule(url=uploads, data=parts, shift=st.integers(-3_000, 3_000).filter(bool))
    def append_elsewhere(self, url: str, data: bytes, shift: int) -> None:
        """Overlapping what is there, or leaving a hole."""
        if url in self.have and len(self.have[url]) + shift >= 0:
            assert self.mine.patch(url, len(self.have[url]) + shift, data).status_code == 409

    @rule(url=uploads, data=parts)
    def append_damaged(self, url: str, data: bytes) -> None:
        if url in self.have:
            data = data[: self.size[url] - len(self.have[url])]
            wrong = checksum(data + b"x")
            status = self.mine.patch(url, len(self.have[url]), data, Upload_Checksum=wrong).status_code
            assert status == 460 if data else status == 204

    @rule(url=uploads, data=parts)
    def somebody_else_tries(self, url: str, data: bytes) -> None:
        assert self.stranger.patch(url, len(self.have.get(url, b"")), data).status_code == 404
        assert self.stranger.send("HEAD", url).status_code == 404
        assert self.stranger.send("DELETE", url).status_code == 404

    @rule(url=consumes(uploads))
    def cancel(self, url: str) -> None:
        known = self.have.pop(url, None) is not None
        assert self.mine.send("DELETE", url).status_code == (204 if known else 404)
        assert self.mine.send("HEAD", url).status_code == 404

    @rule()
    def open_as_many_as_one_may(self) -> None:
        for _ in range(MOST_OPEN - len(self.open())):
            url = self.mine.begin(10_000, filename="one of many")
            self.have[url], self.size[url] = bytearray(), 10_000
        refused = self.mine.create(1, filename="one too many")
        assert refused.status_code == 429 and refused.json()["code"] == "upload.too_many"
        for url in [url for url in self.open() if self.size[url] == 10_000]:
            del self.have[url]
            assert self.mine.send("DELETE", url).status_code == 204

    @invariant()
    def everything_stands_where_it_should(self) -> None:
        assert {row["url"]: row["offset"] for row in self.mine.unfinished()} == {
            url: len(self.have[url]) for url in self.open()
        }

    def teardown(self) -> None:
        for url, data in self.have.items():
            if len(data) == self.size[url]:
                assert self.mine.content(url) == data
            self.mine.send("DELETE", url)


def test_H45_no_order_of_requests_confuses_it(site: Site, stranger: Tus) -> None:
    tus = Tus(Client(site.url).register(f"machine{uuid.uuid4().hex[:8]}"))
    machine: Any = type("Machine", (Uploading,), {"mine": tus, "stranger": stranger})
    checks = list(HealthCheck)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )
    assert tus.client.get(UPLOADS).json() == {"uploads": []}
