"""One call of a method: who calls, what may go wrong first, and how its paths are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from emulators.clouddrive2.access import Grant
from emulators.clouddrive2.clouds import cloud_of
from emulators.clouddrive2.errors import forbidden, not_found
from emulators.clouddrive2.tree import Node, clean
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

SERVICE = pb.DESCRIPTOR.services_by_name["CloudDriveFileSrv"]
Run = TypeVar("Run", bound=Callable[..., Any])


@dataclass(frozen=True)
class Method:
    """A method that the stand-in has. ``permission`` is the flag an API token needs, '' for admin tokens only."""

    name: str
    permission: str
    public: bool
    run: Callable[..., Any]

    @property
    def request(self) -> type[Message]:
        """Return the class of its requests."""
        return GetMessageClass(SERVICE.methods_by_name[self.name].input_type)

    @property
    def client_stream(self) -> bool:
        """Tell whether requests are streamed."""
        return SERVICE.methods_by_name[self.name].client_streaming

    @property
    def server_stream(self) -> bool:
        """Tell whether replies are streamed."""
        return SERVICE.methods_by_name[self.name].server_streaming


METHODS: dict[str, Method] = {}


def rpc(permission: str = "", *, public: bool = False) -> Callable[[Run], Run]:
    """Register a function ``run(call, request)`` as the method that its name spells (``get_token`` GetToken).

    ``permission`` ``any`` is satisfied by every token.
    """

    def register(run: Run) -> Run:
        wanted = run.__name__.replace("_", "")
        name = next(each.name for each in SERVICE.methods if each.name.lower() == wanted)
        METHODS[name] = Method(name, permission, public, run)
        return run

    return register


@dataclass
class Call:
    """A running call. ``facts`` are what faults may match and what the log tells."""

    world: World
    method: Method
    transport: str
    grant: Grant | None
    facts: dict[str, Any] = field(default_factory=dict)
    cut: Callable[[], None] = lambda: None

    @property
    def root(self) -> str:
        """Return the folder that the token has as its root, '' for the whole tree."""
        return clean(self.grant.root).rstrip("/") if self.grant else ""

    @property
    def user(self) -> str:
        """Return who calls, '' for nobody."""
        return self.grant.user if self.grant else ""

    def real(self, path: str) -> str:
        """Return the path in the tree for one that the caller named: tokens append below their root (§1.1)."""
        return clean(f"{self.root}/{path}")

    def shown(self, path: str) -> str:
        """Return a path of the tree as the caller sees it."""
        return clean(path.removeprefix(self.root)) if self.root else path

    def node(self, path: str) -> Node:
        """Return what is at a caller's path; raises NOT_FOUND."""
        node = self.world.find(self.real(path))
        if not node:
            raise not_found(path)
        return node

    def folder(self, path: str) -> Node:
        """Return the folder at a caller's path; raises NOT_FOUND."""
        node = self.node(path)
        if not node.isdir:
            raise not_found(f"{path} is not a folder")
        return node

    def writable(self, path: str) -> str:
        """Return the path in the tree for something that is to change; raises PERMISSION_DENIED."""
        real = self.real(path)
        cloud = cloud_of(real)
        if not cloud:
            raise forbidden(f"{path}: not inside a cloud drive")
        if cloud.read_only:
            raise forbidden(f"{cloud.name} is read only")
        return real


def path_of(world: World, request: Message) -> str:
    """Return the path a request is about, as far as it names one or a live upload of one."""
    fields = request.DESCRIPTOR.fields_by_name
    if "upload_id" in fields:
        session = world.remote.peek(request.upload_id)  # type: ignore[attr-defined]
        return session.path if session else ""
    if "fileHandle" in fields:
        handle = world.handles.get(request.fileHandle)  # type: ignore[attr-defined]
        return handle.path if handle else ""
    for name in ("file_path", "path", "theFilePath", "sourcePath", "parentPath", "toFolder"):
        if name in fields and isinstance(value := getattr(request, name), str):
            tail = getattr(request, "fileName", "") or getattr(request, "folderName", "")
            return f"{value}/{tail}" if tail else value
    first = next(iter(getattr(request, "theFilePaths", [])), "")
    return str(first)


async def finished(result: Any) -> Any:
    """Return the result of a method that may be a coroutine."""
    return await result if inspect.isawaitable(result) else result
