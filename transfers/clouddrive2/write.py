"""Direct write: a handle, bytes at any offset, close (wire/clouddrive2.md §3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller, parsed
from .chunks import TOO_LARGE, ChunkSize, Window, with_bytes
from .covered import Covered
from .errors import CloudDriveError, Kind, session_lost
from .paths import join, split
from .source import NEVER, Read, Stop, exactly

BUFFER = pb.WriteFileRequest.BUFFER_FIELD_NUMBER
STREAM = "WriteToFileStream"
OnSent = Callable[[int], None]
Keep = Callable[[BaseException], bool]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A handle at the server, which outlives connections but no restart; the first `done` bytes are written."""

    handle: int
    done: int = 0


def keep_nothing(error: BaseException) -> bool:
    return False


class WriteCalls:
    caller: Caller
    chunk_size: ChunkSize

    def write(
        self,
        path: str,
        size: int,
        read: Read,
        *,
        stop: Stop = NEVER,
        on_sent: OnSent | None = None,
        on_done: Callable[[OpenFile], None] | None = None,
        at_once: bool | None = None,
        resume: OpenFile | None = None,
        keep: Keep = keep_nothing,
    ) -> None:
        """Writes a file of `size` bytes to `path`, whose folder exists; what was there is replaced.

        Done means accepted by the server, not stored in the cloud: see `stored`. `on_sent` is told how many bytes
        have gone, `on_done` how many the server has confirmed. `at_once` asks for its upload before others. After a
        failure what had arrived is deleted, unless `keep(error)`: then `resume` can go on with what `on_done` last got.
        """
        folder, name = split(path)
        if resume is None:
            request = pb.CreateFileRequest(parentPath=folder, fileName=name)
            resume = OpenFile(self.caller.call("CreateFile", request, pb.CreateFileResult).fileHandle)
        file = _Writing(
            self.caller,
            self.chunk_size,
            resume,
            size,
            read,
            stop=stop,
            on_sent=on_sent,
            on_done=on_done,
            at_once=at_once,
        )
        try:
            file.run()
        except BaseException as error:
            if not keep(error):
                self.drop_file(join(folder, name), 0 if file.closed else resume.handle)
            raise

    def drop_file(self, path: str, handle: int = 0) -> None:
        """Takes back what was written, as far as that goes: closing a handle accepts it, so the file is deleted after."""
        with suppress(CloudDriveError):
            if handle:
                self.caller.operate("CloseFile", pb.CloseFileRequest(fileHandle=handle))
        with suppress(CloudDriveError):
            self.caller.operate("DeleteFiles", pb.MultiFileRequest(path=[path]))

    def open_handles(self) -> list[pb.OpenFileHandle]:
        """The files that somebody is reading or writing."""
        return list(self.caller.call("GetOpenFileHandles", Empty(), pb.OpenFileHandleList, again=True).openFileHandles)


