"""What the server is busy with: uploads, copies, downloads (wire/clouddrive2.md §3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .errors import refused

PAGE = 100
Status = pb.UploadFileInfo.Status
Operator = pb.UploadFileInfo.OperatorType
GOOD = frozenset({Status.Finish, Status.Skipped})
BAD = frozenset({Status.Cancelled, Status.Ignored, Status.Error, Status.FatalError})
_BY_NAME = {name.lower(): number for name, number in Status.items()}


@dataclass(frozen=True, slots=True)
class UploadTask:
    """A file on its way into its cloud; `sent` bytes have arrived there. `status` is an `UploadFileInfo.Status`."""

    key: str
    path: str
    size: int
    sent: int
    status: int
    error: str
    operator: int

    @property
    def state(self) -> str:
        """The name of the status."""
        return Status.Name(self.status) if self.status in Status.values() else str(self.status)

    @property
    def ended(self) -> bool:
        return self.status in GOOD | BAD


def upload_task(info: pb.UploadFileInfo) -> UploadTask:
    """What the server says of an upload. Old servers fill the text of the status only: then it counts."""
    status: int = info.statusEnum
    if not status and info.status:
        status = _BY_NAME.get(info.status.replace(" ", "").lower(), status)
    return UploadTask(
        info.key, info.destPath, info.size, info.transferedBytes, status, info.errorMessage, info.operatorType
    )


class TaskCalls:
    caller: Caller

    def uploads(self, name: str = "", *, operator: int | None = None) -> Iterator[UploadTask]:
        """The uploads that the server lists, page by page; `name` is a part of the file's name."""
        request = pb.GetUploadFileListRequest(itemsPerPage=PAGE, filter=name)
        if operator is not None:
            request.operatorTypeFilter = operator  # type: ignore[assignment]
        seen = 0
        while True:
            page = self.caller.call("GetUploadFileList", request, pb.GetUploadFileListResult, again=True)
            yield from map(upload_task, page.uploadFiles)
            seen += len(page.uploadFiles)
            if not page.uploadFiles or seen >= (page.totalCountFiltered or page.totalCount):
                return
            request.pageNumber += 1

    def upload_count(self) -> int:
        return self.caller.call("GetUploadFileCount", Empty(), pb.GetUploadFileCountResult, again=True).fileCount

    def cancel_uploads(self, keys: Iterable[str]) -> None:
        self.caller.call("CancelUploadFiles", pb.MultpleUploadFileKeyRequest(keys=keys), Empty, again=True)

    def pause_uploads(self, keys: Iterable[str]) -> None:
        self.caller.call("PauseUploadFiles", pb.MultpleUploadFileKeyRequest(keys=keys), Empty, again=True)

    def resume_uploads(self, keys: Iterable[str]) -> None:
        self.caller.call("ResumeUploadFiles", pb.MultpleUploadFileKeyRequest(keys=keys), Empty, again=True)

    def counts(self) -> pb.GetAllTasksCountResult:
        """How many uploads, downloads and copies there are."""
        return self.caller.call("GetAllTasksCount", Empty(), pb.GetAllTasksCountResult, again=True)

    def downloads(self) -> list[pb.DownloadFileInfo]:
        """What the server is fetching from its clouds."""
        return list(
            self.caller.call("GetDownloadFileList", Empty(), pb.GetDownloadFileListResult, again=True).downloadFiles
        )

    # copies and moves in the background; batch keys are "{sourcePath}:{destPath}" exactly as listed

    def copies(self) -> list[pb.CopyTask]:
        return list(self.caller.call("GetCopyTasks", Empty(), pb.GetCopyTaskResult, again=True).copyTasks)

    def merges(self) -> list[pb.MergeTask]:
        return list(self.caller.call("GetMergeTasks", Empty(), pb.GetMergeTasksResult, again=True).mergeTasks)

    def cancel_copy(self, source: str, folder: str) -> None:
        self.caller.call("CancelCopyTask", pb.CopyTaskRequest(sourcePath=source, destPath=folder), Empty)

    def restart_copy(self, source: str, folder: str) -> None:
        self.caller.call("RestartCopyTask", pb.CopyTaskRequest(sourcePath=source, destPath=folder), Empty)

    def pause_copies(self, keys: Iterable[str], *, pause: bool = True) -> int:
        """Lets tasks rest, or go on; how many there were."""
        request = pb.PauseCopyTasksRequest(taskKeys=keys, pause=pause)
        return self._batch(self.caller.call("PauseCopyTasks", request, pb.BatchOperationResult), "PauseCopyTasks")

    def remove_copies(self, keys: Iterable[str]) -> int:
        """Ends and forgets tasks; how many there were."""
        request = pb.CopyTaskBatchRequest(taskKeys=keys)
        return self._batch(self.caller.call("RemoveCopyTasks", request, pb.BatchOperationResult), "RemoveCopyTasks")

    def _batch(self, result: pb.BatchOperationResult, method: str) -> int:
        if not result.success:
            raise refused(result.errorMessage, method)
        return result.affectedCount
