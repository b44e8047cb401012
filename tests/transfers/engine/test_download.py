"""The happy paths: whole files, in order or out of it, checked and published."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from tests.transfers.engine.conftest import CONTENT, SHA256, SIZE, done
from tests.transfers.engine.faulty_server import chunked
from transfers.engine import DownloadSpec, Phase, TransferError


@pytest.mark.parametrize("connections", [1, 4])
def test_whole_file_arrives_under_its_final_name(fetch, server, connections):
    result = fetch(connections=connections)
    assert fetch.path.read_bytes() == CONTENT
    assert not fetch.part.exists()
    assert (result.verdict.how, result.verdict.sha256, result.size) == ("length", SHA256, SIZE)
    assert not result.verdict.verified
    assert server.sent == SIZE + 1, "every byte once, and one for the probe"
    assert all(request.headers["accept-encoding"] == "identity" for request in server.requests)
    assert all(request.headers["user-agent"] == "pan.baidu.com" for request in server.requests)
    assert all(r.headers["if-range"] == '"v1"' for r in server.requests if not r.is_probe)


@pytest.mark.parametrize("content", [b"", b"x"])
def test_tiny_files(fetch, server, content):
    server.content = content
    server.probes_too = True
    result = fetch()
    assert fetch.path.read_bytes() == content
    assert result.verdict.sha256 == hashlib.sha256(content).hexdigest()


def test_every_known_hash_is_compared_and_the_strongest_named(fetch, server):
    server.headers["Content-MD5"] = hashlib.md5(CONTENT).hexdigest()
    result = fetch(expected={"sha1": hashlib.sha1(CONTENT).hexdigest().upper()})
    assert result.verdict.verified
    assert result.verdict.how == "sha1"


def test_without_hash_nothing_is_computed(fetch):
    result = fetch(sha256=False)
    assert (result.verdict.how, result.verdict.sha256) == ("length", None)


def test_unknown_length_is_not_called_checked(fetch, server):
    server.behave, server.probes_too = chunked(), True
    result = fetch()
    assert fetch.path.read_bytes() == CONTENT
    assert result.verdict.how == "none"


def test_a_length_known_beforehand_is_held_against_the_source(fetch, server):
    with pytest.raises(TransferError) as caught:
        fetch(size=SIZE + 1)
    assert caught.value.code == "size_differs"
    server.behave, server.probes_too = chunked(), True
    with pytest.raises(TransferError) as caught:
        fetch(size=SIZE - 1)
    assert caught.value.code == "size_differs"
    assert not fetch.path.exists()


def test_space_is_reserved_before_the_first_byte(fetch):
    blocks = []

    def fault(name: str) -> None:
        if name == "after_create":
            blocks.append(fetch.part.stat())

    fetch(fault=fault)
    assert blocks[0].st_size == SIZE
    assert blocks[0].st_blocks * 512 >= SIZE


def test_checkpoints_grow_and_end_with_the_verdict(fetch):
    result = fetch(connections=3)
    assert fetch.checkpoints[0].parts == ()
    amounts = [done(checkpoint) for checkpoint in fetch.checkpoints]
    assert amounts == sorted(amounts)
    assert amounts[-1] == SIZE
    assert fetch.last.verdict == result.verdict
    assert type(fetch.last).from_dict(fetch.last.to_dict()) == fetch.last


def test_a_refusal_before_publishing_leaves_no_final_name(fetch):
    def refuse() -> None:
        raise PermissionError("another worker owns this transfer")

    with pytest.raises(PermissionError):
        fetch(before_publish=refuse)
    assert not fetch.path.exists()
    assert fetch.part.exists()


def test_snapshot_tells_phase_bytes_and_parts(fetch):
    seen = []
    download = fetch.download(connections=2, fault=lambda name: seen.append((name, download.snapshot())))
    assert download.snapshot().phase is Phase.PROBING
    download.run()
    writing = [snapshot for name, snapshot in seen if name == "after_write"]
    assert {snapshot.phase for snapshot in writing} == {Phase.DOWNLOADING}
    assert writing[-1].connections >= 1
    assert dict(seen)["before_rename"].phase is Phase.PUBLISHING
    last = download.snapshot()
    assert (last.phase, last.written, last.durable, last.hashed) == (Phase.DONE, SIZE, SIZE, SIZE)
    assert all(part.finished for part in last.parts)
    assert last.eta == 0


@pytest.mark.parametrize("wrong", [{"connections": 0}, {"expected": {"crc99": "00"}}])
def test_impossible_specs_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"hash|connection"):
        DownloadSpec(tmp_path / "x", **wrong)


def test_engine_loads_without_django():
    program = "import sys, transfers.engine; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
