"""What the server tells about itself, and how one signs in (§1.1)."""

from __future__ import annotations

import time

from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp

from emulators.clouddrive2.access import TWO_FACTOR, USERS
from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.clouds import CLOUDS, Cloud
from emulators.clouddrive2.errors import not_found
from protos import clouddrive_pb2 as pb

_SETTINGS = pb.SystemSettings(
    dirCacheTimeToLiveSecs=60, maxPreProcessTasks=2, maxProcessTasks=2, tempFileLocation="/tmp", deviceName="stand-in"
)


def api_of(cloud: Cloud, path: str = "") -> pb.CloudAPI:
    """Return a drive as the protocol tells it."""
    return pb.CloudAPI(
        name=cloud.name,
        userName=cloud.account,
        nickName=cloud.folder,
        supportMultiThreadUploading=True,
        supportQpsLimit=True,
        supportHttpDownload=True,
        path=path or f"/{cloud.folder}",
        readOnly=cloud.read_only,
    )


@rpc(public=True)
def get_system_info(call: Call, _: Empty) -> pb.CloudDriveSystemInfo:
    """Tell that the server is there; long names are masked unless a token may see them."""
    name = next(iter(USERS))
    info = pb.CloudDriveSystemInfo(IsLogin=True, UserName=_masked(name), SystemReady=True)
    if call.grant and call.grant.may("get_memberships"):
        info.fullUserName = name
    return info


def _masked(name: str) -> str:
    return name if len(name) <= 8 else f"{name[:4]}***.{name.rpartition('.')[2]}"


@rpc("view_runtime_info")
def get_runtime_info(call: Call, _: Empty) -> pb.RuntimeInfo:
    """Tell the versions."""
    version = call.world.settings.version
    return pb.RuntimeInfo(
        productName="CloudDrive2 stand-in", productVersion=version, CloudAPIVersion=version, osInfo="linux"
    )


@rpc("view_runtime_info")
def get_running_info(call: Call, _: Empty) -> pb.RunInfo:
    """Tell how the server is doing."""
    uptime, files = time.time() - call.world.started, len(call.world.handles)
    return pb.RunInfo(cpuUsage=1.5, memUsageKB=100_000, uptime=uptime, fhTableCount=files, totalMemoryKB=8 << 20)


@rpc("any")
def get_machine_id(call: Call, _: Empty) -> pb.StringResult:
    """Tell the id of the machine."""
    return pb.StringResult(result=f"stand-in-{call.world.options.seed}")


@rpc("any")
def get_service_capabilities(_call: Call, _: Empty) -> pb.ServiceCapabilities:
    """Tell that the program neither restarts nor updates itself."""
    return pb.ServiceCapabilities()


@rpc("get_system_settings")
def get_system_settings(call: Call, _: Empty) -> pb.SystemSettings:
    """Tell the settings; the delay of uploads is ours in whole seconds."""
    settings = pb.SystemSettings()
    settings.CopyFrom(_SETTINGS)
    settings.uploadDelaySecs = int(call.world.settings.upload_delay_s)
    settings.uploadIgnoredExtensions.values.extend(call.world.settings.ignored_extensions.split(","))
    return settings


@rpc("modify_system_settings")
def set_system_settings(call: Call, wanted: pb.SystemSettings) -> Empty:
    """Change the settings that matter here."""
    if wanted.HasField("uploadDelaySecs"):
        call.world.settings.upload_delay_s = wanted.uploadDelaySecs
    if wanted.HasField("uploadIgnoredExtensions"):
        call.world.settings.ignored_extensions = ",".join(wanted.uploadIgnoredExtensions.values)
    return Empty()


@rpc(public=True)
def get_token(call: Call, request: pb.GetTokenRequest) -> pb.JWTToken:
    """Issue a token of this server for a user and password."""
    return _sign_in(call, request.userName, request.password, request.totpCode)


@rpc(public=True)
def login_with_2fa(call: Call, request: pb.LoginWith2FARequest) -> pb.JWTToken:
    """Issue a token for a user with a second factor."""
    return _sign_in(call, request.userName, request.password, request.totp_code)


def _sign_in(call: Call, user: str, password: str, code: str) -> pb.JWTToken:
    if not password or USERS.get(user) != password:
        return pb.JWTToken(success=False, errorMessage="user name or password is incorrect")
    if TWO_FACTOR.get(user, code) != code:
        return pb.JWTToken(success=False, errorMessage="two-factor code required")
    grant = call.world.grants.sign_in(user, call.world.settings.token_s)
    return pb.JWTToken(success=True, token=grant.token, expiration=Timestamp(seconds=int(grant.expires)))


@rpc(public=True)
def login(_call: Call, request: pb.UserLoginRequest) -> pb.FileOperationResult:
    """Sign the server itself in to its vendor; it always is."""
    known = USERS.get(request.userName) == request.password
    return pb.FileOperationResult(success=known, errorMessage="" if known else "login failed")


@rpc("any")
def logout(call: Call, _: pb.UserLogoutRequest) -> pb.FileOperationResult:
    """End the caller's token."""
    if call.grant:
        call.world.grants.remove(call.grant.token)
    return pb.FileOperationResult(success=True)


@rpc("get_account_info")
def get_account_status(call: Call, _: Empty) -> pb.AccountStatusResult:
    """Tell who the account is and what it has paid for."""
    plan = pb.AccountPlan(planName="stand-in", description="everything", durationDescription="for ever")
    return pb.AccountStatusResult(userName=call.user, emailConfirmed="true", accountPlan=plan)


@rpc("get_cloud_apis")
def get_all_cloud_apis(_call: Call, _: Empty) -> pb.CloudAPIList:
    """Tell the drives."""
    return pb.CloudAPIList(apis=[api_of(cloud) for cloud in CLOUDS])


@rpc("get_cloud_apis")
def get_cloud_api_config(_call: Call, request: pb.GetCloudAPIConfigRequest) -> pb.CloudAPIConfig:
    """Tell how fast a drive may be asked."""
    wanted = (request.cloudName, request.userName)
    if wanted not in {(each.name, each.account) for each in CLOUDS}:
        raise not_found(request.cloudName)
    return pb.CloudAPIConfig(maxDownloadThreads=2, maxQueriesPerSecond=5, maxUploadThreads=2)
