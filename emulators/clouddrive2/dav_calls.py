"""Who may use WebDAV, and the methods that change it (§5.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.access import USERS
from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.errors import invalid, not_found
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World


@dataclass
class DavUser:
    """Somebody who may use WebDAV; ``root`` is what they see as /dav."""

    name: str
    password: str
    root: str = "/"
    read_only: bool = False
    enabled: bool = True
    guest: bool = False


@dataclass
class DavConfig:
    """The switches of the WebDAV server."""

    enabled: bool = False
    account: bool = True
    account_root: str = "/"
    account_read_only: bool = False
    anonymous: bool = False
    anonymous_root: str = "/"
    anonymous_read_only: bool = True
    access_log: bool = False
    users: list[DavUser] = field(default_factory=list)


def config(world: World) -> DavConfig:
    """Return the configuration in force."""
    kept: dict[str, Any] | None = world.tree.kept("dav", None)
    if not kept:
        return DavConfig(enabled=world.settings.dav_enabled)
    return DavConfig(**{**kept, "users": [DavUser(**each) for each in kept["users"]]})


def _keep(call: Call, changed: DavConfig) -> Empty:
    call.world.tree.keep("dav", asdict(changed))
    return Empty()


def user_for(world: World, name: str, password: str) -> DavUser | None:
    """Return whom a name and password let in; '' is nobody in particular."""
    now = config(world)
    if not name:
        return DavUser("", "", now.anonymous_root, now.anonymous_read_only) if now.anonymous else None
    for each in now.users:
        if each.enabled and (each.name, each.password) == (name, password):
            return each
    if now.account and USERS.get(name) == password:
        return DavUser(name, "", now.account_root, now.account_read_only)
    return None


def _message(user: DavUser) -> pb.DavUser:
    return pb.DavUser(
        userName=user.name,
        password=user.password,
        rootPath=user.root,
        readOnly=user.read_only,
        enabled=user.enabled,
        guest=user.guest,
    )


@rpc("get_dav_config")
def get_dav_server_config(call: Call, _: Empty) -> pb.DavServerConfig:
    """Tell the configuration."""
    now = config(call.world)
    return pb.DavServerConfig(
        davServerEnabled=now.enabled,
        davServerPath="/dav",
        enableClouddriveAccount=now.account,
        clouddriveAccountRootPath=now.account_root,
        clouddriveAccountReadOnly=now.account_read_only,
        enableAnonymousAccess=now.anonymous,
        anonymousRootPath=now.anonymous_root,
        anonymousReadOnly=now.anonymous_read_only,
        users=[_message(each) for each in now.users],
        enableAccessLog=now.access_log,
        httpPort=call.world.port,
    )


_NAMES = {
    "enableDavServer": "enabled",
    "enableClouddriveAccount": "account",
    "clouddriveAccountRootPath": "account_root",
    "clouddriveAccountReadOnly": "account_read_only",
    "enableAnonymousAccess": "anonymous",
    "anonymousRootPath": "anonymous_root",
    "anonymousReadOnly": "anonymous_read_only",
    "enableAccessLog": "access_log",
}


@rpc("modify_dav_config")
def set_dav_server_config(call: Call, request: pb.ModifyDavServerConfigRequest) -> Empty:
    """Change what the request names."""
    now = config(call.world)
    for theirs, ours in _NAMES.items():
        if request.HasField(theirs):
            setattr(now, ours, getattr(request, theirs))
    return _keep(call, now)


@rpc("modify_dav_config")
def add_dav_user(call: Call, request: pb.AddDavUserRequest) -> Empty:
    """Add a user."""
    now = config(call.world)
    if not request.userName or any(each.name == request.userName for each in now.users):
        raise invalid("user name is taken or empty")
    enabled = request.enabled if request.HasField("enabled") else True
    user = DavUser(request.userName, request.password, request.rootPath or "/", request.readOnly, enabled)
    now.users.append(user)
    return _keep(call, now)


def _known(now: DavConfig, name: str) -> DavUser:
    user = next((each for each in now.users if each.name == name), None)
    if not user:
        raise not_found(f"WebDAV user {name}")
    return user


@rpc("modify_dav_config")
def remove_dav_user(call: Call, request: pb.StringValue) -> Empty:
    """Remove a user."""
    now = config(call.world)
    now.users.remove(_known(now, request.value))
    return _keep(call, now)


@rpc("modify_dav_config")
def modify_dav_user(call: Call, request: pb.ModifyDavUserRequest) -> Empty:
    """Change a user in what the request names."""
    now = config(call.world)
    user = _known(now, request.userName)
    names = {"password": "password", "rootPath": "root", "readOnly": "read_only", "enabled": "enabled"}
    for theirs, ours in names.items():
        if request.HasField(theirs):
            setattr(user, ours, getattr(request, theirs))
    return _keep(call, now)


@rpc("get_dav_config")
def get_dav_user(call: Call, request: pb.StringValue) -> pb.DavUser:
    """Tell one user."""
    return _message(_known(config(call.world), request.value))


@rpc("any")
def get_web_server_config(call: Call, _: Empty) -> pb.WebServerConfig:
    """Tell the ports."""
    return pb.WebServerConfig(http_port=call.world.port, enable_https=False)
