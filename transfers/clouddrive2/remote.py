"""Remote upload: the server asks for hashes and bytes, we serve them (wire/clouddrive2.md §3.4).

    uploads = RemoteUploads(drive.caller, drive.chunk_size, device_id="...")
    upload = uploads.upload(RemoteFile("/115open/a.bin", size, read))
    result = upload.run()          # in the caller's thread; pause(), cancel(), snapshot() from any other

`run` returns when the server says that it is done. Whether the file is stored is another question: see `stored`.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller, parsed
from .channel import Broken, Channel, Event, Opened
from .chunks import ChunkSize, Window, with_bytes
from .covered import Covered
from .errors import SESSION_LOST, CloudDriveError, Kind, session_lost
from .hashing import NUMBERS
from .paths import clean
from .remote_file import RemoteFile, RemoteResult, RemoteSnapshot
from .remote_hash import Hashes
from .remote_watch import Watch
from .source import NEVER, Stop, exactly
from .tasks import Status
from .write import Keep

DATA = pb.RemoteReadDataUpload.DATA_FIELD_NUMBER
LOST = "clouddrive_session_lost"


__all__ = ["RemoteFile", "RemoteResult", "RemoteSnapshot", "RemoteUpload", "RemoteUploads"]


class RemoteUploads:
    """The owner of a device's channel; one for each server, in exactly one process."""

    def __init__(self, caller: Caller, chunk_size: ChunkSize, device_id: str) -> None:
        self.caller = caller
        self.chunk_size = chunk_size
        self.channel = Channel(caller, device_id)

    def close(self) -> None:
        """Closes the channel; uploads that still run will miss it."""
        self.channel.close()

    def upload(
        self,
        file: RemoteFile,
        *,
        upload_id: str = "",
        done: int = 0,
        stop: Stop = NEVER,
        on_started: Callable[[str], None] = lambda _: None,
        on_change: Callable[[], None] = lambda: None,
        keep: Keep = lambda error: not getattr(error, "permanent", True),
    ) -> RemoteUpload:
        """An upload to `run`. `upload_id` goes on with one that was begun with the same device and token, of which
        the server has got the first `done` bytes.

        `on_started` is told the id as soon as there is one, `on_change` that `snapshot` has changed (often, quick!).
        After a failure with `keep(error)` the upload is left waiting on the server.
        """
        return RemoteUpload(
            self,
            file,
            upload_id=upload_id,
            done=done,
            stop=stop,
            on_started=on_started,
            on_change=on_change,
            keep=keep,
        )


