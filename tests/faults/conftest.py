from __future__ import annotations

import os
import random
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.standin import Program, Standin

from .servers import PostgresServer, RedisServer, postgres_programs
from .stack import Stack

LONG = os.environ.get("FAULTS_LONG") == "1"


def rounds(normal: int, long: int) -> int:
    """How often a random fault is repeated: `python -m tests.faults --long` asks for more."""
    return long if LONG else normal


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**6))


@pytest.fixture
def dice(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """Randomness that a failing run can repeat: FAULTS_SEED=…"""
    print(f"{request.node.name}: seed {seed}")
    return random.Random(f"{seed} {request.node.name}")


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """A stand-in that outlives what is killed around it."""
    running = Program("--port", "0", "--seed", "7")
    yield running
    running.stop()


@pytest.fixture
def drive_side(program: Program) -> Iterator[Standin]:
    """The stand-in as new; its faults end with the test."""
    side = Standin(program.url, program.download_url)
    side.control("DELETE", "faults")
    yield side
    side.control("DELETE", "faults")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("initdb is not installed")
    folder = Path(tempfile.mkdtemp(prefix="yungang-postgres-"))
    server = PostgresServer(folder, programs).create().start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    program: Program,
) -> Iterator[Stack]:
    """Two web processes and a worker on PostgreSQL and Redis. Whoever stops a part of it starts it again."""
    system = Stack(tmp_path_factory.mktemp("stack"), postgres_server.url, redis_server.url, program)
    yield system.start(webs=2, workers=1)
    system.stop()
