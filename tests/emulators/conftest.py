"""One stand-in for all tests of this folder; every test finds it as new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.standin import Browser, Program, Standin


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    running = Program("--port", "0", "--seed", "7")
    yield running
    running.stop()


@pytest.fixture
def baidu(program: Program) -> Standin:
    """A stand-in without faults, and ``demo`` signed in to it."""
    client = Standin(program.url, program.download_url)
    client.control("POST", "reset")
    client.sign_in()
    return client


@pytest.fixture
def browser() -> Iterator[Browser]:
    person = Browser()
    yield person
    person.session.close()
