"""The program: its one line, its ports, its end, and what survives a restart."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.emulators.standin import AGENT, ROOT, Program, Standin
from tests.emulators.uploading import Sending


@contextmanager
def running(*options: str) -> Iterator[tuple[Program, Standin]]:
    program = Program("--port", "0", *options)
    try:
        yield program, Standin(program.url, program.download_url)
    finally:
        program.stop(signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_with_open_streams(number: int) -> None:
    with running() as (program, baidu):
        baidu.sign_in()
        baidu.fault("slow", bytes_per_s=1000)
        answer = requests.get(baidu.dlink("/测试/4GiB.bin"), headers=AGENT, stream=True, timeout=30)
        next(answer.iter_content(1))
        assert program.stop(number) == (0, "")
        answer.close()


def test_F63_tokens_and_changes_survive_a_hard_restart_files_stay_the_same(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running("--state", str(state)) as (_, baidu):
        first = baidu.sign_in()
        pair = baidu.token("refresh_token", refresh_token=first["refresh_token"]).json()
        made = baidu.control("POST", "change", {"op": "mkdir", "path": "/新/夹"})
        touched = baidu.control("POST", "touch", {"path": "/README.txt"})
        sums = baidu.source("/测试/16MiB.bin")
        link = baidu.dlink("/测试/1KiB.bin")
    with running("--state", str(state)) as (_, baidu):
        baidu.access_token = pair["access_token"]
        assert baidu.get("/api/quota").json()["errno"] == 0
        assert baidu.source("/新/夹")["fs_id"] == made["fs_id"]
        assert baidu.source("/README.txt")["etag"] == touched["etag"]
        assert baidu.source("/测试/16MiB.bin") == sums
        moved = link.replace(link.partition("/file/")[0], baidu.url)
        assert baidu.fetch(f"{moved.partition('&access_token')[0]}&access_token={pair['access_token']}").ok
        used = baidu.token("refresh_token", refresh_token=first["refresh_token"])
        assert used.json()["error"] == "expired_token"
        assert baidu.token("refresh_token", refresh_token=pair["refresh_token"]).status_code == 200
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_without_a_state_file_tokens_do_not_survive_but_seeds_decide_the_files() -> None:
    with running("--seed", "3", "--entries", "200") as (_, baidu):
        token, told = baidu.sign_in()["access_token"], baidu.source("/测试/1KiB.bin")
    with running("--seed", "3", "--entries", "200") as (_, baidu):
        baidu.access_token = token
        assert baidu.get("/api/quota").json()["errno"] == -6
        assert baidu.source("/测试/1KiB.bin") == told
    with running("--seed", "4", "--entries", "200") as (_, baidu):
        assert baidu.source("/测试/1KiB.bin")["sha256"] != told["sha256"]


def test_without_a_state_file_uploads_are_gone_with_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running("--entries", "50") as (program, baidu):
        baidu.sign_in()
        Sending(baidu, "/a.txt", b"for a while").all()
        assert [each.name for each in tmp_path.rglob("*") if each.is_file()]
        assert program.stop() == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_memberships_shares_and_bins_survive_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    with running("--state", state, "--entries", "50") as (_, baidu):
        token = baidu.sign_in()["access_token"]
        baidu.control("POST", "user", {"vip_type": 0, "total": 12345})
        baidu.settings(pcs_entitled=True)
        ids = json.dumps([str(baidu.source("/README.txt")["fs_id"])])
        query = {"product": "netdisk", "appid": "1", "access_token": token}
        form = {"fsid_list": ids, "period": "7", "pwd": "12zx"}
        made = requests.post(f"{baidu.url}/apaas/1.0/share/set", params=query, data=form, timeout=30).json()["data"]
        baidu.control("POST", "change", {"op": "delete", "path": "/欢迎使用.pdf"})
    with running("--state", state, "--entries", "50", "--set", "pcs_entitled=true") as (_, baidu):
        baidu.access_token = token
        assert (baidu.control("GET", "user")["vip_type"], baidu.get("/api/quota").json()["total"]) == (0, 12345)
        opened = f"{baidu.url}/apaas/1.0/share/verify?short_url={made['short_url']}"
        assert requests.post(opened, params=query, data={"pwd": "12zx"}, timeout=30).json()["errno"] == 0
        binned = baidu.get("/rest/2.0/pcs/file", method="listrecycle").json()["list"]
        assert [row["path"] for row in binned] == ["/欢迎使用.pdf"]


def test_a_taken_port_ends_it_unless_it_may_move() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [sys.executable, "-m", "emulators", "baidu", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert refused.returncode == 1
        assert "cannot start" in refused.stderr
        moved = Program("--port", port, "--move")
        try:
            assert not moved.url.endswith(f":{port}")
            assert requests.get(f"{moved.url}/control/state", timeout=30).json()["name"] == "baidu"
        finally:
            moved.stop()


def test_settings_and_latency_from_the_command_line() -> None:
    options = ("--set", "vip=1")
    command = [sys.executable, "-m", "emulators", "baidu", "--port", "0", *options]
    wrong = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert wrong.returncode == 1
    assert "unknown setting: vip" in wrong.stderr
    with running("--set", "listall_per_minute=8", "--latency-ms", "5", "--download-port", "0") as (_, baidu):
        settings = baidu.control("GET", "settings")
        assert (settings["listall_per_minute"], settings["latency_ms"]) == (8, 5)
        baidu.control("POST", "reset")
        assert baidu.control("GET", "settings")["listall_per_minute"] == 8


def test_an_unknown_name_is_explained() -> None:
    command = [sys.executable, "-m", "emulators", "nobody"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert answer.returncode == 2
    assert "baidu" in answer.stderr


def test_a_refresh_race_has_one_winner() -> None:
    with running("--entries", "50") as (_, baidu):
        token = baidu.sign_in()["refresh_token"]
        codes: list[int] = []

        def refresh() -> None:
            codes.append(baidu.token("refresh_token", refresh_token=token).status_code)

        threads = [threading.Thread(target=refresh) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(codes) == [200] + [400] * 7
        assert list(baidu.control("GET", "counters")["refresh_calls"].values()) == [8]
