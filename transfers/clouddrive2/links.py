"""Where the bytes of a file can be fetched (wire/clouddrive2.md §3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .errors import CloudDriveError
from .paths import clean


@dataclass(frozen=True, slots=True)
class DownloadLink:
    """An address with the headers it needs. It holds a secret: never log it. `expires_in` in seconds, None is never."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    expires_in: int | None = None
    direct: bool = False


class LinkCalls:
    caller: Caller
    origin: str

    def download_link(self, path: str, *, direct: bool = False, preview: bool = False) -> DownloadLink:
        """The address on the server, or with `direct` the cloud's own where there is one."""
        request = pb.GetDownloadUrlPathRequest(path=clean(path), preview=preview, get_direct_url=direct)
        info = self.caller.call("GetDownloadUrlPath", request, pb.DownloadUrlPathInfo, again=True)
        life = info.expiresIn if info.HasField("expiresIn") else None
        if info.directUrl:
            headers = dict(info.additionalHeaders)
            if info.userAgent:
                headers["User-Agent"] = info.userAgent
            return DownloadLink(self._filled(info.directUrl, preview), headers, life, direct=True)
        if not info.downloadUrlPath.startswith("/"):
            sentence = "CloudDrive2 gave no download address."
            raise CloudDriveError(sentence, code="clouddrive_malformed", method="GetDownloadUrlPath")
        return DownloadLink(self.origin + self._filled(info.downloadUrlPath, preview), {}, life)

    def _filled(self, template: str, preview: bool) -> str:
        scheme, _, host = self.origin.partition("://")
        values = {"{SCHEME}": scheme, "{HOST}": host, "{PREVIEW}": str(preview).lower()}
        for name, value in values.items():
            template = template.replace(name, value)
        return template
