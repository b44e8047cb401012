"""Hashes that the server asked for, computed beside the upload (wire/clouddrive2.md §3.4, rules 5 and 6)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .errors import CloudDriveError, Kind
from .hashing import NAMES, Hasher
from .source import Read, exactly
from .tuning import MIB

METHOD = "RemoteHashProgress"
PIECE = 4 * MIB
Key = tuple[int, int]
"""Hash type and block size of a request."""


class Hashes:
    """The hashes of one upload. A request that comes again while its hash is computed changes nothing."""

    def __init__(
        self, caller: Caller, size: int, read: Read, broken: Callable[[Exception], None], told: Callable[[int], None]
    ) -> None:
        self._caller, self._size, self._read = caller, size, read
        self._broken, self._told = broken, told
        self._stopping = threading.Event()
        self._running: dict[Key, threading.Thread] = {}
        self._done: dict[Key, pb.RemoteHashProgressUpload] = {}
        self._lock = threading.Lock()

    def wanted(self, upload_id: str, request: pb.RemoteHashDataRequest) -> None:
        """Answers a request, in a thread of its own."""
        key = (request.hash_type, request.block_size)
        with self._lock:
            running = self._running.get(key)
            if running and running.is_alive():
                return
            thread = threading.Thread(target=self._run, args=[upload_id, key], name="clouddrive2-hash", daemon=True)
            self._running[key] = thread
        thread.start()

    @property
    def values(self) -> dict[str, str]:
        """What was computed of the whole file, by algorithm, in lower case."""
        return {NAMES[key[0]]: final.hash_value.lower() for key, final in list(self._done.items())}

    def stop(self) -> None:
        """Ends what is being computed."""
        self._stopping.set()

    def _run(self, upload_id: str, key: Key) -> None:
        try:
            final = self._done.get(key) or self._computed(upload_id, key)
            if final:
                self._done[key] = final
                final.upload_id = upload_id
                seconds = self._caller.tuning.hash_final_seconds
                self._caller.call(METHOD, final, pb.RemoteHashProgressReply, again=True, timeout=seconds)
        except Exception as error:
            if not self._stopping.is_set():
                self._broken(error)

    def _computed(self, upload_id: str, key: Key) -> pb.RemoteHashProgressUpload | None:
        hash_type, block_size = key
        state = pb.RemoteHashProgressUpload(upload_id=upload_id, total_bytes=self._size)
        state.hash_type = hash_type  # type: ignore[assignment]
        try:
            hasher = Hasher(hash_type, self._size, block_size)
        except ValueError:
            self._progress(state)  # the last word without a value: we cannot
            return None
        told = time.monotonic()
        for offset in range(0, self._size, PIECE):
            if self._stopping.is_set():
                self._progress(state)
                return None
            data = exactly(self._read, offset, min(PIECE, self._size - offset))
            hasher.update(data)
            state.bytes_hashed = offset + len(data)
            self._told(state.bytes_hashed)
            if time.monotonic() - told >= self._caller.tuning.hash_progress_seconds:
                self._progress(state)
                told = time.monotonic()
        state.hash_value = hasher.value()
        state.block_hashes.extend(hasher.blocks())
        return state

    def _progress(self, state: pb.RemoteHashProgressUpload) -> None:
        """Tells how far it is; that this is lost once does no harm."""
        try:
            self._caller.call(METHOD, state, pb.RemoteHashProgressReply, timeout=self._caller.tuning.hash_seconds)
        except CloudDriveError as error:
            if error.kind is not Kind.TRANSIENT or error.code == "clouddrive_session_lost":
                raise
