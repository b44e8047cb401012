"""The server itself: versions, clouds, API tokens, WebDAV settings (wire/clouddrive2.md §1.1, §2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .auth import ALL, UPLOAD, missing_permissions
from .caller import Caller
from .errors import CloudDriveError, Kind


@dataclass(frozen=True, slots=True)
class Tested:
    """What a connection test found. `version` is '' where the token may not know it.

    `missing` are the wanted permissions (without `allow_`) that the token lacks, `root` its own root folder.
    """

    ready: bool
    version: str
    missing: tuple[str, ...]
    root: str
    expires_in: int | None


class SystemCalls:
    caller: Caller

    def system_info(self) -> pb.CloudDriveSystemInfo:
        """Whether the server is there and signed in to its vendor; needs no token."""
        return self.caller.public("GetSystemInfo", Empty(), pb.CloudDriveSystemInfo)

    def runtime_info(self) -> pb.RuntimeInfo:
        """Product and version."""
        return self.caller.call("GetRuntimeInfo", Empty(), pb.RuntimeInfo, again=True)

    def token_info(self) -> pb.TokenInfo:
        """What the token in use may do."""
        return self.caller.public("GetApiTokenInfo", pb.StringValue(value=self.caller.tokens.current()), pb.TokenInfo)

    def test(self, wanted: Iterable[str] = UPLOAD) -> Tested:
        """Tries the connection and the token; raises what is wrong beyond missing permissions."""
        ready = self.system_info().SystemReady
        self.find_root()
        missing, root, expires = self._introspected(wanted)
        return Tested(ready, self._version(), tuple(missing), root, expires)

    def find_root(self) -> None:
        """Proves the token by a harmless call; a token that lacks even `list` is still a token."""
        try:
            request = pb.FindFileByPathRequest(parentPath="", path="/")
            self.caller.call("FindFileByPath", request, pb.CloudDriveFile, again=True)
        except CloudDriveError as error:
            if error.kind not in (Kind.PERMISSION, Kind.NOT_FOUND):
                raise

    def _introspected(self, wanted: Iterable[str]) -> tuple[list[str], str, int | None]:
        """An account's own token may not be introspected; it lacks nothing."""
        try:
            info = self.token_info()
        except CloudDriveError as error:
            if error.kind is Kind.TRANSIENT:
                raise
            return [], "/", None
        expires = info.expires_in if info.HasField("expires_in") else None
        return missing_permissions(info, wanted), info.rootDir or "/", expires

    def _version(self) -> str:
        try:
            return self.runtime_info().productVersion
        except CloudDriveError as error:
            if error.kind is Kind.TRANSIENT:
                raise
            return ""

    def clouds(self) -> list[pb.CloudAPI]:
        """The cloud drives that are connected to the server."""
        return list(self.caller.call("GetAllCloudApis", Empty(), pb.CloudAPIList, again=True).apis)

    def cloud_config(self, name: str, account: str) -> pb.CloudAPIConfig:
        """How fast a cloud may be asked (`maxQueriesPerSecond`)."""
        request = pb.GetCloudAPIConfigRequest(cloudName=name, userName=account)
        return self.caller.call("GetCloudAPIConfig", request, pb.CloudAPIConfig, again=True)

    def settings(self) -> pb.SystemSettings:
        """The server's settings, `uploadDelaySecs` among them."""
        return self.caller.call("GetSystemSettings", Empty(), pb.SystemSettings, again=True)

    # API tokens

    def create_token(
        self, name: str, permissions: Iterable[str], *, root: str = "/", seconds: int | None = None
    ) -> pb.TokenInfo:
        """A new API token; needs an account's token. Permissions without `allow_`."""
        wanted = set(permissions)
        if unknown := wanted - set(ALL):
            raise CloudDriveError(f"No such permission: {', '.join(sorted(unknown))}.", code="clouddrive_invalid")
        flags = pb.TokenPermissions(**{f"allow_{each}": True for each in wanted})
        request = pb.CreateTokenRequest(rootDir=root, permissions=flags, friendly_name=name)
        if seconds:
            request.expires_in = seconds
        return self.caller.call("CreateToken", request, pb.TokenInfo)

    def list_tokens(self) -> list[pb.TokenInfo]:
        return list(self.caller.call("ListTokens", Empty(), pb.ListTokensResult, again=True).tokens)

    def remove_token(self, token: str) -> None:
        self.caller.call("RemoveToken", pb.StringValue(value=token), Empty)

    # WebDAV

    def dav_config(self) -> pb.DavServerConfig:
        """Whether WebDAV is on, and for whom."""
        return self.caller.call("GetDavServerConfig", Empty(), pb.DavServerConfig, again=True)

    def change_dav(self, change: pb.ModifyDavServerConfigRequest) -> None:
        self.caller.call("SetDavServerConfig", change, Empty)
