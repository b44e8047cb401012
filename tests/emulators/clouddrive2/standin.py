"""A running stand-in for CloudDrive2 and an independent way to talk to it: plain `grpc` and `requests`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import requests
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from protos import clouddrive_pb2 as pb

ROOT = Path(__file__).resolve().parents[3]
LINE = re.compile(r"clouddrive2 (http://127\.0\.0\.1:(\d+))")
SERVICE = pb.DESCRIPTOR.services_by_name["CloudDriveFileSrv"]
NOTHING = Empty()

Json = dict[str, Any]


class Program:
    """The program itself: started as a user would, ended by a signal."""

    def __init__(self, *options: str, port: int = 0) -> None:
        command = [sys.executable, "-m", "emulators.clouddrive2.cli", "--port", str(port), *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.line = self.process.stdout.readline().strip()
        found = LINE.fullmatch(self.line)
        assert found, self.line or (self.process.stderr and self.process.stderr.read())
        self.url, self.port = found[1], int(found[2])

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it and return its status and what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=15)
        return self.process.returncode, errors


class Control:
    """The control API of a running stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, verb: str, path: str, body: Json | None = None, /, **query: Any) -> Any:
        answer = requests.request(verb, f"{self.url}/control/{path}", json=body, params=query, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(
        self, name: str, times: int | None = None, match: Json | None = None, skip: int = 0, **params: Any
    ) -> None:
        order: Json = {"name": name, "params": params, "match": match or {}, "skip": skip}
        self("POST", "faults", order | ({} if times is None else {"times": times}))

    def settings(self, **values: Any) -> None:
        self("POST", "settings", values)

    def counter(self, name: str) -> int:
        return int(self("GET", "counters").get(name, 0))

    def token(self, **order: Any) -> str:
        return str(self("POST", "token", order)["token"])

    def file(self, path: str) -> Json:
        told: Json = self("GET", "files", path=path, hash=1)
        return told

    def states(self, path: str) -> list[str]:
        """The states of the uploads of a path, oldest first."""
        return [each["status"] for each in self("GET", "uploads")["uploads"] if each["path"] == path]


class Plain:
    """Calls by name over plain gRPC, as one token."""

    def __init__(self, port: int, token: str = "") -> None:
        options = [
            ("grpc.enable_http_proxy", 0),
            ("grpc.max_receive_message_length", -1),
            ("grpc.use_local_subchannel_pool", 1),
        ]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options)
        self.token = token

    def sign_in(self, user: str = "demo", password: str = "demo", code: str | None = None) -> pb.JWTToken:
        answer: pb.JWTToken = self.call("GetToken", pb.GetTokenRequest(userName=user, password=password, totpCode=code))
        self.token = answer.token
        return answer

    def call(self, name: str, request: Message = NOTHING, timeout: float = 30) -> Any:
        return self._callable(name, "unary_unary")(request, timeout, self._metadata())

    def stream(self, name: str, request: Message = NOTHING, timeout: float | None = 30) -> Any:
        return self._callable(name, "unary_stream")(request, timeout, self._metadata())

    def send(self, name: str, requests_: Iterator[Message], timeout: float = 30) -> Any:
        return self._callable(name, "stream_unary")(requests_, timeout, self._metadata())

    def names(self, path: str, **more: Any) -> list[str]:
        replies = self.stream("GetSubFiles", pb.ListSubFileRequest(path=path, **more))
        return [file.name for reply in replies for file in reply.subFiles]

    def find(self, path: str, parent: str = "") -> pb.CloudDriveFile:
        found: pb.CloudDriveFile = self.call("FindFileByPath", pb.FindFileByPathRequest(parentPath=parent, path=path))
        return found

    def write(self, folder: str, name: str, data: bytes) -> None:
        handle = self.call("CreateFile", pb.CreateFileRequest(parentPath=folder, fileName=name)).fileHandle
        message = pb.WriteFileRequest(fileHandle=handle, length=len(data), buffer=data, closeFile=True)
        assert self.call("WriteToFile", message).bytesWritten == len(data)

    def _callable(self, name: str, kind: str) -> Any:
        reply = GetMessageClass(SERVICE.methods_by_name[name].output_type)
        make = getattr(self.channel, kind)
        return make(
            f"/{SERVICE.full_name}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=reply.FromString,
        )

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),) if self.token else ()


class Listening:
    """A stream that is read in a thread of its own; `messages` grows."""

    def __init__(self, replies: Any) -> None:
        self.messages: list[Any] = []
        self.error: grpc.RpcError | None = None
        self._replies = replies
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            self.messages.extend(iter(self._replies.__next__, None))
        except StopIteration:
            return
        except grpc.RpcError as error:
            self.error = error

    def close(self) -> None:
        self._replies.cancel()
        self.thread.join(5)


def status(error: Any) -> tuple[int, str]:
    """The number and details of a failed call."""
    return error.value.code().value[0], error.value.details()
