"""Links that a cloud fetches by itself (wire/clouddrive2.md §3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .paths import clean

Clear = Literal["all", "finished", "error", "downloading"]
_Filter = pb.ClearOfflineFileRequest.Filter
_FILTERS = {
    "all": _Filter.All,
    "finished": _Filter.Finished,
    "error": _Filter.Error,
    "downloading": _Filter.Downloading,
}


class OfflineCalls:
    """`cloud` and `account` are `Entry.cloud` and `Entry.account` of a file there."""

    caller: Caller

    def add_offline(self, urls: Iterable[str], folder: str) -> None:
        """Gives links to a folder whose `Entry.message.canOfflineDownload` is set; there is no task id to return."""
        request = pb.AddOfflineFileRequest(urls="\n".join(urls), toFolder=clean(folder))
        self.caller.operate("AddOfflineFiles", request)

    def offline_in(self, folder: str) -> list[pb.OfflineFile]:
        """The links that were given to one folder."""
        request = pb.FileRequest(path=clean(folder))
        return list(
            self.caller.call("ListOfflineFilesByPath", request, pb.OfflineFileListResult, again=True).offlineFiles
        )

    def offline(self, cloud: str, account: str, path: str = "") -> Iterator[pb.OfflineFile]:
        """All links of a cloud, page by page."""
        request = pb.OfflineFileListAllRequest(cloudName=cloud, cloudAccountId=account, page=1)
        if path:
            request.path = clean(path)
        while True:
            page = self.caller.call("ListAllOfflineFiles", request, pb.OfflineFileListAllResult, again=True)
            yield from page.offlineFiles
            if not page.offlineFiles or request.page >= page.pageCount:
                return
            request.page += 1

    def remove_offline(self, cloud: str, account: str, hashes: Iterable[str], *, files: bool = False) -> None:
        """Takes links off the list by `infoHash`, with their files if wanted."""
        request = pb.RemoveOfflineFilesRequest(
            cloudName=cloud, cloudAccountId=account, infoHashes=hashes, deleteFiles=files
        )
        self.caller.operate("RemoveOfflineFiles", request)

    def clear_offline(self, cloud: str, account: str, which: Clear = "finished", *, files: bool = False) -> None:
        request = pb.ClearOfflineFileRequest(
            cloudName=cloud, cloudAccountId=account, filter=_FILTERS[which], deleteFiles=files
        )
        self.caller.call("ClearOfflineFiles", request, Empty)

    def restart_offline(self, cloud: str, account: str, task: pb.OfflineFile) -> None:
        request = pb.RestartOfflineFileRequest(
            cloudName=cloud, cloudAccountId=account, infoHash=task.infoHash, url=task.url, parentId=task.parentId
        )
        self.caller.call("RestartOfflineTask", request, Empty)

    def offline_quota(self, cloud: str, account: str) -> pb.OfflineQuotaInfo:
        request = pb.OfflineQuotaRequest(cloudName=cloud, cloudAccountId=account)
        return self.caller.call("GetOfflineQuotaInfo", request, pb.OfflineQuotaInfo, again=True)
