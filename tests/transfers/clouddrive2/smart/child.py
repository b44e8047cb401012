"""A smart upload in a process of its own, which dies at a named point."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.transfers.clouddrive2.conftest import FAST
from transfers.clouddrive2.client import connect
from transfers.clouddrive2.remote import RemoteUploads
from transfers.clouddrive2.smart import LocalMounts, SmartCheckpoint, SmartSpec, SmartUpload
from transfers.clouddrive2.tuning import Endpoint
from transfers.engine.upload import LocalFile

KILLED = 77


def main(url: str, file: Path, path: str, way: str, mounts: str, point: str, nth: int) -> None:
    drive = connect(Endpoint("127.0.0.1", urlsplit(url).port or 0), user="demo", password="demo", tuning=FAST)
    state, left = file.with_suffix(".json"), [nth]

    def store(checkpoint: SmartCheckpoint) -> None:
        fresh = state.with_suffix(".new")
        fresh.write_text(json.dumps(checkpoint.to_dict()))
        fresh.rename(state)

    def fault(name: str) -> None:
        if name == point:
            left[0] -= 1
            if left[0] == 0:
                os._exit(KILLED)

    SmartUpload(
        SmartSpec(path, ways=(way,)),
        source=LocalFile(file),
        drive=drive,
        uploads=RemoteUploads(drive.caller, drive.chunk_size, "device"),
        mounts=LocalMounts([mounts], own_device=False),
        on_checkpoint=store,
        fault=fault,
    ).run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:7], nth=int(sys.argv[7]))
