"""Processes that die at the worst moments: rows F01 and F47."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transfers.engine.child import KILLED, command, load
from tests.transfers.engine.conftest import CONTENT, SHA256, SIZE, done, wait_until
from tests.transfers.engine.faulty_server import cut_after, serve, serving, trickle

POINTS = [
    "after_create",
    "after_write",
    "before_fsync",
    "after_fsync",
    "after_checkpoint",
    "before_seal",
    "after_seal",
    "before_publish",
    "before_rename",
    "after_rename",
    "after_publish",
]
REPEATED = {"after_write", "before_fsync", "after_fsync", "after_checkpoint"}


def run(server, path, **how) -> int:
    return subprocess.run([sys.executable, *command(server.url, path, **how)], check=False, timeout=60).returncode


def assert_final_name_means_right_hash(path: Path) -> None:
    if path.exists():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def die_and_resume(server, path, **how) -> None:
    """The invariants of a crash, whatever its moment."""
    code = run(server, path, **how)
    assert code == KILLED or (how["nth"] > 1 and code == 0)
    assert_final_name_means_right_hash(path)
    checkpoint = load(path)
    kept = done(checkpoint) if checkpoint else 0
    server.forget()
    assert run(server, path) == 0
    assert_final_name_means_right_hash(path)
    assert path.exists()
    assert not path.with_name(path.name + ".part").exists()
    assert server.sent <= SIZE - kept + 1, "nothing before the checkpoint is fetched again"


@pytest.mark.parametrize("point", POINTS)
def test_F47_death_at_every_step_leaves_no_wrong_final_file(server, tmp_path, point):
    die_and_resume(server, tmp_path / "file.bin", connections=2, point=point, nth=1)


@settings(max_examples=6, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    point=st.sampled_from(sorted(REPEATED)),
    nth=st.integers(2, 12),
    connections=st.integers(1, 4),
    behave=st.sampled_from([serve, cut_after(150_000)]),
)
def test_F01_F47_final_name_means_right_hash(point, nth, connections, behave):
    with serving(CONTENT) as server, tempfile.TemporaryDirectory() as folder:
        server.behave = behave
        die_and_resume(server, Path(folder) / "file.bin", connections=connections, point=point, nth=nth)


def test_F01_kill_dash_nine_again_and_again(server, tmp_path):
    """Killed from outside at growing amounts; progress never falls behind a checkpoint."""
    path, total = tmp_path / "file.bin", 0
    server.behave = trickle(64 << 10, 0.002)
    for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
        before = done(load(path)) if load(path) else 0
        goal = server.sent + max(1, int(SIZE * share) - before)
        process = subprocess.Popen([sys.executable, *command(server.url, path, connections=3)])
        wait_until(lambda goal=goal: server.sent >= goal, 20)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert not path.exists()
        total = done(load(path)) if load(path) else 0
        assert total >= before
    assert total > 0
    server.behave = serve
    server.forget()
    assert run(server, path, connections=3) == 0
    assert_final_name_means_right_hash(path)
    assert server.sent <= SIZE - total + 1


def test_F01_lost_or_damaged_part_file_means_begin_again(server, tmp_path):
    path = tmp_path / "file.bin"
    part = path.with_name("file.bin.part")
    for harm in (part.unlink, lambda: part.write_bytes(b"short")):
        assert run(server, path, connections=2, point="after_checkpoint", nth=3) == KILLED
        assert done(load(path)) > 0
        harm()
        assert run(server, path) == 0
        assert_final_name_means_right_hash(path)
        path.unlink()
        path.with_suffix(".json").unlink()


def test_F01_a_checkpoint_of_a_lost_file_is_not_believed_of_the_next(server, tmp_path):
    path = tmp_path / "file.bin"
    assert run(server, path, point="after_checkpoint", nth=3) == KILLED
    path.with_name("file.bin.part").unlink()
    assert run(server, path, point="after_create") == KILLED
    assert path.with_name("file.bin.part").stat().st_size == SIZE
    assert run(server, path) == 0
    assert_final_name_means_right_hash(path)


def test_F01_published_but_not_recorded_is_recognised_without_the_source(server, tmp_path):
    path = tmp_path / "file.bin"
    assert run(server, path, point="after_rename") == KILLED
    asked = len(server.requests)
    assert run(server, path) == 0
    assert len(server.requests) == asked
    damaged = bytearray(CONTENT)
    damaged[77] ^= 1
    path.write_bytes(damaged)
    assert run(server, path) == 0
    assert_final_name_means_right_hash(path)
    assert len(server.requests) > asked
