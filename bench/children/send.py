"""Uploads with the product's engine, client and target, as a transfer does; answers CPU seconds, wall seconds and growth of memory."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.children import serve, set_up
from bench.children.fetch import cpu_seconds, memory
from core.outbound import Policy, Stream, make_session, open_stream

SVIP = 2


def send(
    standin: str, token: str, path: str, block: int, parallel: int, file: str = "", link: str = ""
) -> dict[str, Any]:
    """A local file, or what a link leads to."""
    from netdisk.baidu.client import BaiduClient
    from transfers import targets
    from transfers.engine import Link
    from transfers.engine.http_source import HttpSource
    from transfers.engine.upload import LocalFile, Upload, UploadSpec

    policy = Policy.parse(",".join(urlsplit(url).netloc for url in (standin, link) if url))

    def opener(url: str, headers: Mapping[str, str]) -> Stream:
        return open_stream(url, policy=policy, headers=headers)

    session = make_session(policy)
    client = BaiduClient(session, pan_url=standin, pcs_url=standin, access_token=lambda: token)
    targets.USUAL_BLOCK = block
    source = HttpSource(lambda renew: Link(link), opener) if link else LocalFile(Path(file))
    target = targets.NetdiskTarget(client, SVIP, path, "overwrite")
    upload = Upload(UploadSpec(parallel=parallel), source=source, target=target)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark of memory begins anew
    cpu, wall = cpu_seconds(), time.monotonic()
    result = upload.run()
    used = {
        "cpu": cpu_seconds() - cpu,
        "wall": time.monotonic() - wall,
        "growth": (memory("VmHWM") - before) / 1024,
    }
    return {**used, "size": result.size, "rapid": result.rapid, "parts": len(upload.snapshot().parts)}


if __name__ == "__main__":
    set_up()
    serve(send)
