"""What can go wrong with calls and connections."""

from __future__ import annotations

import socket
import time
from typing import Any

import grpc
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Listening, Plain, Program, status
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("name", "params", "number", "details"),
    [
        ("auth_expired", {}, 16, "token expired"),
        ("permission", {}, 7, "permission denied"),
        ("plan", {}, 7, "invalid user plan"),
        ("unimplemented", {}, 12, ""),
        ("unavailable", {}, 14, "server is restarting"),
        ("status", {"code": 10, "details": "conflict"}, 10, "conflict"),
    ],
)
def test_one_call_is_refused(plain: Plain, control: Control, name: str, params: Any, number: int, details: str) -> None:
    control.fault(name, times=1, match={"op": "GetSubFiles", "path": "/115open"}, **params)
    assert plain.names("/CloudNAS")
    with pytest.raises(grpc.RpcError) as error:
        plain.names("/115open")
    assert status(error) == (number, details)
    assert plain.names("/115open")


def test_no_answer_at_all(plain: Plain, control: Control) -> None:
    control.fault("hang", times=1)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("GetRuntimeInfo", timeout=0.3)
    assert status(error)[0] == 4
    control.fault("drop", times=1)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("GetRuntimeInfo")
    assert status(error)[0] == 14


def test_an_answer_can_be_lost_after_the_work(plain: Plain, control: Control) -> None:
    control.fault("answer_lost", times=1)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("CreateFolder", pb.CreateFolderRequest(parentPath="/CloudNAS", folderName="lost"))
    assert status(error)[0] == 14
    assert control("GET", "files", path="/CloudNAS/lost")["exists"]


def test_14_for_some_seconds(plain: Plain, control: Control) -> None:
    control.fault("unavailable", seconds=0.3)
    began = time.monotonic()

    def answers() -> bool:
        try:
            return bool(plain.call("GetRuntimeInfo"))
        except grpc.RpcError:
            return False

    until(answers)
    assert time.monotonic() - began > 0.25


def test_connections_are_cut_slow_and_told_to_go_away(plain: Plain, control: Control, cd2_program: Program) -> None:
    heard = Listening(plain.stream("PushMessage", timeout=None))
    until(lambda: control("POST", "connections", {"do": "goaway"})["connections"])
    assert plain.call("GetRuntimeInfo").productVersion
    assert heard.error is None
    control("POST", "connections", {"do": "cut"})
    heard.thread.join(5)
    assert heard.error
    control.fault("cut", times=1, match={"kind": "h2"}, after=3_000)
    fresh = Plain(cd2_program.port, plain.token)
    with pytest.raises(grpc.RpcError):
        for _ in range(100):
            fresh.call("GetRuntimeInfo")
    fresh.channel.close()
    control.fault("slow", times=1, match={"kind": "h2"}, bytes_per_s=50_000)
    slow = Plain(cd2_program.port, plain.token)
    began = time.monotonic()
    slow.write("/CloudNAS", "slow.bin", bytes(20_000))
    assert time.monotonic() - began > 0.3
    slow.channel.close()


def test_a_new_connection_may_be_told_to_go_away_midway(plain: Plain, control: Control, cd2_program: Program) -> None:
    control.fault("goaway", times=1, after=5_000)
    client = Plain(cd2_program.port, plain.token)
    for _ in range(50):
        client.call("GetRuntimeInfo")
    client.write("/CloudNAS", "g.bin", bytes(1000))
    client.channel.close()


def test_a_connection_that_says_nothing_or_nonsense_harms_nobody(plain: Plain, cd2_program: Program) -> None:
    with (
        socket.create_connection(("127.0.0.1", cd2_program.port)) as silent,
        socket.create_connection(("127.0.0.1", cd2_program.port)) as half,
        socket.create_connection(("127.0.0.1", cd2_program.port)) as wrong,
    ):
        half.sendall(b"PRI * HT")
        wrong.sendall(b"\0\1\2\3 nonsense\r\n\r\n")
        assert wrong.recv(100).startswith(b"HTTP/1.1 400")
        assert plain.call("GetRuntimeInfo").productVersion
        silent.close()


def test_an_unknown_fault_or_setting_is_explained(control: Control) -> None:
    for path, body in (("faults", {"name": "nonsense"}), ("settings", {"nonsense": 1})):
        with pytest.raises(AssertionError, match="unknown"):
            control("POST", path, body)
