"""Full and failing disks: rows F45, F46 and F47 (short writes)."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys

import pytest

from tests.transfers.engine.child import command
from tests.transfers.engine.conftest import CONTENT, PART, SIZE, done
from tests.transfers.engine.faulty_server import serve
from transfers.engine import DiskFailed, DiskFull


def test_F45_too_large_for_the_disk_is_refused_before_the_first_byte(fetch, server):
    huge = 1 << 60

    def behave(exchange):
        exchange.head(206, Content_Range=f"bytes 0-0/{huge}", Content_Length=1)
        exchange.raw(b"x")

    server.behave, server.probes_too = behave, True
    with pytest.raises(DiskFull) as caught:
        fetch()
    assert caught.value.needed == huge
    assert not caught.value.permanent
    assert len(server.requests) == 1
    assert list(fetch.folder.iterdir()) == [], "no file is left behind"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_F45_reservation_that_fails(fetch, server, monkeypatch, number):
    monkeypatch.setattr(os, "posix_fallocate", _raise(number))
    with pytest.raises(DiskFull) as caught:
        fetch()
    assert caught.value.needed == SIZE
    assert server.ranges_served() == []
    assert list(fetch.folder.iterdir()) == []


def test_F45_file_system_without_reservation(fetch, monkeypatch):
    monkeypatch.setattr(os, "posix_fallocate", _raise(errno.EOPNOTSUPP))
    fetch()
    assert fetch.path.read_bytes() == CONTENT


@pytest.mark.parametrize("connections", [1, 3])
def test_F45_full_in_mid_transfer_waits_and_resumes(fetch, server, monkeypatch, connections):
    real, room = os.pwrite, [4 * PART]

    def pwrite(handle, data, offset):
        room[0] -= len(data)
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data, offset)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", pwrite)
        with pytest.raises(DiskFull):
            fetch(connections=connections)
    assert not fetch.path.exists()
    kept = done(fetch.last)
    assert kept > 0
    server.forget()
    fetch(resume=fetch.last)
    assert fetch.path.read_bytes() == CONTENT
    assert server.sent == SIZE - kept + 1


@pytest.mark.parametrize("call", ["pwrite", "fdatasync", "fsync", "preadv"])
@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS])
def test_F46_io_errors_end_the_job_with_the_real_reason(fetch, server, monkeypatch, call, number):
    with monkeypatch.context() as patched:
        real = getattr(os, call)
        created = []
        patched.setattr(os, call, lambda *given: _raise(number)() if created else real(*given))
        with pytest.raises(DiskFailed) as caught:
            fetch(fault=created.append)
    assert errno.errorcode[number] in caught.value.sentence
    assert caught.value.permanent
    assert not fetch.path.exists()


def test_F46_missing_folder(fetch):
    fetch.part.parent.rmdir()
    with pytest.raises(DiskFailed, match="ENOENT"):
        fetch()


def test_F47_short_writes_are_completed(fetch, monkeypatch):
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda handle, data, offset: real(handle, data[:1000], offset))
    fetch(connections=2)
    assert fetch.path.read_bytes() == CONTENT


def test_F47_kernel_limit_on_the_file_is_an_error_not_a_short_file(fetch, server):
    """The limit makes the kernel write short and then refuse: real errors, in a real process."""
    server.ranges = False
    server.behave = lambda exchange: (exchange.head(200), exchange.raw(CONTENT))
    server.probes_too = True
    ended = subprocess.run(
        [sys.executable, *command(server.url, fetch.path)],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (PART + 100, PART + 100)),
    )
    assert "EFBIG" in ended.stderr
    assert ended.returncode == 1
    assert not fetch.path.exists()
    assert fetch.part.stat().st_size <= PART + 100


def test_F47_a_symbolic_link_in_place_of_the_part_file_is_not_followed(fetch, server):
    server.script.extend([serve] * 3)
    server.behave = lambda exchange: exchange.head(404, Content_Length=0)
    with pytest.raises(Exception, match="404"):
        fetch()
    target = fetch.folder / "precious"
    target.write_bytes(bytes(SIZE))
    fetch.part.unlink()
    fetch.part.symlink_to(target)
    server.behave = serve
    fetch(resume=fetch.last)
    assert target.read_bytes() == bytes(SIZE)
    assert fetch.path.read_bytes() == CONTENT
    assert not fetch.path.is_symlink()


def _raise(number):
    def raising(*given):
        raise OSError(number, os.strerror(number))

    return raising
