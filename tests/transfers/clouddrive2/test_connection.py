"""Tokens, permissions, statuses, deadlines, retries: wire/clouddrive2.md §1.1, §1.2 and §3.0."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Program
from transfers.clouddrive2.auth import PasswordTokens
from transfers.clouddrive2.client import CloudDrive, connect
from transfers.clouddrive2.errors import CloudDriveError, Kind, from_status
from transfers.clouddrive2.transport import GrpcTransport
from transfers.clouddrive2.tuning import Endpoint, Tuning

Make = Callable[..., CloudDrive]


def failure(error: Any) -> tuple[str, Kind]:
    return error.value.code, error.value.kind


# -- tokens


def test_a_connection_test_tells_version_and_root(drive: CloudDrive, make: Make, control: Control) -> None:
    found = drive.test()
    assert (found.ready, found.version, found.missing, found.root) == (True, "1.1.2", (), "/")
    token = control.token(root="/115open", without=["write", "create_file", "view_runtime_info"])
    narrow = make(token=token).test()
    assert (narrow.missing, narrow.root, narrow.version) == (("create_file", "write"), "/115open", "")


def test_a_connection_test_says_what_is_wrong(make: Make) -> None:
    with pytest.raises(CloudDriveError) as error:
        make(user="demo", password="wrong").test()
    assert failure(error) == ("clouddrive_auth", Kind.AUTH)
    assert "incorrect" in error.value.sentence
    with pytest.raises(CloudDriveError) as error:
        make(token="wrong").test()
    assert failure(error) == ("clouddrive_auth", Kind.AUTH)
    with pytest.raises(CloudDriveError) as error:
        make(user="second@example.org", password="second").test()
    assert "two-factor" in error.value.sentence
    assert make(user="second@example.org", password="second", totp=lambda: "123456").test().ready


def test_a_token_is_renewed_once_for_all_threads(drive: CloudDrive, control: Control) -> None:
    drive.find("/115open")
    control("POST", "expire-tokens")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(drive.find("/115open"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [each.name for each in found] == ["115open"] * 8
    assert control.counter("calls.GetToken") == 2


def test_a_token_is_renewed_before_it_ends(endpoint: Endpoint, control: Control) -> None:
    control.settings(token_s=100)
    clock = [time.time()]
    transport = GrpcTransport(endpoint)
    tokens = PasswordTokens(transport, "demo", "demo", wall=lambda: clock[0])
    first = tokens.current()
    clock[0] += 30
    assert tokens.current() == first
    clock[0] += 25
    assert tokens.current() != first
    transport.close()


def test_a_given_token_is_not_renewed(make: Make, control: Control) -> None:
    token = control.token()
    drive = make(token=token)
    control.fault("auth_expired")
    with pytest.raises(CloudDriveError) as error:
        drive.find("/")
    assert failure(error) == ("clouddrive_auth", Kind.AUTH)
    assert control.counter("calls.FindFileByPath") == 1


def test_tokens_can_be_made_listed_and_removed(drive: CloudDrive, make: Make) -> None:
    before = [each.friendly_name for each in drive.list_tokens()]
    made = drive.create_token("yungang", ["list"], root="/115open", seconds=60)
    assert [each.friendly_name for each in drive.list_tokens()] == [*before, "yungang"]
    assert make(token=made.token).find("/测试")
    drive.remove_token(made.token)
    assert [each.friendly_name for each in drive.list_tokens()] == before
    with pytest.raises(CloudDriveError, match="No such permission: fly"):
        drive.create_token("x", ["fly"])


# -- statuses


@pytest.mark.parametrize(
    ("name", "params", "code", "kind"),
    [
        ("permission", {}, "clouddrive_permission", Kind.PERMISSION),
        ("plan", {}, "clouddrive_plan", Kind.PERMISSION),
        ("unimplemented", {}, "clouddrive_unimplemented", Kind.UNIMPLEMENTED),
        ("unavailable", {}, "clouddrive_unavailable", Kind.TRANSIENT),
        ("status", {"code": 3}, "clouddrive_invalid", Kind.PERMANENT),
        ("status", {"code": 6}, "clouddrive_exists", Kind.PERMANENT),
        ("status", {"code": 8}, "clouddrive_too_large", Kind.TRANSIENT),
        ("status", {"code": 13}, "clouddrive_refused", Kind.PERMANENT),
    ],
)
def test_statuses_have_stable_codes(
    drive: CloudDrive, control: Control, name: str, params: Any, code: str, kind: Kind
) -> None:
    drive.find("/")
    control.fault(name, **params)
    with pytest.raises(CloudDriveError) as error:
        drive.space("/115open")
    assert failure(error) == (code, kind)
    assert error.value.permanent is (kind is not Kind.TRANSIENT)


def test_no_secret_gets_into_an_error() -> None:
    error = from_status(2, "bad Bearer abc.def and token=xyz&sign=q1 password: p\n", "GetToken")
    assert str(error) == "GetToken: CloudDrive2 refused. (bad Bearer *** and token=***&sign=*** password: *** )"


def test_F49_what_changes_nothing_is_repeated_and_what_might_is_not(drive: CloudDrive, control: Control) -> None:
    drive.find("/")
    control.fault("unavailable", times=2, match={"op": "GetSpaceInfo"})
    assert drive.space("/115open").totalSpace == 20 << 40
    control.fault("unavailable", times=1, match={"op": "DeleteFiles"})
    with pytest.raises(CloudDriveError):
        drive.delete(["/CloudNAS/none"])
    assert control.counter("calls.DeleteFiles") == 1


def test_F50_a_server_that_hangs_runs_into_the_deadline(make: Make, control: Control) -> None:
    drive = make(metadata_seconds=0.3, attempts=1)
    drive.find("/")
    control.fault("hang")
    began = time.monotonic()
    with pytest.raises(CloudDriveError) as error:
        drive.find("/115open")
    assert failure(error) == ("clouddrive_timeout", Kind.TRANSIENT)
    assert time.monotonic() - began < 3


def test_F57_a_connection_that_is_cut_or_told_to_go_away_is_made_anew(drive: CloudDrive, control: Control) -> None:
    drive.find("/")
    for order in ({"do": "cut"}, {"do": "goaway"}):
        control("POST", "connections", order)
        assert drive.space("/115open").totalSpace == 20 << 40


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        endpoint = Endpoint("127.0.0.1", reserved.getsockname()[1])
        tuning = Tuning(attempts=2, base=0.01, metadata_seconds=3)
        with connect(endpoint, token="x", tuning=tuning) as drive, pytest.raises(CloudDriveError) as error:
            drive.test()
    assert failure(error) == ("clouddrive_unavailable", Kind.TRANSIENT)


def test_the_checked_address_is_used_instead_of_the_name(cd2_program: Program, control: Control) -> None:
    endpoint = Endpoint("nas.invalid", cd2_program.port, address="127.0.0.1")
    assert (endpoint.origin, endpoint.target) == (
        f"http://nas.invalid:{cd2_program.port}",
        f"127.0.0.1:{cd2_program.port}",
    )
    assert Endpoint("::1").origin == "http://[::1]:19798"
    with connect(endpoint, user="demo", password="demo") as drive:
        assert drive.test().ready


def test_a_proxy_of_the_environment_is_not_used(
    endpoint: Endpoint, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with connect(endpoint, user="demo", password="demo") as drive:
        assert drive.test().ready


# -- versions


def test_an_old_server_lacks_methods_and_says_so(drive: CloudDrive, control: Control) -> None:
    control.settings(version="0.8.5")
    assert drive.runtime_info().productVersion == "0.8.5"
    found = drive.test()
    assert (found.version, found.missing) == ("0.8.5", ())
    with pytest.raises(CloudDriveError) as error:
        drive.download_link("/115open/测试/1KiB.bin")
    assert failure(error) == ("clouddrive_unimplemented", Kind.UNIMPLEMENTED)


def test_clouds_and_their_limits(drive: CloudDrive) -> None:
    clouds = {each.nickName: each for each in drive.clouds()}
    assert clouds["归档"].readOnly
    assert drive.cloud_config(clouds["PikPak"].name, clouds["PikPak"].userName).maxQueriesPerSecond == 5
    with pytest.raises(CloudDriveError):
        drive.cloud_config("none", "none")


def test_webdav_can_be_switched_on(drive: CloudDrive) -> None:
    assert not drive.dav_config().davServerEnabled
    drive.change_dav(pb.ModifyDavServerConfigRequest(enableDavServer=True))
    assert drive.dav_config().davServerEnabled