class _Writing:
    def __init__(
        self,
        caller: Caller,
        chunk_size: ChunkSize,
        opened: OpenFile,
        size: int,
        read: Read,
        *,
        stop: Stop,
        on_sent: OnSent | None,
        on_done: Callable[[OpenFile], None] | None,
        at_once: bool | None,
    ) -> None:
        self._caller, self._chunk_size = caller, chunk_size
        self._handle, self._size, self._read = opened.handle, size, read
        self._stop, self._on_sent, self._on_done, self._at_once = stop, on_sent, on_done, at_once
        self._trouble: BaseException | None = None
        self._sent = self._start = opened.done
        self._arrived = Covered()
        self._confirm(0, opened.done)
        self.closed = False

    def run(self) -> None:
        if not self._start and 0 < self._size <= self._chunk_size.value and self._whole():
            return
        if self._caller.transport.streams_up and STREAM not in self._caller.missing:
            self._streams()
        else:
            self._pieces(self._start)
        self.close()

    def close(self) -> None:
        request = pb.CloseFileRequest(fileHandle=self._handle)
        if self._at_once is not None:
            request.uploadImmediately = self._at_once
        self.closed = True
        try:
            self._caller.operate("CloseFile", request)
        except CloudDriveError as error:
            raise _lost(error) from None

    # -- the three ways

    def _whole(self) -> bool:
        """A small file in one call that closes the handle; False when the message is too large."""
        data = exactly(self._read, 0, self._size)
        request = pb.WriteFileRequest(fileHandle=self._handle, length=self._size, buffer=data, closeFile=True)
        if self._at_once is not None:
            request.uploadImmediately = self._at_once
        try:
            reply = self._caller.call("WriteToFile", request, pb.WriteFileResult)
        except CloudDriveError as error:
            if error.code == TOO_LARGE and self._chunk_size.shrink(self._size):
                return False
            raise _lost(error) from None
        self.closed = True
        _expect(reply.bytesWritten, self._size)
        self._confirm(0, self._size)
        self._tell(self._size)
        return True

    def _streams(self) -> None:
        """Segment by segment, each as one stream; a failed one is written again, at the same place."""
        offset, failures = self._start, 0
        while offset < self._size:
            length = min(self._caller.tuning.segment, self._size - offset)
            step = self._chunk_size.value
            try:
                self._segment(offset, length, step)
            except CloudDriveError as error:
                if error.kind is Kind.UNIMPLEMENTED:
                    self._caller.missing.add(STREAM)
                    return self._pieces(offset)
                failures += 1
                self._after(error, step, failures)
            else:
                self._confirm(offset, length)
                offset, failures = offset + length, 0
        return None

    def _after(self, error: CloudDriveError, step: int, failures: int) -> None:
        """What to do before a segment is written again; raises when that would be in vain."""
        if error.code == TOO_LARGE and self._chunk_size.shrink(step):
            return
        renewed = error.kind is Kind.AUTH and self._caller.tokens.refused(self._caller.tokens.current())
        final = error.permanent and not renewed
        if final or failures >= self._caller.tuning.attempts or error.code in ("clouddrive_session_lost", TOO_LARGE):
            raise error
        self._caller.wait(self._caller.pause(failures))

    def _segment(self, offset: int, length: int, step: int) -> None:
        self._trouble = None
        pending = self._caller.upload(STREAM, self._bodies(offset, length, step))
        unsubscribe = self._stop.subscribe(pending.cancel)
        try:
            reply = parsed(pb.WriteFileResult, pending.result(), STREAM)
        except CloudDriveError as error:
            self._stop.check()
            raise self._trouble or _lost(error) from None
        finally:
            unsubscribe()
        if self._trouble is not None:
            raise self._trouble
        last = (length - 1) % step + 1
        if reply.bytesWritten != last:
            _expect(reply.bytesWritten, length)

    def _bodies(self, offset: int, length: int, step: int) -> Iterator[bytes]:
        """The messages of a segment. gRPC would bury an error of the source, so it is kept for the caller."""
        try:
            for start in range(offset, offset + length, step):
                self._stop.check()
                yield self._form(start, exactly(self._read, start, min(step, offset + length - start)))
                self._tell(min(start + step, offset + length))
        except GeneratorExit:
            raise
        except BaseException as trouble:
            self._trouble = trouble

    def _pieces(self, offset: int) -> None:
        """Call by call, several at once."""
        window = Window(
            self._caller,
            "WriteToFile",
            self._chunk_size,
            form=self._form,
            check=_check,
            on_sent=self._settled,
        )
        unsubscribe = self._stop.subscribe(window.abandon)
        try:
            while offset < self._size:
                self._stop.check()
                data = exactly(self._read, offset, min(self._chunk_size.value, self._size - offset))
                window.send(offset, data)
                offset += len(data)
            window.drain()
        except CloudDriveError as error:
            self._stop.check()
            raise _lost(error) from None
        finally:
            unsubscribe()
            window.abandon()

    # -- small parts

    def _form(self, offset: int, data: bytes) -> bytes:
        head = pb.WriteFileRequest(fileHandle=self._handle, startPos=offset, length=len(data))
        return with_bytes(head, BUFFER, data)

    def _settled(self, start: int, length: int) -> None:
        self._confirm(start, length)
        self._tell(start + length)

    def _confirm(self, start: int, length: int) -> None:
        """Notes what the server has said it has; retried pieces may be confirmed after later ones."""
        self._arrived.add(start, length)
        if self._on_done:
            self._on_done(OpenFile(self._handle, self._arrived.front))

    def _tell(self, sent: int) -> None:
        """Tells how far it is; what is sent again tells nothing new."""
        if sent > self._sent:
            self._sent = sent
            if self._on_sent:
                self._on_sent(sent)


def _check(reply: bytes, length: int) -> None:
    _expect(parsed(pb.WriteFileResult, reply, "WriteToFile").bytesWritten, length)


def _expect(written: int, length: int) -> None:
    if written != length:
        sentence = f"CloudDrive2 took {written} of {length} bytes."
        raise CloudDriveError(sentence, code="clouddrive_short_write", kind=Kind.TRANSIENT)


def _lost(error: CloudDriveError) -> CloudDriveError:
    """A handle lives in the server's memory: one it does not know went with a restart."""
    return session_lost(error.method, error.status) if error.kind is Kind.NOT_FOUND else error
