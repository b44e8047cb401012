"""The program: its one line, its port, its end, what survives a restart, and how much memory it takes."""

from __future__ import annotations

import hashlib
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import ROOT, Control, Listening, Plain, Program
from tests.support.waiting import until


@contextmanager
def running(*options: str) -> Iterator[tuple[Program, Control, Plain]]:
    program = Program("--entries", "300", *options)
    client = Plain(program.port)
    try:
        client.sign_in()
        yield program, Control(program.url), client
    finally:
        client.channel.close()
        program.stop(signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_with_open_streams(number: int) -> None:
    with running() as (program, control, plain):
        request = pb.RemoteUploadChannelRequest(device_id="d")
        heard = Listening(plain.stream("RemoteUploadChannel", request, timeout=None))
        until(lambda: control.counter("channels_opened"))
        assert program.stop(number) == (0, "")
        heard.thread.join(5)


def test_F63_files_tokens_and_unfinished_uploads_survive_a_hard_restart(tmp_path: Path) -> None:
    state, data = tmp_path / "state.sqlite", random.Random(1).randbytes(50_000)
    with running("--state", str(state), "--set", "upload_bytes_per_s=1") as (_, control, plain):
        token = plain.token
        plain.call("CreateFolder", pb.CreateFolderRequest(parentPath="/CloudNAS", folderName="新"))
        plain.write("/CloudNAS/新", "a.bin", data)
        until(lambda: control.states("/CloudNAS/新/a.bin") == ["Transfer"])
        seeded = control.file("/115open/测试/16MiB.bin")
    with running("--state", str(state)) as (_, control, plain):
        plain.token = token
        assert plain.names("/CloudNAS/新") == ["a.bin"]
        until(lambda: control.states("/CloudNAS/新/a.bin") == ["Finish"])
        assert control.file("/CloudNAS/新/a.bin")["sha256"] == hashlib.sha256(data).hexdigest()
        assert control.file("/115open/测试/16MiB.bin") == seeded
        assert len(list((tmp_path / "state.content").iterdir())) == 1
        control("POST", "reset")
        assert list((tmp_path / "state.content").iterdir()) == []
        assert not control("GET", "files", path="/CloudNAS/新")["exists"]


def test_the_same_seed_gives_the_same_files() -> None:
    with running("--seed", "3") as (_, control, _):
        first = control.file("/115open/测试/1MiB.bin")["sha256"]
    with running("--seed", "3") as (_, control, _):
        assert control.file("/115open/测试/1MiB.bin")["sha256"] == first
    with running("--seed", "4") as (_, control, _):
        assert control.file("/115open/测试/1MiB.bin")["sha256"] != first


def test_a_taken_port_ends_it_unless_it_may_move() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "emulators.clouddrive2.cli", "--port", str(port)]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        assert (refused.returncode, "cannot start" in refused.stderr) == (1, True)
        moved = Program("--move", "--entries", "100", port=port)
        assert moved.port != port
        assert Control(moved.url)("GET", "state")["name"] == "clouddrive2"
        assert moved.stop() == (0, "")


def test_settings_come_from_the_command_line() -> None:
    command = [sys.executable, "-m", "emulators.clouddrive2.cli", "--port", "0", "--set", "nonsense=1"]
    wrong = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (wrong.returncode, "unknown setting: nonsense" in wrong.stderr) == (1, True)
    with running("--set", "read_length=5", "--latency-ms", "2") as (_, control, _):
        control("POST", "reset")
        settings = control("GET", "settings")
        assert (settings["read_length"], settings["latency_ms"]) == (5, 2)


def test_large_files_take_no_memory() -> None:
    with running() as (program, _control, plain):
        process = psutil.Process(program.process.pid)
        piece = random.Random(2).randbytes(1 << 20)
        handle = plain.call("CreateFile", pb.CreateFileRequest(parentPath="/CloudNAS", fileName="big")).fileHandle
        pieces = (
            pb.WriteFileRequest(fileHandle=handle, startPos=at << 20, length=1 << 20, buffer=piece) for at in range(200)
        )
        before = process.memory_info().rss
        assert plain.send("WriteToFileStream", pieces, timeout=120).bytesWritten == 200 << 20
        assert process.memory_info().rss - before < 60 << 20
        plain.call("CloseFile", pb.CloseFileRequest(fileHandle=handle))
