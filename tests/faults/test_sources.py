"""Whole transfers through the API from a source that misbehaves in every way the stand-in knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.standin import Program, Standin
from tests.support.site import Client, Site
from tests.support.waiting import until

from . import transfers
from .stack import upstream
from .transfers import LARGE, MIB, SMALL

MIDDLE = "/测试/16MiB.bin"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, program: Program) -> Iterator[Site]:
    extra = {"REGISTRATION": "open", "DOWNLOAD_LIMIT": "0", "TRANSFERS_PER_ACCOUNT": "8"}
    place = Site(tmp_path_factory.mktemp("sources"), env={**upstream(program), **extra}).start()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def client(site: Site, program: Program) -> Client:
    person = Client(site.url).register("harbour")
    person.connect_drive(program.url)
    return person


Fault = tuple[str, dict[str, Any], int | None]
OVERCOME: dict[str, Fault] = {
    "F49_a_storm_of_503": ("status", {"code": 503}, 4),
    "F49_too_many_requests": ("too_many_requests", {"seconds": 1}, 2),
    "F50_a_slow_start": ("latency", {"ms": 1500}, 2),
    "F51_a_cut_body": ("cut", {"after": 3 * MIB}, 2),
    "F51_a_reset": ("cut", {"after": 3 * MIB, "hard": True}, 2),
    "F51_a_body_one_byte_short": ("truncate", {"bytes": 1}, 1),
    "F51_a_wrong_length": ("wrong_length", {"delta": 7}, 1),
    "F53_a_file_that_changes_midway": ("change_midway", {"after": 3 * MIB}, 1),
    "F54_an_ignored_range": ("ignore_range", {}, None),
    "F54_a_wrong_range": ("wrong_range", {"shift": 1}, 1),
    "F54_gzip_on_a_range": ("gzip", {}, 1),
    "F54_multipart_for_one_range": ("multipart", {}, 1),
}


def strike(standin: Standin, name: str, times: int | None, **params: Any) -> None:
    """Hits the bodies of the file, not the short call before them that asks how large it is."""
    order = {"name": name, "params": params, "match": {"op": "cdn"}, "skip": 1}
    standin.control("POST", "faults", order | ({} if times is None else {"times": times}))


def overcome(client: Client, standin: Standin, case: str) -> transfers.Json:
    name, params, times = OVERCOME[case]
    strike(standin, name, times, **params)
    transfer = transfers.start(client, standin, MIDDLE)
    done = transfers.whole(client, standin, MIDDLE, transfer, 90)
    hits = sum(fault["hits"] for fault in standin.control("GET", "faults") if fault["name"] == name)
    assert hits >= 1, "the fault did strike"
    return done


@pytest.mark.parametrize("case", [case for case in OVERCOME if case.startswith("F49")])
def test_F49_a_busy_source_is_asked_again_later(site: Site, client: Client, drive_side: Standin, case: str) -> None:
    overcome(client, drive_side, case)


@pytest.mark.parametrize("case", [case for case in OVERCOME if case.startswith("F50")])
def test_F50_a_slow_source_is_waited_for(site: Site, client: Client, drive_side: Standin, case: str) -> None:
    overcome(client, drive_side, case)


@pytest.mark.parametrize("case", [case for case in OVERCOME if case.startswith("F51")])
def test_F51_a_truncated_body_is_never_success(site: Site, client: Client, drive_side: Standin, case: str) -> None:
    overcome(client, drive_side, case)


@pytest.mark.parametrize("case", [case for case in OVERCOME if case.startswith("F53")])
def test_F53_two_versions_are_never_mixed(site: Site, client: Client, drive_side: Standin, case: str) -> None:
    overcome(client, drive_side, case)


@pytest.mark.parametrize("case", [case for case in OVERCOME if case.startswith("F54")])
def test_F54_broken_ranges_are_detected(site: Site, client: Client, drive_side: Standin, case: str) -> None:
    overcome(client, drive_side, case)


@pytest.mark.slow
def test_F50_a_stalled_source_is_left_and_resumed_by_range(site: Site, client: Client, drive_side: Standin) -> None:
    strike(drive_side, "stall", 1, after=3 * MIB)
    transfer = transfers.start(client, drive_side, MIDDLE)
    done = transfers.whole(client, drive_side, MIDDLE, transfer, 120)
    retries = [step for step in transfers.look(client, done)["steps"] if step["code"] == "retry"]
    assert retries and done["attempts"] == 1


@pytest.mark.parametrize("fault", ["redirect_loop"])
def test_F55_a_loop_of_redirects_ends_the_transfer_with_the_reason(
    site: Site, client: Client, drive_side: Standin, fault: str
) -> None:
    drive_side.fault(fault, None, {"op": "dlink"})
    row = transfers.ended(client, transfers.start(client, drive_side, SMALL), 60)
    assert (row["state"], row["error"]["code"]) == ("failed", "too_many_redirects"), row
    assert transfers.on_disk(site.data, row) == []


def test_F55_a_redirect_to_a_forbidden_address_is_not_followed(site: Site, client: Client, drive_side: Standin) -> None:
    drive_side.fault("redirect_to", None, {"op": "dlink"}, url="http://169.254.169.254/latest/meta-data")
    row = transfers.ended(client, transfers.start(client, drive_side, SMALL), 60)
    assert (row["state"], row["error"]["code"]) == ("failed", "address_refused"), row


@pytest.mark.slow
def test_F56_a_name_without_an_address_is_called_dns(site: Site, client: Client) -> None:
    answer = client.post("/api/v1/transfers", json={"source": {"url": "https://no-such-host.invalid/file.bin"}})
    assert answer.status_code == 201, answer.text

    def told() -> Any:
        row = transfers.look(client, answer.json())
        return row if row["error"] else None

    row = until(told, 60, "the reason")
    assert row["error"]["code"] == "dns_failed" and "DNS" in row["error"]["detail"]
    assert row["state"] in ("waiting", "failed")


def test_F57_connections_reset_in_mid_stream_cost_only_the_rest(
    site: Site, client: Client, drive_side: Standin
) -> None:
    sent = drive_side.control("GET", "counters")["bytes_sent"]
    strike(drive_side, "cut", 3, after=10 * MIB, hard=True)
    transfers.whole(client, drive_side, LARGE, transfers.start(client, drive_side, LARGE))
    again = drive_side.control("GET", "counters")["bytes_sent"] - sent - 100 * MIB
    assert again < 12 * MIB, "of 30 MiB that came before a reset, only what was on its way is fetched again"


def test_F51_surplus_bytes_are_an_error(site: Site, client: Client, drive_side: Standin) -> None:
    strike(drive_side, "longer", None, bytes=5)
    row = transfers.ended(client, transfers.start(client, drive_side, MIDDLE))
    assert (row["state"], row["error"]["code"], row["library_file"]) == ("failed", "surplus", None), row