class RemoteUpload:
    """One upload; see `RemoteUploads.upload`."""

    def __init__(
        self,
        owner: RemoteUploads,
        file: RemoteFile,
        *,
        upload_id: str,
        done: int,
        stop: Stop,
        on_started: Callable[[str], None],
        on_change: Callable[[], None],
        keep: Keep,
    ) -> None:
        self._caller, self._channel, self._file = owner.caller, owner.channel, file
        self._chunk_size = owner.chunk_size
        self._path = clean(file.path)
        self._id, self._stop = upload_id, stop
        self._on_started, self._on_change, self._keep = on_started, on_change, keep
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._paused = self._lazy = False
        self._begin_anew()
        if upload_id and done:
            self._covered.add(0, done)
            self._watch.was_asked = True

    def _begin_anew(self) -> None:
        self._todo: deque[tuple[int, int, pb.RemoteReadDataRequest]] = deque()
        self._covered = Covered()
        self._hashed = 0
        self._status: int = Status.WaitforPreprocessing
        self._window = self._new_window()
        read = self._file.hash_read or self._file.read
        self._hashes = Hashes(
            self._caller, self._file.size, read, lambda error: self._events.put(Broken(error)), self._told
        )
        self._watch = Watch(self._caller, self._path, self._file.size, time.monotonic)

    def _new_window(self) -> Window:
        return Window(
            self._caller,
            "RemoteReadData",
            self._chunk_size,
            form=self._form,
            check=_check,
            on_sent=self._arrived,
        )

    # -- from any thread

    @property
    def upload_id(self) -> str:
        """The server's id, '' before there is one."""
        return self._id

    def pause(self) -> None:
        """Asks the server to ask for nothing more."""
        self._paused = True
        self._control(pb.RemoteUploadControlRequest(upload_id=self._id, pause=pb.PauseRemoteUpload()))

    def resume(self) -> None:
        """Asks the server to go on."""
        self._paused = False
        self._control(pb.RemoteUploadControlRequest(upload_id=self._id, resume=pb.ResumeRemoteUpload()))

    def cancel(self) -> None:
        """Asks the server to give up; `run` then raises `clouddrive_upload_cancelled`."""
        self._control(pb.RemoteUploadControlRequest(upload_id=self._id, cancel=pb.CancelRemoteUpload()))

    def snapshot(self) -> RemoteSnapshot:
        """Cheap."""
        status = Status.Name(self._status) if self._status in Status.values() else str(self._status)
        covered = self._covered
        return RemoteSnapshot(self._id, self._hashed, covered.total, covered.front, self._watch.in_cloud, status)

    @property
    def computed(self) -> Mapping[str, str]:
        """Hashes of the whole file that the server has asked for, by algorithm."""
        return self._hashes.values

    def _control(self, request: pb.RemoteUploadControlRequest) -> None:
        if not request.upload_id:
            raise CloudDriveError("The upload has not begun.", code="clouddrive_invalid", method="RemoteUploadControl")
        self._caller.call("RemoteUploadControl", request, Empty, again=True)

    # -- the way of the upload

    def run(self) -> RemoteResult:
        """Serves the server until it is done; raises `CloudDriveError`, or what `stop` and `read` raise.

        A stop, or trouble that may pass, leaves the upload waiting on the server; any other failure ends it there.
        """
        restarts = 0
        unsubscribe = self._stop.subscribe(self._interrupted)
        self._channel.join(self._events.put)
        try:
            while True:
                try:
                    ended = self._open()
                    return self._ended(ended) if ended else self._serve()
                except CloudDriveError as error:
                    if error.code != LOST or restarts >= self._caller.tuning.restarts:
                        raise
                restarts += 1
                self._close()
                self._id = ""
                self._begin_anew()
        except Exception as error:
            self._stop.check()
            if not self._keep(error):
                self._give_up()
            raise
        finally:
            unsubscribe()
            self._channel.leave(self._events.put)
            self._close()

    def _open(self) -> str:
        """Begins the upload, or takes it up again where the server still knows it; how it has ended meanwhile, or ''."""
        if self._id:
            self._channel.register(self._id, self._events.put)
            try:
                self._ask_alive()
                return ""
            except CloudDriveError as error:
                if error.code != LOST:
                    raise
                if ended := self._watch.missed(self._id, sent_all=self._sent_all):
                    return ended
                self._id = ""
                self._begin_anew()
        file = self._file
        known = {NUMBERS[name]: value for name, value in file.hashes.items() if name in NUMBERS and value}
        request = pb.StartRemoteUploadRequest(
            file_path=self._path, file_size=file.size, known_hashes=known, client_can_calculate_hashes=file.can_hash
        )
        seconds = self._caller.tuning.start_seconds
        started = self._caller.call("StartRemoteUpload", request, pb.RemoteUploadStarted, timeout=seconds)
        self._id = started.upload_id
        self._channel.register(self._id, self._events.put)
        self._on_started(self._id)
        return ""

    def _serve(self) -> RemoteResult:
        while True:
            self._stop.check()
            busy = bool(self._todo) or self._window.busy
            ended = self._take(wait=0 if busy else self._watch.next_look())
            if ended:
                return self._ended(ended)
            try:
                self._work()
            except CloudDriveError as error:
                ended = self._last_word() if error.code == LOST and self._sent_all else ""
                if ended:
                    return self._ended(ended)
                self._faltered(error)

    def _ended(self, how: str) -> RemoteResult:
        """The channel may have been faster than the replies to the last chunks."""
        with suppress(CloudDriveError):
            self._window.drain()
        return RemoteResult(self._id, how, self._covered.total)

    def _work(self) -> None:
        """Sends the next chunk, or waits for the oldest one that is on its way."""
        if not self._todo:
            self._window.settle()
            return
        start, stop, request = self._todo.popleft()
        self._lazy = request.lazy_read
        middle = min(stop, start + self._chunk_size.value)
        data = exactly(self._file.read, start, middle - start)
        if middle < stop:
            self._todo.appendleft((middle, stop, request))
        self._window.send(start, data)

    def _faltered(self, error: CloudDriveError) -> None:
        """Chunks do not get through: drop what is on its way, the server will ask again over a new channel."""
        if error.permanent or error.code in (LOST, "clouddrive_too_large"):
            raise error
        self._stop.check()
        self._window.abandon()
        self._window = self._new_window()
        self._todo.clear()
        self._watch.faltered(error)
        self._channel.reset()

    # -- events

    def _take(self, wait: float) -> str:
        """Takes what the server has said; how the upload has ended, or ''."""
        ended = ""
        with suppress(queue.Empty):
            event = self._events.get(timeout=wait) if wait else self._events.get_nowait()
            while True:
                ended = self._taken(event) or ended
                event = self._events.get_nowait()
        return ended or ("" if self._todo or self._window.busy else self._looked())

    def _taken(self, event: Event) -> str:
        if event is None:
            return ""
        if isinstance(event, Broken):
            raise event.error
        if isinstance(event, Opened):
            self._watch.opened()
            return ""
        self._watch.heard()
        what = event.WhichOneof("request")
        if what == "read_data":
            self._asked(event.read_data)
        elif what == "hash_data":
            self._hashes.wanted(self._id, event.hash_data)
        elif what == "status_changed":
            return self._moved(event.status_changed)
        return ""

    @property
    def _sent_all(self) -> bool:
        return self._watch.was_asked and self._covered.total >= self._file.size

    def _last_word(self) -> str:
        """An upload that is over answers as one that is lost: what the channel has to say of it, '' for nothing."""
        ended, deadline = "", time.monotonic() + self._caller.tuning.last_word_seconds
        while not ended and (left := deadline - time.monotonic()) > 0:
            with suppress(queue.Empty):
                ended = self._taken(self._events.get(timeout=left))
        return ended

    def _asked(self, request: pb.RemoteReadDataRequest) -> None:
        """Notes a range to send, cut at the end of the file; one that waits already is not noted twice."""
        known = any((each.offset, each.length) == (request.offset, request.length) for _, _, each in self._todo)
        if request.offset <= self._file.size and not known:
            stop = min(request.offset + request.length, self._file.size)
            self._todo.append((request.offset, stop, request))

    def _moved(self, change: pb.RemoteUploadStatusChanged) -> str:
        self._status = change.status
        self._on_change()
        return self._watch.verdict(change.status, change.error_message)

    def _looked(self) -> str:
        """Looks after an upload that has been silent for too long."""
        if not self._watch.due():
            return ""
        return self._watch.look(
            self._id,
            sent_all=self._sent_all,
            paused=self._paused or self._status == Status.Pause,
            ask_alive=self._ask_alive,
            reset=self._channel.reset,
        )

    def _ask_alive(self) -> None:
        """Raises when the server no longer knows the upload; to one that goes on as it is, this says nothing new."""
        if self._paused:
            self.pause()
        else:
            self.resume()

    def _interrupted(self) -> None:
        self._window.abandon()
        self._events.put(None)

    def _told(self, hashed: int) -> None:
        self._hashed = hashed
        self._watch.heard()
        self._on_change()

    def _arrived(self, offset: int, length: int) -> None:
        self._covered.add(offset, length)
        self._watch.progressed()
        self._on_change()

    # -- ends and forms

    def _give_up(self) -> None:
        with suppress(CloudDriveError):
            if self._id and self._status not in Watch.ENDED:
                self.cancel()

    def _close(self) -> None:
        self._hashes.stop()
        self._window.abandon()

    def _form(self, offset: int, data: bytes) -> bytes:
        head = pb.RemoteReadDataUpload(
            upload_id=self._id,
            offset=offset,
            length=len(data),
            lazy_read=self._lazy,
            is_last_chunk=offset + len(data) >= self._file.size,
        )
        return with_bytes(head, DATA, data)


def _check(reply: bytes, length: int) -> None:
    answer = parsed(pb.RemoteReadDataReply, reply, "RemoteReadData")
    if not answer.success:
        if SESSION_LOST in answer.error_message:
            raise session_lost("RemoteReadData")
        sentence = f"CloudDrive2 did not take a piece. ({answer.error_message})"
        raise CloudDriveError(sentence, code="clouddrive_chunk_refused", kind=Kind.TRANSIENT, method="RemoteReadData")
    if answer.bytes_received != length:
        sentence = f"CloudDrive2 took {answer.bytes_received} of {length} bytes."
        raise CloudDriveError(sentence, code="clouddrive_short_write", kind=Kind.TRANSIENT, method="RemoteReadData")
