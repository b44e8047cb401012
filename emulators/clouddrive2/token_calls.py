"""The methods of API tokens (§1.1)."""

from __future__ import annotations

import time

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.access import ALL, Grant
from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.errors import not_found
from protos import clouddrive_pb2 as pb


def _info(grant: Grant) -> pb.TokenInfo:
    names = grant.permissions if grant.api else ALL
    info = pb.TokenInfo(
        token=grant.token,
        rootDir=grant.root,
        permissions=pb.TokenPermissions(**{f"allow_{name}": True for name in names}),
        friendly_name=grant.name,
        enableGrpcLog=grant.grpc_log,
        enableStreamFileLog=grant.file_log,
    )
    if grant.expires:
        info.expires_in = max(0, int(grant.expires - time.time()))
    return info


def _flags(permissions: pb.TokenPermissions) -> list[str]:
    return sorted(field.name.removeprefix("allow_") for field, value in permissions.ListFields() if value)


def _known(call: Call, token: str) -> Grant:
    grant = call.world.grants.find(token)
    if not grant or not grant.live:
        raise not_found("token")
    return grant


@rpc(public=True)
def get_api_token_info(call: Call, request: pb.StringValue) -> pb.TokenInfo:
    """Tell what a token may do; whoever has it may ask."""
    return _info(_known(call, request.value))


@rpc("token_management")
def create_token(call: Call, request: pb.CreateTokenRequest) -> pb.TokenInfo:
    """Issue an API token."""
    grant = call.world.grants.issue(
        call.user,
        request.rootDir,
        _flags(request.permissions),
        name=request.friendly_name,
        expires=time.time() + request.expires_in if request.expires_in else 0,
        grpc_log=request.enableGrpcLog,
        file_log=request.enableStreamFileLog,
    )
    return _info(grant)


@rpc("token_management")
def modify_token(call: Call, request: pb.ModifyTokenRequest) -> pb.TokenInfo:
    """Change an API token in what the request names."""
    grant = _known(call, request.token)
    if request.HasField("rootDir"):
        grant.root = request.rootDir
    if request.HasField("permissions"):
        grant.permissions = _flags(request.permissions)
    if request.HasField("friendly_name"):
        grant.name = request.friendly_name
    if request.HasField("expires_in"):
        grant.expires = time.time() + request.expires_in if request.expires_in else 0
    call.world.grants.save()
    return _info(grant)


@rpc("token_management")
def remove_token(call: Call, request: pb.StringValue) -> Empty:
    """Forget an API token."""
    call.world.grants.remove(_known(call, request.value).token)
    return Empty()


@rpc("token_management")
def list_tokens(call: Call, _: Empty) -> pb.ListTokensResult:
    """Tell all API tokens."""
    return pb.ListTokensResult(tokens=[_info(each) for each in call.world.grants.api_tokens])
